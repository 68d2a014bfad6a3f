"""A feed as a column's address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest

from crawler.model import SHANGHAI, Evidence, Outcome, Page, Reading
from crawler.reading.listing import read_list

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
URL = "http://portal.example.org/xwzx/tzgg/rss.xml"
NEWEST = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)


def read(body: str) -> Reading:
    return read_list(Page(URL, URL, 200, {"content-type": "application/xml"}, body.encode(), NOW))


def moments(number: int = 6, step: int = 3) -> list[datetime]:
    return [NEWEST - timedelta(days=step * i) for i in range(number)]


def rss(items: str, head: str = "") -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>通知公告</title>{head}{items}</channel></rss>'


def item(i: int, date_: str, tag: str = "pubDate") -> str:
    stamp = f"<{tag}>{date_}</{tag}>" if date_ else ""
    return f"<item><title>第{i}号事项的通知</title><link>/xwzx/tzgg/content/{i}.html</link>{stamp}</item>"


FORMS = {
    "RFC 822": lambda m: format_datetime(m),
    "in Greenwich": lambda m: format_datetime(m.astimezone(UTC)),
    "China's CST": lambda m: f"{m:%a, %d %b %Y %H:%M:%S} CST",
    "without a zone": lambda m: f"{m:%a, %d %b %Y %H:%M:%S}",
    "ISO": lambda m: m.isoformat(),
    "as portals print": lambda m: f"{m:%Y-%m-%d %H:%M:%S}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_an_rss_feed_is_the_columns_list(form) -> None:  # type: ignore[no-untyped-def]
    reading = read(rss("".join(item(i, form(m)) for i, m in enumerate(moments()))))
    assert (reading.outcome, reading.evidence, reading.family) == (
        Outcome.READ,
        Evidence.COMPLETE,
        "feed",
    )
    assert [post.published.day for post in reading.posts if post.published] == [
        m.date() for m in moments()
    ]
    assert reading.posts[0].url == "http://portal.example.org/xwzx/tzgg/content/0.html"


def atom(stamp: str) -> str:
    entries = "".join(
        f'<entry><title type="html">&lt;b&gt;第{i}号&lt;/b&gt;事项</title><link rel="alternate" href="/a/{i}.html"/><id>urn:{i}</id>'
        f"<{stamp}>{m.isoformat()}</{stamp}></entry>"
        for i, m in enumerate(moments())
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>动态</title><updated>2026-11-22T00:00:00Z</updated>{entries}</feed>'


def test_an_atom_feed_is_dated_by_published() -> None:
    reading = read(atom("published"))
    assert (reading.evidence, reading.newest and reading.newest.day) == (
        Evidence.COMPLETE,
        date(2026, 11, 20),
    )
    assert reading.posts[0].title == "第0号事项"


def test_when_an_entry_was_updated_only_clears() -> None:
    assert read(atom("updated")).evidence is Evidence.WEAK


def test_entries_that_bear_the_moment_of_the_build_have_no_dates_of_their_own() -> None:
    built = format_datetime(datetime(2026, 11, 22, 16, tzinfo=SHANGHAI))
    items = "".join(item(i, built) for i in range(6))
    assert read(rss(items, f"<lastBuildDate>{built}</lastBuildDate>")).evidence is Evidence.WEAK
    now = format_datetime(NOW)
    assert read(rss("".join(item(i, now) for i in range(6)))).evidence is Evidence.WEAK


def test_an_entry_without_a_date_is_told() -> None:
    dated = "".join(item(i, format_datetime(m)) for i, m in enumerate(moments(), 1))
    reading = read(rss(item(0, "") + dated))
    assert (reading.evidence, reading.upper) == (Evidence.PARTIAL, None)


@pytest.mark.parametrize(
    "body",
    [
        rss(""),
        rss(item(0, "Fri, 20 Nov 2026 08:00:00 +0800")).replace("</rss>", ""),
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "x">]><rss version="2.0"><channel>&a;</channel></rss>',
        rss(item(0, "soon")),
    ],
    ids=["no entry", "cut off", "entities of its own", "no date"],
)
def test_a_feed_that_proves_nothing_is_unreadable(body: str) -> None:
    assert read(body).outcome is Outcome.UNREADABLE
