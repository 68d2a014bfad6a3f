"""Facts go through the rules in force and into the ledger; any day again; what people judge; what
is due.

Face: ``evaluate.evaluate``, ``evaluate.explain``, ``now.judge_now``, ``ahead.ahead``.
"""
