"""Data instead of pages: which array is the list, in whatever spelling, and what of it only
clears."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Evidence, Outcome, Page, Reading
from crawler.reading.data.jsonish import loads, looks_like_data
from crawler.reading.listing import read_list

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOME = "http://portal.example.org"
NEWEST = date(2026, 11, 20)


def read(body: str, url: str = f"{HOME}/api/list?page=1") -> Reading:
    return read_list(Page(url, url, 200, {}, body.encode(), NOW))


def posts(
    number: int = 6, newest: date = NEWEST, *, key: str = "publishTime", first: int = 1000
) -> list[dict[str, Any]]:
    return [
        {
            "title": f"第{i}号事项的通知",
            "url": f"/xwzx/tzgg/content/{first - i}.html",
            key: f"{newest - timedelta(days=3 * i)} 09:00:00",
        }
        for i in range(number)
    ]


MENU = [
    {"name": name, "url": f"/{folder}/", "releaseTime": "2026-11-22 08:00:00"}
    for name, folder in (
        ("首页", "index"),
        ("政务公开", "zwgk"),
        ("互动交流", "hdjl"),
        ("办事服务", "bsfw"),
    )
]


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def newest(reading: Reading) -> date | None:
    return reading.newest.day if reading.newest else None


def test_situation_10_navigation_with_release_times_is_no_list() -> None:
    reading = read(dump({"nav": MENU, "data": {"list": posts()}}))
    assert (reading.outcome, reading.evidence, newest(reading)) == (
        Outcome.READ,
        Evidence.COMPLETE,
        NEWEST,
    )
    assert len(reading.posts) == 6


@pytest.mark.parametrize(
    "menu", [MENU * 3, [{**one, "url": f"{one['url']}index.html"} for one in MENU * 3]]
)
def test_situation_10_navigation_with_more_rows_than_the_list_is_refused(
    menu: list[dict[str, str]],
) -> None:
    reading = read(dump({"nav": menu, "data": posts(4)}))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    assert "navigation" in reading.mark


def test_situation_10_navigation_alone_is_no_list() -> None:
    assert read(dump({"nav": MENU})).outcome is Outcome.UNREADABLE


def test_situation_10_navigation_in_a_script_of_the_page_is_no_list() -> None:
    scripts = f"<script>var navTitle = {dump(MENU)}; var listData = {dump(posts())}; render(listData)</script>"
    reading = read(
        f"<html><head><title>通知公告</title></head><body><ul id='l'></ul>{scripts}</body></html>",
        f"{HOME}/xwzx/tzgg/",
    )
    assert newest(reading) == NEWEST


def test_a_second_array_with_newer_posts_leaves_the_reading_partial() -> None:
    pinned = posts(2, date(2026, 11, 22), first=5000)
    reading = read(dump({"top": pinned, "list": posts()}))
    assert (reading.evidence, newest(reading), reading.upper) == (
        Evidence.PARTIAL,
        NEWEST,
        date(2026, 11, 22),
    )
    assert {one.place for one in reading.unread} == {"array top"}


def test_a_second_array_with_the_same_or_older_posts_does_not() -> None:
    for second in (posts(2), posts(2, date(2026, 1, 2), first=500)):
        assert read(dump({"hot": second, "list": posts()})).evidence is Evidence.COMPLETE


@pytest.mark.parametrize(
    "key", ["updateTime", "createTime", "modifyTime", "crTime", "addTime", "writeDate"]
)
def test_dates_of_the_work_on_an_entry_only_clear(key: str) -> None:
    reading = read(dump({"data": posts(key=key)}))
    assert (reading.outcome, reading.evidence, newest(reading)) == (
        Outcome.READ,
        Evidence.WEAK,
        NEWEST,
    )
    assert reading.upper is None


@pytest.mark.parametrize(
    "key",
    ["publishTime", "docreltime", "releaseTime", "showDate", "PUBDATE", "date_published", "fbsj"],
)
def test_a_publication_beside_other_dates_is_the_date(key: str) -> None:
    rows = [
        {"createTime": "2026-11-22 10:00:00", **row, "updateTime": "2026-11-22 11:00:00"}
        for row in posts(key=key)
    ]
    reading = read(dump({"data": rows}))
    assert (reading.evidence, newest(reading)) == (Evidence.COMPLETE, NEWEST)


def test_what_trs_shows_goes_before_when_it_was_published_anew() -> None:
    rows = [{"docpubtime": "2026-11-22 10:00:00", **row} for row in posts(key="docreltime")]
    assert newest(read(dump({"data": rows}))) == NEWEST


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-31", "impossible_date"), ("2027-11-20", "future_date"), ("待定", "undated")],
)
def test_a_row_without_a_believed_date_is_told(day: str, why: str) -> None:
    rows = [
        {"title": "新近的通知公告", "url": "/xwzx/tzgg/content/2000.html", "publishTime": day},
        *posts(),
    ]
    reading = read(dump({"data": rows}))
    assert (reading.evidence, newest(reading), reading.upper) == (Evidence.PARTIAL, NEWEST, None)
    assert [(one.why, one.url) for one in reading.unread] == [
        (why, f"{HOME}/xwzx/tzgg/content/2000.html")
    ]


def test_a_member_without_a_title_is_told() -> None:
    reading = read(
        dump(
            {
                "data": [
                    {"url": "/xwzx/tzgg/content/2000.html", "publishTime": "2026-11-22"},
                    *posts(),
                ]
            }
        )
    )
    assert (reading.evidence, len(reading.unread)) == (Evidence.PARTIAL, 1)


def test_a_list_that_begins_with_its_oldest_has_its_newest_elsewhere() -> None:
    reading = read(dump({"data": posts()[::-1], "total": 40}))
    assert (reading.evidence, reading.upper) == (Evidence.PARTIAL, None)
    assert read(dump({"data": posts()[::-1], "total": 6})).evidence is Evidence.COMPLETE


@pytest.mark.parametrize("more", [{"total": 40}, {"pageCount": 7}, {"totalPages": "7"}])
def test_further_pages_are_counted_on_in_the_address(more: dict[str, object]) -> None:
    reading = read(dump({"rows": posts(), **more}), f"{HOME}/api/list?col=7&pageNo=1&pageSize=6")
    assert reading.next == (f"{HOME}/api/list?col=7&pageNo=2&pageSize=6",)
    last = read(dump({"rows": posts(4), **more}), f"{HOME}/api/list?col=7&pageNo=7&pageSize=6")
    assert last.next == ()


def test_the_total_is_told_only_where_it_can_be_one() -> None:
    assert read(dump({"data": posts(), "total": 40})).total == 40
    assert read(dump({"data": posts(), "count": 2})).total is None


SPELLINGS = {
    "JSON": "{}",
    "a mark before it": "\ufeff{}",
    "JSONP": "callback({});",
    "JSONP of jQuery": "/**/jQuery1124_1700({})",
    "an assignment": "var listData = {};",
    "an attribute of window": "window.__DATA__ = {}",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("quoted", [True, False])
def test_data_is_read_in_every_spelling(spelling: str, quoted: bool) -> None:
    data = dump({"code": 0, "data": posts()})
    if not quoted:
        for key in ("code", "data", "title", "url", "publishTime"):
            data = data.replace(f'"{key}":', f"{key}:")
        data = data.replace('"', "'").replace("]}", ",],}")
    reading = read(spelling.replace("{}", data))
    assert (reading.outcome, newest(reading), len(reading.posts)) == (Outcome.READ, NEWEST, 6)


def test_escaped_html_in_titles_is_text() -> None:
    rows = posts()
    rows[0]["title"] = "&lt;em&gt;关于&lt;/em&gt;召开会议的通知&nbsp;"
    assert read(dump({"data": rows})).posts[0].title == "关于召开会议的通知"


def test_escaped_html_that_holds_the_list_is_read() -> None:
    items = "".join(
        f"<li><a href='{row['url']}'>{row['title']}</a><span>{row['publishTime'][:10]}</span></li>"
        for row in posts()
    )
    escaped = items.replace("<", "&lt;").replace(">", "&gt;")
    for held in (items, escaped):
        assert newest(read(dump({"data": {"html": f"{held}"}}))) == NEWEST


def test_moments_are_read_in_every_spelling() -> None:
    moment = datetime(2026, 11, 20, 1, tzinfo=UTC)
    seconds = int(moment.timestamp())
    java = {
        "date": 20,
        "day": 5,
        "hours": 9,
        "time": seconds * 1000,
        "timezoneOffset": -480,
        "year": 126,
    }
    for value in (
        seconds,
        seconds * 1000,
        str(seconds),
        f"/Date({seconds}000+0800)/",
        "2026-11-20T01:00:00Z",
        java,
    ):
        rows = posts()
        rows[0]["publishTime"] = value
        assert newest(read(dump({"data": rows}))) == NEWEST, value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values.filter(lambda value: isinstance(value, dict | list)))
def test_every_json_value_comes_back_and_is_answered(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert loads(text) == value
    assert loads(f"cb({text});") == value
    assert read(text).outcome in Outcome


@given(st.text(alphabet="{}[]'\":,\\/*a1 \n(=", max_size=60))
def test_no_text_breaks_the_reader_of_data(text: str) -> None:
    loads(text)
    assert looks_like_data(text) in (True, False)
    assert read(text).outcome in Outcome
