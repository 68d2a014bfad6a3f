"""Read models for the screens: queries that answer one page each, quickly, whatever the size of the
store.

They read what the judgement left (``standing``), the catalogue and the ledger; they write nothing
and judge nothing.

Face: ``overview.changes``, ``outlets.lines``, ``unit.answers_for``, ``finding.detail``.
"""
