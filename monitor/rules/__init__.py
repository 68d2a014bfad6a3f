"""One file a rule: ``check`` says of plain facts what the rule finds, under limits from config.yaml. Pure.

Face: ``column_stale.check``, ``unit_quota.check``, ``account_idle.check``.
"""
