"""What a bulletin must know of our own looking: when something was last seen, by what end, and of
whom nothing is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from crawler.model import SHANGHAI, Outcome, OutletKind, shanghai_day, utc
from crawler.store.tables import OutletRow, UnitRow, VisitRow
from monitor.bulletin.model import Period
from monitor.counting.counts import coverage
from monitor.days.calendar import chinese_day
from monitor.model import Coverage

CONCLUSIVE = [outcome.value for outcome in Outcome if outcome.conclusive]
HALF = 2
"""So many of the known must have been seen after a period's end, one of ``HALF``, for its bulletin
to be more than a draft."""


def sight(
    connection: Connection,
    period: Period,
    window: tuple[date, date],
    as_of: datetime,
    *,
    failed: bool,
) -> Coverage:
    """The coverage of the check window, with what was seen after the period's end and when anything
    was seen last."""
    found = coverage(connection, *window, as_of, failed=failed)
    first, day = period.end + timedelta(days=1), shanghai_day(as_of)
    if (first, day) == window:
        after = found.looked
    else:
        after = coverage(connection, first, day, as_of).looked if first <= day else 0
    return replace(found, after=after, last=_last(connection, as_of))


def draft_reasons(found: Coverage, period: Period, as_of: datetime) -> tuple[str, ...]:
    """Why a bulletin made now is no more than a draft; nothing where the period is over and was
    seen to its end."""
    if found.last is None:
        return ("还没有看到过任何栏目和账号",)
    if shanghai_day(as_of) <= period.end:
        return (f"统计期到{chinese_day(period.end)}才结束",)
    if found.after is not None and found.after * HALF < max(1, found.known):
        last = chinese_day(shanghai_day(found.last))
        return (
            f"统计期结束后只看到应查的{found.known}个栏目和账号中的{found.after}个（最后一次看到是{last}）",
        )
    return ()


def last_seen(
    connection: Connection, outlets: Collection[str], as_of: datetime
) -> Mapping[str, datetime]:
    """When something was last seen of each of ``outlets`` by ``as_of``; those never seen are left
    out."""
    query = (
        select(VisitRow.outlet_id, func.max(VisitRow.moment).label("last"))
        .where(VisitRow.moment <= utc(as_of), VisitRow.outcome.in_(CONCLUSIVE))
        .group_by(VisitRow.outlet_id)
    )
    ids, found = sorted(outlets), dict[str, datetime]()
    for start in range(0, len(ids), 500):
        rows = connection.execute(query.where(VisitRow.outlet_id.in_(ids[start : start + 500])))
        found |= {row.outlet_id: row.last for row in rows}
    return found


def left_since(connection: Connection, start: date) -> Mapping[str, date]:
    """The units that left the catalogue after ``start``, with the first day on which they were
    gone."""
    began = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
    query = select(UnitRow.id, UnitRow.retired_at).where(UnitRow.retired_at >= utc(began))
    return {row.id: shanghai_day(row.retired_at) for row in connection.execute(query)}


def _last(connection: Connection, as_of: datetime) -> datetime | None:
    """When any place of the district was last seen by ``as_of``."""
    district = or_(
        OutletRow.kind == OutletKind.COLUMN.value, OutletRow.kind == OutletKind.ACCOUNT.value
    )
    newest: datetime | None = connection.execute(
        select(func.max(OutletRow.last_conclusive)).where(district)
    ).scalar()
    if newest is None or newest <= utc(as_of):
        return newest
    past = (
        select(func.max(VisitRow.moment))
        .join(OutletRow, OutletRow.id == VisitRow.outlet_id)
        .where(district, VisitRow.moment <= utc(as_of), VisitRow.outcome.in_(CONCLUSIVE))
    )
    found: datetime | None = connection.execute(past).scalar()
    return found
