"""The State Council's days off and 调休 days, for the years that the library or config.yaml knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from chinese_calendar import constants  # type: ignore[import-untyped]

from monitor.days.workdays import Calendar

_HOLIDAYS: Collection[date] = frozenset(constants.holidays)
_WORKDAYS: Collection[date] = frozenset(constants.workdays)
KNOWN = frozenset(
    year
    for year in {day.year for day in _HOLIDAYS}
    if any(d.year == year and d.month == 10 for d in _HOLIDAYS)
)
"""The years whose arrangement the library knows up to the National Day."""


@dataclass(frozen=True, slots=True)
class OfficialDays:
    """A calendar, and the ``unknown`` years for which it only knows Monday to Friday."""

    calendar: Calendar
    unknown: tuple[int, ...] = ()

    def works(self, day: date) -> bool:
        """Whether offices are open; a day of an unknown year is never called a day off by this."""
        return day.year in self.unknown or self.calendar.works(day)


def official_days(own: Calendar, years: Iterable[int]) -> OfficialDays:
    """The calendar of ``years``: what config.yaml lists for a year, else what the library knows of
    it."""
    wanted = sorted(set(years))
    listed = {day.year for day in (*own.holidays, *own.workdays)}
    taken = {year for year in wanted if year not in listed and year in KNOWN}
    calendar = Calendar(
        frozenset(own.holidays) | {day for day in _HOLIDAYS if day.year in taken},
        frozenset(own.workdays) | {day for day in _WORKDAYS if day.year in taken},
    )
    return OfficialDays(calendar, tuple(year for year in wanted if year not in listed | taken))
