"""How an account kept to its limit over a period: its posts, its longest gap, its days out of
bounds.

A gap is only called one where it was seen whole: both its ends stood on one complete list at one
moment. What lies between two looks that do not touch is not known, and is never held against
anybody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, select

from crawler.model import Evidence, shanghai_day, utc
from crawler.store.tables import PostRow, VisitRow

DAYS = 14
SAME_NIGHT = timedelta(minutes=10)
"""An account's probes are written one after the other; a post seen through one was there for the
next."""


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A post's day, and from when to when the account's list was seen to show it."""

    day: date
    first_seen: datetime
    last_seen: datetime
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class PostGap:
    """Days without a post: from the post of ``start`` up to that of ``end``, or to the last look
    (``open``)."""

    start: date
    end: date
    open: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Rhythm:
    """An account in a period, both days counted. ``posts`` are those known: more may have been
    missed.

    ``longest`` is the longest gap proved that reaches into the period, ``days_out`` the days of the
    period on which the newest post was more than ``limit`` days old, as far as proved. ``unproved``
    counts longer gaps that nobody saw whole; ``known_until`` is the day of the last complete look,
    ``None`` where there was none.
    """

    start: date
    end: date
    limit: int
    posts: int
    longest: PostGap | None
    days_out: int
    unproved: int
    known_until: date | None

    @property
    def line(self) -> str:
        """The facts in Chinese, for a person."""
        said = f"{self.start} 至 {self.end}：已知发布 {self.posts} 条"
        if self.known_until is None:
            return f"{said}；没有看到过完整列表，间隔无法认定"
        if self.longest is not None:
            tail = "（尚未更新）" if self.longest.open else ""
            said += f"，最长间隔 {self.longest.days} 天（{self.longest.start} 至 {self.longest.end}{tail}）"
        said += f"，超过 {self.limit} 天未更新的共 {self.days_out} 天"
        if self.unproved:
            said += f"；另有 {self.unproved} 段间隔没有看全，不予认定"
        return (
            said if self.known_until >= self.end else f"{said}（完整列表看到 {self.known_until}）"
        )


def rhythm(
    posts: Iterable[SeenPost],
    looks: Sequence[datetime],
    start: date,
    end: date,
    limit: int = DAYS,
) -> Rhythm:
    """What ``posts`` and complete ``looks`` (moments, oldest first) say of the days ``start`` to
    ``end``.

    Posts are those seen by the moment of judgement, from before ``start`` too. Raises
    ``ValueError`` where the period ends before it begins.
    """
    if end < start:
        raise ValueError(f"the period ends ({end}) before it begins ({start})")
    dated = sorted(posts, key=lambda post: (post.day, post.first_seen))
    until = shanghai_day(looks[-1]) if looks else None
    proved, unproved = [], 0
    for gap, sure in _gaps(dated, looks):
        if gap.end < start or gap.start > end:
            continue
        if sure:
            proved.append(gap)
        else:
            unproved += gap.days > limit
    return Rhythm(
        start=start,
        end=end,
        limit=limit,
        posts=sum(start <= post.day <= end for post in dated),
        longest=max(proved, key=lambda gap: gap.days, default=None),
        days_out=sum(_days_out(gap, start, end, limit) for gap in proved),
        unproved=unproved,
        known_until=until,
    )


def _gaps(posts: Sequence[SeenPost], looks: Sequence[datetime]) -> Iterator[tuple[PostGap, bool]]:
    """Every gap between days with posts, and whether it was seen whole; the last one runs to the
    last look."""
    days: dict[date, list[SeenPost]] = defaultdict(list)
    for post in posts:
        days[post.day].append(post)
    order = sorted(days)
    for before, after in pairwise(order):
        sure = any(_together(a, b, looks) for a in days[before] for b in days[after])
        yield PostGap(before, after), sure
    if order and looks and shanghai_day(looks[-1]) > order[-1]:
        shown = any(_shown(post, looks[-1]) for post in days[order[-1]])
        yield PostGap(order[-1], shanghai_day(looks[-1]), open=True), shown


def _together(one: SeenPost, other: SeenPost, looks: Sequence[datetime]) -> bool:
    """Both stood on one complete list. A pinned post stands on every list and proves nothing."""
    if one.pinned or other.pinned:
        return False
    first = max(one.first_seen, other.first_seen)
    at = bisect_left(looks, first)
    return at < len(looks) and looks[at] <= min(one.last_seen, other.last_seen) + SAME_NIGHT


def _shown(post: SeenPost, look: datetime) -> bool:
    return not post.pinned and post.first_seen <= look <= post.last_seen + SAME_NIGHT


def _days_out(gap: PostGap, start: date, end: date, limit: int) -> int:
    """Days within the period that are more than ``limit`` days after the gap's start. Its last day
    is not one of them: the closing post's day is good, and a look proves nothing of the rest of its
    own day.
    """
    first = max(start, gap.start + timedelta(days=limit + 1))
    last = min(end, gap.end - timedelta(days=1))
    return max(0, (last - first).days + 1)


def account_rhythms(
    connection: Connection,
    accounts: Collection[str],
    start: date,
    end: date,
    as_of: datetime,
    *,
    limit: int = DAYS,
) -> dict[str, Rhythm]:
    """Every account's :class:`Rhythm` from ``start`` to ``end`` as known at ``as_of``; two queries
    for all.

    Reposts count as the probe was told to read them (``reposts: count`` or ``skip``).
    """
    as_of = utc(as_of)
    posts = _posts(connection, accounts, start, as_of)
    looks = _looks(connection, accounts, as_of)
    last = min(end, shanghai_day(as_of))
    return {
        account: rhythm(
            posts.get(account, ()), looks.get(account, ()), start, max(start, last), limit
        )
        for account in accounts
    }


def _posts(
    connection: Connection, accounts: Collection[str], start: date, as_of: datetime
) -> dict[str, list[SeenPost]]:
    """Posts seen by ``as_of``, from a year before the period on: a longer gap is out of bounds in
    any case."""
    post = PostRow.__table__.c
    query = select(
        post.outlet_id, post.published, post.first_seen, post.last_seen, post.pinned
    ).where(
        post.outlet_id.in_(list(accounts)),
        post.first_seen <= as_of,
        post.published <= shanghai_day(as_of),
        post.published >= start - timedelta(days=366),
    )
    found: dict[str, list[SeenPost]] = defaultdict(list)
    for account, day, first, last, pinned in connection.execute(query):
        found[account].append(SeenPost(day, first, min(last, as_of), pinned))
    return found


def _looks(
    connection: Connection, accounts: Collection[str], as_of: datetime
) -> dict[str, list[datetime]]:
    """The moments of conclusive looks at a whole list, oldest first."""
    visit = VisitRow.__table__.c
    query = (
        select(visit.outlet_id, visit.moment)
        .where(visit.outlet_id.in_(list(accounts)), visit.moment <= as_of, visit.page_no == 1)
        .where(visit.evidence == Evidence.COMPLETE.value, visit.outcome.in_(("read", "unchanged")))
        .order_by(visit.outlet_id, visit.moment)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for account, moment in connection.execute(query):
        found[account].append(moment)
    return found
