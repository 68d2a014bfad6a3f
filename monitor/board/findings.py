"""Findings as rows: filtered, by stage, a page at a time. Pure queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from crawler.model import utc
from monitor.acks import AckRow
from monitor.appeals import WAITING, AppealRow
from monitor.board.paging import ROWS, Paged, within
from monitor.board.units import unit_names
from monitor.board.words import STAGES, rule_name, titled, value_word
from monitor.findings import answered_by
from monitor.ledger import FindingRow, LetterFindingRow, LetterRow
from monitor.orders import ISSUED, OPEN, REPLIED, OrderRow

F, ORDER = FindingRow, OrderRow
LATELY = timedelta(days=30)
"""Closed ones that the board still shows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings. Empty = all; ``state`` is ``open``, ``closed`` or empty; ``whose`` ``units`` or ``ours``."""

    state: str = "open"
    stage: str = ""
    rule: str = ""
    unit: str = ""
    value: str = ""
    whose: str = ""
    text: str = ""
    late: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding as a row. ``units`` are short names, the lead first; ``deadline`` that of its open order."""

    id: int
    number: str
    rule: str
    subject: str
    name: str
    value: str
    sentence: str
    units: tuple[str, ...]
    ours: bool
    opened: datetime
    closed: datetime | None
    ended: str
    stage: str
    order: str
    deadline: datetime | None
    late: bool
    appealed: bool
    recurrence: int
    flapping: bool

    @property
    def rule_name(self) -> str:
        return rule_name(self.rule)

    @property
    def word(self) -> str:
        return value_word(self.rule, self.value)

    @property
    def stage_name(self) -> str:
        return STAGES[self.stage]


def _order(*states: str) -> ColumnElement[bool]:
    return exists().where(ORDER.finding_id == F.id, ORDER.state.in_(states)).correlate(F)


STAGE = case(
    (F.closed.is_not(None), "closed"),
    (_order(REPLIED), "replied"),
    (_order(ISSUED), "ordered"),
    (exists().where(AckRow.finding_id == F.id).correlate(F), "acked"),
    (
        exists()
        .where(
            LetterFindingRow.finding_id == F.id,
            LetterRow.id == LetterFindingRow.letter_id,
            LetterRow.state == "sent",
        )
        .correlate(F),
        "told",
    ),
    else_="new",
)
APPEALED = exists().where(AppealRow.finding_id == F.id, AppealRow.state == WAITING).correlate(F)
COLUMNS = (
    F.id, F.number, F.rule, F.subject, F.name, F.value, F.sentence, F.units, F.ours, F.opened, F.closed, F.ended, F.period,
    F.recurrence, F.flapping, STAGE.label("stage"), APPEALED.label("appealed"), ORDER.number.label("order"), ORDER.deadline,
)  # fmt: skip


def lines(
    connection: Connection, wanted: Wanted, now: datetime, page: int = 1, size: int = ROWS
) -> Paged[FindingLine]:
    """The page of findings that ``wanted`` names: the nearest deadline first, then the newest."""
    conditions = tuple(_conditions(wanted, now))
    total = int(connection.execute(select(func.count()).select_from(F).where(*conditions)).scalar_one())
    page = within(page, total, size)
    query = _query().where(*conditions).order_by(ORDER.deadline.asc().nulls_last(), F.id.desc())
    rows = connection.execute(query.limit(size).offset((page - 1) * size)).all()
    return Paged(_lines(connection, rows, now), page, total, size)


def board(
    connection: Connection, wanted: Wanted, now: datetime, each: int = 12
) -> Mapping[str, Paged[FindingLine]]:
    """The first ``each`` findings of every stage, with how many there are; closed ones of the last thirty days."""
    counted = select(STAGE.label("stage")).where(*_conditions(_plain(wanted), now)).subquery()
    query = select(counted.c.stage, func.count().label("n")).group_by(counted.c.stage)
    totals = {row.stage: int(row.n) for row in connection.execute(query)}
    found: dict[str, Paged[FindingLine]] = {}
    for stage in STAGES:
        here = _at(wanted, stage, now)
        if stage == "closed":
            totals[stage] = int(
                connection.execute(
                    select(func.count()).select_from(F).where(*_conditions(here, now))
                ).scalar_one()
            )
        conditions = _query().where(*_conditions(here, now))
        order = F.closed.desc() if stage == "closed" else ORDER.deadline.asc().nulls_last()
        rows = (
            connection.execute(conditions.order_by(order, F.id.desc()).limit(each)).all()
            if totals.get(stage)
            else []
        )
        found[stage] = Paged(_lines(connection, rows, now), 1, totals.get(stage, 0), each)
    return found


def one(connection: Connection, number: str, now: datetime) -> tuple[FindingLine, Mapping[str, Any]] | None:
    """A finding as a row, and everything its table holds; ``None`` where there is none."""
    row = connection.execute(_query().where(F.number == number)).first()
    if row is None:
        return None
    whole = connection.execute(select(F.__table__).where(F.id == row.id)).mappings().one()
    return _lines(connection, [row], now)[0], dict(whole)


def rules_known(connection: Connection) -> Mapping[str, str]:
    """The rules that have findings, by name, for a choice."""
    rows = connection.execute(select(F.rule).distinct()).scalars()
    return dict(sorted(((rule, rule_name(rule)) for rule in rows), key=lambda pair: pair[1]))


def _plain(wanted: Wanted) -> Wanted:
    return _at(wanted, "", None)


def _at(wanted: Wanted, stage: str, now: datetime | None) -> Wanted:
    closed = stage == "closed"
    since = now - LATELY if closed and now else None
    return Wanted("closed" if closed else "open", stage, wanted.rule, wanted.unit, wanted.value, wanted.whose,
                  wanted.text, wanted.late, since)  # fmt: skip


def _query() -> Select[Any]:
    return (
        select(*COLUMNS)
        .select_from(F)
        .outerjoin(ORDER, and_(ORDER.finding_id == F.id, ORDER.state.in_(OPEN)))
    )


def _conditions(wanted: Wanted, now: datetime) -> Iterable[ColumnElement[bool]]:
    if wanted.state == "open":
        yield F.closed.is_(None)
    elif wanted.state == "closed":
        yield F.closed.is_not(None)
    if wanted.since is not None:
        yield F.closed >= utc(wanted.since)
    if wanted.stage and wanted.stage != "closed":
        yield STAGE.in_((wanted.stage,))
    if wanted.rule:
        yield F.rule == wanted.rule
    if wanted.value:
        yield F.value == wanted.value
    if wanted.unit:
        yield answered_by(wanted.unit)
    if wanted.whose:
        yield F.ours.is_(wanted.whose == "ours")
    if wanted.late:
        yield (
            exists()
            .where(ORDER.finding_id == F.id, ORDER.state.in_(OPEN), ORDER.deadline < utc(now))
            .correlate(F)
        )
        yield ~APPEALED
    if wanted.text:
        yield or_(
            F.name.contains(wanted.text, autoescape=True), F.number == wanted.text, F.subject == wanted.text
        )


def _lines(connection: Connection, rows: Sequence[Any], now: datetime) -> list[FindingLine]:
    names = unit_names(connection, retired=True) if rows else {}
    return [
        FindingLine(
            r.id, r.number, r.rule, r.subject, titled(r.name, r.period), r.value, r.sentence, tuple(names.get(u, u) for u in r.units),
            r.ours, r.opened, r.closed, r.ended, r.stage, r.order or "", r.deadline,
            bool(r.deadline and r.deadline < now and not r.appealed), bool(r.appealed), r.recurrence, r.flapping,
        )
        for r in rows
    ]  # fmt: skip
