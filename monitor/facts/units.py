"""What units published per month, and what keeps a count from being sure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from crawler.model import Unit
from crawler.store.tables import UnitRow
from monitor.counting.asked import Stretch
from monitor.counting.counts import document_month_counts
from monitor.days.calendar import add_months, first_day, last_day, month_of
from monitor.model import Count, UnitFacts

Counter = Callable[[Connection, date, date, datetime], Mapping[tuple[str, str], Count]]
"""Posts per (unit id, month) published from the first day up to (not with) the last, as seen by a
moment.

Of a pair that is not there nothing is known. The running month is counted so far."""


def unit_facts(
    connection: Connection, as_of: datetime, day: date, months: tuple[str, ...], count: Counter
) -> tuple[UnitFacts, ...]:
    """The units of the catalogue on ``day``, with their counts for ``months`` and the running
    month."""
    start, after = first_day(months[0]), add_months(first_day(month_of(day)), 1)
    counts = _by_unit(count(connection, start, after, as_of))
    documents = _by_unit(
        document_month_counts(connection, Stretch(start, last_day(months[-1]), as_of))
    )
    units = UnitRow.__table__.c
    query = select(UnitRow.__table__).where(
        or_(units.retired_at.is_(None), units.retired_at > as_of)
    )
    return tuple(
        UnitFacts(_unit(row), counts[row["id"]], documents[row["id"]])
        for row in connection.execute(query.order_by(units.id)).mappings()
    )


def _by_unit(counts: Mapping[tuple[str, str], Count]) -> Mapping[str, dict[str, Count]]:
    found: dict[str, dict[str, Count]] = defaultdict(dict)
    for (unit, month), number in counts.items():
        found[unit][month] = number
    return found


def _unit(row: Mapping[Any, Any]) -> Unit:
    return Unit(
        row["id"],
        row["short"],
        row["full"],
        row["group_name"],
        tuple(row["aliases"]),
        row["quota"],
        tuple(row["emails"]),
    )
