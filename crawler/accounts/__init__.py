"""A night over the new-media accounts: who is due, which probe is asked next, what the answers
together prove.

Face: ``night.AccountNight``, ``chain.due``, ``chain.believed``, ``looks.account_looked``.
"""
