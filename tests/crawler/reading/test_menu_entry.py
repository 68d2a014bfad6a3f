"""A column's name where neither title nor path say it: the entry of the side menu that leads to
this very page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.model import Evidence, Outcome, Page, Reading
from crawler.reading.listing import read_list

URL = "http://www.lingang.example.org/xwzx/gzdt/index.html"
MENU = (
    "<ul><li><a href='/xwzx/zwyw/'>政务要闻</a></li><li class='on'><a href='{own}'>工作动态</a></li>"
    "<li><a href='/xwzx/tzgg/'>通知公告</a></li></ul>"
)
LIST = (
    "<div><h3>工作动态</h3><ul><li><a href='/a/902.html'>示范片建设取得新进展</a><span>2026-11-20</span></li>"
    "<li><a href='/a/801.html'>老旧小区改造项目集中开工</a><span>2026-09-02</span></li></ul></div>"
)


def read(body: str) -> Reading:
    html = f"<html><head><meta charset='utf-8'><title>临港区人民政府门户网站</title></head><body>{body}</body></html>"
    return read_list(Page(URL, URL, 200, {}, html.encode(), datetime(2026, 11, 30, 2, tzinfo=UTC)))


@pytest.mark.parametrize(
    "own", ["/xwzx/gzdt/", "index.html", "./", "/xwzx/gzdt/index.html", "../gzdt/", ""]
)
def test_two_rows_under_the_name_of_the_menus_own_entry_are_the_column(own: str) -> None:
    reading = read(MENU.format(own=own) + LIST)
    assert (reading.outcome, reading.evidence) == (Outcome.READ, Evidence.COMPLETE)
    assert reading.newest is not None
    assert reading.newest.day == date(2026, 11, 20)


@pytest.mark.parametrize(
    "menu",
    [
        "",
        MENU.format(own="/xwzx/qita/"),
        "<p><a href=''>工作动态</a></p>",
        "<ul><li><a href=''>工作动态</a></li><li><a href=''>政务要闻</a></li></ul>",
    ],
    ids=["none", "another column's", "no menu", "a copy whose links were taken out"],
)
def test_two_rows_that_nothing_ties_to_the_column_stay_refused(menu: str) -> None:
    assert read(menu + LIST).outcome is Outcome.UNREADABLE
