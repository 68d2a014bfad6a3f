"""The district over time: verdicts day by day, posts of units, the longest silence, the leader's
figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from crawler.model import SHANGHAI, shanghai_day, utc
from crawler.store.tables import OutletRow, UnitRow
from monitor.board.unit_list import judged_months, shown_months
from monitor.board.words import rule_name
from monitor.days.calendar import add_months, month_of
from monitor.findings.standing import StandingRow, TrendRow
from monitor.judging.unit_rhythm import UnitDayRow, days_kept, months_kept
from monitor.model import NOT_COUNTED, Count, Value, exactly, together
from monitor.record.tables import FindingRow, SaidRow
from monitor.rules.units.unit_quota import count_of

S = StandingRow
JUDGED = (Value.FRESH.value, Value.DUE_SOON.value, Value.STALE.value, Value.BLANK.value)


def trend(connection: Connection, kind: str, since: date) -> Mapping[tuple[date, str], int]:
    """How many outlets of ``kind`` had each value, on every judged day since then."""
    query = select(TrendRow.__table__).where(TrendRow.kind == kind, TrendRow.day >= since)
    return {(row.day, row.value): row.n for row in connection.execute(query)}


def posts(
    connection: Connection, since: date, names: Mapping[str, str], most: int
) -> tuple[Mapping[str, str], tuple[tuple[str, date, int], ...]]:
    """Units by name, and (unit, day, posts) since then. Of more than ``most`` units those with the
    fewest posts."""
    if len(names) <= most:
        return names, days_kept(connection, since)
    row = UnitDayRow
    query = (
        select(row.unit_id, func.sum(row.posts).label("n"))
        .where(row.day >= since)
        .group_by(row.unit_id)
    )
    totals = {one.unit_id: int(one.n) for one in connection.execute(query)}
    fewest = sorted(names, key=lambda unit: (totals.get(unit, 0), unit))[:most]
    days = select(row.unit_id, row.day, row.posts).where(row.day >= since, row.unit_id.in_(fewest))
    found = tuple((one.unit_id, one.day, one.posts) for one in connection.execute(days))
    return {unit: names[unit] for unit in fewest}, found


@dataclass(frozen=True, slots=True)
class Silent:
    """An outlet by the days since its newest post."""

    id: str
    name: str
    days: int
    value: str
    newest: date


def silent(connection: Connection, today: date, limit: int) -> tuple[Silent, ...]:
    """The outlets that have been silent longest: exempt ones are left out, and those that nobody
    could judge. Of these it is not known how long they have been silent.
    """
    found: list[Silent] = []
    for kind in ("column", "account"):  # one at a time, as the index is
        query = (
            select(S.outlet_id, S.name, S.newest, S.value)
            .where(S.kind == kind, S.newest.is_not(None), S.value.in_(JUDGED))
            .order_by(S.newest, S.outlet_id)
            .limit(limit)
        )
        rows = connection.execute(query)
        found += [
            Silent(r.outlet_id, r.name, (today - r.newest).days, r.value, r.newest) for r in rows
        ]
    return tuple(sorted(found, key=lambda one: (one.newest, one.id))[:limit])


def seen_until(connection: Connection) -> date | None:
    """The day of the last look that saw a column: of later days nothing is known."""
    query = select(func.max(OutletRow.last_conclusive)).where(OutletRow.kind == "column")
    last = connection.execute(query).scalar()
    return shanghai_day(last) if last else None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Open findings of one rule: ``count`` of them, and ``unseen`` more of which nothing could be
    said of late: they stand open because nobody saw whether they were mended."""

    rule: str
    name: str
    count: int
    unseen: int = 0


def open_by_kind(connection: Connection) -> tuple[RuleCount, ...]:
    """Units' open findings by rule, the most first."""
    finding, said = FindingRow, SaidRow
    unknown = and_(
        said.rule == finding.rule,
        said.subject == finding.subject,
        said.period == finding.period,
        said.until.is_(None),
        said.value == Value.UNKNOWN.value,
    )
    query = (
        select(finding.rule, func.count(finding.id.distinct()).label("n"))
        .add_columns(
            func.count(case((said.id.is_not(None), finding.id)).distinct()).label("unseen")
        )
        .outerjoin(said, unknown)
        .where(finding.closed.is_(None), finding.ours.is_(False))
        .group_by(finding.rule)
    )
    found = [
        RuleCount(row.rule, rule_name(row.rule), row.n - row.unseen, row.unseen)
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.rule)))


@dataclass(frozen=True, slots=True)
class UnitQuarter:
    """A unit's posts of each month shown; ``short`` are its judged months below the quota."""

    id: str
    name: str
    group: str
    months: tuple[Count, ...]
    documents: Count
    short: int

    @property
    def total(self) -> Count:
        return together(self.months)


@dataclass(frozen=True, slots=True)
class Quarter:
    """The quarter's months so far (in its first month the last quarter's too), units by what they
    published then."""

    months: tuple[str, ...]
    units: tuple[UnitQuarter, ...]

    @property
    def total(self) -> Count:
        return together(one.total for one in self.units)


def quarter(connection: Connection, today: date) -> Quarter:
    """Every unit of which posts are asked, or that published any; the most posts first."""
    months = shown_months(today)
    kept: dict[str, dict[str, tuple[Count, Count]]] = {}
    nothing = (NOT_COUNTED, NOT_COUNTED)
    for one in months_kept(connection, months):
        kept.setdefault(one.unit, {})[one.month] = (one.posts, one.documents)
    short, judged = _short(connection, months), judged_months(connection, months)
    query = select(UnitRow.id, UnitRow.short, UnitRow.group_name).where(
        UnitRow.retired_at.is_(None), or_(UnitRow.quota.is_not(None), UnitRow.id.in_(kept))
    )
    units = [
        UnitQuarter(
            r.id,
            r.short,
            r.group_name,
            tuple(
                _posts_of(judged.get((r.id, month)), kept.get(r.id, {}).get(month, nothing)[0])
                for month in months
            ),
            together(kept.get(r.id, {}).get(month, nothing)[1] for month in months),
            short[r.id],
        )
        for r in connection.execute(query)
    ]
    return Quarter(months, tuple(sorted(units, key=lambda one: (-one.total.at_least, one.id))))


def _posts_of(judged: Any, kept: Count) -> Count:
    """A month as it was judged; where it was not, as it was counted after the night."""
    return count_of(judged.numbers) if judged is not None else kept


def _short(connection: Connection, months: tuple[str, ...]) -> Counter[str]:
    row = StandingRow
    query = select(row.subject).where(
        row.kind == "unit",
        row.rule == "unit_quota",
        row.period.in_(months),
        row.value == Value.STALE.value,
    )
    return Counter(subject.removeprefix("unit:") for subject in connection.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of this month up to today, and of as many days of the month before."""

    name: str
    now: Count
    before: Count

    @property
    def more(self) -> int | None:
        """How many more than then; ``None`` where not both are known whole: the difference would be
        ours."""
        whole = self.now.complete and self.before.complete
        return self.now.at_least - self.before.at_least if whole else None


def compared(connection: Connection, today: date) -> tuple[Compared, ...]:
    """This month against the last one, over the same number of days: posts, findings opened,
    findings ended."""
    first = today.replace(day=1)
    then = add_months(first, -1)
    end = min(then + (today - first), first - timedelta(days=1))
    spans = ((first, today), (then, end))
    return (
        Compared("发布信息", *(_posts(connection, *span) for span in spans)),
        Compared("新发现问题", *_findings(connection, "opened", spans)),
        Compared("办结问题", *_findings(connection, "closed", spans)),
    )


def _posts(connection: Connection, start: date, end: date) -> Count:
    """Posts of those days: a lower bound where the month of any unit was not seen whole, or nobody
    counted it."""
    query = select(func.coalesce(func.sum(UnitDayRow.posts), 0)).where(
        UnitDayRow.day.between(start, end), UnitDayRow.unit_id != ""
    )
    seen = int(connection.execute(query).scalar_one())
    kept = {one.unit: one.posts for one in months_kept(connection, (month_of(start),))}
    units = connection.execute(select(UnitRow.id).where(UnitRow.retired_at.is_(None))).scalars()
    whole = together(kept.get(unit, NOT_COUNTED) for unit in units)
    # What is undecided in a month may belong to nobody: it was seen, and is a day's all the same.
    return Count(seen, None, whole.gaps, whole.cause) if whole.at_most is None else exactly(seen)


def _findings(
    connection: Connection, column: str, spans: Sequence[tuple[date, date]]
) -> tuple[Count, ...]:
    """Units' findings whose ``column`` lies in each of ``spans``, in one walk over them; of days on
    which nobody judged there is no number.
    """
    moment = FindingRow.__table__.c[column]
    within = [
        and_(moment >= _midnight(a), moment < _midnight(b + timedelta(days=1))) for a, b in spans
    ]
    query = select(*(func.count().filter(one) for one in within)).where(
        FindingRow.ours.is_(False), or_(*within)
    )
    found = zip(spans, connection.execute(query).one(), strict=True)
    return tuple(
        exactly(int(n)) if n or _judged(connection, span) else NOT_COUNTED for span, n in found
    )


def _judged(connection: Connection, span: tuple[date, date]) -> bool:
    query = select(TrendRow.day).where(TrendRow.day.between(*span)).limit(1)
    return connection.execute(query).first() is not None


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time(0), SHANGHAI))
