"""Orders (整改通知): a finding becomes a numbered demand with a deadline, answered by its unit, closed
by its proof.

Nobody closes an order by hand: it ends when its finding ends. A reply that says "done" while the
outlet shows nothing new leaves it open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import SHANGHAI, Deed, shanghai_day, utc
from crawler.store.tables import Base
from monitor.record.chain import Seal, add_events, seal
from monitor.record.numbers import ORDERS, reserved
from monitor.record.tables import FindingRow
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings

ISSUED, REPLIED, CLOSED, WITHDRAWN, MOVED = "issued", "replied", "closed", "withdrawn", "moved"
STATE_NAMES: Mapping[str, str] = {
    ISSUED: "待整改",
    REPLIED: "已反馈，待复查",
    CLOSED: "已销号",
    WITHDRAWN: "已撤回",
    MOVED: "栏目已移交，终结",
}
OPEN = (ISSUED, REPLIED)
EVERY = (*OPEN, CLOSED, WITHDRAWN, MOVED)


class OrderRow(Base):
    """One order: a finding and the unit that leads on it. ``state`` is issued, replied, closed,
    withdrawn or moved.

    ``reopened`` counts replies that the recheck did not bear out; ``ended`` is how its finding
    ended.
    """

    __tablename__ = "order_"
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    units: Mapped[list[Any]]
    issued: Mapped[datetime]
    deadline: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))
    reopened: Mapped[int] = mapped_column(default=0)
    ended: Mapped[str] = mapped_column(String(20), default="")
    closed: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index(
            "uq_order_open",
            "finding_id",
            unique=True,
            sqlite_where=text("state IN ('issued', 'replied')"),
            postgresql_where=text("state IN ('issued', 'replied')"),
        ),
    )


class StepRefused(ValueError):
    """One sentence: why this cannot be done, and what can."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands, with what its finding says. ``recurrence`` counts earlier repairs
    (回潮)."""

    id: int
    number: str
    finding_id: int
    finding: str
    rule: str
    subject: str
    name: str
    sentence: str
    clause: str
    unit: str
    units: tuple[str, ...]
    issued: datetime
    deadline: datetime
    issued_by: str
    note: str
    state: str
    reopened: int
    recurrence: int
    ended: str
    closed: datetime | None
    opened: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order is written by: the calendar and closing hour of the letters, the numbers and
    usual term of the orders, and its own term in working ``days``; 0 is the usual one."""

    letters: LetterSettings
    settings: OrderSettings
    days: int = 0


def issue(connection: Connection, finding: str, *, deed: Deed, terms: Terms) -> Order:
    """Order the units of ``finding`` (its number) to mend it; ``days`` working days, by default as
    configured.

    Raises :class:`StepRefused` for a finding that is none, is ours, has ended, has no unit, or has
    an open order."""
    if not deed.by.strip():
        raise StepRefused("须写明签发人")
    row = _orderable(connection, finding)
    day = shanghai_day(deed.now)
    until = terms.letters.calendar.after(day, terms.days or terms.settings.days)
    stored = connection.scalar(select(func.max(OrderRow.serial)).where(OrderRow.year == day.year))
    serial = max(stored or 0, reserved(connection, ORDERS, day.year)) + 1
    values = {
        "year": day.year,
        "serial": serial,
        "number": f"{terms.settings.prefix}〔{day.year}〕{serial}号",
        "finding_id": row.id,
        "unit_id": row.units[0],
        "units": list(row.units),
        "issued": utc(deed.now),
        "deadline": datetime.combine(until, terms.letters.deadline_time, SHANGHAI),
        "issued_by": deed.by.strip(),
        "note": deed.words.strip(),
        "state": ISSUED,
    }
    made = connection.execute(insert(OrderRow).values(values).returning(OrderRow.id)).scalar_one()
    seal(connection, "order_", [made], deed.now, told=Seal(deed.by))
    detail = {
        "order": values["number"],
        "deadline": values["deadline"].isoformat(),
        "by": deed.by.strip(),
    }
    note_event(connection, row.id, "ordered", deed, detail)
    return one(connection, str(values["number"]))


def _orderable(connection: Connection, number: str) -> Any:
    found = connection.execute(
        select(FindingRow.__table__).where(FindingRow.number == number)
    ).first()
    if found is None:
        raise StepRefused(f"没有编号为 {number} 的问题")
    if found.ours:
        raise StepRefused(f"问题 {number} 由我办核查，不能向单位发整改通知")
    if found.closed is not None:
        raise StepRefused(f"问题 {number} 已经销号，不需要整改通知")
    if not found.units:
        raise StepRefused(f"问题 {number} 在台账中没有责任单位，请先补登")
    open_one = connection.scalar(
        select(OrderRow.number).where(OrderRow.finding_id == found.id, OrderRow.state.in_(OPEN))
    )
    if open_one:
        raise StepRefused(f"问题 {number} 已有整改通知 {open_one}，尚未办结")
    return found


def withdraw(connection: Connection, number: str, *, deed: Deed) -> Order:
    """Take back an order that should not have been issued; its finding is not touched."""
    order = one(connection, number)
    if order.state not in OPEN:
        raise StepRefused(f"{order.number}{STATE_NAMES[order.state]}，不能撤回")
    if not deed.words.strip() or not deed.by.strip():
        raise StepRefused("须写明撤回人和理由")
    set_state(connection, order.id, state=WITHDRAWN, closed=utc(deed.now), ended="withdrawn")
    note_event(
        connection,
        order.finding_id,
        "withdrawn",
        deed,
        {"order": order.number, "why": deed.words},
    )
    return one(connection, order.number)


def set_state(connection: Connection, order: int, **values: Any) -> None:
    """Change what may change of an order."""
    connection.execute(update(OrderRow).where(OrderRow.id == order).values(**values))


def note_event(
    connection: Connection, finding: int, kind: str, deed: Deed, detail: Mapping[str, Any]
) -> None:
    """An event of a finding, sealed, under the name of who did it."""
    row = {"finding_id": finding, "kind": kind, "moment": utc(deed.now), "detail": dict(detail)}
    add_events(connection, [row], who=deed.by)


def one(connection: Connection, number: str) -> Order:
    """The order ``number`` (整改〔2020〕1号, or short 2020-1). Raises :class:`StepRefused`."""
    short = re.fullmatch(r"(\d{4})-(\d+)", number.strip())
    wanted = OrderRow.number == number.strip()
    if short:
        wanted = or_(wanted, (OrderRow.year == int(short[1])) & (OrderRow.serial == int(short[2])))
    row = connection.execute(_query().where(wanted)).mappings().first()
    if row is None:
        raise StepRefused(f"没有整改通知 {number}")
    return _order(row)


def listed(
    connection: Connection, *, states: Sequence[str] = OPEN, findings: Collection[int] | None = None
) -> tuple[Order, ...]:
    """Orders in ``states`` (of ``findings`` only, by id), the nearest deadline first."""
    query = _query().where(OrderRow.state.in_(states)).order_by(OrderRow.deadline, OrderRow.id)
    if findings is not None:
        query = query.where(OrderRow.finding_id.in_(findings))
    return tuple(_order(row) for row in connection.execute(query).mappings())


def deadlines(connection: Connection) -> dict[int, tuple[str, date]]:
    """Number and last day of the open order of each finding."""
    query = select(OrderRow.finding_id, OrderRow.number, OrderRow.deadline).where(
        OrderRow.state.in_(OPEN)
    )
    return {
        row.finding_id: (row.number, shanghai_day(row.deadline))
        for row in connection.execute(query)
    }


def _query() -> Any:
    order, finding = OrderRow.__table__, FindingRow.__table__
    told = ("rule", "subject", "name", "sentence", "clause", "recurrence", "opened")
    return select(
        order,
        finding.c.number.label("finding"),
        *(finding.c[name].label(f"f_{name}") for name in told),
    ).join(finding, finding.c.id == order.c.finding_id)


def _order(row: Any) -> Order:
    plain = ("id", "number", "finding_id", "finding", "issued", "deadline", "issued_by", "note")
    more = ("state", "reopened", "ended", "closed")
    told = ("rule", "subject", "name", "sentence", "clause", "recurrence", "opened")
    return Order(
        **{name: row[name] for name in (*plain, *more)},
        **{name: row[f"f_{name}"] for name in told},
        unit=row["unit_id"],
        units=tuple(row["units"]),
    )
