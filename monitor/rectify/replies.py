"""Replies (整改反馈) to an order: text and files, kept; the system looks again and believes only what
it sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Text, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import Deed, Outcome, utc
from crawler.store.tables import Base, VisitRow
from monitor.facts.content import looked_since
from monitor.model import Value
from monitor.record.chain import SYSTEM, Seal, seal
from monitor.record.tables import FindingRow, JudgementRow, SaidRow
from monitor.rectify import rechecks
from monitor.rectify.attachments import Attachment, Unacceptable, accept, put
from monitor.rectify.handover import transfer
from monitor.rectify.orders import (
    CLOSED,
    ISSUED,
    OPEN,
    REPLIED,
    STATE_NAMES,
    Order,
    OrderRow,
    StepRefused,
    note_event,
    one,
    set_state,
)
from monitor.rules import traits
from monitor.settings.orders import OrderSettings

MAX_TEXT = 5000
PROVED, UNPROVED = "proved", "unproved"
RESULT_NAMES = {"": "待复查", PROVED: "复查属实，已销号", UNPROVED: "复查未见更新，退回整改"}


class ReplyRow(Base):
    """One reply. ``result`` is empty until a look settles it, then ``proved`` or ``unproved``."""

    __tablename__ = "reply"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order_.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    moment: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    recheck_id: Mapped[int | None] = mapped_column(ForeignKey("recheck.id"))
    result: Mapped[str] = mapped_column(String(10), default="")
    settled: Mapped[datetime | None]


class ReplyFileRow(Base):
    """A file of a reply; its bytes lie in the files folder under ``sha256``."""

    __tablename__ = "reply_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its files (name, sha256)."""

    id: int
    unit: str
    moment: datetime
    who: str
    text: str
    result: str
    settled: datetime | None
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The files that came with a reply, (name, bytes) each, and the ``folder`` where files are
    kept."""

    folder: Path
    files: Sequence[tuple[str, bytes]] = ()


def reply(
    connection: Connection, number: str, *, deed: Deed, settings: OrderSettings, enclosed: Enclosed
) -> Order:
    """Enter what ``unit`` answers, and ask for a look. Nothing is kept when anything is refused.

    Raises :class:`StepRefused` for an order that is closed, a unit that does not answer for it, an
    empty or endless text, or a file that may not come in.
    """
    order = one(connection, number)
    if order.state not in OPEN:
        raise StepRefused(f"{order.number}{STATE_NAMES[order.state]}，不再接受反馈")
    if deed.unit not in order.units:
        raise StepRefused(
            f"{order.number} 的责任单位是 {'、'.join(order.units)}，不接受 {deed.unit} 的反馈"
        )
    if not deed.by.strip() or not deed.words.strip() or len(deed.words) > MAX_TEXT:
        raise StepRefused(f"须写明反馈人和整改情况，不超过 {MAX_TEXT} 字")
    taken = _taken(enclosed.files, settings)
    values = {
        "order_id": order.id,
        "unit_id": deed.unit,
        "moment": utc(deed.now),
        "who": deed.by.strip()[:100],
    }
    values |= {
        "text": deed.words.strip(),
        "recheck_id": _look(connection, order, deed.now),
        "result": "",
    }
    made = connection.execute(insert(ReplyRow).values(values).returning(ReplyRow.id)).scalar_one()
    seal(connection, "reply", [made], deed.now, told=Seal(deed.by))
    _keep(connection, made, taken, enclosed.folder, deed)
    set_state(connection, order.id, state=REPLIED)
    detail: dict[str, Any] = {
        "order": order.number,
        "unit": deed.unit,
        "who": deed.by.strip(),
        "text": deed.words.strip(),
    }
    detail |= {"files": [[file.name, file.sha256] for file in taken]}
    note_event(connection, order.finding_id, "replied", deed, detail)
    return one(connection, order.number)


def _taken(files: Sequence[tuple[str, bytes]], settings: OrderSettings) -> list[Attachment]:
    if len(files) > settings.max_files:
        raise StepRefused(f"一次最多 {settings.max_files} 个附件")
    try:
        return [accept(name, data, settings.max_file_bytes) for name, data in files]
    except Unacceptable as error:
        raise StepRefused(str(error)) from None


def _look(connection: Connection, order: Order, now: datetime) -> int | None:
    kind, _, outlet = order.subject.partition(":")
    return (
        rechecks.ask(connection, outlet, f"{order.number}反馈", now)[0]
        if kind == "outlet"
        else None
    )


def _keep(
    connection: Connection, made: int, files: Sequence[Attachment], folder: Path, deed: Deed
) -> None:
    rows = [
        {"reply_id": made, "name": f.name, "kind": f.kind, "size": f.size, "sha256": f.sha256}
        for f in files
    ]
    if not rows:
        return
    statement = insert(ReplyFileRow).returning(ReplyFileRow.id, sort_by_parameter_order=True)
    ids = connection.execute(statement, rows).scalars().all()
    seal(connection, "reply_file", ids, deed.now, told=Seal(deed.by))
    for file in files:
        # A file that is kept for a reply that is rolled back harms nobody: it lies under its own
        # hash.
        put(folder, file)


def replies(connection: Connection, order: int) -> tuple[Reply, ...]:
    """The replies to an order, oldest first."""
    rows = connection.execute(
        select(ReplyRow).where(ReplyRow.order_id == order).order_by(ReplyRow.id)
    ).all()
    files = connection.execute(
        select(ReplyFileRow)
        .where(ReplyFileRow.reply_id.in_([r.id for r in rows]))
        .order_by(ReplyFileRow.id)
    ).all()
    return tuple(
        Reply(
            r.id,
            r.unit_id,
            r.moment,
            r.who,
            r.text,
            r.result,
            r.settled,
            tuple((f.name, f.sha256) for f in files if f.reply_id == r.id),
        )
        for r in rows
    )


def settle(connection: Connection, as_of: datetime) -> tuple[str, ...]:
    """After a judgement: orders whose finding ended are closed, those of units that lost the column
    end as handed over, replies that no look bears out are sent back.

    Returns the numbers of the orders that changed. A look that proved nothing settles nothing.
    """
    changed = list(transfer(connection, as_of))
    query = (
        select(OrderRow.id, OrderRow.number, OrderRow.state, OrderRow.finding_id)
        .add_columns(FindingRow.rule, FindingRow.subject, FindingRow.period)
        .add_columns(FindingRow.closed.label("f_closed"), FindingRow.ended.label("f_ended"))
        .join(FindingRow, FindingRow.id == OrderRow.finding_id)
        .where(OrderRow.state.in_(OPEN))
        .order_by(OrderRow.id)
    )
    for row in connection.execute(query).all():
        if row.f_closed is not None:
            _close(connection, row, as_of)
        elif not (row.state == REPLIED and _unproved(connection, row, as_of)):
            continue
        changed.append(row.number)
    return tuple(changed)


def _close(connection: Connection, row: Any, as_of: datetime) -> None:
    set_state(connection, row.id, state=CLOSED, closed=row.f_closed, ended=row.f_ended)
    proved = row.f_ended in (Value.FRESH.value, Value.DUE_SOON.value)
    if row.state == REPLIED and proved:
        _result(connection, row.id, PROVED, as_of)
    detail = {"order": row.number, "ended": row.f_ended}
    note_event(connection, row.finding_id, "order_closed", Deed(SYSTEM, as_of), detail)


def _unproved(connection: Connection, row: Any, as_of: datetime) -> bool:
    """Sends the reply back when a look after it proved something and the breach still stands."""
    answered = connection.scalar(
        select(func.max(ReplyRow.moment)).where(ReplyRow.order_id == row.id)
    )
    looked = (
        _looked_after(connection, row.rule, row.subject, answered, as_of) if answered else False
    )
    if not looked or not _accused(connection, row):
        return False
    _result(connection, row.id, UNPROVED, as_of)
    set_state(connection, row.id, state=ISSUED, reopened=OrderRow.reopened + 1)
    note_event(connection, row.finding_id, "reopened", Deed(SYSTEM, as_of), {"order": row.number})
    return True


def _result(connection: Connection, order: int, result: str, as_of: datetime) -> None:
    waiting = (ReplyRow.order_id == order) & (ReplyRow.result == "")
    connection.execute(update(ReplyRow).where(waiting).values(result=result, settled=utc(as_of)))


def _looked_after(
    connection: Connection, rule: str, subject: str, since: datetime, as_of: datetime
) -> bool:
    """Whether anything could have been proved since: a conclusive look, the posts themselves where
    those are at fault, or for a unit a whole judgement."""
    kind, _, outlet = subject.partition(":")
    if traits(rule).kind == "content":
        return looked_since(connection, outlet, since)
    if kind == "outlet":
        conclusive = [outcome.value for outcome in Outcome if outcome.conclusive]
        query = select(VisitRow.id).where(VisitRow.outlet_id == outlet, VisitRow.page_no == 1)
        query = query.where(VisitRow.outcome.in_(conclusive), VisitRow.moment > since)
        return (
            connection.execute(query.where(VisitRow.moment <= as_of).limit(1)).first() is not None
        )
    judged = select(JudgementRow.id).where(
        JudgementRow.as_of > since, JudgementRow.failed_night.is_(False)
    )
    return (
        connection.execute(judged.where(JudgementRow.as_of <= as_of).limit(1)).first() is not None
    )


def _accused(connection: Connection, row: Any) -> bool:
    """Whether what is said of the subject now is still the accusation, not an unknown or a first
    fresh look."""
    said = (
        (SaidRow.rule == row.rule)
        & (SaidRow.subject == row.subject)
        & (SaidRow.period == row.period)
    )
    value = connection.scalar(select(SaidRow.value).where(said, SaidRow.until.is_(None)))
    return value is not None and Value(value).accuses
