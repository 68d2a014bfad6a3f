"""Today's state in a few quick queries: distance to veto, this month's quotas, what changed, what
is due, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from crawler.model import utc
from crawler.store.tables import CandidateRow, OutletRow, RunRow, SiteRow, UnitRow
from monitor.board.lateness import late
from monitor.board.outlets import units_short
from monitor.board.paging import Paged, within
from monitor.days.calendar import last_day, month_of
from monitor.days.workdays import Calendar
from monitor.desk.content import totals
from monitor.findings.standing import StandingRow
from monitor.judging.ahead import last_workday
from monitor.judging.unit_rhythm import DoubtRow, months_kept
from monitor.model import NOT_COUNTED, Count, Value
from monitor.record.tables import FindingRow, JudgementRow, LetterRow
from monitor.rectify.appeals import WAITING, AppealRow
from monitor.rectify.orders import REPLIED, OrderRow
from monitor.rules.sites.site_veto_columns import COUNTERS
from monitor.rules.units.unit_quota import count_of
from monitor.words import Sight

S = StandingRow
ACCUSED = (Value.STALE.value, Value.BLANK.value)
GOOD = (Value.FRESH.value, Value.DUE_SOON.value)
KINDS = ("column", "account")
LATELY = timedelta(days=14)
"""Letters that did not leave are waiting work for so long."""
NIGHT = timedelta(hours=26)
"""A night that began earlier is not the last one: there was none."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One of a site's counters: ``count`` of ``needed`` columns are behind. ``columns`` are their
    ids."""

    name: str
    count: int
    needed: int
    unknown: int
    columns: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether anything of it could be judged: a count of nothing is no distance."""
        return bool(self.count) or not self.unknown

    @property
    def said(self) -> str:
        """``2/5``, ``2/5（另有 3 个未能判定）``; where none is behind for sure and some are unknown, just
        that."""
        rest = f"（另有 {self.unknown} 个未能判定）" if self.unknown else ""
        if not self.known:
            return f"尚无确认的，{self.unknown} 个未能判定（满 {self.needed} 个即否决）"
        return f"{self.count}/{self.needed}{rest}"

    @property
    def left(self) -> int:
        """How many more may fall behind before the site is vetoed."""
        return max(0, self.needed - self.count)


@dataclass(frozen=True, slots=True)
class Site:
    """A portal: its counters, and what stands of its home page; ``said`` are sentences by rule."""

    id: str
    name: str
    home: str
    value: str
    counters: tuple[Counter, ...]
    said: Mapping[str, tuple[str, str]]


def sites(connection: Connection) -> tuple[Site, ...]:
    """Every portal with the verdicts over it."""
    verdicts: dict[str, dict[str, Any]] = {}
    for row in connection.execute(select(S.__table__).where(S.kind == "site")):
        verdicts.setdefault(row.subject.removeprefix("site:"), {})[row.rule] = row
    query = select(SiteRow.id, SiteRow.name, SiteRow.home).where(SiteRow.retired_at.is_(None))
    return tuple(
        _site(row, verdicts.get(row.id, {}))
        for row in connection.execute(query.order_by(SiteRow.id))
    )


def _site(row: Any, verdicts: Mapping[str, Any]) -> Site:
    veto = verdicts.get("site_veto_columns")
    said = {
        rule: (verdicts[rule].value, verdicts[rule].sentence)
        for rule in ("home_stale", "site_unreachable", "site_unseen")
        if rule in verdicts
    }
    counters = _counters(veto.numbers) if veto else ()
    return Site(row.id, row.name, row.home, veto.value if veto else "", counters, said)


def _counters(numbers: Mapping[str, Any]) -> tuple[Counter, ...]:
    return tuple(
        Counter(
            shown,
            int(numbers[name]),
            int(numbers[f"{name}_of"]),
            int(numbers.get(f"{name}_unknown", 0)),
            tuple(str(numbers.get(f"{name}_behind", "")).split()),
        )
        for name, shown in COUNTERS.items()
        if name in numbers
    )


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """A unit's posts of the running month."""

    unit: str
    name: str
    count: Count
    quota: int
    value: str

    @property
    def unsure(self) -> bool:
        """Columns were not read, or posts have no unit yet."""
        return not self.count.complete

    @property
    def short(self) -> int:
        """What is still to be seen."""
        return max(0, self.quota - self.count.at_least)


@dataclass(frozen=True, slots=True)
class ThisMonth:
    """The running month: ``left`` working days after today, ``share`` of its working days gone by
    (0 to 1)."""

    month: str
    left: int
    share: float
    units: tuple[UnitQuota, ...]

    @property
    def done(self) -> int:
        return sum(not one.short for one in self.units)

    @property
    def behind(self) -> tuple[UnitQuota, ...]:
        """Those who surely published less than the month's share so far, the furthest behind first.

        Whose posts were not all seen is not among them: we may be behind, not they.
        """
        late = [(self._lead(one), one) for one in self.units]
        sure = [(lead, one) for lead, one in late if lead is not None and lead < -1]
        return tuple(one for _, one in sorted(sure, key=lambda pair: (pair[0], pair[1].unit)))

    @property
    def unsure(self) -> int:
        """How many units' posts were not seen whole."""
        return sum(one.unsure for one in self.units)

    def _lead(self, one: UnitQuota) -> float | None:
        """By how much the unit is ahead at the most; ``None`` where nobody knows."""
        return None if one.count.at_most is None else one.count.at_most - one.quota * self.share


def this_month(connection: Connection, today: date, calendar: Calendar) -> ThisMonth:
    """Every counted unit; numbers as they were judged, else as they were kept after the last
    night."""
    month, end = month_of(today), last_day(month_of(today))
    rule = (S.kind == "unit") & (S.rule == "unit_quota") & (S.period == month)
    judged = {
        row.subject.removeprefix("unit:"): row
        for row in connection.execute(select(S.__table__).where(rule))
    }
    kept = {one.unit: one.posts for one in months_kept(connection, (month,))}
    query = select(UnitRow.id, UnitRow.short, UnitRow.quota).where(
        UnitRow.retired_at.is_(None), UnitRow.quota.is_not(None)
    )
    units = [
        _quota(row, judged.get(row.id), kept.get(row.id, NOT_COUNTED))
        for row in connection.execute(query)
    ]
    before = today.replace(day=1) - timedelta(days=1)
    gone, left = calendar.between(before, today), calendar.between(today, end)
    share = gone / (gone + left) if gone + left else 1.0
    return ThisMonth(
        month, left, share, tuple(sorted(units, key=lambda one: (-one.short, one.unit)))
    )


def _quota(row: Any, judged: Any, kept: Count) -> UnitQuota:
    if judged is None:
        return UnitQuota(row.id, row.short, kept, row.quota, "")
    n = judged.numbers
    return UnitQuota(row.id, row.short, count_of(n), int(n["quota"]), judged.value)


@dataclass(frozen=True, slots=True)
class NewestNight:
    """The last night. ``missing`` = the newest one on record is older than a day; ``failed`` = too
    little was seen."""

    started: datetime
    ended: datetime | None
    planned: int
    looked: int
    unknown: int
    new_posts: int
    failed: bool
    missing: bool

    @property
    def sight(self) -> Sight:
        """What it saw of what was due."""
        return Sight(self.planned, self.looked, self.unknown)

    @property
    def minutes(self) -> float | None:
        return (self.ended - self.started).total_seconds() / 60 if self.ended else None

    @property
    def blind(self) -> bool:
        """It ran to its end and saw nothing: every answer was an error."""
        return self.ended is not None and self.sight.blind

    @property
    def bad(self) -> bool:
        return self.failed or self.missing or self.blind


def last_night(connection: Connection, now: datetime) -> NewestNight | None:
    """The newest nightly run begun by ``now``, or none yet."""
    query = select(RunRow.__table__).where(RunRow.kind == "nightly", RunRow.started <= utc(now))
    run = connection.execute(query.order_by(RunRow.id.desc()).limit(1)).first()
    if run is None:
        return None
    judged = select(JudgementRow.failed_night).where(JudgementRow.as_of >= run.started)
    failed = connection.scalar(judged.order_by(JudgementRow.as_of).limit(1))
    missing = utc(now) - run.started > NIGHT
    return NewestNight(
        run.started,
        run.ended,
        run.planned,
        run.looked,
        run.unknown,
        run.new_posts,
        bool(failed),
        missing,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """An outlet whose verdict is another one than before."""

    id: str
    kind: str
    name: str
    before: str
    value: str
    sentence: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since ``since``: how many turned bad, were mended, or went otherwise; findings
    opened and closed."""

    since: datetime
    turned: int
    mended: int
    other: int
    opened: int
    closed: int
    turned_rows: tuple[Change, ...] = ()
    mended_rows: tuple[Change, ...] = ()


BAD, WAS_BAD, WELL = S.value.in_(ACCUSED), S.before.in_(ACCUSED), S.value.in_(GOOD)
WAY: Mapping[str, ColumnElement[bool]] = {
    "turned": and_(BAD, ~WAS_BAD),
    # What turned unknown or exempt was not mended: nobody saw anything new there.
    "mended": and_(WAS_BAD, WELL),
    "other": or_(and_(BAD, WAS_BAD), and_(~BAD, ~WAS_BAD), and_(WAS_BAD, ~BAD, ~WELL)),
}
WAYS = tuple(WAY)


def changed(connection: Connection, since: datetime, show: int = 6) -> Changed:
    """Counts and the first ``show`` rows of those that turned and of those that were mended."""
    ways = [func.count().filter(way) for way in WAY.values()]
    counts = [
        int(n) for n in connection.execute(select(*ways).select_from(S).where(*_news(since))).one()
    ]
    opened, closed = FindingRow.opened >= utc(since), FindingRow.closed >= utc(since)
    found = connection.execute(
        select(func.count().filter(opened), func.count().filter(closed)).where(
            FindingRow.ours.is_(False), or_(opened, closed)
        )
    ).one()
    rows = [_changes(connection, since, way, show) for way in ("turned", "mended")]
    return Changed(
        since, counts[0], counts[1], counts[2], int(found[0]), int(found[1]), rows[0], rows[1]
    )


def changes(
    connection: Connection, since: datetime, way: str, page: int = 1, size: int = 50
) -> Paged[Change]:
    """Outlets whose verdict changed since then, the newest first. ``way`` is one of
    :data:`WAYS`."""
    total = _count(connection, S, *_news(since), WAY[way])
    page = within(page, total, size)
    return Paged(_changes(connection, since, way, size, (page - 1) * size), page, total, size)


def _changes(
    connection: Connection, since: datetime, way: str, limit: int, start: int = 0
) -> tuple[Change, ...]:
    query = select(S.outlet_id, S.kind, S.name, S.before, S.value, S.sentence, S.since)
    query = query.where(*_news(since), WAY[way]).order_by(S.since.desc(), S.gravity.desc(), S.key)
    rows = connection.execute(query.limit(limit).offset(start))
    return tuple(
        Change(r.outlet_id, r.kind, r.name, r.before, r.value, r.sentence, r.since) for r in rows
    )


def _news(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """The first judgement of a place has no verdict before it: it is no change."""
    return (S.since >= utc(since), S.kind.in_(KINDS), S.before != "")


@dataclass(frozen=True, slots=True)
class Due:
    """An outlet whose limit ends soon: ``due`` is the last day that passes, ``act_by`` the last
    working day until then."""

    id: str
    kind: str
    name: str
    value: str
    due: date
    act_by: date
    left: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Soon:
    """What turns red within the week: how many columns and accounts, and the first of them."""

    columns: int
    accounts: int
    rows: tuple[Due, ...]


def soon(
    connection: Connection, today: date, calendar: Calendar, days: int = 7, show: int = 10
) -> Soon:
    """Outlets not yet late whose last day lies within ``days``, the nearest first."""
    where = (
        S.due.between(today, today + timedelta(days=days)),
        S.value.in_((Value.FRESH, Value.DUE_SOON)),
    )
    count = (
        select(S.kind, func.count().label("n")).where(S.kind.in_(KINDS), *where).group_by(S.kind)
    )
    counts = {row.kind: int(row.n) for row in connection.execute(count)}
    query = select(S.outlet_id, S.kind, S.name, S.value, S.due).where(S.kind.in_(KINDS), *where)
    rows = connection.execute(query.order_by(S.due, S.gravity.desc(), S.key).limit(show)).all()
    units = units_short(connection, [row.outlet_id for row in rows], today)
    return Soon(
        counts.get("column", 0),
        counts.get("account", 0),
        tuple(_due(row, units, today, calendar) for row in rows),
    )


def _due(row: Any, units: Mapping[str, tuple[str, ...]], today: date, calendar: Calendar) -> Due:
    by, id = last_workday(row.due, calendar), row.outlet_id
    return Due(
        id, row.kind, row.name, row.value, row.due, by, calendar.between(today, by), units[id]
    )


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of waiting work: how many, and the page that lists them."""

    name: str
    count: int
    href: str
    urgent: bool = False


def waiting(connection: Connection, now: datetime) -> tuple[Work, ...]:
    """What waits for the office, in the order in which it is done; nothing that is done already is
    named."""
    appealed = _count(connection, AppealRow, AppealRow.state == WAITING)
    back = (LetterRow.state.in_(("failed", "refused")), LetterRow.written >= utc(now) - LATELY)
    found = (
        Work("申诉待核", appealed, "/findings?state=all&appealed=1", True),
        Work("整改超期", _count(connection, OrderRow, late(now)), "/orders?late=1", True),
        Work(
            "已反馈待复查",
            _count(connection, OrderRow, OrderRow.state == REPLIED),
            "/orders?state=replied",
        ),
        Work("通知没有送到", _count(connection, LetterRow, *back), "/health#letters", True),
        Work("来源待认定", _count(connection, DoubtRow), "/attribution"),
        Work(
            "疑似未登记账号",
            _count(connection, CandidateRow, CandidateRow.state == "new"),
            "/accounts/found",
        ),
        Work("内容疑点待核", sum(totals(connection).values()), "/content"),
    )
    return tuple(one for one in found if one.count)


@dataclass(frozen=True, slots=True)
class Appealed:
    """An appeal that waits for a decision, with the finding it is against."""

    finding: str
    name: str
    unit: str
    moment: datetime


def appealed(connection: Connection, limit: int = 10) -> tuple[Appealed, ...]:
    """The appeals that have waited longest."""
    query = (
        select(FindingRow.number, FindingRow.name, UnitRow.short, AppealRow.moment)
        .join(FindingRow, FindingRow.id == AppealRow.finding_id)
        .join(UnitRow, UnitRow.id == AppealRow.unit_id)
        .where(AppealRow.state == WAITING)
        .order_by(AppealRow.moment, AppealRow.id)
        .limit(limit)
    )
    return tuple(Appealed(*row) for row in connection.execute(query))


def named(connection: Connection, ids: Sequence[str]) -> Mapping[str, str]:
    """Names of outlets by id."""
    query = select(OutletRow.id, OutletRow.name).where(OutletRow.id.in_(list(ids)[:500]))
    return {row.id: row.name for row in connection.execute(query)}


def _count(connection: Connection, table: Any, *where: ColumnElement[bool]) -> int:
    return int(
        connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    )
