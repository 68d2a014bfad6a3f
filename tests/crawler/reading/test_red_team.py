"""Pages on which the readers once said something wrong, as a visitor of many portals would remember
them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crawler.reading.reader import read_saved

LOOK = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOST = "http://www.dongqu.example.org"
SUBJECTS = (
    "区政府召开常务会议研究安全生产工作",
    "关于公布区级重点项目名单的通知",
    "区教育局部署秋季开学各项准备",
    "老旧小区改造工程有序推进",
    "关于开展农村住房排查的通告",
    "民政局走访慰问困难群众",
    "区水利局开展防汛应急演练",
    "关于调整公交线路走向的公告",
)
HEAD = (
    "<div class='top'><span>今天是2026年11月23日 星期一</span><a href='/sethome.html'>设为首页</a>"
    "<iframe src='//weather.example.org/box' width='250' height='30'></iframe></div>"
)
FOOT = (
    "<div class='footer'><p>主办：东区人民政府办公室 <a href='http://icp.example.org/'>某ICP备05012345号-1</a> 网站标识码：3500000001</p>"
    "<p>最后更新时间：2026-11-22 <a href='/about/index.html'>关于我们的网站</a> Copyright © 2008-2026 版权所有</p></div>"
)
BODY = (
    "<p>7月15日，区领导带队赴镇街调研。会议指出，要认真贯彻落实2020年6月30日会议精神，12月31日前完成各项任务。</p>"
    * 4
)
TITLE = "区领导调研民生实事项目推进情况"


def days(
    count: int, newest: date = date(2020, 7, 16), step: int = 9
) -> list[tuple[int, str, date]]:
    return [
        (i, SUBJECTS[i % len(SUBJECTS)], newest - timedelta(days=step * i)) for i in range(count)
    ]


def rows(form: str, count: int = 8, newest: date = date(2020, 7, 16)) -> str:
    return "".join(
        form.format(
            n=9000 - i,
            title=title,
            day=day,
            later=day + timedelta(days=30),
            earlier=day - timedelta(days=5),
        )
        for i, title, day in days(count, newest)
    )


LI = "<li><a href='/c/1{n}.html'>{title}</a><span>{day}</span></li>"
SIDE = "<div class='side'><div class='t'>{}</div><ul>" + rows(
    "<li><a href='/c/{n}.html'>{title}</a><span>{day}</span></li>", newest=date(2026, 11, 20)
)
SIDE += "</ul></div>"


def portal(middle: str, *, name: str = "规划计划", metas: str = "") -> str:
    return (
        f"<html><head><meta charset='utf-8'><title>{name}_东区人民政府</title>{metas}</head><body>{HEAD}"
        "<div class='nav'><ul><li><a href='/zwgk/'>政务公开</a></li><li><a href='/bsfw/'>办事服务</a></li></ul></div>"
        f"<div class='position'>当前位置：<a href='/'>首页</a> &gt; <a href='/zwgk/'>政务公开</a> &gt; <a href='/ghjh/'>{name}</a></div>"
        f"<div class='main'>{middle}</div>{FOOT}</body></html>"
    )


def read(html: str, path: str = "/ghjh/index.html", kind: str = "auto") -> dict[str, Any]:
    return read_saved(html.encode(), url=HOST + path, as_of=LOOK, kind=kind)


@pytest.mark.parametrize(
    "middle",
    [
        "<div class='list'><h2>规划计划</h2><ul></ul><p class='nodata'>暂无数据</p></div>",
        "<ul class='gl'></ul><div><script>createPageHTML(1, 0, 'index', 'html');</script></div>",
        "<ul></ul><div class='pages'>共 <strong>1</strong>页<strong>0</strong>条记录</div>",
        "<table><tr><th>标题</th><th>发布日期</th></tr></table><div>共有 0 条记录 第 1/1 页 上一页 下一页</div>",
        "<table><tr><th>标题</th><th>发布日期</th></tr><tr><td colspan='2'>没有找到匹配的记录</td></tr></table>",
        "<div class='t'>规划计划</div><p>暂无信息</p>" + SIDE.format("要闻动态"),
        SIDE.format("最新公开")
        + "<div class='r'><div class='t'>规划计划</div><p>暂无信息</p></div>",
    ],
    ids=["words", "pager", "count in pieces", "count", "table", "box after", "box before"],
)
def test_an_empty_column_stays_empty_whatever_head_foot_and_side_box_print(middle: str) -> None:
    answer = read(portal(middle), kind="list")
    assert (answer["outcome"], answer["newest"]) == ("empty", None)


@pytest.mark.parametrize(
    "middle",
    [
        "<div class='mainr'><div class='t'>规划计划</div><ul></ul></div>" + SIDE.format("要闻动态"),
        SIDE.format("最新公开")
        + "<div class='mainr'><div class='t'>规划计划</div><div class='box'></div></div>",
        "<ul><li v-for='x in list'><a :href='x.url'>{{x.title}}</a><span>{{x.time}}</span></li></ul>",
        "<table data-url='/list'><thead><tr><th>标题</th><th>发布日期</th></tr></thead></table>",
        "<ul class='l'><li>正在加载数据，请稍候...</li></ul><script src='/js/list.js'></script>",
    ],
    ids=["bare title above", "bare title below", "template", "head only", "loading"],
)
def test_neither_imprint_nor_side_box_stands_in_for_a_list_that_is_not_there(middle: str) -> None:
    answer = read(portal(middle), kind="list")
    assert (answer["outcome"], answer["newest"]) == ("unreadable", None)


@pytest.mark.parametrize("side", ["要闻动态", "最新公开", "公开动态"])
@pytest.mark.parametrize("count", [3, 8])
def test_a_side_box_right_below_the_path_is_not_named_by_it(side: str, count: int) -> None:
    main = f"<div class='mainr'><div class='t'>规划计划</div><ul>{rows(LI, count)}</ul></div>"
    answer = read(portal(SIDE.format(side) + main), kind="list")
    assert answer["newest"] == "2020-07-16"
    assert len(answer["posts"]) == count


def test_a_side_box_and_the_middle_are_no_groups_of_one_list() -> None:
    main = f"<div class='mainr'><ul>{rows(LI)}</ul><div class='p'><a href='index_2.html'>下一页</a></div></div>"
    answer = read(portal(SIDE.format("要闻动态") + main), kind="list")
    assert (answer["newest"], len(answer["posts"])) == ("2020-07-16", 8)


def test_a_hidden_tab_that_looks_like_the_shown_one_is_read_too() -> None:
    newer = rows(LI.replace("/c/", "/d/"), newest=date(2020, 8, 1))
    tabs = (
        "<ul><li>市级</li><li>县区</li></ul>"
        f"<div class='c' id='c1'><ul>{rows(LI)}</ul></div><div class='c' id='c2' style='display:none'><ul>{newer}</ul></div>"
    )
    answer = read(portal(tabs), kind="list")
    assert (answer["newest"], len(answer["posts"])) == ("2020-08-01", 16)


@pytest.mark.parametrize(
    "form",
    [
        "<li><a href='/en/{n}.html'>The mayor meets a delegation, number {n}</a><span>{day:%b %d, %Y}</span></li>",
        "<li><a href='/en/{n}.html'>The mayor meets a delegation, number {n}</a><span>{day:%d %B %Y}</span></li>",
    ],
)
def test_english_months_are_read(form: str) -> None:
    answer = read(portal(f"<ul>{rows(form)}</ul>", name="News"), "/en/news/")
    assert (answer["newest"], len(answer["posts"])) == ("2020-07-16", 8)


@pytest.mark.parametrize(
    "middle",
    [
        "<table><tr><th>标题</th><th>开始时间</th><th>结束时间</th></tr>"
        + rows("<tr><td><a href='/zj/{n}.html'>{title}</a></td><td>{day}</td><td>{later}</td></tr>")
        + "</table>",
        rows(
            "<div><h4><a href='/x/{n}.html'>{title}</a></h4><p>来信时间：{earlier} 回复时间：{day}</p></div>"
        ),
        "<table><tr><th>标题</th><th>来信时间</th><th>回复时间</th></tr>"
        + rows(
            "<tr><td><a href='/x/{n}.html'>{title}</a></td><td>{earlier}</td><td>{day}</td></tr>"
        )
        + "</table>",
    ],
    ids=["consultations", "letters in lines", "letters in a table"],
)
def test_of_two_dates_the_one_counts_since_which_the_item_could_be_read(middle: str) -> None:
    assert read(portal(middle), kind="list")["newest"] == "2020-07-16"


def test_the_length_of_a_film_is_no_title() -> None:
    form = "<li><a href='/v/{n}.html'><img src='x.jpg'><i>05:25</i></a><h4><a href='/v/{n}.html'>开幕式</a></h4><span>{day}</span></li>"
    assert {
        post["title"] for post in read(portal(f"<ul>{rows(form)}</ul>"), kind="list")["posts"]
    } == {"开幕式"}


def test_a_cut_title_is_completed_from_the_pictures_link() -> None:
    form = (
        "<li><a href='/v/{n}.html' title='{title}'><img src='x.jpg'></a>"
        "<p><a href='/v/{n}.html'>{title:.8}...</a></p><em>{day}</em></li>"
    )
    posts = read(portal(f"<ul>{rows(form)}</ul>"), kind="list")["posts"]
    assert [post["title"] for post in posts] == list(SUBJECTS)


def test_a_title_attribute_of_several_lines_gives_its_title_only() -> None:
    form = "<li><a href='/v/{n}.html' title='{title}&#13;发布日期：{day}'>{title}</a><span>{day}</span></li>"
    posts = read(portal(f"<ul>{rows(form)}</ul>"), kind="list")["posts"]
    assert [post["title"] for post in posts] == list(SUBJECTS)


def _jcms(form: str, total: int, count: int) -> str:
    records = "".join(
        "<record><![CDATA[" + form.format(n=i, title=title, day=day) + "]]></record>"
        for i, title, day in days(count)
    )
    return (
        f"<div id='45'><script type='text/xml'><datastore><recordset>{records}</recordset></datastore></script></div>"
        f"<script>$('#45').jpage({{totalRecord:{total},perPage:15,proxyUrl:'/module/web/jpage/dataproxy.jsp'}});</script>"
    )


def test_records_of_a_data_block_are_dated_by_their_addresses_when_they_print_none() -> None:
    form = "<a href='/art/{day.year}/{day.month}/{day.day}/art_15_{n}.html'><img src='p.jpg'><p>{title}</p></a>"
    answer = read(portal(_jcms(form, 345, 8)), "/col/col15/index.html")
    assert (answer["newest"], len(answer["posts"])) == ("2020-07-16", 8)


def test_a_data_block_that_counts_no_records_is_an_empty_column() -> None:
    assert read(portal(_jcms("", 0, 0)), "/col/col15/index.html", "list")["outcome"] == "empty"


def test_a_weather_box_is_not_the_frame_that_holds_the_list_and_a_large_one_is() -> None:
    assert read(portal("<div></div>"), kind="list")["reason"] != "frameset"
    framed = portal("<iframe src='/xxgk/list.do?c=3' width='100%' height='900'></iframe>")
    answer = read(framed, kind="list")
    assert (answer["reason"], answer["next"]) == ("frameset", [f"{HOST}/xxgk/list.do?c=3"])


@pytest.mark.parametrize(
    ("info", "body"),
    [
        ("<p>2020-07-16 08:55:12　　来源：东区发布　　【字号：大 中 小】</p>", BODY),
        (
            "<p>2020-07-16</p>",
            "<div>定于2020年7月20日召开会议。时间：2020年7月20日上午9:00。地点：会议中心。</div>",
        ),
        ("<p>2020年07月16日 来源：区政府办</p>", BODY + "<div>打印日期：2026-11-23</div>"),
        ("<p>Updated: July 16, 2020 Source: District News</p>", BODY),
        ("<p>更新时间：2020-07-16 来源：区政府办</p>", BODY),
    ],
    ids=["no label", "time of a meeting", "print date", "English", "updated"],
)
def test_the_line_at_the_title_goes_before_the_body_and_the_imprint(info: str, body: str) -> None:
    answer = read(portal(f"<h1>{TITLE}</h1>{info}<div>{body}</div>", name=TITLE), "/n/26001.htm")
    assert (answer["kind"], answer["article"]["date"]) == ("article", "2020-07-16")


@pytest.mark.parametrize(
    "middle",
    [
        f"<h1>{TITLE}</h1><div>{BODY}</div>",
        f"<h1>{TITLE}</h1><div>{BODY}</div>" + SIDE.format("相关新闻"),
        f"<table><tr><td>索引号：</td><td>0012</td><td>成文日期：</td><td>2020-06-28</td></tr></table><h1>{TITLE}</h1><div>{BODY}</div>",
    ],
    ids=["imprint and clock", "links to others", "signing date in a cell"],
)
def test_an_article_without_a_date_borrows_none(middle: str) -> None:
    answer = read(portal(middle, name=TITLE), "/n/26001.htm")
    assert (answer["kind"], answer["article"]["date"]) == ("article", None)


def test_an_address_with_a_query_is_no_home_page() -> None:
    middle = f"<ul>{rows(LI)}</ul>"
    assert read(portal(middle), "/index.php?m=content&c=index&a=lists&catid=12")["kind"] == "list"
    article = portal(f"<h1>{TITLE}</h1><p>2020-07-16 来源：区政府办</p>{BODY}", name=TITLE)
    assert read(article, "/index.php?m=content&c=index&a=show&catid=12&id=33")["kind"] == "article"


@pytest.mark.parametrize(
    ("html", "outcome"),
    [
        (
            "<script>function YunSuoAutoJump(){self.location='/?security_verify_data=31'}</script>",
            "blocked",
        ),
        (
            "<html><body>MySQL Query : SELECT * FROM v9_category<br>MySQL Error : Can not connect</body></html>",
            "unreachable",
        ),
        (
            "<html><body><p>:(</p><h1>无法加载模块:Index</h1><p>ThinkPHP 3.2.3</p></body></html>",
            "unreachable",
        ),
    ],
)
def test_more_walls_and_errors_are_known(html: str, outcome: str) -> None:
    answer = read(html, "/xw/")
    assert (answer["kind"], answer["outcome"]) == ("other", outcome)
