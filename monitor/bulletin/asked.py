"""What a bulletin is compiled from and by: what was judged, the office's practice, the dates of its
print."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.bulletin.model import BulletinSettings
from monitor.days.official_days import OfficialDays
from monitor.days.workdays import Calendar
from monitor.model import ErrorRate, Finding, Verdict
from monitor.settings.counting import CountRule


@dataclass(frozen=True, slots=True)
class JudgedThen:
    """What was judged at the moment ``as_of``: the verdicts (``evaluate.evaluate(...,
    record=False)``; without one nothing is accused), the open findings, the rules' own error
    ``rates``, and whether the night before had failed."""

    as_of: datetime
    verdicts: Sequence[Verdict] = ()
    findings: Sequence[Finding] = ()
    rates: tuple[ErrorRate, ...] = ()
    failed_night: bool = False


@dataclass(frozen=True, slots=True)
class Practice:
    """How this office counts and prints: ``order`` and ``outlet_order`` are ids in the order of the
    catalogue, ``decisions`` those about origins, ``counting`` the rule of counting (``None``: the
    usual one), ``calendar`` the days on which it works, and ``horizon`` the first day that was
    crawled: earlier periods are compared only where they lie after it."""

    settings: BulletinSettings = field(default_factory=BulletinSettings)
    order: Sequence[str] = ()
    outlet_order: Sequence[str] = ()
    calendar: OfficialDays = field(default_factory=lambda: OfficialDays(Calendar()))
    decisions: Mapping[str, str | None] | None = None
    counting: CountRule | None = None
    horizon: date | None = None


@dataclass(frozen=True, slots=True)
class PrintDates:
    """``check``: the window in which the outlets were checked (default: from the period's end to
    the moment of the verdicts); ``printed``: the print date (default: the day of that moment);
    ``last``: the moment of the bulletin before and the outlets that it named (``None``: all with a
    finding then; default: the period's begin)."""

    check: tuple[date, date] | None = None
    printed: date | None = None
    last: tuple[datetime, Collection[str] | None] | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Short ``names`` by unit id, ``numbers`` of open findings by subject, and the bulletin's
    ``day``."""

    names: Mapping[str, str]
    numbers: Mapping[str, str]
    day: date


@dataclass(frozen=True, slots=True)
class QuotaDays:
    """The months that are asked for, the ``day`` on which it is judged, and when units ``left``, by
    id."""

    months: Sequence[str]
    day: date
    left: Mapping[str, date]
