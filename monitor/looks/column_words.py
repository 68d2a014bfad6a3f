"""A clerk's word about a column, once and for all: a part that is not of it, a list that rightly
went back, an address.

Kept with person, reason and what was shown; in force until it is ended. Rows are ended, never
deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from crawler.model import Unread
from crawler.store.proof_tables import ColumnWordRow
from monitor.model import OutletFacts

PART, BACKWARDS, ADDRESS = "part", "backwards", "address"
KINDS: Mapping[str, str] = {
    PART: "不属于本栏目的部分：",
    BACKWARDS: "列表变旧属实",
    ADDRESS: "这个地址属实：",
}
ROW = ColumnWordRow.__table__.c
FEW = 500


@dataclass(frozen=True, slots=True)
class ColumnWord:
    """One decision. ``key`` is a part's place or an address; ``shown`` the rows that stood there,
    as they were read."""

    id: int
    outlet: str
    kind: str
    key: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    person: str = ""
    reason: str = ""
    moment: datetime | None = None
    ended: datetime | None = None

    def dismisses(self, one: Unread) -> bool:
        """Whether the part was said not to be of the column. A word about a row is about that row,
        not about the next one that will stand in its place."""
        if self.kind != PART or self.key != one.place:
            return False
        if not is_row(one):
            return True
        return {"url": one.url, "text": one.text} in [
            {"url": row.get("url", ""), "text": row.get("text", "")}
            for row in self.shown.get("rows", ())
        ]


def is_row(one: Unread) -> bool:
    """Whether it is a row of the list: others stand in its place tomorrow; a part of the page keeps
    its place."""
    return one.why not in ("outside", "part", "total", "cut")


def words_of(
    connection: Connection, outlets: Collection[str], as_of: datetime
) -> dict[str, tuple[ColumnWord, ...]]:
    """The words in force at ``as_of``, by outlet."""
    query = select(ColumnWordRow.__table__).where(
        ROW.moment <= as_of, or_(ROW.ended.is_(None), ROW.ended > as_of)
    )
    if len(outlets) <= FEW:
        query = query.where(ROW.outlet_id.in_(list(outlets)))
    found: dict[str, list[ColumnWord]] = defaultdict(list)
    for row in connection.execute(query.order_by(ROW.id)):
        if row.outlet_id in outlets:
            found[row.outlet_id].append(word_of(row))
    return {outlet: tuple(words) for outlet, words in found.items()}


def with_addresses(
    connection: Connection, outlets: tuple[OutletFacts, ...], as_of: datetime
) -> tuple[OutletFacts, ...]:
    """``outlets`` with the other addresses that people said are their own."""
    led = {of.outlet.id for of in outlets if any("final=" in look.path for look in of.looks)}
    words = words_of(connection, led, as_of) if led else {}
    own = {id_: tuple(w.key for w in said if w.kind == ADDRESS) for id_, said in words.items()}
    return tuple(
        replace(of, own_addresses=own[of.outlet.id]) if own.get(of.outlet.id) else of
        for of in outlets
    )


def word_of(row: Any) -> ColumnWord:
    """A row of the table as a word."""
    return ColumnWord(
        row.id,
        row.outlet_id,
        row.kind,
        row.key,
        row.shown,
        row.person,
        row.reason,
        row.moment,
        row.ended,
    )
