"""Days and their proof: how strong a date is, what only looks like one.

Face: ``text.find_dates``, ``text.judge``, ``strength.is_weak``, ``text.url_day``.
"""
