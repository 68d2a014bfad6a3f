"""A finding from its opening to its one end: the ledger, what is said, what excuses it, where
everything stands.

Face: ``ledger.open_findings``, ``dispensations.in_force``, ``standing.stands``,
``borne_out.waiting``.
"""
