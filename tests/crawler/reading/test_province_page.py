"""The province's platform, page by page: what is the column's, what is a template, and whom to ask
for the rest."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from crawler.model import Ask, Outcome, Reading
from crawler.reading.families.province import after
from crawler.reading.listing import read_list
from tests.crawler.reading.pages import (
    COLUMN,
    HOME,
    answer,
    column,
    list_model,
    numbers,
    rows,
    static,
)

NEWEST = date(2026, 11, 20)
SCRIPTS = {"pageChnlInfo": numbers, "listModel": list_model}


def form(ask: Ask) -> dict[str, str]:
    return dict(parse_qsl(ask.body.decode()))


def days(reading: Reading) -> list[date]:
    return [post.published.day for post in reading.posts if post.published]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_the_static_pages_are_the_list_and_the_rest_is_asked_by_form(script) -> None:  # type: ignore[no-untyped-def]
    shown = rows(75, NEWEST)
    reading = read_list(column(static(shown), script(432, page=15)))
    assert (reading.outcome, reading.family) == (Outcome.READ, "province")
    assert days(reading) == [day for _, _, day in shown]
    (ask,) = reading.asks
    assert (ask.method, ask.url) == ("POST", f"{HOME}/fjdzapp/search")
    assert form(ask) == {
        "channelid": "200999",
        "classsql": "chnlid=1780",
        "sortfield": "-docorderpri,-docreltime",
        "classcol": "publishyear",
        "classnum": "100",
        "classsort": "0",
        "cache": "true",
        "page": "2",
        "prepage": "75",
    }


def test_a_page_that_holds_all_posts_asks_nobody() -> None:
    assert read_list(column(static(rows(30, NEWEST)), numbers(30))).asks == ()


def test_a_short_static_part_is_asked_from_the_first_answer_on() -> None:
    """10 of 20 rows stand in the page: answers of 75 begin with the first."""
    reading = read_list(column(static(rows(10, NEWEST)), list_model(20, static_pages=1, page=10)))
    assert [form(ask)["page"] for ask in reading.asks] == ["1"]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("count", [0, 107])
def test_situation_30_templates_are_no_empty_column_whatever_a_dynamic_page_counts(
    script, count: int
) -> None:  # type: ignore[no-untyped-def]
    reading = read_list(column("", script(count, mode="动态")))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    assert reading.mark == f"{HOME}/fjdzapp/search"
    assert [form(ask)["page"] for ask in reading.asks] == ["1"]
    assert reading.next == ()


def test_a_dynamic_column_is_not_read_off_the_box_beside_it() -> None:
    beside = static(rows(6, NEWEST)).replace("ms-visible", "data-v")
    reading = read_list(column("", numbers(107, mode="动态") + f"<h3>最新发布</h3>{beside}"))
    assert reading.reason == "script_list"


def test_a_static_column_that_counts_nothing_is_empty() -> None:
    reading = read_list(column("", numbers(0)))
    assert (reading.outcome, reading.mark) == (Outcome.EMPTY, "pager: 0 items")


def test_a_column_that_counts_posts_and_shows_none_is_not_empty() -> None:
    reading = read_list(column("", numbers(12)))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    assert [form(ask)["page"] for ask in reading.asks] == ["1"]


def test_situation_33_visible_rows_of_other_columns_are_the_list() -> None:
    shown = rows(32, date(2026, 11, 7), folder="../../zdly/jycy")
    far = "<p>本栏目汇集各领域信息</p>" * 12
    reading = read_list(column(far + static(shown), numbers(32)))
    assert reading.outcome is Outcome.READ
    assert days(reading) == [day for _, _, day in shown]


def test_pictures_without_dates_are_dated_by_the_interface() -> None:
    shown = [(title, href, None) for title, href, _ in rows(12, NEWEST)]
    reading = read_list(column(static(shown), list_model(12, static_pages=1, page=12)))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    assert [form(ask)["page"] for ask in reading.asks] == ["1"]


def test_a_day_shown_months_before_its_address_is_read_and_the_address_told() -> None:
    shown = [
        ("关于某同志任免的通知", "./202607/t20260706_56073.htm", date(2025, 12, 18)),
        *rows(10, date(2025, 11, 28)),
    ]
    reading = read_list(column(static(shown), numbers(11)))
    assert reading.newest is not None
    assert reading.newest.day == date(2025, 12, 18)
    assert [(one.day, one.place) for one in reading.posts[0].others] == [(date(2026, 7, 6), "url")]


def test_files_are_posts() -> None:
    shown = [
        ("2026年部门预算公开表", f"./202611/P020261{i:03}.pdf", date(2026, 11, 20 - i))
        for i in range(6)
    ]
    reading = read_list(column(static(shown), numbers(6)))
    assert days(reading) == [day for _, _, day in shown]
    assert all(post.url.endswith(".pdf") for post in reading.posts)


def test_without_a_search_channel_nothing_is_made_up() -> None:
    script = numbers(107, mode="动态").replace("searchId", "other")
    reading = read_list(column("", script))
    assert (reading.reason, reading.asks) == ("script_list", ())
    assert reading.next == (f"{HOME}/fjdzapp/search",)


@pytest.mark.parametrize("key", ["data", "docs"])
def test_the_interfaces_answer_is_a_list(key: str) -> None:
    told = rows(75, NEWEST)
    reading = read_list(answer(told, pages=2, key=key))
    assert reading.outcome is Outcome.READ
    assert days(reading) == [day for _, _, day in told]
    assert reading.posts[0].url == f"{COLUMN}{told[0][1].removeprefix('./')}"
    assert reading.identity["pages"] == "2"


def test_answers_follow_each_other_until_the_last() -> None:
    (first,) = read_list(column("", numbers(107, mode="动态"))).asks
    full, rest = (
        read_list(answer(rows(75, NEWEST), pages=2)),
        read_list(answer(rows(32, NEWEST), pages=2)),
    )
    second = after(first, full)
    assert second is not None
    assert (second.method, second.url, second.headers) == ("POST", first.url, first.headers)
    assert form(second) == {**form(first), "page": "2"}
    assert after(second, rest) is None


def test_where_the_answer_does_not_count_its_pages_a_full_one_is_followed() -> None:
    (first,) = read_list(column("", numbers(107, mode="动态"))).asks
    assert after(first, read_list(answer(rows(75, NEWEST), pages=None))) is not None
    assert after(first, read_list(answer(rows(74, NEWEST), pages=None))) is None


@pytest.mark.parametrize(
    "body", ["ok", "{}", "[]", '{"data": []}', '{"data": [], "pageCount": 0}', '{"msg": "error"}']
)
def test_errors_and_tiny_answers_of_the_interface_are_unknown(body: str) -> None:
    page = answer([])
    told = read_list(type(page)(page.url, page.url, 200, {}, body.encode(), page.fetched_at))
    assert told.outcome is Outcome.UNREADABLE
