"""The night: one path for cron and for the service, in which the clock, the order of the day's jobs
and the lock are kept.

Face: ``path.one_night``, ``jobs.recheck``, ``schedule.timetable``, ``content.sweep``.
"""
