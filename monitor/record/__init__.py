"""The tamper-evident record: a chain of hashes over all that was said and decided, its tables,
signed links.

Face: ``chain.append``, ``chain.seal``, ``check.verify``, ``links.sign``.
"""
