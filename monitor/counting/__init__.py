"""Counting: which rows are one post, in which month it counts, whose it may be, and what was not
seen of a month.

Face: ``counts.tally``, ``attribution.Reason``, ``tally.Tally``.
"""
