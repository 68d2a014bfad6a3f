"""Findings as rows: filtered, by stage, a page at a time. Pure queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Case, ColumnElement, Connection, and_, case, func, select

from monitor.board.filters import Selection
from monitor.board.filters.findings import APPEALED
from monitor.board.lateness import late
from monitor.board.paging import ROWS, Paged, within
from monitor.board.words import STAGES, rule_name, titled, value_word
from monitor.facts.unit_names import unit_names
from monitor.record.tables import FindingRow, LetterFindingRow, LetterRow
from monitor.rectify.acks import AckRow
from monitor.rectify.orders import ISSUED, OPEN, REPLIED, OrderRow

F, ORDER = FindingRow, OrderRow
LATELY = timedelta(days=30)
"""Closed ones that the board still shows."""


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """One finding as a row. ``units`` are short names, the lead first; ``deadline`` that of its
    open order."""

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


def _stage(acked: ColumnElement[bool], told: ColumnElement[bool]) -> Case[str]:
    return case(
        (F.closed.is_not(None), "closed"),
        (ORDER.state == REPLIED, "replied"),
        (ORDER.state == ISSUED, "ordered"),
        (acked, "acked"),
        (told, "told"),
        else_="new",
    )


SENT = (
    select(LetterFindingRow.finding_id)
    .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
    .where(LetterRow.state == "sent")
)
ACKED = select(AckRow.finding_id)
OF_FEW = _stage(
    ACKED.where(AckRow.finding_id == F.id).correlate(F).exists(),
    SENT.where(LetterFindingRow.finding_id == F.id).correlate(F).exists(),
)
"""For the rows of one page."""
EVER_SENT, EVER_ACKED = SENT.distinct().subquery(), ACKED.distinct().subquery()
OF_MANY = _stage(EVER_ACKED.c.finding_id.is_not(None), EVER_SENT.c.finding_id.is_not(None))
"""For thousands at once: joined, not asked one by one."""
OPEN_ORDER = and_(ORDER.finding_id == F.id, ORDER.state.in_(OPEN))
BY_DEADLINE = (ORDER.deadline.asc().nulls_last(), F.id.desc())
COLUMNS = (
    F.id, F.number, F.rule, F.subject, F.name, F.value, F.sentence, F.units, F.ours, F.opened, F.closed, F.ended, F.period,
    F.recurrence, F.flapping, APPEALED.label("appealed"), ORDER.number.label("order"), ORDER.deadline,
)  # fmt: skip


def lines(
    connection: Connection, wanted: Selection, now: datetime, page: int = 1, size: int = ROWS
) -> Paged[ListedFinding]:
    """The page of findings that ``wanted`` names: the nearest deadline first, then the newest."""
    if stage := wanted["stage"]:
        ids = [row.id for row in _staged(connection, wanted, now) if row.stage == stage]
        page = within(page, len(ids), size)
        return Paged(
            _by_id(connection, ids[(page - 1) * size : page * size], now), page, len(ids), size
        )
    conditions = tuple(wanted.conditions(now))
    total = int(
        connection.execute(select(func.count()).select_from(F).where(*conditions)).scalar_one()
    )
    page = within(page, total, size)
    query = (
        select(F.id)
        .select_from(F)
        .outerjoin(ORDER, OPEN_ORDER)
        .where(*conditions)
        .order_by(*BY_DEADLINE)
    )
    ids = list(connection.execute(query.limit(size).offset((page - 1) * size)).scalars())
    return Paged(_by_id(connection, ids, now), page, total, size)


def board(
    connection: Connection, wanted: Selection, now: datetime, each: int = 12
) -> Mapping[str, Paged[ListedFinding]]:
    """The first ``each`` findings of every stage, with how many there are; closed ones of the last
    thirty days."""
    stages: dict[str, list[int]] = {stage: [] for stage in STAGES}
    for row in _staged(connection, wanted.changed(state="open", stage=""), now):
        stages[row.stage].append(row.id)
    closed = wanted.changed(state="closed", stage="", since=now - LATELY)
    where = tuple(closed.conditions(now))
    query = select(F.id).where(*where).order_by(F.closed.desc(), F.id.desc()).limit(each)
    stages["closed"] = list(connection.execute(query).scalars())
    totals = {stage: len(ids) for stage, ids in stages.items()}
    totals["closed"] = int(
        connection.execute(select(func.count()).select_from(F).where(*where)).scalar_one()
    )
    shown = _by_id(connection, [id for ids in stages.values() for id in ids[:each]], now)
    known = {line.id: line for line in shown}
    return {
        stage: Paged([known[id] for id in ids[:each]], 1, totals[stage], each)
        for stage, ids in stages.items()
    }


def _staged(connection: Connection, wanted: Selection, now: datetime) -> Sequence[Any]:
    """Every finding that ``wanted`` names with its stage, the nearest deadline first."""
    query = (
        select(F.id, OF_MANY.label("stage"))
        .select_from(F)
        .outerjoin(ORDER, OPEN_ORDER)
        .outerjoin(EVER_SENT, EVER_SENT.c.finding_id == F.id)
        .outerjoin(EVER_ACKED, EVER_ACKED.c.finding_id == F.id)
        .where(*wanted.conditions(now))
    )
    return connection.execute(query.order_by(*BY_DEADLINE)).all()


def _by_id(connection: Connection, ids: Sequence[int], now: datetime) -> list[ListedFinding]:
    """The rows of these findings, in this order."""
    query = select(*COLUMNS, OF_FEW.label("stage"), late(now).label("late"))
    query = query.select_from(F).outerjoin(ORDER, OPEN_ORDER)
    found = {row.id: row for row in connection.execute(query.where(F.id.in_(ids)))} if ids else {}
    return _lines(connection, [found[id] for id in ids])


def one(
    connection: Connection, number: str, now: datetime
) -> tuple[ListedFinding, Mapping[str, Any]] | None:
    """A finding as a row, and everything its table holds; ``None`` where there is none."""
    whole = connection.execute(select(F.__table__).where(F.number == number)).mappings().first()
    return (_by_id(connection, [whole["id"]], now)[0], dict(whole)) if whole else None


def _lines(connection: Connection, rows: Sequence[Any]) -> list[ListedFinding]:
    names = unit_names(connection, retired=True) if rows else {}
    return [
        ListedFinding(
            r.id,
            r.number,
            r.rule,
            r.subject,
            titled(r.name, r.period),
            r.value,
            r.sentence,
            tuple(names.get(u, u) for u in r.units),
            r.ours,
            r.opened,
            r.closed,
            r.ended,
            r.stage,
            r.order or "",
            r.deadline,
            bool(r.late),
            bool(r.appealed),
            r.recurrence,
            r.flapping,
        )
        for r in rows
    ]
