"""Situations 4, 7, 8, 9, 11, 12, 13 and 33 end to end: pages that once proved an older newest, seen
on two nights."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from crawler.model import Evidence, Outcome
from monitor.judging.now import judge_now
from monitor.model import Value
from tests.situations.test_looks import START, accused, night, office
from tests.support.doors import Server, plain, serving

TODAY = START.date()
FRESH = TODAY - timedelta(days=3)
STALE = [date(2019, 5, 1) - timedelta(days=9 * n) for n in range(8)]
"""Rows long past every limit: alone they accuse."""
META = "<meta http-equiv='Content-Type' content='text/html; charset=utf-8'><meta name='ColumnName' content='工作动态'>"


def page(middle: str) -> bytes:
    nav = "".join(f"<li><a href='/{name}/'>{name}</a></li>" for name in ("zwgk", "bsfw", "hdjl"))
    return (
        f"<html><head>{META}<title>工作动态</title></head><body><ul>{nav}</ul><div class='pos'>当前位置：<a href='/'>首页</a>"
        f" &gt; 工作动态</div><div class='main'>{middle}</div></body></html>"
    ).encode()


def item(day: date | str, number: int = 0, *, before: str = "", folder: str = "content") -> str:
    return f"<li>{before}<a href='{folder}/{900 - number}.html'>样例工作动态信息第{number}号</a><span>{day}</span></li>"


def items(days: list[date], **more: str) -> str:
    return "".join(item(day, number + 1, **more) for number, day in enumerate(days))


OLD = items(STALE)
PAGER = "<div class='page'><a href='index_1.html'>下一页</a> 共9页</div>"


def summaries(days: list[date]) -> str:
    return "".join(
        f"<ul class='one'><li><a href='c/{n}.html'><b>样例工作动态信息第{n}号</b></a></li><li>{'2012年3月5日，' if n else ''}这里是摘要。"
        f"<a href='c/{n}.html'>欲知详情</a></li><li>发布时间：{day} 09:10:00</li></ul>"
        for n, day in enumerate(days)
    )


HEADLINE = f"<div class='hot'><a href='content/999.html'><img src='x.jpg'></a><h3><a href='content/999.html'>头条信息</a></h3><p>{FRESH}</p></div>"
STRIP = (
    "<div class='pics'><a href='content/999.html'><img src='x.jpg'><span>头条信息</span></a></div>"
)
COLUMNS = f"<div class='fl'><ul>{item(FRESH)}</ul></div><div class='fr'><ul>{OLD}</ul></div>"
MONTH = f"<div><h4>{FRESH.year}年{FRESH.month}月</h4><ul>{item(FRESH)}</ul></div>"
OTHER = f"<dl><dd><a href='content/999.html'>头条信息</a><em>{FRESH}</em></dd></dl>"
SITUATIONS = {
    "04 moved": f"<p class='tip'>本栏目已迁移至<a href='/new/'>新栏目</a>，不再更新。</p><ul>{OLD}</ul>{PAGER}",
    "07 no date": f"<ul>{item('')}{OLD}</ul>{PAGER}",
    "07 impossible": f"<ul>{item('2020-06-31')}{OLD}</ul>{PAGER}",
    "07 future slip": f"<ul>{item('2021-06-28')}{OLD}</ul>{PAGER}",
    "07 letter": f"<ul>{item('2O20-06-28')}{OLD}</ul>{PAGER}",
    "07 month only": f"<ul>{item('2020年6月')}{OLD}</ul>{PAGER}",
    "07 picture": f"<ul>{item('<img src=/new.gif>')}{OLD}</ul>{PAGER}",
    "08 summaries": summaries([FRESH, *STALE]) + PAGER,
    "09 headline": f"{HEADLINE}<ul>{OLD}</ul>{PAGER}",
    "09 picture strip": f"{STRIP}<ul>{OLD}</ul>{PAGER}",
    "09 second column": COLUMNS + PAGER,
    "09 month heading": f"{MONTH}<ul>{OLD}</ul>{PAGER}",
    "09 other markup": f"{OTHER}<ul>{OLD}</ul>{PAGER}",
    "11 categories": "<ul>" + items([FRESH, *STALE], before="[<a href='/bm/qfb/'>区府办</a>] ") + f"</ul>{PAGER}",
    "12 second box": f"<div class='b'><h3>工作动态</h3><ul>{items([FRESH, *STALE])}</ul></div><div class='b'><h3>有关法规</h3><p>暂无内容</p></div>",
    "33 other folders": f"<p style='display:none'>暂无数据</p><ul>{items([FRESH, *STALE], folder='/zwgk/fdzdgk/gz')}</ul>",
}  # fmt: skip


@pytest.mark.parametrize("middle", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_situation_04_07_08_09_11_12_33_nobody_is_accused(tmp_path: Path, middle: str) -> None:
    server = Server({"/a/": plain(page(middle))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            for visit in (*night(place, days), *night(place, days + 0.05, second=True)):
                proven = visit.evidence is Evidence.COMPLETE and visit.newest is not None
                assert not proven or visit.newest == FRESH
            assert accused(place, days + 0.1) == []


def test_the_same_rows_alone_accuse(tmp_path: Path) -> None:
    """What the situations hide is what clears: without it the column is late, and is found so."""
    server = Server({"/a/": plain(page(f"<ul>{OLD}</ul>{PAGER}"))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        for days in (0, 1):
            night(place, days)
            night(place, days + 0.05, second=True)
        assert "outlet:a" in accused(place, 1.1)


def test_situation_04_the_notice_and_its_link_are_told_to_us(tmp_path: Path) -> None:
    server = Server({"/a/": plain(page(SITUATIONS["04 moved"]))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        (visit,) = night(place, 0)
        assert (visit.outcome, visit.reason) == (Outcome.UNREADABLE, "moved_notice")
        assert (
            visit.mark == f"本栏目已迁移至 新栏目 ，不再更新。 http://127.0.0.1:{server.port}/new/"
        )


def test_situation_07_the_clerk_sees_the_row(tmp_path: Path) -> None:
    server = Server({"/a/": plain(page(SITUATIONS["07 impossible"]))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        (visit,) = night(place, 0)
        assert (visit.evidence, visit.newest) == (Evidence.PARTIAL, STALE[0])
        assert [(one.why, one.text, one.day) for one in visit.unread] == [
            ("impossible_date", "样例工作动态信息第0号", None)
        ]


@pytest.mark.parametrize(
    "words",
    ["<div class='nodata'>暂无数据</div>", "<h2>工作动态</h2><ul> </ul><div>共1页 当前第1页</div>"],
)
def test_situation_13_an_empty_column_is_empty_whatever_meta_tags_stand_around(
    tmp_path: Path, words: str
) -> None:
    server = Server({"/a/": plain(page(words))})
    with serving({"s": server}), office(tmp_path, server, "/a/") as place:
        (first,) = night(place, 0)
        assert (first.outcome, first.evidence) == (Outcome.EMPTY, Evidence.COMPLETE)
        for days in (0.05, 1, 1.05):
            night(place, days, second=days != 1)
        said = judge_now(place, START + timedelta(days=1.1), record=False).verdicts
        assert [one.value for one in said if one.rule == "column_blank"] == [Value.BLANK]
