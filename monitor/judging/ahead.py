"""Looking ahead: when each place turns due soon and late, and the last working day on which
somebody can still post.

Pure. The law counts calendar days and does not pause for holidays, so before a long one the last
working day comes earlier than the limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.days.calendar import chinese_day
from monitor.days.workdays import Calendar
from monitor.model import Value, Verdict

LONG = 3
"""Free days in a row that make a long holiday."""
FURTHEST = 31


@dataclass(frozen=True, slots=True)
class Ahead:
    """One limit that lies ahead (or is past) of one place.

    ``soon`` is the first day of the warning, ``due`` the last day that passes, ``late`` the first
    that fails, ``act_by`` the last working day up to ``due``. ``long_holiday`` = a long one lies
    between them.
    """

    rule: str
    subject: str
    name: str
    units: tuple[str, ...]
    value: Value
    newest: date
    soon: date
    due: date
    act_by: date
    long_holiday: bool
    left: int

    @property
    def late(self) -> date:
        return self.due + timedelta(days=1)

    @property
    def sentence(self) -> str:
        """What a clerk needs: newest post, limit, and the day to act by where it is earlier."""
        said = f"{self.name}最近一次更新{chinese_day(self.newest)}，{chinese_day(self.due)}到期"
        if self.value is Value.STALE or self.left < 0:
            return f"{said}，已过期限。"
        if self.act_by == self.due:
            return f"{said}。"
        why = "期间遇长假" if self.long_holiday else "到期日不上班"
        return f"{said}；{why}，请在{chinese_day(self.act_by)}（最后一个工作日）前更新。"


def ahead(verdicts: Iterable[Verdict], day: date, calendar: Calendar) -> tuple[Ahead, ...]:
    """The limits of every dated verdict, the most urgent first. ``left`` are working days after
    ``day`` to ``act_by``."""
    found = [
        _ahead(verdict, day, calendar)
        for verdict in verdicts
        if verdict.due is not None and verdict.newest is not None and "warn" in verdict.numbers
    ]
    return tuple(sorted(found, key=lambda one: (one.act_by, one.due, one.subject, one.rule)))


def _ahead(verdict: Verdict, day: date, calendar: Calendar) -> Ahead:
    assert verdict.due is not None
    assert verdict.newest is not None
    act_by = last_workday(verdict.due, calendar)
    soon = last_workday(date.fromisoformat(str(verdict.numbers["warn"])), calendar)
    free = (verdict.due - act_by).days
    return Ahead(
        rule=verdict.rule,
        subject=verdict.subject,
        name=verdict.name,
        units=verdict.units,
        value=verdict.value,
        newest=verdict.newest.day,
        soon=soon,
        due=verdict.due,
        act_by=act_by,
        long_holiday=free > 0 and _stretch(verdict.due, calendar) >= LONG,
        left=calendar.between(day, act_by),
    )


def last_workday(day: date, calendar: Calendar) -> date:
    """``day`` if offices are open, else the last day before it when they were."""
    for back in range(FURTHEST):
        if calendar.works(day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day


def _stretch(day: date, calendar: Calendar) -> int:
    """How many free days in a row ``day`` lies among."""
    first = last = day
    while not calendar.works(first - timedelta(days=1)) and (day - first).days < FURTHEST:
        first -= timedelta(days=1)
    while not calendar.works(last + timedelta(days=1)) and (last - day).days < FURTHEST:
        last += timedelta(days=1)
    return (last - first).days + 1
