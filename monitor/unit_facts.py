"""What units published per month, and what keeps a count from being sure."""

from __future__ import annotations

from collections import Counter as TallyOf
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crawler.model import ColumnClass, OutletKind, Unit
from crawler.store import PostRow, UnitRow
from monitor.calendar import add_months, first_day, last_day, month_of
from monitor.causes import NOT_COVERED, UNDECIDED, cause_name
from monitor.counts import document_month_counts
from monitor.model import Count, OutletFacts, UnitFacts, exactly

Counter = Callable[[Connection, date, date, datetime], Mapping[tuple[str, str], Count]]
"""Posts per (unit id, month) published from the first day up to (not with) the last, as seen by a moment.

The unit ``""`` stands for posts whose origin waits for a person: as long as they may be a unit's, they do not
convict it."""

POST = PostRow.__table__.c
ANYBODY = ""


def unit_facts(
    connection: Connection,
    as_of: datetime,
    day: date,
    months: tuple[str, ...],
    outlets: Sequence[OutletFacts],
    count: Counter,
) -> tuple[UnitFacts, ...]:
    """The units of the catalogue on ``day``, with their counts for ``months`` and the running month.

    ``outlets`` are all outlets of that day: their looks decide which months are read through.
    """
    this = month_of(day)
    start = first_day(months[0])
    counts: dict[str, dict[str, Count]] = defaultdict(dict)
    for (unit, month), number in count(connection, start, add_months(first_day(this), 1), as_of).items():
        counts[unit][month] = number
    needed = {month: last_day(month) for month in months} | {this: day - timedelta(days=2)}
    gaps = {month: _gaps(outlets, last) for month, last in needed.items()}
    undecided = _undecided(connection, outlets, start, as_of)
    undecided[ANYBODY].update({month: found.at_least for month, found in counts.pop(ANYBODY, {}).items()})
    documents = _documents(connection, outlets, months, as_of)
    units = UnitRow.__table__.c
    query = select(UnitRow.__table__).where(or_(units.retired_at.is_(None), units.retired_at > as_of))
    return tuple(
        UnitFacts(
            _unit(row),
            {
                month: _bounded(
                    counts.get(row["id"], {}).get(month, exactly(0)),
                    _gaps_of(row["id"], gaps[month]),
                    undecided[row["id"]][month] + undecided[ANYBODY][month],
                )
                for month in needed
            },
            {month: by.get(row["id"], by[ANYBODY]) for month, by in documents.items()},
        )
        for row in connection.execute(query.order_by(units.id)).mappings()
    )


def _bounded(seen: Count, gaps: tuple[str, ...], undecided: int) -> Count:
    """``seen`` with the outlets that were not read through, and with posts whose unit is not known."""
    if gaps:
        return seen + Count(0, None, (cause_name(NOT_COVERED),), NOT_COVERED, gaps)
    return seen + Count(0, undecided, (cause_name(UNDECIDED),), UNDECIDED) if undecided else seen


def _documents(
    connection: Connection, outlets: Sequence[OutletFacts], months: tuple[str, ...], as_of: datetime
) -> dict[str, dict[str, Count]]:
    """Disclosure documents per month and unit; ``ANYBODY`` stands for a unit of which none was seen."""
    registers = {of.outlet.id: of for of in outlets if of.outlet.cls is ColumnClass.DISCLOSURE}
    if not registers:
        return {}
    counted = document_month_counts(
        connection, first_day(months[0]), last_day(months[-1]), as_of, list(registers)
    )
    found: dict[str, dict[str, Count]] = {}
    for month in months:
        by = {unit: number for (unit, m), number in counted.items() if m == month}
        gaps = [id_ for id_, of in registers.items() if not of.read_until or of.read_until <= last_day(month)]
        nobodys = by.pop(ANYBODY, 0)
        units = {unit: _bounded(exactly(n), tuple(gaps), nobodys) for unit, n in by.items()}
        found[month] = units | {ANYBODY: _bounded(exactly(0), tuple(gaps), nobodys)}
    return found


def _undecided(
    connection: Connection, outlets: Iterable[OutletFacts], start: date, as_of: datetime
) -> dict[str, TallyOf[str]]:
    """Posts per month without a known origin: of a joint column any of its units', of a general one anybody's
    as long as the article page was not read.
    """
    query = (
        select(POST.outlet_id, POST.published, POST.article.in_(("pending", "failed")), func.count())
        .where(POST.published >= start, POST.first_seen <= as_of)
        .where(or_(POST.origin.is_(None), POST.origin == ""))
        .group_by(POST.outlet_id, POST.published, POST.article)
    )
    columns = {of.outlet.id: of for of in outlets if _counted(of)}
    found: dict[str, TallyOf[str]] = defaultdict(TallyOf)
    for outlet, day, unread, number in connection.execute(query):
        of = columns.get(outlet)
        if of is None:
            continue
        whose = of.units if len(of.units) > 1 else ()
        if unread and _general(of):
            whose = (ANYBODY,)
        for unit in whose:
            found[unit][month_of(day)] += number
    return found


def _counted(of: OutletFacts) -> bool:
    """A column whose posts count for units; disclosures are a series of their own."""
    return of.outlet.kind is OutletKind.COLUMN and of.outlet.cls is not ColumnClass.DISCLOSURE


def _general(of: OutletFacts) -> bool:
    """A column that may hold any unit's posts: news, and one that nobody answers for."""
    return not of.units or of.outlet.cls is ColumnClass.NEWS


def _gaps(outlets: Iterable[OutletFacts], last: date) -> dict[str, list[str]]:
    """Columns not read through past ``last``, by the unit whose posts they may hold."""
    gaps: dict[str, list[str]] = defaultdict(list)
    for of in outlets:
        if _counted(of) and (of.read_until is None or of.read_until <= last):
            for unit in (ANYBODY,) if _general(of) else of.units:
                gaps[unit].append(of.outlet.id)
    return gaps


def _gaps_of(unit: str, gaps: Mapping[str, list[str]]) -> tuple[str, ...]:
    return (*gaps.get(unit, ()), *gaps.get(ANYBODY, ()))


def _unit(row: Mapping[Any, Any]) -> Unit:
    return Unit(
        row["id"], row["short"], row["full"], row["group_name"], tuple(row["aliases"]), row["quota"],
        tuple(row["emails"]),
    )  # fmt: skip
