"""Columns and accounts as rows: filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from crawler.store import DutyRow, OutletRow, UnitRow
from monitor.board.paging import ROWS, Paged, within
from monitor.standing import StandingRow

SORTS = ("gravity", "name", "newest", "due", "look")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows. Empty = all. ``days`` keeps what has been silent for at least so many days, ``soon`` what
    comes due within so many. ``value`` ``unjudged`` are those without a judgement yet.
    """

    kind: str
    value: str = ""
    cls: str = ""
    platform: str = ""
    unit: str = ""
    text: str = ""
    days: int = 0
    soon: int = 0
    sort: str = "gravity"
    down: bool = False


@dataclass(frozen=True, slots=True)
class OutletLine:
    """One outlet as a row. ``units`` are short names, the lead first; ``days`` since its newest post. ``value`` is
    empty for one that was never judged.
    """

    id: str
    name: str
    path: str
    cls: str
    platform: str
    url: str | None
    value: str
    sentence: str
    cause: str
    newest: date | None
    days: int | None
    due: date | None
    looked: datetime | None
    since: datetime | None
    units: tuple[str, ...]


def lines(
    connection: Connection, wanted: Wanted, today: date, page: int = 1, size: int = ROWS
) -> Paged[OutletLine]:
    """The page of outlets that ``wanted`` names, of the catalogue as it is ``today``."""
    total = int(connection.execute(_filtered(select(func.count()), wanted, today)).scalar_one())
    page = within(page, total, size)
    query = _filtered(select(*COLUMNS), wanted, today).order_by(*_order(wanted))
    rows = connection.execute(query.limit(size).offset((page - 1) * size)).all()
    return Paged(_lines(connection, rows, today), page, total, size)


def every_line(connection: Connection, wanted: Wanted, today: date) -> Iterable[OutletLine]:
    """All of them, for a file."""
    rows = connection.execute(_filtered(select(*COLUMNS), wanted, today).order_by(*_order(wanted))).all()
    return _lines(connection, rows, today)


OUTLET, S = OutletRow, StandingRow
COLUMNS = (
    OUTLET.id, OUTLET.name, OUTLET.path, OUTLET.cls, OUTLET.platform, OUTLET.url, OUTLET.newest, OUTLET.last_look,
    S.value, S.sentence, S.cause, S.due, S.since,
)  # fmt: skip


def _filtered(query: Select[*tuple[Any, ...]], wanted: Wanted, today: date) -> Select[*tuple[Any, ...]]:
    query = query.select_from(OUTLET).outerjoin(S, S.key == "outlet:" + OUTLET.id)
    return query.where(*_conditions(wanted, today))


def _conditions(wanted: Wanted, today: date) -> Iterable[ColumnElement[bool]]:
    yield OUTLET.retired_at.is_(None)
    yield OUTLET.kind == wanted.kind
    if wanted.value:
        yield S.value == wanted.value if wanted.value != "unjudged" else S.value.is_(None)
    if wanted.cls:
        yield OUTLET.cls == wanted.cls
    if wanted.platform:
        yield OUTLET.platform == wanted.platform
    if wanted.days:
        yield OUTLET.newest <= today - timedelta(days=wanted.days)
    if wanted.soon:
        yield S.due.between(today, today + timedelta(days=wanted.soon))
    if wanted.text:
        like = f"%{wanted.text.replace('%', '').replace('_', '')}%"
        yield or_(OUTLET.name.like(like), OUTLET.path.like(like), OUTLET.id == wanted.text)
    if wanted.unit:
        yield OUTLET.id.in_(
            select(DutyRow.outlet_id).where(
                DutyRow.unit_id == wanted.unit,
                DutyRow.since <= today,
                or_(DutyRow.until.is_(None), DutyRow.until > today),
            )
        )


def _order(wanted: Wanted) -> tuple[Any, ...]:
    by: Mapping[str, Any] = {
        "gravity": func.coalesce(S.gravity, -1), "name": OUTLET.name, "newest": OUTLET.newest, "due": S.due, "look": OUTLET.last_look,
    }  # fmt: skip
    column = by.get(wanted.sort, by["gravity"])
    down = wanted.down != (wanted.sort == "gravity")
    return (column.desc().nulls_last() if down else column.asc().nulls_last(), OUTLET.id)


def _lines(connection: Connection, rows: Sequence[Any], today: date) -> list[OutletLine]:
    units = units_short(connection, [row.id for row in rows], today)
    return [
        OutletLine(
            r.id, r.name, r.path, r.cls, r.platform, r.url, r.value or "", r.sentence or "", r.cause or "",
            r.newest, (today - r.newest).days if r.newest else None, r.due, r.last_look, r.since, units[r.id],
        )
        for r in rows
    ]  # fmt: skip


def units_short(connection: Connection, outlets: Sequence[str], today: date) -> Mapping[str, tuple[str, ...]]:
    """Short names of the units that answer for each outlet ``today``, the lead first."""
    found: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(outlets), 500):
        query = (
            select(DutyRow.outlet_id, UnitRow.short)
            .join(UnitRow, UnitRow.id == DutyRow.unit_id)
            .where(
                DutyRow.outlet_id.in_(outlets[start : start + 500]),
                DutyRow.since <= today,
                or_(DutyRow.until.is_(None), DutyRow.until > today),
            )
            .order_by(DutyRow.outlet_id, DutyRow.position)
        )
        for row in connection.execute(query):
            found[row.outlet_id].append(row.short)
    return defaultdict(tuple, {outlet: tuple(names) for outlet, names in found.items()})
