"""Handed over (移交): who lost a column is told once, an order of theirs ends in the record, and the
new owner starts anew.

Whether a unit lost a column is told by the duties of the catalogue; since when its finding is
another's, by the finding's own events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from crawler.model import Deed, utc
from crawler.store.tables import DutyRow
from monitor.record.chain import SYSTEM
from monitor.record.tables import EventRow, FindingRow
from monitor.rectify.orders import MOVED, OPEN, OrderRow, note_event, set_state

Pair = tuple[int, str]
"""A finding's id and a unit's."""
FEW = 400


@dataclass(frozen=True, slots=True)
class Move:
    """A finding that is no longer the unit's: since when, and the units that answer for it now,
    lead first."""

    finding: int
    unit: str
    since: datetime
    to: tuple[str, ...]


def moves(connection: Connection, pairs: Collection[Pair]) -> dict[Pair, Move]:
    """Those of ``pairs`` whose unit lost the outlet of the finding to another one."""
    rows = {row.id: row for row in _findings(connection, {finding for finding, _ in pairs})}
    left = [
        (finding, unit)
        for finding, unit in sorted(pairs)
        if finding in rows
        and rows[finding].subject.startswith("outlet:")
        and unit not in rows[finding].units
    ]
    lost = _lost(connection, {rows[finding].subject.removeprefix("outlet:") for finding, _ in left})
    left = [(f, u) for f, u in left if (rows[f].subject.removeprefix("outlet:"), u) in lost]
    since = _since(connection, left)
    return {
        (finding, unit): Move(finding, unit, since[finding, unit], tuple(rows[finding].units))
        for finding, unit in left
        if (finding, unit) in since
    }


def transfer(connection: Connection, as_of: datetime) -> tuple[str, ...]:
    """After a judgement: open orders to units that lost the column end as handed over. Returns
    their numbers."""
    query = select(OrderRow.id, OrderRow.number, OrderRow.finding_id, OrderRow.unit_id)
    orders = connection.execute(query.where(OrderRow.state.in_(OPEN)).order_by(OrderRow.id)).all()
    found = moves(connection, {(row.finding_id, row.unit_id) for row in orders})
    ended = []
    for row in orders:
        move = found.get((row.finding_id, row.unit_id))
        if move is None:
            continue
        set_state(connection, row.id, state=MOVED, closed=utc(as_of), ended=MOVED)
        detail = {"order": row.number, "from": row.unit_id, "to": list(move.to)}
        note_event(connection, row.finding_id, "transferred", Deed(SYSTEM, as_of), detail)
        ended.append(row.number)
    return tuple(ended)


def ended_orders(connection: Connection, pairs: Collection[Pair]) -> dict[Pair, str]:
    """The number of the order that ended by the move, where there was one."""
    query = select(OrderRow.finding_id, OrderRow.unit_id, OrderRow.number).where(
        OrderRow.state == MOVED
    )
    query = query.where(OrderRow.finding_id.in_({finding for finding, _ in pairs}))
    rows = connection.execute(query.order_by(OrderRow.id))
    return {(row.finding_id, row.unit_id): row.number for row in rows}


def _findings(connection: Connection, ids: Collection[int]) -> Iterable[Any]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), FEW):
        query = select(FindingRow.id, FindingRow.subject, FindingRow.units)
        yield from connection.execute(query.where(FindingRow.id.in_(wanted[start : start + FEW])))


def _lost(connection: Connection, outlets: Collection[str]) -> frozenset[tuple[str, str]]:
    """(outlet, unit) where the unit answered once and does not now."""
    query = select(DutyRow.outlet_id, DutyRow.unit_id, DutyRow.until).where(
        DutyRow.outlet_id.in_(outlets)
    )
    had: set[tuple[str, str]] = set()
    has: set[tuple[str, str]] = set()
    for row in connection.execute(query):
        (had if row.until is not None else has).add((row.outlet_id, row.unit_id))
    return frozenset(had - has)


def _since(connection: Connection, pairs: Collection[Pair]) -> Mapping[Pair, datetime]:
    """The first event of each finding that no longer names the unit, after the last one that
    did."""
    events: dict[int, list[Any]] = defaultdict(list)
    query = select(EventRow.finding_id, EventRow.moment, EventRow.detail)
    query = query.where(EventRow.finding_id.in_({finding for finding, _ in pairs}))
    query = query.where(EventRow.kind.in_(("opened", "changed"))).order_by(EventRow.id)
    for row in connection.execute(query):
        events[row.finding_id].append(row)
    found: dict[Pair, datetime] = {}
    for finding, unit in pairs:
        for row in events[finding]:
            if unit in row.detail.get("units", ()):
                found.pop((finding, unit), None)
            else:
                found.setdefault((finding, unit), row.moment)
    return found
