"""A list page gives the column's own posts, or says why not. Every page here is a trap seen on a
portal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Evidence, Outcome, Page, Reading
from crawler.reading import markup
from crawler.reading.bounds.sight import sight_of
from crawler.reading.listing import read_list
from crawler.reading.lists.outline import outline, plain_tree
from tests.support.listpages import (
    COLUMN,
    HOME,
    LOOK,
    MENU,
    PAGER,
    TODAY,
    days,
    items,
    page,
    title,
    whole,
)

NEWEST = date(2026, 11, 20)


def read(html: str, url: str = COLUMN, *, column: str = "", at: datetime = LOOK) -> Reading:
    return read_list(page(html, url, at=at), column=column)


def newest(reading: Reading) -> date | None:
    return reading.newest.day if reading.newest else None


def shown(reading: Reading) -> list[date | None]:
    return [post.published.day if post.published else None for post in reading.posts]


ROWS = {
    "date after the link": "<li><a href='{url}'>{title}</a><span>{day}</span></li>",
    "date before the link": "<li><span>{day}</span><a href='{url}'>{title}</a></li>",
    "date in brackets": "<li><a href='{url}'>{title}</a> [{day}]</li>",
    "date with time": "<li><a href='{url}'>{title}</a><i>[{day} 09:12]</i></li>",
    "Chinese date": "<li><a href='{url}'>{title}</a><em>{date:%Y年%m月%d日}</em></li>",
    "slashes": "<li><a href='{url}'>{title}</a><b>{date:%Y/%m/%d}</b></li>",
    "two digits of the year": "<li><a href='{url}'>{title}</a><b>{date:%y/%m/%d}</b></li>",
    "date in its own link": "<li><a href='{url}'>{title}</a><a href='{url}'>{day}</a></li>",
    "link around all": "<li><a href='{url}'><h4>{title}</h4><span>{day}</span></a></li>",
    "link around the item": "<a href='{url}'><li><p>{title}</p><p>{day}</p></li></a>",
    "labelled": "<li><a href='{url}'>{title}</a><p>（发布时间：{day} 10:00:00 阅读次数：18）</p></li>",
    "label in another element": "<li><a href='{url}'>{title}</a><b>发布日期：</b><b>{day}</b></li>",
    "title with the date at its end": "<li><a href='{url}'>{title}({day})</a></li>",
    "paragraphs": "<p><a href='{url}'>{title}</a>&nbsp;&nbsp;{day}</p>",
    "divisions": "<div class='r'><div><a href='{url}'>{title}</a></div><div>{day}</div></div>",
    "definition list": "<dt><a href='{url}'>{title}</a></dt><dd>{day}</dd>",
    "line breaks": "<a href='{url}'>{title}</a> {day}<br>",
    "card with a picture": (
        "<div class='c'><a href='{url}'><img src='a.jpg'></a><div><h3><a href='{url}'>{title}</a></h3>"
        "<p>本报讯 全区各部门认真贯彻落实会议精神，有序推进各项工作……<a href='{url}'>[详情]</a></p><i>{day}</i></div></div>"
    ),
    "day and month in elements": "<li><div><b>{date:%d}</b><i>{date:%Y-%m}</i></div><a href='{url}'>{title}</a></li>",
    "year and day in elements": "<li><p>--{date:%Y}--</p><p>{date:%m-%d}</p><a href='{url}'>{title}</a></li>",
    "month in Chinese": "<li><b>{date:%d}</b><i>{date:%Y年%m月}</i><a href='{url}'>{title}</a></li>",
    "category before the title": "<li><a href='/xwzx/'>[通知]</a><a href='{url}'>{title}</a><span>{day}</span></li>",
    "time element": "<li><a href='{url}'>{title}</a><time datetime='{day}'></time></li>",
    "title attribute": "<li title='{day}'><a href='{url}'>{title}</a></li>",
    "data attribute": "<li data-time='{day} 08:00:00'><a href='{url}'>{title}</a></li>",
    "date in a comment": "<li><a href='{url}'>{title}</a><!--<span>{day}</span>--></li>",
    "full-width digits": "<li><a href='{url}'>{title}</a><span>２０{date:%y}－{date:%m}－{date:%d}</span></li>",
    "link around day and month": "<li><a href='{url}'><div>{date:%d}</div><div>{date:%Y-%m}</div><p>{title}</p></a></li>",
    "date cut by marks": "<li><a href='{url}'>{title}</a><i>{date:%Y}</i>-<i>{date:%m-%d}</i></li>",
    "day and Chinese month, year in the address": "<li><b>{date:%d}</b><i>{date.month}月</i><a href='{url}'>{title}</a></li>",
    "month and day above the year": "<li><div><p>{date:%m/%d}</p><p>{date:%Y}</p></div><a href='{url}'>{title}</a><p>为深入学习贯彻会议精神……</p></li>",
    "empty link before the title": "<li><a href='{url}'></a><a href='{url}'>{title}</a><span>{day}</span></li>",
    "old day kept as a comment": "<li><a href='{url}'>{title}</a><!--<span>2019-01-01</span>--><span>{day}</span></li>",
    "heading with the day in a box": "<a class='box' href='{url}'><h3>{title}({day})</h3></a>",
    "picture with words": "<li><a href='{url}'><img src='p.jpg' alt='图'></a><a href='{url}'><p>{title}</p></a><em>{day}</em></li>",
    "details in one line": "<li><h4><a href='{url}'>{title}</a></h4><p>时间：{date:%Y年%m月%d日} | 来源：区政府办 | 浏览：33次</p></li>",
    "articles": "<article><h2><a href='{url}'>{title}</a></h2><time>{day}</time><p>摘要文字</p></article>",
    "new mark": "<li><a href='{url}'>{title}</a><img src='new.gif'><span>{day}</span><span>NEW</span></li>",
    "department and counter": "<li><span>{n}</span><a href='{url}'>{title}</a><span>区教育局</span><span>{day}</span><span>1{n}3</span></li>",
    "a range of days": "<li><a href='{url}'>{title}</a><span>{day} 至 2026-12-31</span></li>",
    "blanks and line ends": "<li>\n  <a href='{url}'>\n   {title}\n  </a>\n  <span>\n      {day}\n   </span>\n</li>",
    "time with letters": "<li><a href='{url}'>{title}</a><span>{day}T08:30:00+08:00</span></li>",
    "item in its own list": "<ul><li><a href='{url}'>{title}</a></li><li>{day}</li></ul>",
    "spans in a link": "<li><a href='{url}'><span>{title}</span><span>{day}</span></a></li>",
    "day left of a block": "<div><div><span>{day}</span></div><div><div><a href='{url}'>{title}</a></div></div></div>",
    "pop-up list inside": (
        "<li><a href='{url}'>{title}</a><span>{day}</span><div style='display:none'><ul><li><a href='/x/a{n}.htm'>"
        "解读一：相关政策的问答与说明材料汇编</a></li><li><a href='/x/b{n}.htm'>解读二：一图读懂</a></li></ul></div></li>"
    ),
}


def made(form: str, when: list[date]) -> str:
    tag = (
        "dl"
        if form.startswith("<dt")
        else "ul"
        if form.startswith(("<li", "<a href='{url}'><li"))
        else "div"
    )
    return whole(f"<div><{tag}>{items(when, form)}</{tag}></div>", after=PAGER)


@pytest.mark.parametrize("form", ROWS.values(), ids=ROWS.keys())
def test_rows_of_every_make_give_their_titles_addresses_and_days(form: str) -> None:
    when = days(12)
    reading = read(made(form, when))
    assert reading.outcome is Outcome.READ
    assert shown(reading) == when
    assert [post.title for post in reading.posts] == [title(i) for i in range(12)]
    assert reading.posts[0].url == f"{HOME}/xwzx/tzgg/202611/t20261120_4000000.htm"
    assert all(post.published and post.published.raw for post in reading.posts)
    # What a maker's comment dates nobody has printed for readers: it clears and never convicts.
    assert reading.evidence is (Evidence.WEAK if "<!--<span>{day}" in form else Evidence.COMPLETE)


@pytest.mark.parametrize("form", [form for name, form in ROWS.items() if "address" not in name])
def test_no_row_needs_a_day_in_its_address(form: str) -> None:
    when = days(12)
    reading = read(made(form.replace("{url}", "/x/{n}.html"), when))
    assert shown(reading) == when
    assert "url" not in {post.published.place for post in reading.posts if post.published}


TABLE_HEAD = "<tr><th>序号</th><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr>"


def test_a_table_with_numbers_and_two_dates_gives_the_day_of_publication() -> None:
    rows = "".join(
        f"<tr><td>{i + 1}</td><td><a href='./{day:%Y%m}/t{day:%Y%m%d}_{i}.htm'>{title(i)}</a></td><td>仓政〔2026〕{i}号</td>"
        f"<td>{day - timedelta(days=9)}</td><td>{day}</td></tr>"
        for i, day in enumerate(days(10))
    )
    reading = read(whole(f"<table>{TABLE_HEAD}{rows}</table>", after=PAGER))
    assert shown(reading) == days(10)
    assert [dated.day for dated in reading.posts[0].others] == [date(2026, 11, 11)]


def test_one_row_tables_stacked_are_one_list() -> None:
    form = "<table><tr><td>·</td><td><a href='{url}'>{title}</a></td><td>{day}</td></tr></table>"
    assert shown(read(whole(items(days(9), form), after=PAGER))) == days(9)


def test_a_list_cut_into_groups_of_five_is_one_list() -> None:
    groups = "".join(
        f"<ul>{items(days(15)[i : i + 5], start=i)}</ul><div class='line'></div>"
        for i in (0, 5, 10)
    )
    assert shown(read(whole(f"<div>{groups}</div>", after=PAGER))) == days(15)


def test_empty_separators_between_rows_are_no_posts() -> None:
    rows = "".join(
        items([day], start=i) + ("<li class='e'></li>" if i % 5 == 4 else "")
        for i, day in enumerate(days(15))
    )
    assert shown(read(whole(f"<ul>{rows}</ul>", after=PAGER))) == days(15)


def test_the_pager_inside_the_list_is_no_post() -> None:
    pager = "<li><a href='index_1.html'>1</a> <a href='index_2.html'>2</a> <a href='index_2.html'>下一页</a> 共 30 条</li>"
    assert shown(read(whole(f"<ul>{items(days(8))}{pager}</ul>"))) == days(8)


def test_pinned_items_on_top_do_not_hide_the_newest() -> None:
    when = [date(2020, 8, 3), date(2021, 1, 4), *days(10)]
    reading = read(whole(f"<ul>{items(when)}</ul>", after=PAGER))
    assert shown(reading) == when
    assert newest(reading) == NEWEST


def test_a_visible_pin_is_kept_as_a_flag_and_not_in_the_title() -> None:
    first = "<li><a href='a.htm'>[置顶]关于防汛工作的通知</a><span>2026-06-01</span></li>"
    reading = read(whole(f"<ul>{first}{items(days(6))}</ul>", after=PAGER))
    assert reading.posts[0].pinned
    assert reading.posts[0].title == "关于防汛工作的通知"
    assert not any(post.pinned for post in reading.posts[1:])


HOT = "<div class='side'><h3>{head}</h3><ul>{rows}</ul></div>"


@pytest.mark.parametrize(
    "head", ["热点排行", "热门信息", "点击排行榜", "推荐阅读", "最新信息", "相关链接"]
)
@pytest.mark.parametrize("first", [True, False])
def test_a_newer_hot_list_beside_a_stale_column_is_not_the_column(head: str, first: bool) -> None:
    hot = HOT.format(
        head=head, rows=items(days(10, date(2026, 11, 22), 1), start=50).replace("./", "/xwzx/yw/")
    )
    stale = f"<h2>通知公告</h2><ul>{items(days(4, date(2025, 3, 1), 30))}</ul>{PAGER}"
    reading = read(whole(hot + stale if first else stale + hot))
    assert newest(reading) == date(2025, 3, 1)
    assert len(reading.posts) == 4


def test_an_unnamed_sidebar_with_more_posts_than_the_column_is_not_the_column() -> None:
    side = f"<div><h3>要闻 <a href='/yw/'>更多</a></h3><ul>{items(days(12, date(2026, 11, 22), 1), start=50).replace('./', '/yw/')}</ul></div>"
    main = f"<div><h2>通知公告</h2><ul>{items(days(3, date(2024, 5, 6)))}</ul></div>"
    assert newest(read(whole(side + main))) == date(2024, 5, 6)


def test_the_catalogue_name_of_the_column_chooses_between_two_lists() -> None:
    one = f"<h3>政策解读</h3><ul>{items(days(6, date(2026, 11, 22)), start=20).replace('./', '/a/')}</ul>"
    two = f"<h3>人事任免</h3><ul>{items(days(6, date(2026, 9, 1)), start=40).replace('./', '/b/')}</ul>"
    html = f"<html><body>{MENU}{one}<p>　</p>{two}</body></html>"
    assert newest(read(html, HOME + "/list.html", column="人事任免")) == date(2026, 9, 1)
    assert newest(read(html, HOME + "/list.html", column="政策解读")) == date(2026, 11, 22)


def test_friend_links_with_dated_addresses_are_no_posts() -> None:
    friends = "".join(
        f"<li><a href='{HOME}/jg/202201/t20220124_{i}.html'>仓霞区直属事业单位服务中心{i}</a></li>"
        for i in range(9)
    )
    reading = read(
        whole(
            f"<ul>{items(days(4))}</ul>{PAGER}<div><span>友情链接：</span><ul>{friends}</ul></div>"
        )
    )
    assert shown(reading) == days(4)


def test_two_copies_of_the_rows_count_once() -> None:
    desktop = items(days(8))
    phone = items(
        days(8),
        "<li><a href='{url}'><div>{date:%d}</div><div>{date:%Y-%m}</div><p>{title}</p></a></li>",
    )
    reading = read(whole(f"<ul>{desktop}</ul><ul class='phone'>{phone}</ul>", after=PAGER))
    assert shown(reading) == days(8)
    again = read(whole(f"<ul>{desktop}</ul><ul>{desktop}</ul>", after=PAGER))
    assert shown(again) == days(8)


def test_hidden_tabs_of_a_channel_page_count_too() -> None:
    def box(name: str, when: list[date], start: int, style: str = "") -> str:
        return f"<div><h3>{name}<a href='/{start}/'>更多</a></h3><ul class='l'{style}>{items(when, start=start)}</ul></div>"

    html = whole(
        box("出让公告", days(5, date(2026, 8, 14)), 10)
        + box("转让公示", days(5, date(2026, 9, 4)), 30, " style='display:none'"),
        name="矿业权",
    )
    reading = read(html, HOME + "/zwgk/kyq/")
    assert newest(reading) == date(2026, 9, 4)
    assert len(reading.posts) == 10


def test_the_day_in_the_title_is_not_the_publication() -> None:
    form = (
        "<li><a href='{url}'>关于2019年3月1日起停止办理第{n}类业务的通告</a><span>{day}</span></li>"
    )
    reading = read(whole(f"<ul>{items(days(6), form)}</ul>", after=PAGER))
    assert shown(reading) == days(6)


def test_a_day_that_ends_only_some_titles_dates_nothing() -> None:
    rows = "".join(
        f"<li><a href='/x/{i}.html'>{title(i)}{'（2026年11月1日）' if i % 4 == 0 else ''}</a></li>"
        for i in range(12)
    )
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_dates")
    assert newest(reading) is None


def test_the_address_dates_rows_that_print_none() -> None:
    reading = read(
        whole(f"<ul>{items(days(6), '<li><a href={url!r}>{title}</a></li>')}</ul>", after=PAGER)
    )
    assert shown(reading) == days(6)
    assert {post.published.place for post in reading.posts if post.published} == {"url"}


def test_the_printed_day_goes_before_the_day_of_saving_in_the_address() -> None:
    form = "<li><a href='/c/202611/t20261122_{n}.htm'>{title}</a><span>{day}</span></li>"
    reading = read(whole(f"<ul>{items(days(6), form)}</ul>", after=PAGER))
    assert shown(reading) == days(6)
    assert [dated.day for dated in reading.posts[0].others] == [date(2026, 11, 22)]


SHORT = "<li><a href='{url}'>{title}</a><span>{date:%m-%d}</span></li>"
SHORT_BARE = "<li><a href='/x/{n}.html'>{title}</a><span>（{date:%m-%d}）</span></li>"


def test_a_missing_year_is_taken_from_the_address_and_said_so() -> None:
    when = days(10, date(2025, 1, 20), 7)
    reading = read(whole(f"<ul>{items(when, SHORT)}</ul>", after=PAGER))
    assert shown(reading) == when
    assert all("address" in post.published.why for post in reading.posts if post.published)


def test_a_missing_year_is_taken_from_the_order_between_full_dates() -> None:
    rows = items([date(2026, 11, 2), date(2026, 1, 8)], SHORT_BARE) + items(
        [date(2025, 12, 30)], "<li><a href='/x/9.html'>{title}</a><span>{day}</span></li>", 5
    )
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER))
    assert shown(reading) == [date(2026, 11, 2), date(2026, 1, 8), date(2025, 12, 30)]
    assert reading.posts[0].published
    assert "order" in reading.posts[0].published.why


def test_a_missing_year_without_any_reason_is_refused() -> None:
    reading = read(whole(f"<ul>{items(days(10), SHORT_BARE)}</ul>", after=PAGER))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_dates")
    assert {refused.text for refused in reading.refused} == {f"{day:%m-%d}" for day in days(10)}


def test_relative_times_are_counted_from_the_look() -> None:
    words = ["刚刚", "5分钟前", "3小时前", "昨天 18:20", "前天", "2026-11-19"]
    rows = "".join(
        f"<li><a href='/x/{i}.html'>{title(i)}</a><span>{word}</span></li>"
        for i, word in enumerate(words)
    )
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER))
    assert shown(reading) == [
        TODAY,
        TODAY,
        TODAY,
        date(2026, 11, 22),
        date(2026, 11, 21),
        date(2026, 11, 19),
    ]


def test_today_is_the_shanghai_day_of_the_look() -> None:
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    rows = items([date(2026, 11, 25), date(2026, 11, 24), date(2026, 11, 23)])
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER), at=late)
    assert newest(reading) == date(2026, 11, 25)
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER), at=late - timedelta(days=1))
    assert newest(reading) == date(2026, 11, 24)


def test_future_days_are_refused_and_the_rest_is_read() -> None:
    rows = items([date(2027, 1, 1), date(2026, 11, 20), date(2026, 11, 18), date(2026, 11, 1)])
    reading = read(whole(f"<ul>{rows}</ul>", after=PAGER))
    assert shown(reading) == [None, date(2026, 11, 20), date(2026, 11, 18), date(2026, 11, 1)]
    assert [refused.text for refused in reading.refused] == ["2027-01-01"]


def test_the_whole_title_is_taken_where_the_shown_one_was_cut() -> None:
    form = "<li><a href='{url}' title='{title}及有关事项的补充说明'>{title}...</a><span>{day}</span></li>"
    reading = read(whole(f"<ul>{items(days(5), form)}</ul>", after=PAGER))
    assert reading.posts[0].title == title(0) + "及有关事项的补充说明"


def test_an_empty_or_foreign_title_attribute_changes_nothing() -> None:
    form = "<li><a href='{url}' title=''>·{title}</a><a href='{url}' title='点击进入'></a><span>{day}</span></li>"
    assert read(whole(f"<ul>{items(days(5), form)}</ul>", after=PAGER)).posts[0].title == title(0)


def test_the_origin_is_kept_where_it_is_printed() -> None:
    form = "<li><a href='{url}'>{title}</a><p>来源：仓霞区教育局　发布时间：{day}</p></li>"
    reading = read(whole(f"<ul>{items(days(5), form)}</ul>", after=PAGER))
    assert {post.origin for post in reading.posts} == {"仓霞区教育局"}
    assert shown(reading) == days(5)


def test_links_without_an_address_are_posts_without_one() -> None:
    form = "<li><a href='javascript:;' onclick=\"window.open('/x/{n}.html')\">{title}</a><span>{day}</span></li>"
    assert read(whole(f"<ul>{items(days(5), form)}</ul>")).posts[0].url == f"{HOME}/x/1.html"
    form = "<li><a href='javascript:;'>{title}</a><span>{day}</span></li>"
    assert {post.url for post in read(whole(f"<ul>{items(days(5), form)}</ul>")).posts} == {""}


def test_posts_on_other_hosts_belong_to_the_list() -> None:
    form = "<li><a href='http://www.gov.example.org/zhengce/{n}.htm'>{title}</a><span>{day}</span></li>"
    assert len(read(whole(f"<ul>{items(days(5), form)}</ul>", after=PAGER)).posts) == 5


def test_the_base_element_is_honoured() -> None:
    html = whole(f"<ul>{items(days(5))}</ul>", after=PAGER, head=f"<base href='{HOME}/other/col/'>")
    assert read(html).posts[0].url == f"{HOME}/other/col/202611/t20261120_4000000.htm"


@pytest.mark.parametrize("count", [1, 2])
def test_a_short_list_is_read_when_a_pager_or_its_addresses_tie_it_to_the_column(
    count: int,
) -> None:
    reading = read(
        whole(
            f"<h1>通知公告</h1><ul>{items(days(count))}</ul><script>createPageHTML(1, 0, 'index', 'html')</script>"
        )
    )
    assert shown(reading) == days(count)


def test_a_lone_dated_link_without_ties_is_no_list() -> None:
    html = f"<html><body>{MENU}<p><a href='/gg/7.html'>飘窗：关于系统维护的公告</a> 2026-11-20</p></body></html>"
    reading = read(html, HOME + "/about.html")
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_list")


BODY = (
    "<p>"
    + "各镇街、区直各部门要进一步提高认识，压实责任，确保各项任务落到实处，取得实效。" * 4
    + "</p>"
)


def test_an_article_with_related_posts_is_no_list() -> None:
    related = f"<h4>本栏目其他</h4><ul>{items(days(5), start=30).replace('./', '/b/')}</ul>"
    head = "<meta name='ArticleTitle' content='关于开展检查的通知'><meta name='PubDate' content='2026-11-20'>"
    html = whole(
        f"<h1>关于开展检查的通知</h1><p>发布时间：2026-11-20</p>{BODY * 3}{related}", head=head
    )
    reading = read(html, HOME + "/xwzx/yw/202611/t20261120_1.htm")
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "article")


def test_the_words_of_an_article_about_its_attachments_do_not_make_a_column_empty() -> None:
    reading = read(
        whole(
            f"<h1>机构职能</h1>{BODY * 5}<div>相关文件：</div><p>暂无相关信息</p><p>共0条评论</p>"
        )
    )
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_list")


EMPTY_TRS = "<h1>通知公告</h1><ul>\n</ul><div class='page'><script>createPageHTML({pages}, 0, 'index', 'html')</script></div>"
EMPTY_PAGES = {
    "TRS list element and pager of one page": EMPTY_TRS.format(pages=1),
    "TRS pager of no pages": EMPTY_TRS.format(pages=0),
    "UCAP total of nothing": "<ul></ul><script>createPageHTML('p', 1, 1, 'common_list', 'shtml', 0)</script>",
    "words": "<div class='l'><p>暂无信息</p></div>",
    "words in a list": "<ul><li>该栏目下暂无内容！</li></ul>",
    "words in a table": "<table><tr><th>标题</th><th>日期</th></tr><tr><td colspan='2'>没有相关信息</td></tr></table>",
    "counted": "<ul></ul><div>共 0 条记录 第1页</div>",
}


@pytest.mark.parametrize("middle", EMPTY_PAGES.values(), ids=EMPTY_PAGES.keys())
def test_a_list_that_was_recognised_and_holds_nothing_is_empty(middle: str) -> None:
    reading = read(whole(middle))
    assert reading.outcome is Outcome.EMPTY
    assert reading.mark
    assert reading.posts == ()


@pytest.mark.parametrize("middle", EMPTY_PAGES.values(), ids=EMPTY_PAGES.keys())
def test_a_hot_list_beside_an_empty_column_does_not_fill_it(middle: str) -> None:
    hot = HOT.format(
        head="热点排行",
        rows=items(days(10, date(2026, 11, 22), 1), start=50).replace("./", "/xwzx/yw/"),
    )
    for html in (whole(hot + middle), whole(middle + hot)):
        assert read(html).outcome is Outcome.EMPTY


def test_an_empty_list_beside_one_of_unknown_standing_is_refused() -> None:
    other = f"<div><h3>要闻</h3><ul>{items(days(6), start=50).replace('./', '/yw/')}</ul></div>"
    reading = read(whole(other + EMPTY_TRS.format(pages=1)))
    assert reading.outcome is not Outcome.READ


SCRIPTED = {
    "words of a placeholder and a script from elsewhere": (
        "<ul id='list'></ul><div class='nodata'>暂无数据</div><script src='/js/list.js'></script>"
    ),
    "words beside a named list": "<ul id='list'></ul><p>暂无数据</p><script src='/js/app.js'></script><script>fetch('/x')</script>",
    "table with a heading only": (
        "<table><thead><tr><th>序号</th><th>标题</th><th>发布时间</th></tr></thead><tbody id='rows'></tbody></table>"
        "<script>$.ajax({url:'/api/list',success:function(d){$('#rows').html(d)}})</script>"
    ),
    "Vue template with its own words": (
        "<div id='app'><ul><li v-for='i in list'><a :href='i.url'>{{ i.title }}</a></li></ul>"
        "<p v-if='!list.length'>暂无数据</p></div><script>new Vue({el:'#app'})</script>"
    ),
    "hidden words": "<ul id='l'></ul><p style='display:none'>暂无信息</p><script>$.getJSON('/x',fill)</script>",
    "words in a named box": "<div id='box'><p>暂无数据</p></div><script>fetch('/x').then(r=>{document.getElementById('box').innerHTML=r})</script>",
    "mustache template": "<ul id='l'></ul><script type='text/template'>{{#rows}}<li>{{title}}</li>{{/rows}}</script>",
    "named list and a script pager": (
        "<ul id='newsList'></ul><script>$.post('/q',function(d){$('#newsList').append(d)});createPageHTML(1,0,'index','html')</script>"
    ),
    "JCMS without its store": "<div id='232'></div><script>var u='/module/web/jpage/dataproxy.jsp?perpage=15';</script>",
}


@pytest.mark.parametrize("middle", SCRIPTED.values(), ids=SCRIPTED.keys())
def test_a_list_that_a_script_fills_is_never_called_empty(middle: str) -> None:
    reading = read(whole(middle))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")
    assert reading.mark


@pytest.mark.parametrize("middle", SCRIPTED.values(), ids=SCRIPTED.keys())
def test_a_dated_box_beside_a_list_that_a_script_fills_is_not_taken_for_it(middle: str) -> None:
    box = f"<div><h3>要闻<a href='/yw/'>更多</a></h3><ul>{items(days(6), start=50).replace('./', '/yw/')}</ul></div>"
    reading = read(whole(box + middle))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "script_list")


def test_a_hidden_box_for_search_results_does_not_spoil_a_full_list() -> None:
    box = "<div style='display:none'><table><thead><tr><th>标题</th></tr></thead><tbody id='found'></tbody></table></div>"
    html = f"<html><body>{MENU}<ul>{items(days(6), '<li><a href=/x/{n}.html>{title}</a><i>{day}</i></li>')}</ul>{box}</body></html>"
    assert shown(read(html, HOME + "/list.html")) == days(6)


def test_a_frameset_names_its_frames_as_the_way_on() -> None:
    html = "<html><frameset cols='200,*'><frame src='left.htm'><frame src='list.htm'></frameset></html>"
    reading = read(html)
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "frameset")
    assert reading.next == (f"{HOME}/xwzx/tzgg/left.htm", f"{HOME}/xwzx/tzgg/list.htm")


def test_titles_without_any_date_are_unreadable_and_shown() -> None:
    rows = "".join(f"<li><a href='/x/{i}.html'>{title(i)}</a></li>" for i in range(8))
    reading = read(whole(f"<ul>{rows}</ul>"))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_dates")
    assert [post.title for post in reading.posts] == [title(i) for i in range(8)]


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"\x00\xff\xfe", b"<", b"<html></html>", b"plain words", b"{}", b"[]", b'{"a":'],
)
def test_nothing_readable_is_unreadable_and_no_error(body: bytes) -> None:
    reading = read_list(page(body))
    assert reading.outcome is Outcome.UNREADABLE
    assert reading.reason in ("no_list", "script_list")


def test_gbk_pages_are_read_whatever_they_declare() -> None:
    html = whole(f"<ul>{items(days(6))}</ul>", after=PAGER)
    for declared in ("utf-8", "gb2312", ""):
        text = html.replace(
            "<meta charset='utf-8'>", f"<meta charset='{declared}'>" if declared else ""
        )
        reading = read_list(page(text.encode("gb18030")))
        assert [post.title for post in reading.posts] == [title(i) for i in range(6)]


PREFERRED_TO_REFUSE = {
    "no year and no reason for one": f"<ul>{items(days(8), SHORT_BARE)}</ul>{PAGER}",
    "days of writing only": f"<ul>{items(days(6), '<li><a href=/x/{n}.html>{title}</a><p>成文日期：{day}</p></li>')}</ul>{PAGER}",
    "deadlines only": f"<ul>{items(days(6), '<li><a href=/x/{n}.html>{title}</a><p>截止时间：{day}</p></li>')}</ul>{PAGER}",
    "days before 1995": f"<ul>{items(days(6, date(1990, 5, 1)), '<li><a href=/x/{n}.html>{title}</a><i>{day}</i></li>')}</ul>{PAGER}",
    "days in the future": f"<ul>{items(days(6, date(2031, 5, 1)), '<li><a href=/x/{n}.html>{title}</a><i>{day}</i></li>')}</ul>{PAGER}",
    "months only": f"<ul>{items(days(6), '<li><a href=/x/{n}.html>{title}</a><i>{date:%Y-%m}</i></li>')}</ul>{PAGER}",
    "days inside titles": f"<ul>{items(days(6), '<li><a href=/x/{n}.html>关于{day}停水的通告第{n}号</a></li>')}</ul>{PAGER}",
}


@pytest.mark.parametrize("middle", PREFERRED_TO_REFUSE.values(), ids=PREFERRED_TO_REFUSE.keys())
def test_the_reader_prefers_to_refuse(middle: str) -> None:
    reading = read(whole(middle))
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "no_dates")
    assert newest(reading) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dates(date(2015, 1, 1), TODAY), min_size=3, max_size=25),
    st.sampled_from([form for name, form in ROWS.items() if form.startswith("<li")]),
    st.booleans(),
)
def test_whatever_the_order_the_newest_is_the_newest(
    when: list[date], form: str, menu_first: bool
) -> None:
    middle = f"<ul>{items(when, form)}</ul>"
    reading = read(whole(middle, before="" if menu_first else MENU, after=PAGER))
    assert newest(reading) == max(when)
    assert shown(reading) == when


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 400), st.binary(max_size=12))
def test_a_damaged_page_never_raises_and_never_invents_a_day(
    at: int, cut: int, noise: bytes
) -> None:
    body = whole(f"<ul>{items(days(8))}</ul>", after=PAGER).encode()
    reading = read_list(page(body[:at] + noise + body[at + cut :]))
    for post in reading.posts:
        assert post.published is None or post.published.day <= TODAY + timedelta(days=1)


def test_the_page_is_an_argument_and_stays_as_it_is() -> None:
    one: Page = page(whole(f"<ul>{items(days(5))}</ul>", after=PAGER))
    assert read_list(one) == read_list(one)


BASES = [
    COLUMN,
    f"{HOME}/",
    HOME,
    f"{HOME}/a/b/?c=1",
    f"{HOME}/a//b/c.htm",
    "https://x.example.org:8443/q",
    "ftp://x/y",
    "",
]
HREFS = st.one_of(
    st.text(alphabet="ab./?#:;中 %-_", max_size=14),
    st.sampled_from(["./a.htm", "../a.htm", "../../../../a", "/a/./b", "//x.example.org/a", "?p=2", "http://x.example.org/a/../b", "..", "../"]),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(BASES), HREFS)
def test_addresses_are_joined_as_the_standard_says(base: str, href: str) -> None:
    root = plain_tree("<html><body></body></html>")
    assert root is not None
    sight = sight_of("", outline(root), page("", base), "")
    assert sight.join(href.strip()) == markup.join(base, href)


def test_an_item_whose_title_was_forgotten_is_still_an_item() -> None:
    rows = [
        f"<li><a href='./202006/t2020060{n}_{n}.htm'>{'' if n == 9 else f'关于第{n}号事项的通知'}</a>"
        f"<span>2020-06-0{n}</span></li>"
        for n in (9, 8, 7, 6, 5)
    ]
    body = f"<html><body><ul>{''.join(rows)}</ul></body></html>".encode()
    url = "http://www.example.gov.cn/tzgg/"
    reading = read_list(Page(url, url, 200, {}, body, datetime(2020, 7, 20, tzinfo=UTC)))
    assert [post.title for post in reading.posts][:2] == ["", "关于第8号事项的通知"]
    assert reading.newest is not None
    assert reading.newest.day == date(2020, 6, 9)
