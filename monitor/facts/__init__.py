"""The queries: what the store knew at one moment, as plain facts for the rules.

Face: ``facts.gather``, ``coverage.sight``, ``saw.saw``.
"""
