"""A page that breaks off proves neither a whole list nor an empty one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.model import Dated, Evidence, Outcome, Page, Post, Unread
from crawler.reading.bounds.cut import END, breaks_off
from crawler.reading.listing import read_list
from crawler.walking.wholeness import NOTHING, Absent, absent, whole_since, with_page
from tests.hidings.pages import Altered, list_page
from tests.hidings.story import COLUMN_IDS, by_id

NOW = datetime(2021, 3, 16, tzinfo=UTC)
URL = "http://www.example.org/yw/"


def page(column: str, cut: int = 0) -> Page:
    shelf = by_id(column)
    body = list_page(shelf, shelf.shown(NOW), 0, Altered(cut=cut))
    return Page(URL, URL, 200, {"content-type": "text/html; charset=utf-8"}, body, NOW)


@pytest.mark.parametrize("column", [one for one in COLUMN_IDS if one != "kong"])
@pytest.mark.parametrize("per_mille", [400, 600, 800, 950])
def test_a_list_that_breaks_off_is_no_whole_list(column: str, per_mille: int) -> None:
    reading = read_list(page(column, per_mille))
    if reading.outcome is Outcome.READ:
        assert reading.evidence is not Evidence.COMPLETE
        assert Unread(END, "cut") in reading.unread
        assert reading.upper is None
        since = whole_since(with_page(NOTHING, reading, 1), ended=True).since
        assert since is None or since > date.min
    else:
        assert reading.outcome is Outcome.UNREADABLE


def test_an_empty_list_that_breaks_off_is_not_empty() -> None:
    whole = read_list(page("kong"))
    assert whole.outcome is Outcome.EMPTY
    body = page("kong").body
    rest = body[: body.index(b'<div class="footer">')]
    broken = read_list(Page(URL, URL, 200, {}, rest, NOW))
    assert (broken.outcome, broken.reason) == (Outcome.UNREADABLE, "cut")


@pytest.mark.parametrize("column", COLUMN_IDS)
def test_a_whole_page_does_not_break_off(column: str) -> None:
    assert not any(one.why == "cut" for one in read_list(page(column)).unread)


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("<html><body><ul><li>a</li>", True),
        ("<HTML><BODY><UL></UL></BODY></HTML>\n<!-- 12 ms -->", False),
        ("<html><body><p>a</p></body>", False),
        ("<ul><li>a fragment</li></ul>", False),
        ("<html><body></html>" + "<!-- counted -->" * 500, False),
    ],
)
def test_what_breaks_off(text: str, off: bool) -> None:
    assert breaks_off(text) is off


def test_posts_that_a_broken_page_did_not_show_are_not_called_late() -> None:
    """Situation: fourteen nights of pages that broke off, then a whole one; its posts were all
    there before."""
    unread = (Unread(END, "cut"),)
    assert absent(date.min, unread) == Absent(None)
    told = Absent(date(2021, 1, 1), frozenset({"http://www.example.org/a.html"}))
    assert (
        absent(date(2021, 1, 1), [Unread("row 1", "undated", url="http://www.example.org/a.html")])
        == told
    )
    assert not told.covers(post("http://www.example.org/a.html", date(2021, 2, 1)))
    assert not told.covers(post("http://www.example.org/b.html", date(2020, 12, 31)))
    assert told.covers(post("http://www.example.org/b.html", date(2021, 2, 1)))
    assert not Absent(None).covers(post("http://www.example.org/b.html", date(2021, 2, 1)))


def post(url: str, day: date) -> Post:
    return Post("样例", url, Dated(day, day.isoformat(), "item"))
