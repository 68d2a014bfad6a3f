"""Data addresses that a page without a list names: found, tried, offered to the clerk. None is
taken by itself.

Face: ``seek.seek``, ``find.candidates``.
"""
