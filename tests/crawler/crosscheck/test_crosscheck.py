"""Whose post is it? Addresses and articles of portals of several makers; links of a home page; what
a page weighs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.crosscheck.home import HomeLink, read_front
from crawler.crosscheck.model import Deposition, SilentColumn, Where, Witness
from crawler.crosscheck.own import Own, folder_of, plain_title
from crawler.crosscheck.seek import weigh
from crawler.model import Article, Dated, Outcome, Outlet, OutletKind, Page

NOW = datetime(2020, 7, 2, 1, tzinfo=UTC)
SITE = "http://www.example.org"
NEWEST, FRESH = date(2019, 5, 1), date(2020, 6, 28)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/xwzx/gzdt/202006/t20200628_447.htm", "example.org/xwzx/gzdt/"),
        ("/xwzx/2020-06-28/447.html", "example.org/xwzx/"),
        ("/art/2020/6/28/art_31_447.html", "example.org/art/"),
        ("/info/1001/447.htm", "example.org/info/1001/"),
        ("/gzdt/content/post_447.html", "example.org/gzdt/content/"),
        ("/2020/06/28/447.html", ""),
        ("/447.html", ""),
    ],
)
def test_the_folder_of_a_post_is_that_of_the_next_months_too(path: str, folder: str) -> None:
    assert folder_of(SITE + path) == folder
    assert folder_of("https://example.org" + path) == folder


def article(column: str | None, day: date | None = FRESH, place: str = "label") -> Article:
    dated = Dated(day, str(day), place) if day else None
    outcome = Outcome.READ if dated else Outcome.UNREADABLE
    return Article(outcome, "标题", dated, column=column, reason="" if dated else "no_dates")


OWN = Own("工作动态", "example.org/xwzx/gzdt/", ("example.org/info/1001/",))


@pytest.mark.parametrize(
    ("path", "column", "own"),
    [
        ("/xwzx/gzdt/202007/t20200701_1.htm", "别的名字", True),
        ("/xwzx/gzdt/zt/202007/t20200701_1.htm", "专题", False),
        ("/xwzx/gzdt/zt/202007/t20200701_1.htm", None, True),
        ("/info/1001/448.htm", None, True),
        ("/info/1001/448.htm", "区工作动态", True),
        ("/info/1001/448.htm", "通知公告", False),
        ("/info/1002/448.htm", None, False),
        ("/content/448.htm", "首页 > 新闻中心 > 工作动态", True),
        ("/content/448.htm", None, False),
    ],
)
def test_a_post_is_the_columns_by_its_folder_or_by_its_name(
    path: str, column: str | None, own: bool
) -> None:
    assert OWN.holds(article(column), SITE + path) is own


def page(body: str) -> Page:
    text = f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>"
    return Page(f"{SITE}/", f"{SITE}/", 200, {}, text.encode(), NOW)


MENU = "".join(f"<a href='/{name}/'>{name}</a>" for name in ("zwgk", "bsfw", "hdjl", "jgzn"))
BOXES = f"""<div class='menu'>{MENU}</div>
<div class='tab'><h3><a href='/xwzx/gzdt/index.html'>工作动态</a></h3><ul>
<li><a href='/content/1.html' title='一条标题很长很长的动态信息'>一条标题很长…</a><span>06-28</span></li>
<li><a href='/content/2.html'>去年的动态信息</a><span>2019-04-30</span></li>
<li><a href='/content/3.html'>没有日期的动态</a></li></ul></div>
<div class='other'><a href='/tzgg/'>通知公告</a><ul><li><a href='/content/8.html'>公告</a><em>2020-07-01</em></li>
<li><a href='/content/9.html'>公告二</a><em>2020-07-01</em></li></ul></div>
<p><a href='/xwzx/gzdt/202006/t20200628_7.htm'>本栏目文件夹里的信息</a></p>
<p><a href='/xwzx/gzdt/201903/t20190330_6.htm'>文件夹里去年的信息</a></p>"""


def test_of_a_home_page_the_columns_box_and_folder_are_looked_at_newest_first() -> None:
    front = read_front(page(BOXES), [f"{SITE}/xwzx/gzdt/", f"{SITE}/tzgg/"])
    assert front is not None
    links = list(front.of(Own("工作动态", "example.org/xwzx/gzdt/"), f"{SITE}/xwzx/gzdt/", NEWEST))
    assert [(one.url.removeprefix(SITE), one.day) for one in links] == [
        ("/content/1.html", FRESH),
        ("/content/3.html", None),
        ("/xwzx/gzdt/202006/t20200628_7.htm", None),
    ]
    assert links[0].title == "一条标题很长很长的动态信息"


def test_a_link_that_says_the_title_of_a_row_without_a_day_may_show_its_day() -> None:
    titled = "<p><a href='/zt/5.html'>关于样例事项的 公告（一）</a> 2020-06-28</p>"
    front = read_front(page(BOXES + titled), [f"{SITE}/xwzx/gzdt/"])
    assert front is not None
    own = Own("工作动态", titles=frozenset({plain_title("关于样例事项的公告(一)")}))
    (link,) = front.of(own, f"{SITE}/elsewhere/", NEWEST)
    assert (link.url, link.day) == (f"{SITE}/zt/5.html", FRESH)
    got = weigh(SilentColumn(COLUMN, NEWEST), own, Where.SHOWN, link, page(""), article("专题"))
    assert got.newer_than(NEWEST)
    assert plain_title("公告") == "", "which says nothing of whose it is"


@pytest.mark.parametrize("body", ["", "<script src='x.js'></script>", "<a href='/a/'>a</a>"])
def test_a_home_page_made_by_a_script_shows_nothing_and_is_not_called_read(body: str) -> None:
    assert read_front(page(body), [f"{SITE}/a/"]) is None


COLUMN = Outlet("a", OutletKind.COLUMN, "工作动态", "portal", "p", (), f"{SITE}/xwzx/gzdt/")
LINK = HomeLink(f"{SITE}/xwzx/gzdt/1.html", "标题")


@pytest.mark.parametrize(
    ("answer", "newest", "found"),
    [
        (article("工作动态"), NEWEST, Deposition.NEWER),
        (article("工作动态", place="htmldate"), NEWEST, Deposition.NEWER),
        (article("工作动态", NEWEST), NEWEST, Deposition.NOTHING),
        (article("工作动态", NEWEST, "htmldate"), NEWEST, Deposition.UNDATED),
        (article("工作动态", None), NEWEST, Deposition.UNDATED),
        (article("工作动态", None), None, Deposition.NEWER),
        (Article(Outcome.BLOCKED, reason="captcha"), NEWEST, Deposition.FAILED),
        (Article(Outcome.UNREACHABLE, reason="timeout"), None, Deposition.FAILED),
        (Article(Outcome.UNREADABLE, reason="reader_broke"), NEWEST, Deposition.FAILED),
    ],
)
def test_what_a_page_says_of_the_column(
    answer: Article, newest: date | None, found: Deposition
) -> None:
    got = weigh(SilentColumn(COLUMN, newest), OWN, Where.SHOWN, LINK, page(""), answer)
    assert got.found is found
    assert got.newer_than(newest) is (found in (Deposition.NEWER, Deposition.UNDATED))


@pytest.mark.parametrize("where", Where)
@pytest.mark.parametrize("found", Deposition)
@pytest.mark.parametrize("day", [None, NEWEST, FRESH])
def test_only_what_may_be_newer_stands_against_an_accusation(
    where: Where, found: Deposition, day: date | None
) -> None:
    one = Witness(where, LINK.url, NOW, found, day=day)
    if (
        where is Where.HOME
        or found in (Deposition.FAILED, Deposition.OTHER, Deposition.NOTHING)
        or day == NEWEST
    ):
        assert not one.newer_than(NEWEST)
    elif found is Deposition.NEWER or where is Where.SHOWN:
        assert one.newer_than(NEWEST)
