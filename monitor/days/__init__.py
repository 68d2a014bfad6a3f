"""Days of an office: calendar arithmetic, working days and 调休, hours, periods, and how they are
written in Chinese.

Face: ``calendar.add_months``, ``workdays.Calendar``, ``official_days.official_days``,
``period.Period``.
"""
