"""A portal from its home page: the pages that may be its columns, proposed to a person.

Face: ``discover.discover``, ``proposals.ProposedColumn``, ``columns_file.columns_yaml``.
"""
