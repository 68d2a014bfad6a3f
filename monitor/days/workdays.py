"""Working days and sending hours: a deadline is counted, a letter is held, never dropped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from crawler.model import SHANGHAI, utc

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Monday to Friday, less ``holidays``, plus ``workdays`` (调休 Saturdays and Sundays)."""

    holidays: Collection[date] = frozenset()
    workdays: Collection[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether offices are open on ``day``; a day named in both lists is a working day."""
        if day in self.workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, day: date, count: int) -> date:
        """The working day that is ``count`` (at least 1) working days after ``day``; ``day`` is not
        counted."""
        if count < 1:
            raise ValueError(f"{count} working days: must be at least 1")
        while count:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after ``start`` up to and including ``end``; 0 when ``end`` is
        earlier."""
        return sum(self.works(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@dataclass(frozen=True, slots=True)
class Hours:
    """When letters may leave. ``quiet_from`` to ``quiet_until`` may pass midnight; equal = no quiet
    hours."""

    quiet_from: time = time(0)
    quiet_until: time = time(0)
    workdays_only: bool = False


def may_send(moment: datetime, hours: Hours, calendar: Calendar) -> bool:
    """Whether a letter may leave at ``moment`` (aware; judged in Asia/Shanghai)."""
    local = utc(moment).astimezone(SHANGHAI)
    if hours.workdays_only and not calendar.works(local.date()):
        return False
    return not _quiet(local.time(), hours.quiet_from, hours.quiet_until)


def _quiet(now: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= now < end
    return now >= start or now < end
