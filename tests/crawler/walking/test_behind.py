"""Columns whose newest stands behind their first page: the mark, and which looks go on to the
second page."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.crosscheck.pages import further_of, slipped
from crawler.model import Dated, Evidence, Outcome, Post, Reading, Unread
from crawler.walking.behind import QUIET, carried, looks_on, marked, with_mark
from crawler.walking.wholeness import NOTHING, whole_since, with_page

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = date(2026, 11, 20)
OTHER = Unread("above the list", "part", "头条", "http://www.example.gov.cn/a/9.html")


def reading(*days: date, pinned: int = 0, next: tuple[str, ...] = ()) -> Reading:
    posts = tuple(
        Post(
            f"样例第{n}号",
            f"http://www.example.gov.cn/a/{day}-{n}.html",
            Dated(day, day.isoformat(), "item"),
            pinned=n < pinned,
        )
        for n, day in enumerate(days)
    )
    return Reading(Outcome.READ, Evidence.COMPLETE, posts, next=next)


def test_a_page_newer_than_those_before_it_marks_the_walk_and_an_older_one_does_not() -> None:
    first = with_page(NOTHING, reading(date(2026, 5, 1)), 1)
    assert first.behind is None
    assert with_page(first, reading(date(2026, 4, 1)), 2).behind is None
    later = with_page(first, reading(DAY, date(2026, 4, 1)), 2)
    assert later.behind == DAY
    assert with_page(later, reading(date(2026, 3, 1)), 3).behind == DAY, (
        "what was found stays found"
    )


@given(st.dates(date(2020, 1, 1), DAY), st.none() | st.dates(date(2020, 1, 1), DAY))
def test_the_mark_goes_only_where_the_first_page_shows_something_newer(
    behind: date, newest: date | None
) -> None:
    left = with_mark((OTHER,), behind)
    assert OTHER in left
    mark = marked(left)
    assert mark is not None
    assert mark.day is None, "nobody knows what else stands there"
    assert carried(left, newest) == (() if newest is not None and newest > behind else (mark,))
    assert len(with_mark(left, DAY)) == 2, "a column bears one mark"


@pytest.mark.parametrize(
    ("unread", "newest", "sent", "on"),
    [
        ((), DAY, False, False),
        ((), DAY - QUIET, False, False),
        ((), DAY - QUIET - timedelta(days=1), False, True),
        ((), DAY - QUIET - timedelta(days=1), True, False),
        ((), None, False, True),
        (with_mark((), DAY), DAY, True, True),
    ],
)
def test_a_quiet_column_is_read_behind_its_first_page_with_every_plain_look(
    unread: tuple[Unread, ...], newest: date | None, sent: bool, on: bool
) -> None:
    assert looks_on(unread, newest, NOW, sent=sent) is on


def test_of_many_pages_the_second_the_third_and_the_last_are_looked_at_each_once() -> None:
    pages = tuple(f"http://www.example.gov.cn/a/index_{n}.html" for n in range(1, 9))
    assert further_of(reading(DAY, next=pages)) == (*pages[:2], pages[-1])
    assert further_of(reading(DAY, next=pages[:1])) == pages[:1]
    assert further_of(reading(DAY)) == ()


def test_rows_above_the_newest_are_asked_unless_they_are_pinned() -> None:
    rows = reading(date(2002, 6, 28), DAY, date(2026, 11, 1))
    assert [one.url for one in slipped(rows)] == [rows.posts[0].url]
    assert slipped(reading(date(2002, 6, 28), DAY, pinned=1)) == []
    assert slipped(reading(DAY, date(2002, 6, 28))) == []


WEEKS = [DAY - timedelta(days=7 * n) for n in range(8)]


@pytest.mark.parametrize(
    ("shown", "since"),
    [
        (reading(*WEEKS), WEEKS[-2] + timedelta(days=1)),
        (reading(*WEEKS[:4]), date.min),
        (replace(reading(*WEEKS), total=8), date.min),
        (replace(reading(*WEEKS), identity={"pages": "1"}), date.min),
    ],
    ids=["a window of eight", "too few for a window", "a total", "a pager of one page"],
)
def test_a_list_without_pager_or_total_proves_no_more_than_the_days_that_it_shows(
    shown: Reading, since: date
) -> None:
    assert whole_since(with_page(NOTHING, shown, 1), ended=True).since == since
