"""Orders as rows: by state and unit, a page at a time. Pure queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from monitor.board.filters import Selection
from monitor.board.lateness import late as is_late
from monitor.board.paging import ROWS, Paged, within
from monitor.board.words import titled
from monitor.facts.unit_names import unit_names
from monitor.record.tables import FindingRow
from monitor.rectify.appeals import WAITING, AppealRow
from monitor.rectify.orders import STATE_NAMES, OrderRow

APPEALED = (
    exists()
    .where(AppealRow.finding_id == OrderRow.finding_id, AppealRow.state == WAITING)
    .correlate(OrderRow)
)


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order as a row; ``late`` = past its deadline, unanswered by an appeal, and borne out by a
    look of now."""

    number: str
    finding: str
    name: str
    sentence: str
    unit: str
    unit_name: str
    issued: datetime
    deadline: datetime
    state: str
    reopened: int
    recurrence: int
    closed: datetime | None
    late: bool
    appealed: bool

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


def lines(
    connection: Connection, wanted: Selection, now: datetime, page: int = 1, size: int = ROWS
) -> Paged[ListedOrder]:
    """Orders, the nearest deadline first; closed ones by their end, the newest first."""
    where = tuple(wanted.conditions(now))
    total = int(
        connection.execute(select(func.count()).select_from(OrderRow).where(*where)).scalar_one()
    )
    page = within(page, total, size)
    query = (
        select(
            OrderRow.__table__,
            FindingRow.number.label("f_number"),
            FindingRow.name,
            FindingRow.sentence,
        )
        .add_columns(FindingRow.period)
        .add_columns(FindingRow.recurrence, APPEALED.label("appealed"), is_late(now).label("late"))
        .join(FindingRow, FindingRow.id == OrderRow.finding_id)
        .where(*where)
        .order_by(
            *(
                (OrderRow.deadline, OrderRow.id)
                if wanted["state"] == "open"
                else (OrderRow.id.desc(),)
            )
        )
    )
    names = unit_names(connection, retired=True)
    rows = connection.execute(query.limit(size).offset((page - 1) * size)).all()
    found = [
        ListedOrder(
            r.number,
            r.f_number,
            titled(r.name, r.period),
            r.sentence,
            r.unit_id,
            names.get(r.unit_id, r.unit_id),
            r.issued,
            r.deadline,
            r.state,
            r.reopened,
            r.recurrence,
            r.closed,
            bool(r.late),
            bool(r.appealed),
        )
        for r in rows
    ]
    return Paged(found, page, total, size)


def late_findings(connection: Connection, now: datetime) -> frozenset[int]:
    """The findings whose open order is late."""
    query = select(OrderRow.finding_id).where(is_late(now))
    return frozenset(connection.execute(query).scalars())
