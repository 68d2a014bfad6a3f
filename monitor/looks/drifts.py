"""Columns whose page is built otherwise than it was learned, gathered for the rules and the screen;
a person takes the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, or_, select

from crawler.store.proof_tables import ColumnShapeRow
from crawler.walking.shape_store import kept_of, opened
from crawler.walking.shapes import DRIFTING, GOLDEN, Drifted, KeptShape
from monitor.model import OutletFacts

ROW = ColumnShapeRow.__table__.c


def golden_of(connection: Connection, outlet: str) -> KeptShape | None:
    """The golden reading of one column, as it stands now."""
    return opened(connection, [outlet]).get(outlet, {}).get(GOLDEN)


def drift_of(connection: Connection, outlet: str) -> Drifted | None:
    """The drift of one column that is open now."""
    kept = opened(connection, [outlet]).get(outlet, {})
    return Drifted(kept.get(GOLDEN), kept[DRIFTING]) if DRIFTING in kept else None


def drifts(connection: Connection, as_of: datetime) -> dict[str, Drifted]:
    """The columns whose page was built anew at ``as_of``, by id."""
    query = (
        select(ColumnShapeRow.__table__)
        .where(ROW.first_seen <= as_of, or_(ROW.ended.is_(None), ROW.ended > as_of))
        .order_by(ROW.id)
    )
    now = {
        row.outlet_id: kept_of(row) for row in connection.execute(query.where(ROW.kind == DRIFTING))
    }
    if not now:
        return {}
    of = query.where(ROW.kind == GOLDEN, ROW.outlet_id.in_(now))
    golden = {row.outlet_id: kept_of(row) for row in connection.execute(of)}
    return {outlet: Drifted(golden.get(outlet), new) for outlet, new in now.items()}


def with_drifts(
    connection: Connection, outlets: tuple[OutletFacts, ...], as_of: datetime
) -> tuple[OutletFacts, ...]:
    """``outlets`` with the drifts that are open."""
    found = drifts(connection, as_of)
    return tuple(
        replace(of, drifted=found[of.outlet.id]) if of.outlet.id in found else of for of in outlets
    )
