"""Stored posts -> counts: the queries behind ``tally``. Reads only; the clock is never asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crawler.model import SHANGHAI, ColumnClass, Outcome, Outlet, OutletKind, Unit, shanghai_day
from crawler.register import addressees, outlet_of
from crawler.store import DutyRow, OutletRow, PostRow, UnitRow, VisitRow
from monitor.bulletin_model import Coverage
from monitor.model import Count, exactly
from monitor.names import Names, Place
from monitor.tally import Column, LateRule, Seen, Tally, unit_counts
from monitor.tally import tally as count

__all__ = [
    "coverage",
    "document_month_counts",
    "names_of",
    "outlets_of",
    "tally",
    "unit_month_counts",
    "units_of",
]

BATCH = 5000


def tally(
    connection: Connection,
    start: date,
    end: date,
    as_of: datetime,
    *,
    place: Place | None = None,
    decisions: Mapping[str, str | None] | None = None,
    rule: LateRule | None = None,
) -> Tally:
    """What was published from ``start`` to ``end`` (both included), as far as it had been seen by ``as_of``.

    Posts of columns that have since left the catalogue still count. Without ``place`` the district is read
    off the units' full names. Raises ``ValueError`` for a naive ``as_of``.
    """
    columns = _columns(connection)
    limits = rule or LateRule()
    names = names_of(connection, start, place=place, decisions=decisions)
    rows = _rows(connection, start - timedelta(days=limits.oldest + limits.grace), end, as_of)
    return count(
        rows, columns, names, start, end, rule=limits, undated=_undated(connection, start, end, as_of)
    )


def unit_month_counts(
    connection: Connection,
    start: date,
    end: date,
    as_of: datetime,
    *,
    place: Place | None = None,
    decisions: Mapping[str, str | None] | None = None,
    rule: LateRule | None = None,
) -> Mapping[tuple[str, str], Count]:
    """Posts per (unit id, month) from ``start`` to ``end``, both included; pairs without posts are absent.

    The unit ``""`` stands for posts whose printed origin waits for a person: they may be anybody's.
    """
    limits = rule or LateRule()
    rows = _rows(connection, start - timedelta(days=limits.oldest + limits.grace), end, as_of)
    names = names_of(connection, start, place=place, decisions=decisions)
    found = unit_counts(rows, _columns(connection), names, start, end, rule=limits)
    return {key: exactly(number) for key, number in found.items()}


def document_month_counts(
    connection: Connection, start: date, end: date, as_of: datetime, outlets: Collection[str]
) -> Mapping[tuple[str, str], int]:
    """Disclosure documents of the register columns ``outlets`` per (unit id, month), both days included.

    The unit ``""`` stands for documents that belong to no known unit.
    """
    columns = {id_: column for id_, column in _columns(connection).items() if id_ in outlets}
    names = names_of(connection, start)
    rows = _rows(connection, start, end, as_of, only=outlets)
    counted = count(rows, columns, names, start, end)
    return {
        (u, m): n.at_least for u, months in counted.documents.items() for m, n in months.items() if n.at_least
    }


def units_of(connection: Connection, since: date) -> list[Unit]:
    """The units of the catalogue that had not left it before ``since``, by id."""
    day_began = datetime(since.year, since.month, since.day, tzinfo=SHANGHAI)
    rows = connection.execute(
        select(UnitRow)
        .where(or_(UnitRow.retired_at.is_(None), UnitRow.retired_at >= day_began))
        .order_by(UnitRow.id)
    )
    return [
        Unit(
            r.id, r.short, r.full, r.group_name, tuple(r.aliases), r.quota, tuple(r.emails), addressees(r.contacts)
        )
        for r in rows
    ]  # fmt: skip


def names_of(
    connection: Connection,
    since: date,
    *,
    place: Place | None = None,
    decisions: Mapping[str, str | None] | None = None,
) -> Names:
    """Every name under which the catalogue's units sign, with their accounts' names."""
    rows = connection.execute(
        select(OutletRow.name, DutyRow.unit_id)
        .join(DutyRow, DutyRow.outlet_id == OutletRow.id)
        .where(OutletRow.kind == OutletKind.ACCOUNT.value, DutyRow.position == 0, DutyRow.until.is_(None))
        .order_by(OutletRow.id)
    )
    accounts = {row.name: row.unit_id for row in rows}
    return Names.build(units_of(connection, since), place=place, accounts=accounts, decisions=decisions)


def _columns(connection: Connection) -> dict[str, Column]:
    duties: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
    for row in connection.execute(select(DutyRow).order_by(DutyRow.outlet_id, DutyRow.position, DutyRow.id)):
        duties[row.outlet_id].append((row.unit_id, row.since, row.until))
    wanted = (OutletRow.id, OutletRow.site_id, OutletRow.name, OutletRow.path, OutletRow.cls)
    rows = connection.execute(select(*wanted).where(OutletRow.kind == OutletKind.COLUMN.value))
    return {
        r.id: Column(
            r.id, r.site_id, r.name, r.path, r.cls == ColumnClass.DISCLOSURE.value, tuple(duties[r.id])
        )
        for r in rows
    }


def _rows(
    connection: Connection, start: date, end: date, as_of: datetime, only: Collection[str] | None = None
) -> Iterable[Seen]:
    post = PostRow
    query = select(
        post.id, post.outlet_id, post.url, post.title, post.published, post.origin, post.prior_look
    ).where(
        post.published >= start,
        post.published <= min(end, shanghai_day(as_of)),
        post.first_seen <= as_of,
    )
    if only is not None:
        query = query.where(post.outlet_id.in_(sorted(only)))
    same: dict[Any, Any] = {}  # the same text or day is kept once, however many posts have it
    known = same.setdefault
    return [
        Seen(
            id_,
            known(outlet, outlet),
            url,
            title,
            known(day, day),
            known(origin, origin),
            known(seen := shanghai_day(prior), seen) if prior else None,
        )
        for id_, outlet, url, title, day, origin, prior in connection.execute(
            query, execution_options={"yield_per": BATCH}
        )
        if day is not None
    ]


def _undated(connection: Connection, start: date, end: date, as_of: datetime) -> int:
    """Posts first seen in the period whose date could not be believed: they count nowhere, and we say so."""
    began = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
    ended = datetime(end.year, end.month, end.day, tzinfo=SHANGHAI) + timedelta(days=1)
    query = (
        select(func.count())
        .select_from(PostRow)
        .join(OutletRow, OutletRow.id == PostRow.outlet_id)
        .where(
            PostRow.published.is_(None),
            OutletRow.kind == OutletKind.COLUMN.value,
            PostRow.first_seen >= began,
            PostRow.first_seen < ended,
            PostRow.first_seen <= as_of,
        )
    )
    return int(connection.execute(query).scalar_one())


def outlets_of(connection: Connection, day: date) -> list[Outlet]:
    """The outlets of the catalogue, each with the units that answer for it on ``day``, the lead first."""
    duties: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(DutyRow).order_by(DutyRow.outlet_id, DutyRow.position)):
        if row.since <= day and (row.until is None or day < row.until):
            duties[row.outlet_id].append(row.unit_id)
    rows = connection.execute(
        select(OutletRow.__table__).where(OutletRow.retired_at.is_(None)).order_by(OutletRow.id)
    )
    return [outlet_of(row, duties[row["id"]]) for row in rows.mappings()]


def coverage(
    connection: Connection, start: date, end: date, as_of: datetime, *, failed: bool = False
) -> Coverage:
    """How many of the district's outlets (canaries are none) had a conclusive look from ``start`` to ``end``, both included, by ``as_of``."""
    began = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
    ended = datetime(end.year, end.month, end.day, tzinfo=SHANGHAI) + timedelta(days=1)
    conclusive = [outcome.value for outcome in Outcome if outcome.conclusive]
    rows = connection.execute(
        select(OutletRow.id, OutletRow.url, OutletRow.probes).where(
            OutletRow.retired_at.is_(None), OutletRow.kind != OutletKind.CANARY.value
        )
    ).all()
    seen = select(VisitRow.outlet_id).where(
        VisitRow.moment >= began,
        VisitRow.moment < ended,
        VisitRow.moment <= as_of,
        VisitRow.outcome.in_(conclusive),
    )
    looked = {row.outlet_id for row in connection.execute(seen.distinct())}
    known = [row.id for row in rows if row.url or row.probes]
    return Coverage(len(rows), len(known), len(looked & set(known)), failed)
