"""Spans of rows (so many from a place on) of findings, posts, looks and runs, for programs that
page through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, or_, select

from crawler.model import shanghai_day
from crawler.store.tables import DutyRow, OutletRow, PostRow, RunRow, UnitRow, VisitRow
from monitor.board.filters import Selection
from monitor.findings.standing import StandingRow
from monitor.record.tables import FindingRow

T = TypeVar("T")
POST, VISIT, FINDING = PostRow.__table__.c, VisitRow.__table__.c, FindingRow.__table__.c


@dataclass(frozen=True, slots=True)
class Span:
    """``rows`` from ``offset`` on, at most ``limit`` of them, out of ``total``."""

    rows: Sequence[Mapping[str, Any]]
    total: int
    limit: int
    offset: int


def posts(connection: Connection, outlet: str, limit: int, offset: int) -> Span:
    """Posts of an outlet, the newest first, undated ones last."""
    query = select(PostRow.__table__).where(POST.outlet_id == outlet)
    order = (POST.published.desc().nulls_last(), POST.id.desc())
    return _span(connection, query, order, limit, offset)


def visits(connection: Connection, outlet: str, limit: int, offset: int) -> Span:
    """Looks at an outlet, the newest first."""
    query = select(VisitRow.__table__).where(VISIT.outlet_id == outlet)
    return _span(connection, query, (VISIT.moment.desc(), VISIT.id.desc()), limit, offset)


def findings(
    connection: Connection, wanted: Selection, now: datetime, limit: int, offset: int
) -> Span:
    """Findings, the newest first."""
    query = select(FindingRow.__table__).where(*wanted.conditions(now))
    return _span(connection, query, (FINDING.id.desc(),), limit, offset)


def finding(connection: Connection, number: str) -> Mapping[str, Any] | None:
    """The finding with this number."""
    query = select(FindingRow.__table__).where(FINDING.number == number)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def runs(connection: Connection, kind: str, limit: int, offset: int) -> Span:
    """Nights or rechecks, the newest first."""
    table = RunRow.__table__
    query = select(table)
    if kind:
        query = query.where(table.c.kind == kind)
    return _span(connection, query, (table.c.id.desc(),), limit, offset)


def answers_for(connection: Connection, unit: str, outlet: str, now: datetime) -> bool:
    """Whether ``unit`` answers for ``outlet`` today."""
    day = shanghai_day(now)
    query = select(DutyRow.id).where(
        DutyRow.outlet_id == outlet,
        DutyRow.unit_id == unit,
        DutyRow.since <= day,
        or_(DutyRow.until.is_(None), DutyRow.until > day),
    )
    return connection.execute(query.limit(1)).first() is not None


def outlet(connection: Connection, id: str) -> Mapping[str, Any] | None:
    """An outlet of the catalogue, one that left it too."""
    row = (
        connection.execute(select(OutletRow.__table__).where(OutletRow.id == id)).mappings().first()
    )
    return dict(row) if row else None


def standing(connection: Connection, key: str) -> Mapping[str, Any]:
    """What stands under ``key`` (``outlet:ID``); empty where nothing was judged yet."""
    row = (
        connection.execute(select(StandingRow.__table__).where(StandingRow.key == key))
        .mappings()
        .first()
    )
    return dict(row) if row else {}


def units(connection: Connection) -> Sequence[Mapping[str, Any]]:
    """The units of the catalogue; never their contacts."""
    table = UnitRow.__table__
    query = select(table.c.id, table.c.short, table.c.full, table.c.group_name, table.c.quota)
    found = connection.execute(
        query.where(table.c.retired_at.is_(None)).order_by(table.c.id)
    ).mappings()
    return [dict(row) for row in found]


def months_back(day: date, many: int) -> tuple[str, ...]:
    """The last ``many`` months up to the one of ``day``, oldest first, as ``2020-07``."""
    number = day.year * 12 + day.month - 1
    return tuple(f"{n // 12}-{n % 12 + 1:02d}" for n in range(number - many + 1, number + 1))


def _span(
    connection: Connection,
    query: Select[*tuple[Any, ...]],
    order: tuple[Any, ...],
    limit: int,
    offset: int,
) -> Span:
    total = int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())
    if offset >= total:
        return Span((), total, limit, offset)
    found = connection.execute(query.order_by(*order).limit(limit).offset(offset)).mappings()
    return Span([dict(row) for row in found], total, limit, offset)
