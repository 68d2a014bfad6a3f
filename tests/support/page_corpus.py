"""Small list pages in the manners of many makers, with the newest day that a reader of the page
would name.

Made here by hand; no page is copied from anywhere. Addresses end in example.org.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

HOST = "http://www.lingang.example.org"
NEWEST = date(2026, 11, 20)
SUBJECTS = (
    "区政府召开常务会议研究部署近期工作",
    "关于做好冬季安全生产工作的通知",
    "政务服务中心延长窗口服务时间的公告",
    "全区义务教育优质均衡发展推进会召开",
    "我区开展节前食品安全专项检查",
    "关于公开招聘社区工作者的公告",
    "乡村振兴示范片建设取得新进展",
    "区图书馆举办读书月系列活动",
    "关于公布行政事业性收费目录的通知",
    "老旧小区改造项目集中开工",
)
MENU = "".join(f"<li><a href='/{folder}/'>{name}</a></li>" for folder, name in (("zwgk", "政务公开"), ("xwzx", "新闻中心"), ("bsfw", "办事服务"), ("hdjl", "互动交流")))  # fmt: skip
FOOT = "<div class='foot'><p>主办：临港区人民政府办公室　网站标识码：3500000000</p></div>"
LINKED = "<div class='page'><a href='index_1.html'>下一页</a><a href='index_8.html'>尾页</a></div>"
TRS = "<script>createPageHTML(9, 0, 'index', 'html');</script>"


@dataclass(frozen=True, slots=True)
class Sample:
    """One page: its manner, address, markup, and newest day."""

    name: str
    url: str
    text: str
    newest: date


def rows(
    form: str, count: int = 10, newest: date = NEWEST, step: int = 9, first: int = 4000
) -> str:
    """``form`` once a row: ``title``, ``day`` (a date), ``n`` (a number that grows with the day),
    ``i`` (the row)."""
    return "".join(
        form.format(
            title=SUBJECTS[i % len(SUBJECTS)] + ("" if i < len(SUBJECTS) else "（续）"),
            day=newest - timedelta(days=step * i),
            n=first - 7 * i,
            i=i,
        )
        for i in range(count)
    )


def page(middle: str, *, head: str = "", name: str = "通知公告", path: bool = True) -> str:
    where = (
        f"<div class='pos'>当前位置：<a href='/'>首页</a> &gt; <a href='/xwzx/'>新闻中心</a> &gt; {name}</div>"
        if path
        else ""
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{name}_临港区人民政府</title>{head}</head><body>"
        f"<div class='nav'><ul>{MENU}</ul></div>{where}<div class='main'>{middle}</div>{FOOT}</body></html>"
    )


TRS_LI = "<li><a href='./{day:%Y%m}/t{day:%Y%m%d}_{n}.html' title='{title}'>{title}</a><span>{day}</span></li>"
UNDATED = "<li><a href='/xwzx/yw/{n}.html'>{title}</a></li>"


def corpus() -> Iterator[Sample]:
    """All pages, most usual first."""
    here, show = (
        f"{HOST}/xwzx/tzgg/index.html",
        "<li><a href='/xwzx/tzgg/{n}.html'>{title}</a><span>{day}</span></li>",
    )
    yield Sample("TRS list", here, page(f"<ul class='list'>{rows(TRS_LI)}</ul>{TRS}"), NEWEST)
    groups = "".join(
        f"<ul>{rows(TRS_LI, 5, NEWEST - timedelta(days=50 * g), 9, 4000 - 50 * g)}</ul><p class='line'></p>"
        for g in range(3)
    )
    yield Sample(
        "TRS groups of five", here, page(f"<div class='lists'>{groups}</div>{TRS}"), NEWEST
    )
    yield Sample(
        "plain list with a linked pager",
        here,
        page(f"<h2>通知公告</h2><ul>{rows(show)}</ul>{LINKED}"),
        NEWEST,
    )
    dated = "<li><span class='date'>[{day:%Y-%m-%d}]</span><a href='/xwzx/tzgg/content/post_{n}.html'>{title}</a></li>"
    yield Sample(
        "Guangdong list", here, page(f"<ul class='newList'>{rows(dated)}</ul>{LINKED}"), NEWEST
    )
    ucap = "<li><span class='fr'>{day}</span><a href='/lg/c10012{i}/{day:%Y%m}/{n:032x}.shtml' title='{title}'>{title}</a></li>"
    pager = "<script>createPageHTML('page_div', 12, 1, 'common_list', 'shtml', 231);</script>"
    yield Sample(
        "UCAP list",
        f"{HOST}/lg/c100120/common_list.shtml",
        page(f"<ul>{rows(ucap)}</ul><div id='page_div'></div>{pager}"),
        NEWEST,
    )
    table = "<tr><td>{i}</td><td><a href='/zwgk/gfxwj/{day:%Y%m%d}/{n}a.html'>{title}</a></td><td>临政办〔2026〕{i}号</td><td>{day}</td></tr>"
    top = "<tr><th>序号</th><th>标题</th><th>文号</th><th>发布日期</th></tr>"
    yield Sample(
        "table of documents",
        f"{HOST}/zwgk/gfxwj/",
        page(f"<table class='tb'>{top}{rows(table)}</table>{LINKED}"),
        NEWEST,
    )
    line = "<tr id='line_u9_{i}'><td><a href='../info/1021/{n}.htm'>{title}</a></td><td>{day:%Y/%m/%d}</td></tr>"
    yield Sample(
        "Boda table",
        f"{HOST}/xw/gg.htm",
        page(
            f"<table class='winstyle12'>{rows(line)}</table><div>共231条 1/12 <a href='gg/11.htm'>下页</a></div>"
        ),
        NEWEST,
    )
    asp = "<tr><td>·<a href='show.asp?id={n}'>{title}</a></td><td>[{day}]</td></tr>"
    yield Sample(
        "old ASP table",
        f"{HOST}/news/list.asp?cid=5",
        page(
            f"<table>{rows(asp)}</table><div>共 231 条 <a href='list.asp?cid=5&amp;page=2'>下一页</a></div>"
        ),
        NEWEST,
    )
    card = (
        "<div class='card'><a href='/xwzx/tzgg/{n}.html'><img src='/upload/{n}.jpg'></a><div><h3><a href='/xwzx/tzgg/{n}.html'>{title}</a></h3>"
        "<p>为深入贯彻落实会议精神，我区扎实推进各项工作，取得积极成效……</p><em>{day}</em></div></div>"
    )
    yield Sample(
        "cards with pictures",
        here,
        page(f"<div class='cards'>{rows(card, 8)}</div>{LINKED}"),
        NEWEST,
    )
    summary = (
        "<ul class='one'><li class='t'><a href='/xwzx/tzgg/{n}.html'>{title}</a></li><li class='c'>这里是文章的摘要，介绍有关情况。"
        "<a href='/xwzx/tzgg/{n}.html'>[详细]</a></li><li class='d'>发布时间：{day} 09:30:00</li></ul>"
    )
    yield Sample("a list for each item", here, page(rows(summary, 8) + LINKED), NEWEST)
    definition = "<dt><a href='/xwzx/tzgg/{n}.html'>{title}</a></dt><dd>{day}</dd>"
    yield Sample("definition list", here, page(f"<dl>{rows(definition)}</dl>{LINKED}"), NEWEST)
    breaks = "<a href='/xwzx/tzgg/{n}.html'>{title}</a>　{day}<br>"
    yield Sample(
        "lines with breaks", here, page(f"<div class='txt'>{rows(breaks)}</div>{LINKED}"), NEWEST
    )
    division = "<div class='r'><div class='t'><a href='/xwzx/tzgg/{n}.html'>{title}</a></div><div class='d'>{day}</div></div>"
    yield Sample(
        "divisions", here, page(f"<div class='rows'>{rows(division)}</div>{LINKED}"), NEWEST
    )
    chinese = "<li><a href='/xwzx/tzgg/{n}.html'>{title}</a><i>{day:%Y年%m月%d日}</i></li>"
    yield Sample("Chinese dates", here, page(f"<ul>{rows(chinese)}</ul>{LINKED}"), NEWEST)
    timed = "<li><a href='/xwzx/tzgg/{n}.html'>{title}</a><span>（发布时间：{day} 10:20:00 阅读次数：18）</span></li>"
    yield Sample(
        "dates with their label and a counter",
        here,
        page(f"<ul>{rows(timed)}</ul>{LINKED}"),
        NEWEST,
    )
    dotted = "<li><a href='/xwzx/tzgg/{n}.html'><span>{title}</span><b>{day:%Y.%m.%d}</b></a></li>"
    yield Sample(
        "link around title and date", here, page(f"<ul>{rows(dotted)}</ul>{LINKED}"), NEWEST
    )
    short = "<li><a href='/xwzx/tzgg/{n}.html'>公示</a><span>{day}</span></li>"
    yield Sample("all titles the same", here, page(f"<ul>{rows(short)}</ul>{LINKED}"), NEWEST)
    department = "<li>[<a href='/bm/{i}/'>区教育局</a>] <a href='/xwzx/tzgg/{n}.html'>{title}</a><span>{day}</span></li>"
    yield Sample(
        "a publisher before each title", here, page(f"<ul>{rows(department)}</ul>{LINKED}"), NEWEST
    )
    hot = f"<div class='side'><h3>推荐阅读</h3><ul>{rows(UNDATED, 6, first=1800)}</ul></div>"
    yield Sample(
        "an undated hot list beside",
        here,
        page(hot + f"<div class='r'><ul>{rows(show)}</ul>{LINKED}</div>"),
        NEWEST,
    )
    pinned = (
        "<li><a href='/xwzx/tzgg/88.html'>[置顶] 政务服务事项清单</a><span>2021-04-01</span></li>"
    )
    yield Sample(
        "a pinned old post on top", here, page(f"<ul>{pinned}{rows(show)}</ul>{LINKED}"), NEWEST
    )
    empire = "<li><a href='/xwzx/tzgg/{day}/{n}.html' target='_blank'>{title}</a><span class='time'>{day}</span></li>"
    numbers = "<li><a title='Total record'>&nbsp;<b>231</b> </a>&nbsp;<b>1</b>&nbsp;<a href='/xwzx/tzgg/index_2.html'>2</a>&nbsp;<a href='/xwzx/tzgg/index_2.html'>下一页</a></li>"
    yield Sample(
        "pager inside the list",
        here,
        page(f"<div class='news_list'><ul>{rows(empire)}{numbers}</ul></div>"),
        NEWEST,
    )
    box = "<div class='b'><h3>{}<a href='/{}/'>更多</a></h3><ul>{}</ul></div>"
    mine = "<li><a href='/xwzx/{f}/{{n}}.html'>{{title}}</a><span>{{day}}</span></li>"
    boxes = box.format("要闻", "yw", rows(mine.format(f="yw"), 6)) + box.format(
        "公告", "gg", rows(mine.format(f="gg"), 6, NEWEST - timedelta(days=100))
    )
    yield Sample("channel of two boxes", f"{HOST}/xwzx/", page(boxes, name="新闻中心"), NEWEST)
    yield Sample(
        "a short list of three",
        here,
        page(
            f"<h2>通知公告</h2><ul>{rows(show, 3, step=40)}</ul><div class='page'>共1页 当前第1页</div>"
        ),
        NEWEST,
    )
    stale = date(2024, 3, 5)
    yield Sample(
        "a column that stopped", here, page(f"<ul>{rows(show, 12, stale, 30)}</ul>{LINKED}"), stale
    )
    mixed = "<li><a href='http://www.gov.example.org/zhengce/{n}.htm'>{title}</a><span>{day}</span></li>"
    yield Sample(
        "posts of another host",
        here,
        page(f"<h2>通知公告</h2><ul>{rows(mixed)}</ul>{LINKED}"),
        NEWEST,
    )
    count = "<div class='page'>共 10 条记录 1/1页</div>"
    away = "<li><a href='/zwgk/fdzdgk/{i}/{n}.html'>{title}</a><span>{day}</span></li>"
    yield Sample("posts of other folders", here, page(f"<ul>{rows(away)}</ul>{count}"), NEWEST)
