"""One unit as the office sees it, and what only its own page needs. Pure queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crawler.model import shanghai_day
from crawler.store.tables import DutyRow, OutletRow, UnitRow
from monitor.board.filters import Selection
from monitor.counting.attribution import REASON_NAMES, Reason
from monitor.days.workdays import Calendar
from monitor.findings.ledger import answered_by
from monitor.findings.standing import StandingRow
from monitor.judging.ahead import Ahead, ahead
from monitor.judging.unit_rhythm import DoubtRow
from monitor.model import Newest, Value, Verdict
from monitor.record.tables import FindingRow, LetterRow
from monitor.rectify.orders import OPEN, OrderRow
from monitor.rectify.rechecks import RecheckRow
from monitor.rectify.replies import ReplyFileRow, ReplyRow
from monitor.sheets.calendar_file import Deadline

LETTERS, ANSWERS, DOUBTS = 30, 20, 30


@dataclass(frozen=True, slots=True)
class UnitHead:
    """A unit's plain data; ``retired`` ones stay readable for the office."""

    id: str
    short: str
    full: str
    group: str
    quota: int | None
    aliases: tuple[str, ...]
    emails: tuple[str, ...]
    retired: bool


@dataclass(frozen=True, slots=True)
class LetterHead:
    """A letter without its body."""

    id: int
    day: date
    subject: str
    state: str
    sent: datetime | None
    recipients: tuple[str, ...]
    answer: str
    tries: int


@dataclass(frozen=True, slots=True)
class WholeLetter:
    """A letter with its text."""

    head: LetterHead
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class UnitReply:
    """One reply of the unit."""

    order: str
    finding_id: int
    moment: datetime
    who: str
    text: str
    result: str


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """An origin (or columns) whose posts wait for a person; ``outlets`` are names."""

    id: int
    origin: str
    outlets: tuple[str, ...]
    reason: str
    count: int
    example: str
    url: str
    as_of: datetime


def head(connection: Connection, unit: str) -> UnitHead | None:
    """The unit, ``None`` where it never was in the catalogue."""
    r = connection.execute(select(UnitRow.__table__).where(UnitRow.id == unit)).first()
    if r is None:
        return None
    return UnitHead(
        r.id,
        r.short,
        r.full,
        r.group_name,
        r.quota,
        tuple(r.aliases),
        tuple(r.emails),
        r.retired_at is not None,
    )


def letters(connection: Connection, unit: str, limit: int = LETTERS) -> tuple[LetterHead, ...]:
    """The newest letters to the unit."""
    query = select(
        LetterRow.id,
        LetterRow.day,
        LetterRow.subject,
        LetterRow.state,
        LetterRow.sent,
        LetterRow.recipients,
    )
    query = query.add_columns(LetterRow.answer, LetterRow.tries).where(LetterRow.unit_id == unit)
    return tuple(
        LetterHead(r.id, r.day, r.subject, r.state, r.sent, tuple(r.recipients), r.answer, r.tries)
        for r in connection.execute(query.order_by(LetterRow.id.desc()).limit(limit))
    )


def letter(connection: Connection, unit: str, number: int) -> WholeLetter | None:
    """One letter to the unit with its text."""
    r = connection.execute(
        select(LetterRow.__table__).where(LetterRow.id == number, LetterRow.unit_id == unit)
    ).first()
    if r is None:
        return None
    found = LetterHead(
        r.id, r.day, r.subject, r.state, r.sent, tuple(r.recipients), r.answer, r.tries
    )
    return WholeLetter(found, r.unit_id, r.text_body)


def answers(connection: Connection, unit: str) -> tuple[UnitReply, ...]:
    """The unit's newest replies."""
    query = (
        select(
            OrderRow.number,
            OrderRow.finding_id,
            ReplyRow.moment,
            ReplyRow.who,
            ReplyRow.text,
            ReplyRow.result,
        )
        .join(OrderRow, OrderRow.id == ReplyRow.order_id)
        .where(ReplyRow.unit_id == unit)
        .order_by(ReplyRow.id.desc())
        .limit(ANSWERS)
    )
    return tuple(UnitReply(*row) for row in connection.execute(query))


def reply_files(connection: Connection, unit: str, sha256: str) -> dict[str, str]:
    """The name of a file that ``unit`` itself sent, by its hash; empty where it is none of its
    own."""
    query = select(ReplyFileRow.sha256, ReplyFileRow.name).join(
        ReplyRow, ReplyRow.id == ReplyFileRow.reply_id
    )
    found = connection.execute(
        query.where(ReplyFileRow.sha256 == sha256, ReplyRow.unit_id == unit).limit(1)
    ).first()
    return {found.sha256: found.name} if found else {}


def accused(connection: Connection, unit: str, number: str) -> bool:
    """Whether the finding ``number`` is one of the unit's."""
    query = select(FindingRow.id).where(FindingRow.number == number, answered_by(unit))
    return connection.execute(query).first() is not None


def doubts_total(connection: Connection, wanted: Selection) -> int:
    """How many of the wanted origins wait."""
    query = select(func.count()).select_from(DoubtRow).where(*wanted.conditions())
    return int(connection.execute(query).scalar_one())


def doubts(
    connection: Connection, wanted: Selection, limit: int = DOUBTS, start: int = 0
) -> tuple[DoubtLine, ...]:
    """Doubtful origins as kept after the last night, the most posts first."""
    query = select(DoubtRow.__table__).where(*wanted.conditions())
    query = query.order_by(DoubtRow.count.desc(), DoubtRow.id).limit(limit).offset(start)
    return _doubts(connection, connection.execute(query).all())


def doubt(connection: Connection, number: int) -> DoubtLine | None:
    """One of them."""
    rows = connection.execute(select(DoubtRow.__table__).where(DoubtRow.id == number)).all()
    return next(iter(_doubts(connection, rows)), None)


def doubts_of(connection: Connection, unit: UnitHead) -> tuple[DoubtLine, ...]:
    """Those that carry one of the unit's names."""
    names = [name for name in (unit.short, unit.full, *unit.aliases) if len(name) > 1]
    query = select(DoubtRow.__table__).where(
        or_(*(DoubtRow.origin.contains(n, autoescape=True) for n in names))
    )
    return (
        _doubts(
            connection,
            connection.execute(query.order_by(DoubtRow.count.desc()).limit(DOUBTS)).all(),
        )
        if names
        else ()
    )


def _doubts(connection: Connection, rows: Sequence[object]) -> tuple[DoubtLine, ...]:
    found = [dict(r._mapping) for r in rows]  # type: ignore[attr-defined]
    ids = {outlet for one in found for outlet in one["outlets"][:3]}
    named = connection.execute(select(OutletRow.id, OutletRow.name).where(OutletRow.id.in_(ids)))
    names = {row.id: row.name for row in named}
    return tuple(
        DoubtLine(
            one["id"],
            one["origin"],
            tuple(names.get(o, o) for o in one["outlets"][:3]),
            _reason(one["reason"]),
            one["count"],
            one["example"],
            one["url"],
            one["as_of"],
        )
        for one in found
    )


def _reason(reason: str) -> str:
    return REASON_NAMES[Reason(reason)] if reason in set(Reason) else reason


def deadlines(connection: Connection, unit: str) -> tuple[Deadline, ...]:
    """The last days of the open orders over the unit's findings, the nearest first."""
    query = (
        select(OrderRow.number, FindingRow.name, OrderRow.deadline)
        .join(FindingRow, FindingRow.id == OrderRow.finding_id)
        .where(OrderRow.state.in_(OPEN), answered_by(unit))
        .order_by(OrderRow.deadline, OrderRow.id)
    )
    return tuple(
        Deadline(r.number, r.name, shanghai_day(r.deadline)) for r in connection.execute(query)
    )


def limits_ahead(
    connection: Connection, unit: str, now: datetime, calendar: Calendar, days: int = 3660
) -> tuple[Ahead, ...]:
    """When each of the unit's outlets reaches its limit within ``days``, the nearest first; what is
    past is left out."""
    today = shanghai_day(now)
    query = (
        select(StandingRow.__table__, OutletRow.newest, OutletRow.newest_url)
        .join(OutletRow, StandingRow.key == "outlet:" + OutletRow.id)
        .join(DutyRow, DutyRow.outlet_id == OutletRow.id)
        .where(DutyRow.unit_id == unit, DutyRow.since <= today)
        .where(or_(DutyRow.until.is_(None), DutyRow.until > today), OutletRow.retired_at.is_(None))
        .where(
            StandingRow.due.between(today, today + timedelta(days=days)),
            OutletRow.newest.is_not(None),
        )
        .where(StandingRow.value.in_((Value.FRESH.value, Value.DUE_SOON.value)))
        # What we could not look at last is ours to find out: nobody is urged about it.
        .where(OutletRow.last_conclusive >= OutletRow.last_look)
    )
    verdicts = [
        Verdict(
            r["rule"],
            r["subject"],
            Value(r["value"]),
            r["sentence"],
            r["clause"],
            (unit,),
            due=r["due"],
            name=r["name"],
            # What is fresh keeps no numbers; the day of the warning is not shown here.
            numbers={"warn": r["due"].isoformat()} | r["numbers"],
            newest=Newest(r["newest"], "", r["newest_url"], "", ""),
        )
        for r in connection.execute(query).mappings()
    ]
    return ahead(verdicts, today, calendar)


def seen_of(connection: Connection, unit: str, today: date) -> tuple[int, int]:
    """How many of the unit's outlets are judged, and of how many it is for us to find out."""
    query = (
        select(StandingRow.value, OutletRow.last_look, OutletRow.last_conclusive)
        .join(OutletRow, StandingRow.key == "outlet:" + OutletRow.id)
        .join(DutyRow, DutyRow.outlet_id == OutletRow.id)
        .where(DutyRow.unit_id == unit, DutyRow.since <= today, OutletRow.retired_at.is_(None))
        .where(or_(DutyRow.until.is_(None), DutyRow.until > today))
        .where(StandingRow.value != Value.EXEMPT.value)
    )
    rows = connection.execute(query).all()
    ours = sum(
        r.value == Value.UNKNOWN.value or (r.value == Value.DUE_SOON.value and _dim(r))
        for r in rows
    )
    return len(rows) - ours, ours


def _dim(row: Any) -> bool:
    """Whether the last look saw nothing."""
    return row.last_look is not None and (
        row.last_conclusive is None or row.last_conclusive < row.last_look
    )


@dataclass(frozen=True, slots=True)
class AskedLook:
    """A recheck that somebody asked for, as it stands."""

    id: int
    outlet: str
    name: str
    state: str
    asked: datetime
    ended: datetime | None
    note: str
    result: dict[str, object]

    @property
    def done(self) -> bool:
        return self.state in ("done", "failed")


def look(connection: Connection, number: int) -> AskedLook | None:
    """The recheck ``number``."""
    query = select(RecheckRow.__table__, OutletRow.name).join(
        OutletRow, OutletRow.id == RecheckRow.outlet_id
    )
    r = connection.execute(query.where(RecheckRow.id == number)).first()
    return (
        AskedLook(r.id, r.outlet_id, r.name, r.state, r.asked, r.ended, r.note, r.result)
        if r
        else None
    )


def answers_for(connection: Connection, unit: str, outlet: str, today: date) -> bool:
    """Whether the outlet is one of the unit's today."""
    query = select(DutyRow.id).where(
        DutyRow.unit_id == unit, DutyRow.outlet_id == outlet, DutyRow.since <= today
    )
    return (
        connection.execute(query.where(or_(DutyRow.until.is_(None), DutyRow.until > today))).first()
        is not None
    )
