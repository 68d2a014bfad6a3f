"""What a browser shows of a column and no row of its list holds: frames, scripts' rows, other
years, notices, jumps, pins.

Each page printed only old rows to a reader of lists, and a newer post to everybody else. Situations
4, 7, 9, 12 and 13, as an opponent found them; the pages of one list are asked beside it before
anybody is accused.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import Evidence, Page, Reading
from crawler.reading.listing import read_list
from crawler.reading.states import refusal
from monitor.office import Office
from tests.situations.test_bounds import FRESH, META, OLD, PAGER, STALE, TODAY, item, items, page
from tests.situations.test_crosscheck import Place
from tests.situations.test_looks import accused, night, office
from tests.support.doors import Answer, Server, plain, serving

URL = "http://www.example.gov.cn/a/"
LIST = f"<ul>{OLD}</ul>{PAGER}"
TOP = f"{{title:'样例头条信息第九号',url:'content/999.html',date:'{FRESH}'}}"
SHORT = "".join(
    f"<li><a href='2019/{n}.html'>样例信息第{n}号</a><span>{FRESH - timedelta(days=9 * n):%m-%d}</span></li>"
    for n in range(8)
)
DOUBLE = "".join(
    f"<tr><td><a href='c/{n}.html'>样例文件第{n}号</a></td><td>{one}</td><td>{other}</td></tr>"
    for n, (one, other) in enumerate(
        zip(STALE, [date(2019, 1, 1)] * 2 + [FRESH] + [date(2019, 2, 1)] * 5, strict=True)
    )
)
JUMP = "<script>{}</script><ul>" + OLD + "</ul>" + PAGER
SEEN_BY_ALL = {
    "a script fills the list's box": f"<ul id='list'>{OLD}</ul><script>$.get('/api/x',function(d){{$('#list').html(d)}})</script>",
    "a function of the page fills the box": f"<ul id='l'>{OLD}</ul><script>function load(p){{$.get('/api?p='+p,function(d){{$('#l').html(d)}})}} $(function(){{load(1)}})</script>",
    "a script fills the box by its class": f"<ul class='newslist'>{OLD}</ul><script>$.get('/api',function(d){{$('.newslist').html(d)}})</script>",
    "a script fills the box by a variable": f"<ul id='l'>{OLD}</ul><script>const box=document.querySelector('#l');fetch('/api').then(r=>r.text()).then(t=>{{box.innerHTML=t}})</script>",
    "a row whose label is its day": f"<ul><li>样例第九号<span>发布日期：{FRESH}</span></li>{OLD}</ul>{PAGER}",
    "a headline with its visits": f"<div><h3>样例头条第九号</h3><p>{FRESH} 浏览：22</p></div>{LIST}",
    "years with the column's name": f"<div><a href='/a/2020/'>2020年工作动态</a><a href='/a/2019/'>2019年工作动态</a></div>{LIST}",
    "a choice of years with a button": f"<select id='y'><option>2020年<option selected>2019年</select><button onclick='go()'>GO</button>{LIST}",
    "the ninth page of nine": f"<ul>{OLD}</ul><div class='page'><a href='index.html'>首页</a><a href='index_7.html'>上一页</a>第9页/共9页</div>",
    "the old edition of a site": f"<p>您正在浏览的是旧版网站，请访问<a href='/new/'>新版</a></p>{LIST}",
    "a frame above the list": f"<iframe src='/new/' width='100%' height='300'></iframe><h3>往期信息</h3>{LIST}",
    "a row that a script writes": f"<ul><script>document.write('<li><a href=\"c/9.html\">样例头条</a><span>{FRESH}</span></li>')</script>{OLD}</ul>{PAGER}",
    "a headline in a script's data": f"<div id='top'></div><script>var top=[{TOP}];render(top)</script>{LIST}",
    "a list for browsers without scripts": f"<div id='app'></div><noscript><ul>{OLD}</ul></noscript><script src='/js/app.js'></script>",
    "links to other years": f"<div><a href='/a/2020/'>2020年</a><a class='on' href='/a/'>2019年</a></div>{LIST}",
    "a choice of years": f"<select onchange='location.href=this.value'><option value='/a/2020/'>2020年<option selected>2019年</select>{LIST}",
    "a link to what came since": f"<p><a href='/new/'>查看2020年以后信息</a></p>{LIST}",
    "a row without a link": f"<ul><li>样例工作动态信息第九号<span>{FRESH}</span></li>{OLD}</ul>{PAGER}",
    "a headline that is a text": f"<div><h3>样例头条第九号</h3><p>{FRESH}</p></div>{LIST}",
    "a box that is clicked": f"<div onclick=\"location.href='content/999.html'\"><h3>样例头条第九号</h3></div>{LIST}",
    "an image map": f"<img usemap='#m'><map name='m'><area href='content/999.html' alt='样例头条'></map>{LIST}",
    "an address in an attribute": f"<div data-url='content/999.html' data-title='样例头条第九号'></div>{LIST}",
    "a headline in the head of an article": f"<article><header><h3><a href='content/999.html'>样例头条第九号</a></h3></header></article>{LIST}",
    "a headline of another site": f"<div class='hot'><a href='https://wx.example.org/s/abcdEFG'>样例工作动态信息第九号</a></div>{LIST}",
    "years of a folder": f"<ul>{SHORT}</ul>",
    "two dates that nobody names": f"<table>{DOUBLE}</table>",
    "a notice that leads elsewhere": f"<p>温馨提示：2020年起的工作动态请到<a href='/new/'>新版网站</a>查看。</p>{LIST}",
    "a notice in a picture": f"<a href='/new/'><img src='moved.png' alt='本栏目已迁移至新栏目'></a>{LIST}",
    "a notice in a box": f"<script>alert('本栏目已迁移至新版网站');</script>{LIST}",
    "a copy during maintenance": f"<p>系统维护中，当前展示为历史缓存数据</p>{LIST}",
    "more only for who signs in": f"{LIST}<p>登录后查看更多信息</p>",
    "a part that the server left out": f"<div>[an error occurred while processing this directive]</div>{LIST}",
    "oldest first, and a button for more": f"<ul>{items(STALE[::-1])}</ul><button onclick='more()'>点击加载更多</button>",
    "a jump": JUMP.format("location.href='/new/'"),
    "a jump when the page is ready": JUMP.format("$(function(){location.href='/new/'})"),
    "a jump that is tried": JUMP.format("try{location.href='/new/'}catch(e){}"),
    "a jump by a variable": JUMP.format("var u='/new/';\nlocation.href=u"),
    "a jump after three seconds": JUMP.format("setTimeout(function(){window.location.href='/new/';},3000)"),
    "empty, and a script that makes lists": "<div class='list'><p>暂无数据</p></div><script src='/js/list.js'></script>",
    "empty, and the server's trouble": "<div class='list'><p>暂无数据</p><a href='javascript:;'>加载失败，点击重试</a></div>",
    "empty, and a click": "<p>暂无数据</p><div onclick=\"location.href='content/9.html'\">样例工作动态信息第九号</div>",
    "empty, and a module": "<div class='list'><p>暂无数据</p></div><script type='module' src='/assets/index.js'></script>",
    "empty, and a frame": "<p>暂无数据</p><iframe src='/new/' width='100%' height='600'></iframe>",
    "empty, and a headline": "<a href='content/999.html'>样例工作动态信息第九号</a><p>暂无数据</p>",
    "empty, and other years": "<div><a href='/a/2020/'>2020年</a><a href='/a/2021/'>2021年</a></div><p>暂无数据</p>",
    "empty, and columns below": "<div><a href='zc/'>政策解读</a><a href='wj/'>政策文件</a></div><p>暂无数据</p>",
    "a total that a script begins with": "<div id='l'></div><script>var totalCount=0;function load(){$.post('/api',{},function(d){totalCount=d.total})}load()</script>",
    "no items, and a bundle": "<div>共 0 条</div><div id='l'></div><script src='/js/app.js'></script>",
}  # fmt: skip


def read(html: bytes, url: str = URL) -> Reading:
    found = Page(
        url, url, 200, {"content-type": "text/html"}, html, datetime(2020, 7, 1, tzinfo=UTC)
    )
    return refusal(found) or read_list(found, column="工作动态")


def proves_age(reading: Reading) -> bool:
    """Whether the reading alone could accuse: whole, and nothing on the page may be newer."""
    return reading.outcome.conclusive and reading.evidence is Evidence.COMPLETE


@pytest.mark.parametrize("middle", SEEN_BY_ALL.values(), ids=SEEN_BY_ALL.keys())
def test_situations_04_07_09_12_what_every_browser_shows_is_never_passed_over(middle: str) -> None:
    reading = read(page(middle))
    read_too = reading.newest is not None and reading.newest.day >= FRESH
    assert read_too or not proves_age(reading), reading
    assert reading.upper is None or reading.upper >= FRESH


BACK = "<ul>{}</ul><div class='page'><a href='{}'>{}</a></div>"


@pytest.mark.parametrize(
    ("here", "back", "words"),
    [
        ("index_3.html", "index_2.html", "上一页"),
        ("index_2.html", "index.html", "<上页"),
        ("index_2.html", "./", "前一页"),
        ("index_1.html", "index.html", "上一页"),
        ("list.aspx?id=4&page=3", "list.aspx?id=4&page=2", "« 上一页"),
    ],
)
def test_situation_04_a_further_page_that_leads_only_back_is_not_the_whole_list(
    here: str, back: str, words: str
) -> None:
    """Pagers without 下一页: the last page of a list, whose address a clerk copied."""
    reading = read(page(BACK.format(OLD, back, words)), URL + here)
    assert not proves_age(reading), reading
    assert reading.upper is None or reading.upper >= FRESH


@pytest.mark.parametrize(
    ("here", "back"),
    [("12.html", "12.html#"), ("12.html", "12_0.html"), ("index_1.html", "#"), ("index.html", "/")],
)
def test_a_first_page_whose_pager_shows_the_way_back_is_the_whole_list(
    here: str, back: str
) -> None:
    assert proves_age(read(page(BACK.format(OLD, back, "上一页")), URL + here))


HARMLESS = {
    "only the list": LIST,
    "a click that opens the next page": LIST + "<a href='javascript:;' onclick=\"$('#list').load('/a/2')\">下一页</a>",
    "a pager's script that a click calls": f"<ul id='list'>{OLD}</ul><script>function turn(n){{$.get('/api',function(d){{$('#list').html(d)}})}}</script>",
    "a frame for the weather": f"<iframe src='/weather/' width='200' height='20'></iframe>{LIST}",
    "a menu in a script": f"<script>var menu=[{{title:'政务公开',url:'/zwgk/'}},{{title:'互动交流',url:'/hdjl/'}}]</script>{LIST}",
    "years before the newest": f"<div><a href='/a/2017/'>2017年</a><a href='/a/2018/'>2018年</a></div>{LIST}",
    "a jump for telephones": JUMP.format("if(/Android/.test(navigator.userAgent)){location.href='/m/'}"),
    "a jump that a click calls": JUMP.format("function go(){location.href='/new/'}"),
    "the day of the page": f"<p>今天是2020年7月1日 星期三</p>{LIST}",
    "one year alone, a topic": f"<div><a href='/zt/2020/'>2020年</a></div>{LIST}",
    "the day in the head of the page": f"<p>{TODAY:%Y年%m月%d日}</p>{LIST}",
    "fields of a search": f"<p>时间：<span>2020-01-01</span> 至 <span>2020-07-01</span></p>{LIST}",
    "a search form with years": f"<form><select onchange='this.form.submit()'><option>2020年<option>2019年</select></form>{LIST}",
    "a film": f"<iframe src='http://v.qq.com/x/1.html' width='600' height='400'></iframe>{LIST}",
    "a script that decorates rows": f"<ul id='box'>{OLD}</ul>{PAGER}<script>$('#box li').prepend('<i></i>')</script>",
    "services for who signs in": f"<p>登录后查看更多服务</p>{LIST}",
    "a page that keeps itself up to date": f"<meta http-equiv='refresh' content='30;url=/a/index.html'>{LIST}",
    "a picture of another site's end": f"<img src='x.jpg' alt='政务信息系统整合共享专栏已下线'>{LIST}",
    "a box for searching by year": f"<form><select name='y'><option>2020年</option></select></form>{LIST}",
}  # fmt: skip


@pytest.mark.parametrize("middle", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_is_no_post_keeps_no_late_column_from_being_late(middle: str) -> None:
    reading = read(page(middle))
    assert proves_age(reading), reading
    assert reading.upper == STALE[0]


def pages(*lists: list[date]) -> dict[str, Answer]:
    """A list of several pages, each of whose rows has an address of its own."""
    answers: dict[str, Answer] = {}
    for at, days in enumerate(lists):
        rows = "".join(item(day, 100 * at + n) for n, day in enumerate(days))
        onward = f"<a href='index_{at + 1}.html'>下一页</a>" if at + 1 < len(lists) else ""
        last = f"<a href='index_{len(lists) - 1}.html'>尾页</a> 共{len(lists)}页"
        path = f"/a/index_{at}.html" if at else "/a/"
        answers[path] = plain(page(f"<ul>{rows}</ul><div class='page'>{onward}{last}</div>"))
    return answers


def accused_after_a_day(here: Office, server: Server) -> list[str]:
    """Of what the column is accused after a night, a second look and one more a day later, with its
    crosschecks."""
    night(here, 0)
    night(here, 0.05, second=True)
    place = Place(here, server)
    place.look(1)
    return place.accused


SAME_DAY = [STALE[0]] * 10
NEWEST = [FRESH - timedelta(days=3 * n) for n in range(10)]
ORDERS = {
    "pinned rows fill the first page": (STALE, NEWEST, STALE[1:]),
    "posts go to the end, and the first were entered on one day": (
        SAME_DAY,
        STALE[::-1],
        NEWEST[::-1],
    ),
}


@pytest.mark.parametrize("lists", ORDERS.values(), ids=ORDERS.keys())
def test_situation_13_a_first_page_without_the_newest_accuses_nobody(
    tmp_path: Path, lists: tuple[list[date], ...]
) -> None:
    server = Server({**pages(*lists)})
    with serving({"s": server}), office(tmp_path, server, "/a/") as here:
        assert accused_after_a_day(here, server) == []


def test_situation_13_posts_that_come_behind_the_first_page_are_found_night_by_night(
    tmp_path: Path,
) -> None:
    """Ten pinned rows stay on the first page for weeks; what is new stands at the top of the
    second."""
    server = Server({})
    with serving({"s": server}), office(tmp_path, server, "/a/") as here:
        for days in range(0, 25, 3):
            today = TODAY + timedelta(days=days)
            server.answers.update(
                pages(STALE, [today - timedelta(days=n) for n in range(10)], STALE[1:])
            )
            night(here, days)
            night(here, days + 0.05, second=True)
            assert accused(here, days + 0.1) == []


def test_a_misprinted_year_at_the_top_is_looked_up_on_its_page(tmp_path: Path) -> None:
    """2002 for 2020 above rows of 2019: no pin says so, and the article prints the true day."""
    slip = item("2002-06-28")
    story = f"<html><head>{META}</head><body><h1>样例工作动态信息第0号</h1><p>发布时间：{FRESH}</p><p>{'正文' * 80}</p></body></html>"
    server = Server(
        {"/a/": plain(page(f"<ul>{slip}{OLD}</ul>")), "/a/content/900.html": plain(story.encode())}
    )
    with serving({"s": server}), office(tmp_path, server, "/a/") as here:
        assert accused_after_a_day(here, server) == []
