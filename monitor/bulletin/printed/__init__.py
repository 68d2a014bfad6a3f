"""Somebody's printed bulletin: read from its file, held against itself and against the truth.

Face: ``files.read_file``, ``check.check``, ``claims.claims``.
"""
