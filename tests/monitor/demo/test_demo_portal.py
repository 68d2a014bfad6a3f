"""The sample portal: a TRS-like site that is a function of its clock, with faults that can be
switched."""

from __future__ import annotations

import posixpath
import re
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urljoin

import httpx
import lxml.html
import pytest

from crawler.model import SHANGHAI, Outcome, Page, Reading
from crawler.reading.listing import read_list
from crawler.walking.forms import answered
from monitor.demo import faults as broken
from monitor.demo.apart import serve_apart
from monitor.demo.content import SamplePage
from monitor.demo.district import PROVINCE, SAMPLE, District, SampleColumn, load_district
from monitor.demo.faults import KINDS, Faults, gzip_bomb
from monitor.demo.portal import Portal
from monitor.demo.province import EACH
from monitor.demo.server import Sample, serve

MOMENT = datetime(2020, 7, 20, 9, 0, tzinfo=SHANGHAI)
SCHOOLS = "/xjwz/bmxxgk/jyj/"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def district() -> District:
    return load_district()


@pytest.fixture(scope="module")
def quiet(district: District) -> Portal:
    """A portal that no test changes."""
    return Portal(district, Clock(MOMENT), media_url="http://127.0.0.1:9")


@pytest.fixture
def portal(district: District) -> Portal:
    return Portal(district, Clock(MOMENT))


@pytest.fixture(scope="module")
def sample(district: District, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with serve(district, Clock(MOMENT), tmp_path_factory.mktemp("mail"), media=None) as running:
        yield running


@pytest.fixture
def client(sample: Sample) -> Iterator[httpx.Client]:
    sample.portal.log.clear()
    with httpx.Client(base_url=sample.portal_url, timeout=5, trust_env=False) as opened:
        yield opened
    sample.portal.faults.clear()


def tree(portal: Portal, path: str) -> lxml.html.HtmlElement:
    answer = portal.answer(path)
    assert answer.status == 200, path
    return lxml.html.document_fromstring(answer.body.decode())


def rows(page: lxml.html.HtmlElement) -> list[tuple[str, str, str]]:
    """href, whole title and date of each item of the main list."""
    found = page.xpath('//div[@class="main"]/ul[@class="list"]/li[a]')
    return [
        (li.find("a").get("href"), li.find("a").get("title"), li.find("span").text) for li in found
    ]


def metas(page: lxml.html.HtmlElement) -> dict[str, str]:
    return {m.get("name"): m.get("content") for m in page.xpath("//meta[@name]")}


def whole_column(portal: Portal, folder: str) -> list[tuple[str, str, str]]:
    found, page = [], 0
    while (answer := portal.answer(f"{folder}index{f'_{page}' if page else ''}.htm")).status == 200:
        found += rows(lxml.html.document_fromstring(answer.body.decode()))
        page += 1
    return found


def test_a_list_page_looks_like_one_of_the_family(quiet: Portal) -> None:
    page = tree(quiet, "/xjwz/zwdt/csyw/index.htm")
    found = rows(page)
    assert len(found) == 20
    assert all(
        re.fullmatch(r"(\.|(\.\./)*\.\.(/[a-z]+)+)/\d{6}/t\d{8}_\d{7}\.htm", href)
        for href, _, _ in found
    )
    assert [day for _, _, day in found] == sorted((day for _, _, day in found), reverse=True)
    blocks = [len(li.findall("a")) for li in page.xpath('//div[@class="main"]/ul/li')]
    assert blocks == [1, 1, 1, 1, 1, 0] * 4
    text = quiet.answer("/xjwz/zwdt/csyw/").body.decode()
    pages = re.search(r'createPageHTML\((\d+), 0, "index", "htm"\)', text)
    assert pages is not None
    assert quiet.answer(f"/xjwz/zwdt/csyw/index_{int(pages[1]) - 1}.htm").status == 200
    assert quiet.answer(f"/xjwz/zwdt/csyw/index_{pages[1]}.htm").status == 404
    assert (
        "createPageHTML(" + pages[1] + ', 1, "index"'
        in quiet.answer("/xjwz/zwdt/csyw/index_1.htm").body.decode()
    )


def test_every_column_shows_its_posts_and_every_address_answers(
    quiet: Portal, district: District
) -> None:
    addresses: set[str] = set()
    listed = 0
    for column in district.columns:
        folder = f"/{column.folder}/"
        found = whole_column(quiet, folder)
        assert len(found) >= 5, column.id
        assert len({href for href, _, _ in found}) == len(found)
        listed += len(found)
        addresses |= {urljoin(folder, href) for href, _, _ in found}
    assert listed > len(addresses), "some posts stand on two columns"
    quarter = [a for a in addresses if re.search(r"/t2020(04|05|06)\d\d_", a)]
    documents = [a for a in quarter if "/zfxxgkml/" in a]
    assert (len(quarter) - len(documents), len(documents)) == (3038, 200)
    for address in sorted(addresses)[::97]:
        assert quiet.answer(address).status == 200, address


def test_the_national_meta_tags_are_three_seven_and_ten(quiet: Portal) -> None:
    home, column = metas(tree(quiet, "/")), metas(tree(quiet, SCHOOLS))
    href, title, day = rows(tree(quiet, SCHOOLS))[0]
    article = metas(tree(quiet, posixpath.normpath(SCHOOLS + href)))
    assert (len(home), len(column), len(article)) == (3, 7, 10)
    assert home["SiteIDCode"] == "3501040000"
    assert column["ColumnName"] == article["ColumnName"] == "教育局"
    assert article["ArticleTitle"] == title
    assert article["PubDate"].startswith(day)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", article["PubDate"])
    assert "教育局" in article["ContentSource"]


def test_the_home_page_leads_to_every_column(quiet: Portal, district: District) -> None:
    links = set(tree(quiet, "/").xpath("//a/@href"))
    assert {f"/{column.folder}/" for column in district.columns} <= links
    inner = {link for link in links if link.startswith("/")}
    assert all(quiet.answer(link).status == 200 for link in inner), [
        x for x in inner if quiet.answer(x).status != 200
    ]
    assert "3501040000" in quiet.answer("/").body.decode()


def test_pages_weigh_what_real_pages_weigh(quiet: Portal, district: District) -> None:
    sizes = [len(quiet.answer(f"/{c.folder}/").body) for c in district.columns] + [
        len(quiet.answer("/").body)
    ]
    assert min(sizes) > 14_000
    assert max(sizes) < 70_000


def test_long_titles_are_cut_in_lists_and_whole_in_the_attribute(quiet: Portal) -> None:
    anchors = tree(quiet, SCHOOLS).xpath('//div[@class="main"]/ul//a')
    cut = [a for a in anchors if a.text.endswith("...")]
    assert cut
    assert all(
        a.get("title").startswith(a.text[:-3]) and len(a.get("title")) > len(a.text) - 3
        for a in cut
    )


def test_the_hot_list_of_a_late_column_is_newer_than_the_column(quiet: Portal) -> None:
    page = tree(quiet, "/xjwz/zdly/shzz/")
    assert rows(page)[0][2] == "2019-03-12"
    side = page.xpath('//div[@class="side"]//a/@href')
    assert len(side) == 8
    assert all("/202007/" in href for href in side)


def test_the_page_of_a_unit_links_to_its_account_even_an_unregistered_one(quiet: Portal) -> None:
    links = tree(quiet, "/xjwz/bmxxgk/scjgj/").xpath('//p[@class="follow"]/a')
    assert [(a.text, a.get("href").split("?")[0]) for a in links] == [
        ("仓山市场监管", "http://127.0.0.1:9/mp/profile_ext")
    ]
    assert "仓山市场监管" not in quiet.answer("/").body.decode()


def test_only_posts_up_to_the_clock_exist(district: District) -> None:
    clock = Clock(datetime(2020, 5, 15, 12, 0, tzinfo=SHANGHAI))
    portal = Portal(district, clock)
    first = rows(tree(portal, SCHOOLS))
    assert first[0][2] <= "2020-05-15"
    clock.now += timedelta(days=20)
    later = rows(tree(portal, SCHOOLS))
    assert "2020-05-15" < later[0][2] <= "2020-06-04"
    path = posixpath.normpath(SCHOOLS + later[0][0])
    assert portal.answer(path).status == 200
    clock.now -= timedelta(days=20)
    assert portal.answer(path).status == 404
    assert rows(tree(portal, SCHOOLS)) == first


def test_two_portals_serve_the_same_bytes(quiet: Portal, district: District) -> None:
    again = Portal(district, Clock(MOMENT), media_url="http://127.0.0.1:9")
    for path in ("/", SCHOOLS, "/xjwz/zwdt/csyw/index_2.htm", "/robots.txt"):
        assert again.answer(path) == quiet.answer(path)


def test_a_post_can_be_published_back_dated_and_withdrawn(portal: Portal) -> None:
    before = portal.answer(SCHOOLS)
    path = portal.publish("bm-jyj", "新增 <b>一条</b>", "区教育局", MOMENT)
    after = portal.answer(SCHOOLS)
    assert after.etag != before.etag
    assert rows(tree(portal, SCHOOLS))[0][1:] == ("新增 <b>一条</b>", "2020-07-20")
    assert "<b>一条" not in after.body.decode()
    assert metas(tree(portal, path))["ContentSource"] == "区教育局"
    old = portal.publish("bm-jyj", "补录", "区教育局", MOMENT, dated=MOMENT - timedelta(days=60))
    assert "2020-05-21" in portal.answer(old).body.decode()
    assert rows(tree(portal, SCHOOLS))[0][1] == "新增 <b>一条</b>"
    portal.withdraw(path)
    assert portal.answer(path).status == 404
    assert rows(tree(portal, SCHOOLS))[0][1] != "新增 <b>一条</b>"
    with pytest.raises(KeyError):
        portal.publish("no-such-column", "x", "y", MOMENT)
    with pytest.raises(ValueError, match="naive"):
        portal.publish("bm-jyj", "x", "y", datetime(2020, 7, 20))  # noqa: DTZ001


def test_a_later_post_appears_when_its_time_comes(portal: Portal) -> None:
    path = portal.publish("bm-jyj", "明天的信息", "区教育局", MOMENT + timedelta(days=1))
    assert portal.answer(path).status == 404
    portal.clock = Clock(MOMENT + timedelta(days=1))
    assert portal.answer(path).status == 200
    assert rows(tree(portal, SCHOOLS))[0][1] == "明天的信息"


def test_a_column_without_posts_still_says_one_page(district: District) -> None:
    portal = Portal(district, Clock(MOMENT), items=())
    answer = portal.answer(SCHOOLS)
    assert rows(tree(portal, SCHOOLS)) == []
    assert 'createPageHTML(1, 0, "index", "htm")' in answer.body.decode()


def test_rendering_is_cheap(quiet: Portal, district: District) -> None:
    paths = [f"/{c.folder}/" for c in district.columns]
    for path in paths:
        quiet.answer(path)
    start = time.process_time()
    for path in paths * 10:
        quiet.answer(path)
    assert (time.process_time() - start) / (len(paths) * 10) < 0.0003


def test_robots_and_wrong_addresses_are_answered(client: httpx.Client) -> None:
    assert "Disallow: /search/" in client.get("/robots.txt").text
    for path in (
        "/nothing/",
        "/xjwz/bmxxgk/jyj/index_x.htm",
        "/xjwz/bmxxgk/jyj/index_1_1.htm",
        "/%00",
        "/../etc/passwd",
    ):
        missing = client.get(path)
        assert missing.status_code == 404, path
        assert "页面不存在" in missing.text
    assert client.post("/").status_code == 405
    head = client.head(SCHOOLS)
    assert (head.status_code, head.content) == (200, b"")


def test_validators_answer_304_by_tag_or_by_date(client: httpx.Client, sample: Sample) -> None:
    first = client.get(SCHOOLS)
    tag, date = first.headers["etag"], first.headers["last-modified"]
    assert client.get(SCHOOLS, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(SCHOOLS, headers={"If-None-Match": f'"x", W/{tag}'}).status_code == 304
    assert client.get(SCHOOLS, headers={"If-Modified-Since": date}).status_code == 304
    assert (
        client.get(SCHOOLS, headers={"If-None-Match": '"x"', "If-Modified-Since": date}).status_code
        == 200
    )
    assert (
        client.get(
            SCHOOLS, headers={"If-Modified-Since": "Mon, 01 Jan 2018 00:00:00 GMT"}
        ).status_code
        == 200
    )
    assert client.get(SCHOOLS, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert [hit.status for hit in sample.portal.log.hits] == [200, 304, 304, 304, 200, 200, 200]
    assert [hit.conditional for hit in sample.portal.log.hits] == [False] + [True] * 6
    assert sample.portal.log.paths() == {SCHOOLS: 7}
    assert sum(sample.portal.log.seconds().values()) == 7


def test_the_date_header_is_the_portals_own_time(client: httpx.Client) -> None:
    assert client.get("/").headers["date"] == "Mon, 20 Jul 2020 01:00:00 GMT"


@pytest.mark.parametrize("kind", ["403", "412", "500", "502", "503"])
def test_a_status_fault_answers_that_status_below_its_path_only(
    client: httpx.Client, sample: Sample, kind: str
) -> None:
    sample.portal.faults.set(kind, "/xjwz/bmxxgk/")
    assert client.get(SCHOOLS).status_code == int(kind)
    assert client.get("/xjwz/zwdt/csyw/").status_code == 200
    sample.portal.faults.clear()
    assert client.get(SCHOOLS).status_code == 200


@pytest.mark.parametrize(
    ("kind", "mark"),
    [("captcha", "验证码"), ("challenge", "JavaScript"), ("login", "用户登录"), ("empty", "")],
)
def test_a_wall_comes_with_status_200_and_no_validators(
    client: httpx.Client, sample: Sample, kind: str, mark: str
) -> None:
    sample.portal.faults.set(kind)
    answer = client.get(SCHOOLS)
    assert answer.status_code == 200
    assert mark in answer.text
    assert (answer.content == b"") is (kind == "empty")
    assert "etag" not in answer.headers
    assert not DAY.search(answer.text)


def test_a_stopped_portal_refuses_and_comes_back_on_its_port(
    client: httpx.Client, sample: Sample
) -> None:
    sample.portal.faults.set("stopped")
    with pytest.raises(httpx.ConnectError):
        client.get("/")
    sample.portal.faults.clear()
    assert client.get("/").status_code == 200


def test_a_cut_portal_resets_in_mid_answer(client: httpx.Client, sample: Sample) -> None:
    sample.portal.faults.set("cut")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        client.get(SCHOOLS)


def test_a_slow_portal_lets_go_when_the_client_leaves(client: httpx.Client, sample: Sample) -> None:
    sample.portal.faults.set("slow", seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        client.get(SCHOOLS, timeout=0.1)
    sample.portal.faults.set("slow", seconds=0.05)
    start = time.monotonic()
    assert client.get(SCHOOLS).status_code == 200
    assert time.monotonic() - start >= 0.05


def test_a_huge_page_is_fifty_megabytes_without_a_length(
    client: httpx.Client, sample: Sample
) -> None:
    sample.portal.faults.set("huge")
    with client.stream("GET", SCHOOLS) as answer:
        assert "content-length" not in answer.headers
        assert sum(len(block) for block in answer.iter_raw()) > 49_000_000


def test_the_gzip_bomb_is_small_and_honest_gzip(client: httpx.Client, sample: Sample) -> None:
    assert zlib.decompress(gzip_bomb(3_000_000), wbits=31) == bytes(3_000_000)
    sample.portal.faults.set("gzip_bomb")
    with client.stream("GET", SCHOOLS) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert sum(len(block) for block in answer.iter_raw()) < broken.BOMB / 500


def test_redirects_lead_in_a_circle_or_to_a_private_address(
    client: httpx.Client, sample: Sample
) -> None:
    sample.portal.faults.set("redirect_loop")
    with pytest.raises(httpx.TooManyRedirects):
        client.get(SCHOOLS, follow_redirects=True)
    sample.portal.faults.set("redirect_private")
    assert client.get(SCHOOLS).headers["location"] == broken.PRIVATE


def test_a_gbk_page_is_declared_as_utf_8(client: httpx.Client, sample: Sample) -> None:
    sample.portal.faults.set("gbk")
    answer = client.get(SCHOOLS)
    assert "utf-8" in answer.headers["content-type"]
    assert "教育局" in answer.content.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")


def test_faults_inside_a_list_change_what_they_name_and_nothing_else(
    client: httpx.Client, sample: Sample
) -> None:
    healthy = rows(lxml.html.document_fromstring(client.get(SCHOOLS).text))
    sample.portal.faults.set("future")
    future = rows(lxml.html.document_fromstring(client.get(SCHOOLS).text))
    assert future == [(*healthy[0][:2], "2099-01-01"), *healthy[1:]]
    sample.portal.faults.set("no_title")
    untitled = rows(lxml.html.document_fromstring(client.get(SCHOOLS).text))
    assert untitled == [(healthy[0][0], "", healthy[0][2]), *healthy[1:]]
    sample.portal.faults.set("redesign")
    page = lxml.html.document_fromstring(client.get(SCHOOLS).text)
    assert rows(page) == []
    cards = page.xpath('//div[@class="card"]/a')
    assert [a.text for a in cards] == [title for _, title, _ in healthy]
    assert not any(DAY.search(lxml.html.tostring(a).decode()) for a in cards)


def test_the_longest_prefix_decides_and_unknown_faults_are_refused() -> None:
    faults = Faults()
    faults.set("403")
    faults.set("slow", "/a/", seconds=2)
    found = [faults.at("/a/b"), faults.at("/b")]
    assert [(f.kind, f.seconds) for f in found if f] == [("slow", 2), ("403", 60.0)]
    with pytest.raises(ValueError, match="unknown fault fire; known: 403"):
        faults.set("fire")
    faults.clear()
    assert faults.at("/a/b") is None
    assert len(KINDS) == len(set(KINDS))


def test_the_log_counts_requests_in_flight(client: httpx.Client, sample: Sample) -> None:
    sample.portal.faults.set("slow", seconds=0.3)
    with httpx.Client(base_url=sample.portal_url, trust_env=False) as other:
        threads = [threading.Thread(target=c.get, args=(SCHOOLS,)) for c in (client, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sample.portal.log.max_in_flight == 2
    assert sample.portal.log.in_flight == 0


def test_an_answer_in_hand_is_already_in_the_log(client: httpx.Client, sample: Sample) -> None:
    tag = client.get(SCHOOLS).headers["etag"]
    sample.portal.faults.set("redirect_loop", "/xjwz/zwdt/")
    for count in range(1, 101):
        client.get("/robots.txt")
        client.head(SCHOOLS)
        client.get(SCHOOLS, headers={"If-None-Match": tag})
        client.get("/xjwz/zwdt/csyw/")
        assert len(sample.portal.log.hits) == 4 * count + 1
        assert sample.portal.log.max_in_flight == 1


def test_nothing_is_left_running(district: District, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with serve(district, Clock(MOMENT), tmp_path / "mail") as running:
        assert httpx.get(running.portal_url, trust_env=False).status_code == 200
        assert httpx.get(f"{running.media_url}/u/5900000001", trust_env=False).status_code == 200
        running.portal.faults.set("stopped")
    assert set(threading.enumerate()) <= before
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.portal_url, trust_env=False)


def test_a_naive_clock_is_refused(district: District) -> None:
    portal = Portal(district, lambda: datetime(2020, 7, 20), items=())  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        portal.answer("/")


def test_moments_in_any_zone_mean_the_same(district: District) -> None:
    item = SamplePage(3100007, "题目", "区教育局", MOMENT, MOMENT, "bm-jyj")
    portal = Portal(district, Clock(MOMENT.astimezone(UTC)), items=(item,))
    assert rows(tree(portal, SCHOOLS)) == [("./202007/t20200720_3100007.htm", "题目", "2020-07-20")]


def test_the_district_is_served_from_a_child_process_that_ends_with_the_block(
    tmp_path: Path,
) -> None:
    with serve_apart(SAMPLE, MOMENT, tmp_path / "mail") as where:
        page = httpx.get(where.portal_url + SCHOOLS, trust_env=False)
        assert page.headers["date"] == "Mon, 20 Jul 2020 01:00:00 GMT"
        assert httpx.get(f"{where.media_url}/u/5900000001", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(where.portal_url, trust_env=False)


def test_a_child_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="absent"),
        serve_apart(tmp_path / "absent.yaml", MOMENT, tmp_path),
    ):
        pytest.fail("nothing is served")


# The province's manner.


@pytest.fixture(scope="module")
def provincial(district: District) -> Portal:
    return Portal(district, Clock(MOMENT), manner=PROVINCE)


def told_by(portal: Portal, column: SampleColumn) -> tuple[Reading, list[str]]:
    """What the column's page says, and the addresses of all its posts, those that its form gives
    among them."""
    url = f"http://portal.example.org/{column.folder}/index.htm"
    page = portal.answer(f"/{column.folder}/index.htm")
    first = read_list(Page(url, url, 200, {}, page.body, MOMENT))
    urls = [post.url for post in first.posts]
    asks = list(first.asks)
    while asks:
        ask = asks.pop()
        form = dict(parse_qsl(ask.body.decode()))
        came = portal.search(form, "http://portal.example.org")
        reading = answered(ask, read_list(Page(ask.url, ask.url, 200, {}, came.body, MOMENT)))
        urls += [post.url for post in reading.posts]
        asks += reading.asks
    return first, urls


def test_in_the_provinces_manner_page_and_form_together_show_every_post_of_every_column(
    provincial: Portal, quiet: Portal, district: District
) -> None:
    dynamic = 0
    for number, column in enumerate(district.columns):
        first, urls = told_by(provincial, column)
        items = quiet._shelves[column.id].shown(MOMENT)
        assert {url.removeprefix("http://portal.example.org") for url in urls} == {
            quiet.path(one) for one in items
        }
        if number % EACH == EACH - 1:
            dynamic += 1
            assert (first.reason, len(first.asks)) == ("script_list", 1)
        else:
            assert first.outcome is (Outcome.READ if items else Outcome.EMPTY)
            assert (first.total or 0) == len(items)
    assert dynamic == 11


def test_the_form_answers_nothing_for_a_channel_that_is_not_its_own(provincial: Portal) -> None:
    assert provincial.search({"classsql": "chnlid=1000"}, "http://portal.example.org").body == b"{}"
    assert provincial.search({"channelid": "200999", "classsql": "chnlid=7"}, "").body == b"{}"


def test_the_trs_manner_has_no_form(portal: Portal) -> None:
    assert portal.manner == "trs"
    assert b"pageChnlInfo" not in portal.answer(f"/{portal.district.columns[0].folder}/").body
