"""How an account kept to its limit: posts, gaps that were seen whole, days out of bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import CrawlConfig
from crawler.model import (
    SHANGHAI,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Post,
    Site,
    Unit,
    Visit,
)
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.walking.keeper import StoreKeeper
from crawler.walking.model import Looked
from monitor.facts.accounts import PostGap, SeenPost, account_rhythms, rhythm
from tests.conftest import Store

START, END = date(2026, 7, 1), date(2026, 9, 30)
NOON = time(12)


def at(day: date) -> datetime:
    return datetime.combine(day, NOON, SHANGHAI)


def seen(
    day: date, first: date | None = None, last: date | None = None, *, pinned: bool = False
) -> SeenPost:
    return SeenPost(day, at(first or day), at(last or END), pinned)


def nightly(until: date = END) -> list[datetime]:
    return [at(START + timedelta(days=n)) for n in range((until - START).days + 1)]


def test_an_account_that_posts_weekly_has_no_day_out_of_bounds() -> None:
    posts = [seen(START - timedelta(days=3) + timedelta(days=7 * n)) for n in range(14)]
    found = rhythm(posts, nightly(), START, END)
    assert (found.posts, found.days_out, found.unproved) == (13, 0, 0)
    assert found.longest is not None
    assert found.longest.days == 7


def test_day_fourteen_passes_and_day_fifteen_is_out() -> None:
    for gap, out in ((14, 0), (15, 0), (16, 1), (20, 5)):
        posts = [seen(date(2026, 7, 1)), seen(date(2026, 7, 1) + timedelta(days=gap))]
        found = rhythm(posts, nightly(posts[1].day), START, posts[1].day)
        assert (found.days_out, found.longest) == (out, PostGap(posts[0].day, posts[1].day))


def test_the_last_gap_runs_to_the_last_complete_look_and_no_further() -> None:
    found = rhythm([seen(date(2026, 7, 1))], nightly(date(2026, 7, 20)), START, END)
    # 16 to 19 July: a look in the night of the 20th does not know what that day still brings.
    assert (found.days_out, found.known_until) == (4, date(2026, 7, 20))
    assert found.longest == PostGap(date(2026, 7, 1), date(2026, 7, 20), open=True)
    assert "完整列表看到 2026-07-20" in found.line


def test_a_gap_from_before_the_period_counts_only_its_days_within() -> None:
    posts = [seen(date(2026, 6, 1), date(2026, 6, 1)), seen(date(2026, 7, 4))]
    looks = [at(date(2026, 6, 1)), *nightly()]
    assert rhythm(posts, looks, START, date(2026, 7, 10)).days_out == 3


def test_what_nobody_saw_whole_is_not_held_against_anybody() -> None:
    """The list was not seen for a month and then showed only newer posts: what lay between is
    unknown."""
    posts = [
        seen(date(2026, 7, 1), last=date(2026, 7, 2)),
        seen(date(2026, 8, 9), date(2026, 8, 10)),
    ]
    looks = [at(date(2026, 7, 2)), at(date(2026, 8, 10))]
    found = rhythm(posts, looks, START, date(2026, 8, 10))
    assert (found.days_out, found.unproved, found.longest) == (
        0,
        1,
        PostGap(date(2026, 8, 9), date(2026, 8, 10), open=True),
    )
    assert "1 段间隔没有看全" in found.line


def test_a_pinned_post_proves_no_gap() -> None:
    posts = [seen(date(2026, 7, 1), pinned=True), seen(date(2026, 8, 1))]
    assert rhythm(posts, nightly(), START, date(2026, 8, 1)).days_out == 0


def test_without_a_complete_look_nothing_is_said_of_gaps() -> None:
    found = rhythm([seen(date(2026, 7, 1)), seen(date(2026, 9, 1))], [], START, END)
    assert (found.posts, found.days_out, found.longest, found.known_until) == (2, 0, None, None)
    assert "无法认定" in found.line


def test_an_account_without_posts_has_none() -> None:
    found = rhythm([], nightly(), START, END)
    assert (found.posts, found.longest, found.days_out) == (0, None, 0)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        rhythm([], [], END, START)


@given(
    st.lists(st.integers(-40, 91), max_size=30),
    st.lists(st.integers(0, 91), max_size=30),
    st.integers(1, 30),
)
def test_days_out_are_never_more_than_the_plain_count_over_the_same_posts(
    days: list[int], looked: list[int], limit: int
) -> None:
    posts = [seen(START + timedelta(days=n)) for n in days]
    looks = sorted(at(START + timedelta(days=n)) for n in looked)
    found = rhythm(posts, looks, START, END, limit)
    known = sorted(post.day for post in posts)
    plain = 0
    for n in range((END - START).days + 1):
        day = START + timedelta(days=n)
        before = [one for one in known if one <= day]
        plain += bool(before) and (day - before[-1]).days > limit
    assert 0 <= found.days_out <= plain


def test_the_query_reads_posts_and_looks_as_they_were_known(store: Store) -> None:
    outlet = Outlet("a", OutletKind.ACCOUNT, "账号", "weibo", "s", ("u",), floor=0)
    catalogue = Catalogue(
        (Unit("u", "单位", "全称", "组"),), (Site("s", "门户", "http://portal/"),), (outlet,)
    )
    with store.engine.begin() as connection:
        sync(connection, catalogue, at(START))
    keeper = StoreKeeper(
        store.engine, store.reader, CrawlConfig(contact="x@example.org"), frozenset()
    )
    shown = [date(2026, 7, 1), date(2026, 7, 21)]
    for look in (date(2026, 7, 2), date(2026, 7, 22), date(2026, 8, 2)):
        posts = tuple(
            Post("标题", f"https://weibo.com/{day}", Dated(day, "x", "json"))
            for day in shown
            if day <= look
        )
        visit = Visit("a", at(look), Outcome.READ, Evidence.COMPLETE, "spider", "weibo")
        keeper.look(Looked(visit, posts, walk_done=True))
        keeper.flush()
    with store.reader.connect() as connection:
        early, late = (
            account_rhythms(connection, ["a", "none"], START, END, moment)
            for moment in (datetime(2026, 7, 15, tzinfo=UTC), datetime(2026, 8, 31, tzinfo=UTC))
        )
    assert (early["a"].posts, early["a"].days_out, early["a"].known_until) == (
        1,
        0,
        date(2026, 7, 2),
    )
    assert (late["a"].posts, late["a"].days_out) == (2, 5)
    assert late["a"].longest == PostGap(shown[0], shown[1])
    assert late["none"].known_until is None
