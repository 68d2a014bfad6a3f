"""Where a unit stands among its like, against earlier periods, and where a running month will end.
Pure.

Hints for a clerk, never an accusation: a forecast convicts nobody, a rank is told only inside a
group of units of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.bulletin.model import Comparison, Forecast, Group, Period
from monitor.days.calendar import add_months, first_day, last_day, month_of
from monitor.model import Count, exactly


@dataclass(frozen=True, slots=True)
class Earlier:
    """Totals per unit id of an earlier period of the same length; ``None`` where it was not
    crawled."""

    before: Mapping[str, Count] | None = None
    year_ago: Mapping[str, Count] | None = None


def previous(period: Period) -> Period:
    """The period of the same length right before."""
    start = add_months(period.start, -len(period.months))
    return Period(
        f"{start}..{period.start - timedelta(days=1)}", start, period.start - timedelta(days=1)
    )


def year_before(period: Period) -> Period:
    """The same months of the year before."""
    start, end = (
        add_months(period.start, -12),
        add_months(period.end + timedelta(days=1), -12) - timedelta(days=1),
    )
    return Period(f"{start}..{end}", start, end)


def compare(groups: Sequence[Group], earlier: Earlier) -> tuple[Comparison, ...]:
    """Every unit of every group with its rank (1 = most posts; equal totals share a rank)."""
    return tuple(
        Comparison(
            unit=row.short,
            group=group.name,
            total=row.total,
            rank=1 + sum(other.total.at_least > row.total.at_least for other in group.rows),
            of=len(group.rows),
            before=None if earlier.before is None else earlier.before.get(row.unit, exactly(0)),
            year_ago=None
            if earlier.year_ago is None
            else earlier.year_ago.get(row.unit, exactly(0)),
        )
        for group in groups
        for row in group.rows
    )


def forecast(
    groups: Sequence[Group], months: Sequence[str], day: date, works: Callable[[date], bool]
) -> tuple[Forecast, ...]:
    """Where each unit's running month will end at the pace so far, counted in working days.

    ``day`` counts as elapsed. Empty when no month of the period is running on ``day``.
    """
    month = month_of(day)
    if month not in months or day == last_day(month):
        return ()
    number, first = list(months).index(month), first_day(month)
    elapsed = sum(works(first + timedelta(days=n)) for n in range((day - first).days + 1))
    whole = sum(works(first + timedelta(days=n)) for n in range((last_day(month) - first).days + 1))
    return tuple(
        Forecast(
            unit=row.short,
            month=month,
            so_far=row.counts[number],
            expected=row.counts[number].at_least * whole // elapsed
            if elapsed
            else row.counts[number].at_least,
            quota=row.quota,
            days_left=whole - elapsed,
        )
        for group in groups
        for row in group.rows
    )
