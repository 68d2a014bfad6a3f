"""Calendar arithmetic of the limits: months and years are calendar months, clamped to the month's
end.

Pure; a month is its text ``2020-04``.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """``day`` moved by ``months``; where the month is shorter, its last day (31 August + 6 = 28/29
    February)."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def month_of(day: date) -> str:
    """The month that ``day`` lies in."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(month: str) -> date:
    """The first day of ``month``. Raises ``ValueError`` for text that is no month."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """The last day of ``month``."""
    return add_months(first_day(month), 1) - timedelta(days=1)


def quarter_start(day: date) -> date:
    """The first day of the quarter that ``day`` lies in."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarter_name(day: date) -> str:
    """The quarter that ``day`` lies in: ``2020Q2``."""
    return f"{day.year:04d}Q{(day.month + 2) // 3}"


def quarter_months(day: date) -> tuple[str, ...]:
    """The three months of the quarter that ``day`` lies in."""
    start = quarter_start(day)
    return tuple(month_of(add_months(start, n)) for n in range(3))


def months_from(start: date, end: date) -> tuple[str, ...]:
    """The calendar months that lie wholly in ``start`` … ``end`` (``end`` excluded), oldest
    first."""
    first = start if start.day == 1 else add_months(start.replace(day=1), 1)
    months = []
    while (following := add_months(first, 1)) <= end:
        months.append(month_of(first))
        first = following
    return tuple(months)


def chinese_day(day: date) -> str:
    """``2020年7月20日``"""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(month: str) -> str:
    """``2020年4月``"""
    day = first_day(month)
    return f"{day.year}年{day.month}月"


def months_between(start: date, end: date) -> tuple[str, ...]:
    """Every calendar month that the two days and what lies between them touch."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1))
