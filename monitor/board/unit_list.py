"""Units as rows: what each published by month, what is open against it, what is late. Pure
queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, func, or_, select

from crawler.store.tables import DutyRow, OutletRow, UnitRow
from monitor.board.lateness import late as is_late
from monitor.days.calendar import add_months, month_of, quarter_months, quarter_start
from monitor.findings.standing import StandingRow
from monitor.judging.unit_rhythm import months_kept
from monitor.model import NOT_COUNTED, Count, Value
from monitor.record.tables import FindingRow
from monitor.rectify.orders import OPEN, OrderRow
from monitor.rules.units.unit_quota import count_of
from monitor.words.causes import (
    BEFORE_HORIZON,
    CATALOGUE_OPEN,
    FAILED_NIGHT,
    LIVED_PARTLY,
    NO_COLUMN,
)

QUOTA = "unit_quota"
SHORT: Mapping[str, str] = {
    CATALOGUE_OPEN: "栏目是否齐全未确认",
    NO_COLUMN: "台账中没有它的栏目",
    LIVED_PARTLY: "当月只存在部分时间",
    BEFORE_HORIZON: "早于起采日期",
    FAILED_NIGHT: "当晚抓取不足",
}
"""Causes in the few words that a cell of a table holds."""


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """What a unit published in a month against its quota. ``value`` is empty where nothing was
    judged.

    ``gaps`` are columns not read through, ``undecided`` posts whose unit is not decided: with
    either the number is a lower bound. ``known`` is false for months that nobody counted.
    """

    month: str
    posts: Count
    quota: int | None
    value: str
    sentence: str = ""
    gaps: int = 0
    undecided: int = 0
    documents: Count = NOT_COUNTED
    known: bool = True
    cause: str = ""

    @property
    def why(self) -> str:
        """Why nothing was said of the month, in a few words; what the counts beside it tell already
        is left out."""
        return SHORT.get(self.cause, "") if self.value == Value.UNKNOWN.value else ""

    @property
    def words(self) -> str:
        """``8/10``, ``≥8/10``, or the posts alone where nothing is asked."""
        return f"{self.posts.sign}/{self.quota}" if self.quota is not None else self.posts.sign


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """One unit as a row; ``late`` are open orders past their deadline that no appeal holds and a
    look of now bears out."""

    id: str
    group: str
    short: str
    full: str
    quota: int | None
    months: tuple[UnitMonth, ...]
    findings: int
    orders: int
    late: int
    outlets: int


def shown_months(today: date) -> tuple[str, ...]:
    """The months of this quarter up to now; in its first month those of the last quarter before
    it."""
    this = tuple(month for month in quarter_months(today) if month <= month_of(today))
    if len(this) > 1:
        return this
    return (*quarter_months(add_months(quarter_start(today), -1)), *this)


def units(
    connection: Connection, now: datetime, today: date, counted_from: str = ""
) -> tuple[ListedUnit, ...]:
    """Every unit of the catalogue, by group."""
    months = shown_months(today)
    kept = by_month(connection, months)
    judged = judged_months(connection, months)
    findings, outlets = _findings(connection), _outlets(connection, today)
    orders, late = _orders(connection, now)
    query = select(UnitRow.__table__).where(UnitRow.retired_at.is_(None))
    return tuple(
        ListedUnit(
            r.id,
            r.group_name,
            r.short,
            r.full,
            r.quota,
            tuple(
                a_month(
                    month, r.quota, judged.get((r.id, month)), kept.get((r.id, month)), counted_from
                )
                for month in months
            ),
            findings[r.id],
            orders[r.id],
            late[r.id],
            outlets.get(r.id, 0),
        )
        for r in connection.execute(query.order_by(UnitRow.group_name.desc(), UnitRow.id))
    )


def by_month(
    connection: Connection, months: tuple[str, ...], unit: str = "*"
) -> Mapping[tuple[str, str], tuple[Count, Count]]:
    """Posts and disclosure documents as kept after the last night, by unit and month."""
    return {
        (one.unit, one.month): (one.posts, one.documents)
        for one in months_kept(connection, months, unit)
    }


def quota_of(
    connection: Connection,
    unit: str,
    quota: int | None,
    months: tuple[str, ...],
    counted_from: str = "",
) -> tuple[UnitMonth, ...]:
    """One unit's months; older ones than the rules judge have their number only."""
    kept, judged = by_month(connection, months, unit), judged_months(connection, months, unit)
    return tuple(
        a_month(month, quota, judged.get((unit, month)), kept.get((unit, month)), counted_from)
        for month in months
    )


def a_month(
    month: str,
    quota: int | None,
    judged: Any,
    kept: tuple[Count, Count] | None,
    counted_from: str = "",
) -> UnitMonth:
    """What was judged of a month where it was, else what was counted."""
    posts, documents = kept or (NOT_COUNTED, NOT_COUNTED)
    if judged is None:
        return UnitMonth(
            month,
            posts,
            quota,
            "",
            documents=documents,
            known=month >= counted_from or kept is not None,
        )
    n = judged.numbers
    return UnitMonth(
        month,
        count_of(n),
        int(n.get("quota", quota or 0)),
        judged.value,
        judged.sentence,
        int(n.get("gaps", 0)),
        int(n.get("undecided", 0)),
        documents,
        cause=judged.cause,
    )


def judged_months(
    connection: Connection, months: tuple[str, ...], unit: str = ""
) -> Mapping[tuple[str, str], Any]:
    """What stands of each unit's months that the rule of the quota judged."""
    query = select(
        StandingRow.subject,
        StandingRow.period,
        StandingRow.value,
        StandingRow.cause,
        StandingRow.sentence,
        StandingRow.numbers,
    )
    query = query.where(
        StandingRow.kind == "unit", StandingRow.rule == QUOTA, StandingRow.period.in_(months)
    )
    if unit:
        query = query.where(StandingRow.subject == f"unit:{unit}")
    return {(r.subject.removeprefix("unit:"), r.period): r for r in connection.execute(query)}


def _findings(connection: Connection) -> Counter[str]:
    """Open findings by every unit that answers for them."""
    whose = cast(FindingRow.units, Text)
    query = select(func.min(FindingRow.id).label("id"), func.count().label("n")).where(
        FindingRow.closed.is_(None), FindingRow.ours.is_(False)
    )
    groups = {row.id: row.n for row in connection.execute(query.group_by(whose))}
    found: Counter[str] = Counter()
    ids = sorted(groups)
    for start in range(0, len(ids), 500):
        rows = select(FindingRow.id, FindingRow.units).where(
            FindingRow.id.in_(ids[start : start + 500])
        )
        for row in connection.execute(rows):
            found.update(dict.fromkeys(row.units, groups[row.id]))
    return found


def _orders(connection: Connection, now: datetime) -> tuple[Counter[str], Counter[str]]:
    query = select(OrderRow.unit_id, is_late(now).label("late")).where(OrderRow.state.in_(OPEN))
    orders, late = Counter[str](), Counter[str]()
    for row in connection.execute(query):
        orders[row.unit_id] += 1
        late[row.unit_id] += bool(row.late)
    return orders, late


def _outlets(connection: Connection, today: date) -> Mapping[str, int]:
    query = (
        select(DutyRow.unit_id, func.count().label("n"))
        .join(OutletRow, OutletRow.id == DutyRow.outlet_id)
        .where(OutletRow.retired_at.is_(None), DutyRow.since <= today)
        .where(or_(DutyRow.until.is_(None), DutyRow.until > today))
        .group_by(DutyRow.unit_id)
    )
    return {row.unit_id: int(row.n) for row in connection.execute(query)}
