"""Counter-evidence: what is looked at beside a column's list before the column is accused. It may
clear, never convict.

Face: ``model.Crosscheck``, ``seek.crosscheck``, ``store.crosschecks``.
"""
