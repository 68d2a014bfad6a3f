"""Rows that bear the day of the look, whatever day it is: they date nothing. Rows of a busy day
do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.model import Evidence, Page, Reading
from crawler.reading.listing import read_list

URL = "http://www.lingang.example.org/xwzx/tzgg/index.html"
LOOK = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)
OLD = tuple(date(2026, 3, 20) - timedelta(days=9 * i) for i in range(8))
TITLES = (
    "常务会议研究近期工作",
    "冬季安全生产通知",
    "窗口延时服务公告",
    "教育均衡发展推进会",
    "节前食品安全检查",
    "招聘社区工作者公告",
    "示范片建设取得进展",
    "读书月系列活动开幕",
)


def listed(row: Callable[[int], str], at: datetime = LOOK) -> Reading:
    """A list of eight rows, the date of each as ``row`` prints it."""
    rows = "".join(row(i) for i in range(len(TITLES)))
    html = (
        "<html><head><meta charset='utf-8'><title>通知公告_临港区人民政府</title></head><body>"
        f"<div>当前位置：<a href='/'>首页</a> &gt; 通知公告</div><ul class='list'>{rows}</ul>"
        "<div class='page'>共1页 <a href='index.html'>1</a></div></body></html>"
    )
    return read_list(Page(URL, URL, 200, {}, html.encode(), at))


def dated(i: int, printed: str) -> str:
    """A row whose address tells the day of its saving."""
    day = OLD[i]
    return f"<li><a href='./{day:%Y%m}/t{day:%Y%m%d}_{400 - i}.html'>{TITLES[i]}</a><span>{printed}</span></li>"


def flat(i: int, printed: str) -> str:
    """A row whose address tells nothing."""
    return f"<li><a href='./{400 - i}.html'>{TITLES[i]}</a><span>{printed}</span></li>"


@pytest.mark.parametrize(
    "printed",
    ["{day}", "更新时间：{day}", "更新时间：{day} 10:00", "[{day:%m-%d}]", "{day:%Y年%m月%d日}"],
)
def test_rows_that_bear_today_on_addresses_of_march_make_no_column_fresh(printed: str) -> None:
    for days in range(3):
        at = LOOK + timedelta(days=days)
        reading = listed(
            lambda i, day=TODAY + timedelta(days=days): dated(i, printed.format(day=day)), at
        )  # type: ignore[misc]
        newest = reading.newest
        assert reading.evidence is not Evidence.COMPLETE
        assert newest is None or newest.day <= OLD[0]


@pytest.mark.parametrize("printed", ["2026-11-30", "更新时间：2026-11-30", "2026-11-30 10:00"])
def test_where_nothing_tells_against_today_it_is_doubted_and_convicts_nobody(printed: str) -> None:
    reading = listed(lambda i: flat(i, printed))
    assert reading.evidence is Evidence.WEAK
    assert reading.newest is not None
    assert reading.newest.day == TODAY


def test_the_next_day_proves_the_rows_of_a_busy_one() -> None:
    assert (
        listed(lambda i: flat(i, "2026-11-30"), LOOK + timedelta(days=1)).evidence
        is Evidence.COMPLETE
    )


def test_times_apart_and_addresses_of_today_prove_a_busy_day() -> None:
    assert listed(lambda i: flat(i, f"2026-11-30 0{9 - i}:1{i}")).evidence is Evidence.COMPLETE
    saved = f"{TODAY:%Y%m}/t{TODAY:%Y%m%d}"
    told = listed(
        lambda i: f"<li><a href='./{saved}_{400 - i}.html'>{TITLES[i]}</a><span>{TODAY}</span></li>"
    )
    assert (told.evidence, told.newest and told.newest.day) == (Evidence.COMPLETE, TODAY)


def test_one_row_of_an_earlier_day_shows_that_the_page_dates_its_rows() -> None:
    reading = listed(lambda i: flat(i, "2026-11-30" if i < 5 else "2026-11-26"))
    assert (reading.evidence, reading.newest and reading.newest.day) == (Evidence.COMPLETE, TODAY)
