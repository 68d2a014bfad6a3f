"""Lists that stand at an interface which the page names, menus in a page's data, and the records of
JCMS by form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest

from crawler.discovery.navigation import links_of, soup_of
from crawler.model import Ask, Outcome, Page
from crawler.reading.listing import read_list
from crawler.walking.forms import answered
from tests.support.jcms import PROXY, JcmsPortal
from tests.support.serving import Request

NOW = datetime(2026, 9, 1, 1, tzinfo=UTC)
HOME = "http://portal.example.org"


def page(text: str | bytes, url: str = f"{HOME}/list/301") -> Page:
    body = text.encode() if isinstance(text, str) else text
    return Page(url, url, 200, {}, body, NOW)


def shell(script: str, body: str = '<div id="app"></div>') -> Page:
    return page(
        f'<html><head><meta charset="utf-8"><title>要闻</title></head><body>{body}<script>{script}</script></body></html>'
    )


def asked(one: Page) -> list[str]:
    reading = read_list(one)
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    return [ask.url for ask in reading.asks]


@pytest.mark.parametrize(
    "script",
    [
        'var conf={api:"/api/article/page?channelId=301&pageNo=1&pageSize=15"};',
        r'window.__INITIAL_STATE__={"listApi":"\/api\/article\/page?channelId=301\u0026pageNo=1\u0026pageSize=15"};',
        "axios.get('http://portal.example.org/api/article/page?channelId=301&pageNo=1&pageSize=15')",
    ],
)
def test_an_interface_that_names_the_column_is_asked(script: str) -> None:
    assert asked(shell(script)) == [f"{HOME}/api/article/page?channelId=301&pageNo=1&pageSize=15"]


def test_an_interface_on_an_element_is_asked() -> None:
    body = '<div id="app" data-source="/api/list?channel=301"></div>'
    assert asked(shell("start();", body)) == [f"{HOME}/api/list?channel=301"]


@pytest.mark.parametrize(
    "script",
    [
        'var hot="/api/hot/list?size=10";',
        'var api="http://other.example.org/api/list?channelId=301";',
        'var a="/api/list?channelId=301", b="/api/top/list?channelId=301";',
        'var api="/api/list?pageSize=301";',
        'var css="/static/list.css?v=301";',
        'var api="/api/list?channelId="+id;',
    ],
    ids=[
        "another list",
        "another host",
        "two interfaces",
        "a number of rows",
        "a style",
        "half an address",
    ],
)
def test_no_other_address_is_taken_for_the_columns_list(script: str) -> None:
    assert asked(shell(script)) == []


def test_a_page_in_place_of_the_data_is_no_list() -> None:
    rows = "".join(
        f'<li><a href="/n/{n}.html">全区要闻第{n}条</a><span>2026-08-2{n}</span></li>'
        for n in range(5)
    )
    ask = Ask(f"{HOME}/api/list?channelId=301", headers={"Accept": "application/json"})
    came = answered(
        ask, read_list(page(f"<html><body><h3>要闻</h3><ul>{rows}</ul></body></html>", ask.url))
    )
    assert (came.outcome, came.reason) == (Outcome.UNREADABLE, "script_list")


def test_the_menu_of_a_drawn_page_is_read_from_its_data_with_the_names_above() -> None:
    menu = [
        {"name": "新闻中心", "path": "/xw", "children": [{"name": "要闻", "path": "/list/301"}]}
    ]
    one = shell(f"window.__INITIAL_STATE__={json.dumps({'menu': menu})};")
    links = {link.url: (link.text, link.menu) for link in links_of(soup_of(one), one)}
    assert links == {f"{HOME}/xw": ("新闻中心", ()), f"{HOME}/list/301": ("要闻", ("新闻中心",))}


def test_data_beside_anchors_is_no_menu() -> None:
    one = shell('var rows=[{"name":"某信息","url":"/x/1.html"}];', '<a href="/list/301">要闻</a>')
    assert [link.url for link in links_of(soup_of(one), one)] == [f"{HOME}/list/301"]


def test_the_records_of_jcms_are_asked_by_form_until_the_last() -> None:
    portal = JcmsPortal()
    column = portal.columns[0]
    url = f"{HOME}{portal.path(column)}"
    first = read_list(page(portal.answer(Request("GET", portal.path(column)))[2], url))
    days, asks = [post.published for post in first.posts], list(first.asks)
    assert [ask.url for ask in asks] == [f"{HOME}{PROXY}?startrecord=31&endrecord=60&perpage=10"]
    assert dict(parse_qsl(asks[0].body.decode()))["unitid"] == "642101"
    while asks:
        ask = asks.pop()
        query, form = dict(parse_qsl(ask.url.partition("?")[2])), dict(parse_qsl(ask.body.decode()))
        came = answered(
            ask, read_list(page(portal.answer(Request("POST", PROXY, query, form))[2], ask.url))
        )
        days += [post.published for post in came.posts]
        asks += came.asks
    assert [day.day for day in days if day] == [one.day for one in column.posts(date(2026, 9, 1))]


def test_jcms_without_its_parameters_asks_nobody() -> None:
    portal = JcmsPortal()
    text = portal.answer(Request("GET", portal.path(portal.columns[0])))[2].decode()
    assert read_list(page(text.replace("param:", "other:"))).asks == ()
