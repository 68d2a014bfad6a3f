"""Which open orders are past their deadline: no appeal waits, and a look of the last two days bears
the finding out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from crawler.model import utc
from monitor.findings.borne_out import borne_out, waiting
from monitor.findings.ledger import open_findings
from monitor.record.tables import FindingRow
from monitor.rectify.appeals import WAITING, AppealRow
from monitor.rectify.orders import OPEN, OrderRow

ORDER = OrderRow.__table__.c


def past_deadline(now: datetime) -> ColumnElement[bool]:
    """The condition that a row of orders is open, past its deadline, and held by no appeal."""
    appealed = exists().where(AppealRow.finding_id == ORDER.finding_id, AppealRow.state == WAITING)
    return (
        ORDER.state.in_(OPEN)
        & (ORDER.deadline < utc(now))
        & ~appealed.correlate(OrderRow.__table__)
    )


def late(now: datetime) -> ColumnElement[bool]:
    """The condition that a row of orders is late: :func:`past_deadline`, and its finding is borne
    out at ``now``."""
    finding = FindingRow.__table__.alias("late_finding")
    stands = exists().where(finding.c.id == ORDER.finding_id, borne_out(now, finding.c))
    return past_deadline(now) & stands.correlate(OrderRow.__table__)


@dataclass(frozen=True, slots=True)
class Held:
    """An order past its deadline that nobody calls late, because nobody saw its column lately:
    ``why`` in Chinese."""

    order: str
    finding: str
    name: str
    unit: str
    why: str


def held(connection: Connection, now: datetime) -> tuple[Held, ...]:
    """The orders past their deadline that wait for a look, the nearest deadline first."""
    query = (
        select(ORDER.number, ORDER.finding_id, ORDER.unit_id)
        .where(past_deadline(now), ~late(now))
        .order_by(ORDER.deadline, ORDER.id)
    )
    rows = connection.execute(query).all()
    if not rows:
        return ()
    ids = {row.finding_id for row in rows}
    findings = {one.id: one for one in open_findings(connection, now) if one.id in ids}
    why = waiting(connection, findings.values(), now)
    return tuple(
        Held(row.number, found.number, found.name, row.unit_id, why.get(found.id, ""))
        for row in rows
        if (found := findings.get(row.finding_id)) is not None
    )
