"""What pages say of themselves: national labels, the footer's identity; kept, counted, and told to
the office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from crawler.model import ColumnClass, Outlet, Page, Site
from crawler.reading.article import read_article
from crawler.reading.tags import ARTICLE, COLUMN, head_labels, read_home
from crawler.walking.page_facts import Inspector, record_pages
from monitor.facts.facts import gather
from monitor.facts.pages import late_posts, number_in, removed_posts
from monitor.judging.evaluate import judge
from monitor.model import Facts, LatePost, PageFacts, RemovedPosts, SiteFacts, Value, Verdict
from tests.conftest import Store
from tests.monitor.rules.test_site_rules import CONFIG
from tests.support.judging_facts import about, at, column, facts, nights, one
from tests.support.judging_store import column as stored_column
from tests.support.judging_store import enter, post, unit, visit

NOW = at("2020-07-20")
HOME = "http://www.example.gov.cn/"
SITE = Site("site", "门户网站", HOME, "3501040001")
FOOT = (
    "<p>主办单位：样例区人民政府　网站标识码：3501040001　闽ICP备00000000号　闽公网安备00000号　联系电话：0591-0</p>"
    "<a href='/map.html'>网站地图</a><a href='#'>我为政府网站找错</a>"
)


def tags(names: tuple[str, ...], **values: str) -> str:
    given = {"SiteDomain": "www.example.gov.cn", "PubDate": "2020-07-19 09:30", **values}
    return "".join(f'<meta name="{name}" content="{given.get(name, "样例")}">' for name in names)


def page(head: str, body: str = "", url: str = HOME, status: int = 200, moment: Any = NOW) -> Page:
    text = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>样例标题样例</title>{head}</head><body>{body}</body></html>"
    return Page(url, url, status, {"content-type": "text/html"}, text.encode(), moment)


@pytest.mark.parametrize(
    ("head", "lacking", "void"),
    [
        (tags(COLUMN), (), ()),
        (tags(COLUMN[:3]), COLUMN[3:], ()),
        (tags(COLUMN, ColumnType="null"), (), ("ColumnType",)),
        (tags(COLUMN, ColumnType=" ").replace("ColumnType", "columntype"), (), ("ColumnType",)),
        ("", COLUMN, ()),
    ],
)
def test_a_columns_seven_labels_are_missing_empty_or_there(
    head: str, lacking: tuple[str, ...], void: tuple[str, ...]
) -> None:
    found = head_labels("column", page(head))
    assert found is not None
    assert (found.lacking, found.void) == (lacking, void)


def test_a_page_without_a_head_says_nothing_of_its_labels() -> None:
    assert head_labels("column", Page(HOME, HOME, 200, {}, b"<p>" * 100, NOW)) is None


def test_an_article_keeps_its_labels_as_printed() -> None:
    body = "<h1>样例标题样例</h1><p>发布时间：2020-07-19 09:30</p>" + "<p>正文样例内容。</p>" * 20
    article = read_article(page(tags(ARTICLE), body, HOME + "t20200719_1.html"))
    assert tuple(article.tags) == ARTICLE
    assert article.tags["PubDate"] == "2020-07-19 09:30"


def test_a_footer_is_found_as_words_links_and_scripts() -> None:
    whole = read_home(
        page(tags(COLUMN[:3]), FOOT + "<script src='//dcs.conac.cn/js/a.js'></script>")
    )
    assert whole is not None
    assert set(whole.footer) == {
        "code",
        "icp",
        "police",
        "keeper",
        "contact",
        "report",
        "map",
        "party",
        "site_code",
    }
    assert whole.footer["site_code"] == "3501040001"
    scripted = read_home(
        page("", "<script src='https://zfwzgl.www.gov.cn/exposure/jiucuo.js'></script>")
    )
    assert scripted is not None
    assert set(scripted.footer) == {"report"}


def told(site: SiteFacts, *pages: PageFacts, rule: str = "page_tags") -> Verdict:
    outlets = [
        replace(
            about(replace(column(), id=f"c{n}"), date(2020, 7, 18), nights(NOW, date(2020, 7, 18))),
            page=one_page,
        )
        for n, one_page in enumerate(pages)
    ]
    return one(judge(facts(NOW, *outlets, sites=(site,)), CONFIG), rule)


def home(**facts: Any) -> SiteFacts:
    fixed: dict[str, Any] = {
        "tags": {"SiteDomain": "www.example.gov.cn"},
        "lacking": [],
        "void": [],
        "host": "www.example.gov.cn",
        "footer": {},
    }
    return SiteFacts(SITE, page=PageFacts("home", HOME, fixed | facts, NOW))


COLUMN_PAGE = PageFacts("column", HOME, {"lacking": [], "void": []}, NOW)


@pytest.mark.parametrize(
    ("site", "pages", "said"),
    [
        (home(), (COLUMN_PAGE,), ""),
        (home(lacking=["SiteIDCode"]), (), "首页缺少或空置SiteIDCode"),
        (home(tags={"SiteDomain": "http://www.example.gov.cn/"}), (), "首页SiteDomain带有协议"),
        (home(tags={"SiteDomain": "www.other.gov.cn"}), (), "首页SiteDomain为www.other.gov.cn，与域名www.example.gov.cn不符"),
        (home(host="127.0.0.1"), (), ""),
        (home(), (COLUMN_PAGE, replace(COLUMN_PAGE, facts={"lacking": ["ColumnType"], "void": []})), "1个栏目页（共2个）缺少或空置ColumnType"),
        (
            replace(home(), articles=PageFacts("article", HOME, {"pages": 100, "lacking": {"PubDate": 5, "ContentSource": 4, "clock12": 2}, "examples": {}}, NOW)),
            (), "5个文章页（共100个）缺少或空置PubDate；2个文章页的PubDate为12小时制",
        ),
    ],
)  # fmt: skip
def test_faulty_labels_are_told_to_the_office(
    site: SiteFacts, pages: tuple[PageFacts, ...], said: str
) -> None:
    verdict = told(site, *pages)
    assert verdict.units == ()
    assert verdict.value is (Value.STALE if said else Value.FRESH)
    if said:
        assert verdict.sentence == f"门户网站页面标签不规范：{said}。"


@pytest.mark.parametrize(
    ("footer", "value", "missing"),
    [
        (dict.fromkeys(("code", "icp", "police", "keeper", "contact", "report", "map"), "有"), Value.FRESH, 0),
        (dict.fromkeys(("code", "icp", "keeper", "contact", "report", "map"), "有"), Value.STALE, 1),
        (dict.fromkeys(("code", "icp", "police", "keeper", "contact", "report", "map"), "有") | {"site_code": "3501040009"}, Value.STALE, 1),
        ({}, Value.UNKNOWN, 7),
    ],
)  # fmt: skip
def test_a_footer_lacks_a_part_or_was_not_to_be_read(
    footer: dict[str, str], value: Value, missing: int
) -> None:
    verdict = told(home(footer=footer), rule="footer_identity")
    assert (verdict.value, verdict.numbers["missing"]) == (value, missing)
    assert verdict.opens is (value is Value.STALE)


def seen(store: Store, home_page: Page, *more: Page, days: int = 0) -> None:
    inspector = Inspector((SITE,))
    moment = NOW + timedelta(days=days)
    inspector.home(replace(home_page, fetched_at=moment))
    outlet: Outlet = stored_column("x", "a")
    for one_page in more:
        inspector.column(replace(one_page, fetched_at=moment), outlet)
    with store.engine.begin() as connection:
        record_pages(connection, inspector)


def known(store: Store, days: int = 0) -> Facts:
    with store.reader.connect() as connection:
        return gather(
            connection,
            NOW + timedelta(days=days, minutes=1),
            count=lambda *_: {},
            horizon=date(2020, 1, 1),
            coverage=0,
        )


def test_what_a_night_saw_is_kept_by_change_and_asked_by_day(store: Store) -> None:
    links = "".join(f'<a href="/x/{n}.html">信息{n}</a>' for n in range(1, 5))
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), (unit("a"),), stored_column("x", "a"))
        for n in range(1, 5):
            post(connection, "x", f"{HOME}x/{n}.html", date(2020, 7, 10 + n), at("2020-07-15"))
    first = page(tags(COLUMN[:3]), links + FOOT)
    seen(store, first, page(tags(COLUMN)))
    seen(store, first, page(tags(COLUMN[:5])), days=1)
    seen(store, page("", "没有"), days=2)
    today, tomorrow, later = (known(store, days) for days in (0, 1, 2))
    home_now = today.sites[0].home
    assert home_now is not None
    assert (home_now.newest, home_now.dated, len(home_now.looks)) == (date(2020, 7, 14), 4, 1)
    assert [
        f.outlets[0].page and f.outlets[0].page.facts["lacking"] for f in (today, tomorrow)
    ] == [
        [],
        ["ColumnKeywords", "ColumnType"],
    ]
    assert today.sites[0].page is not None
    assert today.sites[0].page.since == NOW == (tomorrow.sites[0].page or today.sites[0].page).since
    gone = later.sites[0].home
    assert gone is not None
    assert (gone.newest, gone.dated, len(gone.looks)) == (None, 0, 3)


def test_a_caches_old_copy_of_a_home_page_leaves_no_trace(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), (unit("a"),), stored_column("x", "a"))
    for headers in ({"age": "1900800"}, {"warning": '110 - "Response is Stale"'}):
        seen(sqlite_store, replace(page("", FOOT), headers=headers))
        assert known(sqlite_store).sites[0].home is None
    seen(sqlite_store, replace(page("", FOOT), headers={"age": "60"}))
    assert known(sqlite_store).sites[0].home is not None


def test_a_wall_or_a_foreign_page_leaves_no_trace(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), (unit("a"),), stored_column("x", "a"))
    for odd in (page("", FOOT, status=404), page("", FOOT, url="http://www.other.gov.cn/")):
        seen(sqlite_store, odd)
    assert known(sqlite_store).sites[0].home is None


def test_posts_shown_long_after_their_day_are_a_suspicion_and_a_baseline_is_none(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-05-01"), (unit("a"),), stored_column("x", "a"))
        before = at("2020-07-17", 2)
        for n, day in enumerate((date(2020, 6, 1), date(2020, 7, 2), date(2020, 7, 16))):
            post(connection, "x", f"/late/{n}", day, at("2020-07-18", 2), prior_look=before)
        post(connection, "x", "/baseline", date(2020, 3, 1), at("2020-07-18", 2))
        visit(connection, "x", at("2020-07-18", 2), date(2020, 7, 16))
        found = late_posts(connection, NOW)
    assert [(p.published, p.shown, p.before) for p in found["x"]] == [
        (date(2020, 6, 1), date(2020, 7, 18), date(2020, 7, 17)),
        (date(2020, 7, 2), date(2020, 7, 18), date(2020, 7, 17)),
    ]
    verdict = one(judge(known(store), CONFIG), "backdated_posts")
    assert (verdict.value, verdict.ours, verdict.units) == (Value.UNKNOWN, True, ())
    assert verdict.opens
    assert verdict.sentence == (
        "栏目“栏目x”有2条信息的日期早于我们没有看到它的一次抓取，最多相差46天，疑似补录，请人工核对。"
    )


def test_one_late_post_and_a_short_gap_are_nothing_and_numbers_tell_the_order() -> None:
    late = LatePost("u", "t", date(2020, 6, 1), date(2020, 7, 18), date(2020, 7, 17), 900)

    def said(*posts: LatePost) -> Verdict:
        of = replace(about(column(ColumnClass.NEWS), date(2020, 7, 18)), late=posts)
        return one(judge(facts(NOW, of), CONFIG), "backdated_posts")

    assert said(late).value is Value.FRESH
    assert said(late, replace(late, published=date(2020, 7, 4))).value is Value.FRESH
    assert said(late, replace(late, shown=date(2020, 6, 20))).value is Value.FRESH
    two = said(late, replace(late, published=date(2020, 6, 20), number=800))
    assert (two.numbers["count"], two.numbers["order"]) == (2, 1)
    assert [
        number_in(url) for url in ("/a/t20200719_123456.htm", "/a/123456.html", "/a/12.html")
    ] == [
        123456,
        123456,
        None,
    ]


def test_newer_posts_that_left_the_list_are_a_suspicion_and_old_ones_that_fell_off_are_none(
    store: Store,
) -> None:
    first, second = at("2020-07-15", 2), at("2020-07-18", 2)
    with store.engine.begin() as connection:
        enter(
            connection,
            at("2020-05-01"),
            (unit("a"),),
            stored_column("x", "a"),
            stored_column("y", "a"),
        )
        for n in range(1, 13):
            day = date(2020, 7, n)
            gone = n in (1, 2, 9)
            post(connection, "x", f"/x/{n}", day, first, last_seen=first if gone else second)
            post(connection, "y", f"/y/{n}", day, first, last_seen=first if n < 3 else second)
        post(connection, "x", "/x/pinned-old", date(2020, 6, 1), first, last_seen=second)
        post(connection, "x", "/moved/8", date(2020, 7, 8), second, title="样例 /x/9")
        moved = removed_posts(connection, NOW)
        connection.exec_driver_sql("UPDATE post SET title = 'anders' WHERE url = '/moved/8'")
        found = removed_posts(connection, NOW)
        assert removed_posts(connection, at("2020-07-16")) == {}
    assert moved == {}
    assert found == {"x": RemovedPosts(1, "样例 /x/9", "/x/9", date(2020, 7, 9))}
    verdict = one(judge(known(store), CONFIG), "removed_posts")
    assert (verdict.value, verdict.ours, verdict.numbers["count"]) == (Value.UNKNOWN, True, 1)
