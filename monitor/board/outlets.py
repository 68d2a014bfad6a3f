"""Columns and accounts as rows: filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from crawler.store.tables import DutyRow, OutletRow, UnitRow
from monitor.board.filters import Selection
from monitor.board.paging import ROWS, Paged, within
from monitor.findings.standing import StandingRow
from monitor.model import Value

OUTLET, S = OutletRow, StandingRow
SORTS = ("gravity", "name", "newest", "due", "look")


@dataclass(frozen=True, slots=True)
class ListedOutlet:
    """One outlet as a row. ``units`` are short names, the lead first; ``days`` since its newest
    known post. ``value`` is empty for one that was never judged. ``looked`` is the last look,
    ``seen`` the last one that saw something.
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
    seen: datetime | None = None

    @property
    def dim(self) -> bool:
        """The last look saw nothing: what is known is from before it."""
        return self.looked is not None and (self.seen is None or self.seen < self.looked)

    @property
    def ours(self) -> bool:
        """It is for us to find out how it stands: not judged, or said to come due while we could
        not look.

        Nothing is asked of its units meanwhile (situation 21: a redesigned column was 即将超期 on its
        unit's page).
        """
        return self.value in ("", Value.UNKNOWN.value) or (
            self.value == Value.DUE_SOON.value and self.dim
        )


def lines(
    connection: Connection, wanted: Selection, today: date, page: int = 1, size: int = ROWS
) -> Paged[ListedOutlet]:
    """The page of outlets that ``wanted`` names, of the catalogue as it is ``today``."""
    total = int(connection.execute(_filtered(select(func.count()), wanted, today)).scalar_one())
    page = within(page, total, size)
    query = _ordered(_filtered(select(S.outlet_id), wanted, today), wanted)
    ids = connection.execute(query.limit(size).offset((page - 1) * size)).scalars().all()
    return Paged(_of(connection, ids, today), page, total, size)


def every_line(connection: Connection, wanted: Selection, today: date) -> Iterable[ListedOutlet]:
    """All of them, for a file."""
    ids = (
        connection.execute(_ordered(_filtered(select(S.outlet_id), wanted, today), wanted))
        .scalars()
        .all()
    )
    return _of(connection, ids, today)


COLUMNS = (
    OUTLET.id, OUTLET.name, OUTLET.path, OUTLET.cls, OUTLET.platform, OUTLET.url, OUTLET.newest, OUTLET.last_look,
    S.value, S.sentence, S.cause, S.due, S.since, OUTLET.last_conclusive,
)  # fmt: skip


def _filtered(
    query: Select[*tuple[Any, ...]], wanted: Selection, today: date
) -> Select[*tuple[Any, ...]]:
    """What stands of the outlets wanted: every outlet has a row, so the wide table is not asked."""
    return query.select_from(S).where(*wanted.conditions(today))


def _ordered(query: Select[*tuple[Any, ...]], wanted: Selection) -> Select[*tuple[Any, ...]]:
    by: Mapping[str, Any] = {
        "name": S.name,
        "newest": S.newest,
        "due": S.due,
        "look": OUTLET.last_look,
    }
    if wanted.sort not in by:
        return query.order_by(S.gravity if wanted.down else S.gravity.desc(), S.key)
    if wanted.sort == "look":
        query = query.join(OUTLET, OUTLET.id == S.outlet_id)
    column = by[wanted.sort]
    return query.order_by(
        column.desc().nulls_last() if wanted.down else column.asc().nulls_last(), S.key
    )


def _of(connection: Connection, ids: Sequence[str], today: date) -> list[ListedOutlet]:
    """The outlets ``ids``, in that order."""
    found: dict[str, Any] = {}
    for start in range(0, len(ids), 500):
        query = select(*COLUMNS).join(S, S.outlet_id == OUTLET.id)
        for row in connection.execute(query.where(OUTLET.id.in_(ids[start : start + 500]))):
            found[row.id] = row
    units = units_short(connection, ids, today)
    return [
        ListedOutlet(
            r.id,
            r.name,
            r.path,
            r.cls,
            r.platform,
            r.url,
            r.value,
            r.sentence,
            r.cause,
            r.newest,
            (today - r.newest).days if r.newest else None,
            r.due,
            r.last_look,
            r.since,
            units[r.id],
            r.last_conclusive,
        )
        for r in (found[id] for id in ids)
    ]


def units_short(
    connection: Connection, outlets: Sequence[str], today: date
) -> Mapping[str, tuple[str, ...]]:
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
