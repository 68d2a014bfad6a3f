"""How the system itself is doing: nights, what readers do not understand, channels, letters, daily
jobs, home pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from crawler.model import shanghai_day, utc
from crawler.store.tables import OutletRow, RunRow
from monitor.board.words import LETTER_CHIPS, LETTERS
from monitor.facts.probes import ahead, weeks
from monitor.facts.unit_names import unit_names
from monitor.findings.standing import StandingRow
from monitor.letters.outbox import AttemptRow
from monitor.model import SiteWeek, Value
from monitor.night.diary import NAMES, DailyRow
from monitor.record.tables import JudgementRow, LetterRow
from monitor.words import Sight
from monitor.words.causes import cause_name

S, DAILY = StandingRow, DailyRow.__table__.c
OUTSTANDING = ("failed", "refused", "waiting", "claimed")
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl. ``failed`` = nobody was accused after it; ``None`` where it was not judged."""

    id: int
    kind: str
    started: datetime
    ended: datetime | None
    planned: int
    looked: int
    unknown: int
    new_posts: int
    note: str
    failed: bool | None

    @property
    def sight(self) -> Sight:
        """What it saw of what was due."""
        return Sight(self.planned, self.looked, self.unknown)

    @property
    def blind(self) -> bool:
        """It ran to its end and saw nothing: every answer was an error."""
        return self.ended is not None and self.sight.blind

    @property
    def minutes(self) -> float | None:
        return (self.ended - self.started).total_seconds() / 60 if self.ended else None


def runs(connection: Connection, kind: str = "nightly", limit: int = 14) -> tuple[Run, ...]:
    """The newest crawls of a kind; a night's judgement is the first one after it began."""
    query = (
        select(RunRow.__table__).where(RunRow.kind == kind).order_by(RunRow.id.desc()).limit(limit)
    )
    rows = connection.execute(query).all()
    if not rows:
        return ()
    judged = connection.execute(
        select(JudgementRow.as_of, JudgementRow.failed_night)
        .where(JudgementRow.as_of >= rows[-1].started)
        .order_by(JudgementRow.as_of)
    ).all()
    following = (None, *(row.started for row in rows))
    return tuple(_run(row, judged, before) for row, before in zip(rows, following, strict=False))


def _run(row: Any, judged: Sequence[Any], before: datetime | None) -> Run:
    mine = (j for j in judged if j.as_of >= row.started and (before is None or j.as_of < before))
    first = next(mine, None)
    return Run(
        row.id,
        row.kind,
        row.started,
        row.ended,
        row.planned,
        row.looked,
        row.unknown,
        row.new_posts,
        row.note,
        first.failed_night if first else None,
    )


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of looking at accounts: does it prove itself, and how many outlets it could not judge
    for its sake."""

    name: str
    value: str
    sentence: str
    since: datetime


def channels(connection: Connection) -> tuple[Channel, ...]:
    """Every probe's own verdict, and the portals' as readers see them; those out of service
    first."""
    rules = ("probe_out_of_service", "site_unseen")
    query = select(S.__table__).where(S.kind.in_(("other", "site")), S.rule.in_(rules))
    rows = connection.execute(query.order_by(S.gravity.desc(), S.key)).all()
    return tuple(Channel(r.subject.partition(":")[2], r.value, r.sentence, r.since) for r in rows)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why outlets cannot be judged, how many columns and accounts, and in which families of
    pages."""

    cause: str
    name: str
    columns: int
    accounts: int
    families: tuple[tuple[str, int], ...]


def causes(connection: Connection) -> tuple[Cause, ...]:
    """What cannot be judged now, by cause, the most first."""
    query = (
        select(S.cause, S.kind, OutletRow.family, func.count().label("n"))
        .join(OutletRow, OutletRow.id == S.outlet_id)
        .where(S.value == Value.UNKNOWN.value, S.kind.in_(("column", "account")))
        .group_by(S.cause, S.kind, OutletRow.family)
    )
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    families: dict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(query):
        kinds[row.cause][row.kind] += row.n
        if row.family:
            families[row.cause][row.family] += row.n
    found = [
        Cause(
            cause,
            cause_name(cause),
            by["column"],
            by["account"],
            tuple(families[cause].most_common(4)),
        )
        for cause, by in kinds.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.columns - one.accounts, one.cause)))


@dataclass(frozen=True, slots=True)
class Unread:
    """One outlet that cannot be judged since then."""

    id: str
    name: str
    cause: str
    sentence: str
    since: datetime


def unread(connection: Connection, limit: int = 20) -> tuple[Unread, ...]:
    """The newest outlets that turned unknown: where a reader drifts, they come together."""
    where = and_(S.value == Value.UNKNOWN.value, S.kind.in_(("column", "account")))
    query = (
        select(S.subject, S.name, S.cause, S.sentence, S.since)
        .where(where)
        .order_by(S.since.desc(), S.key)
    )
    return tuple(
        Unread(r.subject.removeprefix("outlet:"), r.name, cause_name(r.cause), r.sentence, r.since)
        for r in connection.execute(query.limit(limit))
    )


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter that has not left. ``tried`` is its last attempt, ``next_try`` when it is tried
    again."""

    id: int
    unit: str
    unit_name: str
    day: date
    subject: str
    to: str
    state: str
    tries: int
    answer: str
    tried: datetime | None
    next_try: datetime | None

    @property
    def state_name(self) -> str:
        return LETTERS.get(self.state, self.state)

    @property
    def chip(self) -> str:
        return LETTER_CHIPS.get(self.state, "")


def letters(connection: Connection, now: datetime, limit: int = 50) -> tuple[LetterLine, ...]:
    """Letters of the last month that have not left, those given up first."""
    query = (
        select(LetterRow.__table__)
        .where(LetterRow.state.in_(OUTSTANDING), LetterRow.written >= utc(now) - LATELY)
        .order_by(LetterRow.state.in_(("waiting", "claimed")), LetterRow.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    names = unit_names(connection, retired=True)
    last = _last_attempts(connection, [row.id for row in rows])
    return tuple(
        LetterLine(
            r.id,
            r.unit_id,
            names.get(r.unit_id, "本办"),
            r.day,
            r.subject,
            "、".join(map(str, r.recipients)),
            r.state,
            r.tries,
            r.answer,
            *last.get(r.id, (None, None)),
        )
        for r in rows
    )


def _last_attempts(
    connection: Connection, ids: Sequence[int]
) -> Mapping[int, tuple[datetime, datetime | None]]:
    query = select(AttemptRow.letter_id, AttemptRow.started, AttemptRow.next_try)
    rows = connection.execute(query.where(AttemptRow.letter_id.in_(ids)).order_by(AttemptRow.id))
    return {row.letter_id: (row.started, row.next_try) for row in rows}


@dataclass(frozen=True, slots=True)
class Job:
    """One daily job on one day. ``state`` is ``done``, ``again`` (done after a failure), ``failed``
    or ``open``."""

    name: str
    day: date
    started: datetime
    ended: datetime | None
    tries: int
    note: str

    @property
    def state(self) -> str:
        if self.ended is None:
            return "failed" if self.note else "open"
        return "again" if self.tries > 1 or self.note else "done"


def diary(connection: Connection, today: date, days: int = 8) -> tuple[Job, ...]:
    """The daily jobs of the last days, the newest first."""
    query = select(DailyRow.__table__).where(DAILY.day > today - timedelta(days=days))
    return tuple(
        Job(
            NAMES.get(r.name, WATCHED.get(r.name, r.name)),
            r.day,
            r.started,
            r.ended,
            r.tries,
            r.note,
        )
        for r in connection.execute(query.order_by(DAILY.day.desc(), DAILY.started.desc()))
    )


WATCHED: Mapping[str, str] = {"clock": "本机时间", "store": "数据库"}


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """A home page over the last weeks, oldest first; ``closed`` is percent per week, ``None`` where
    nobody looked."""

    id: str
    name: str
    home: str
    week: SiteWeek
    closed: tuple[float | None, ...]
    certificate_left: int | None


def availability(connection: Connection, now: datetime, many: int = 8) -> tuple[SiteHealth, ...]:
    """Every site's last ``many`` weeks up to now."""
    spans = [weeks(connection, utc(now) - timedelta(days=7 * back)) for back in range(many)]
    by_site: dict[str, list[SiteWeek]] = defaultdict(list)
    for span in reversed(spans):
        for week in span:
            by_site[week.site].append(week)
    today = shanghai_day(now)
    return tuple(_site(by_site[week.site], today) for week in spans[0])


def _site(span: Sequence[SiteWeek], today: date) -> SiteHealth:
    last = span[-1]
    closed = tuple(
        round(100 * week.closed / week.counted, 2) if week.counted else None for week in span
    )
    left = (last.certificate_until - today).days if last.certificate_until else None
    return SiteHealth(last.site, last.name, last.home, last, closed, left)


def clock_ahead(connection: Connection) -> float | None:
    """By how many seconds our clock is ahead of what the sites say."""
    return ahead(connection)
