"""The data addresses that pages name, in the manners in which scripts and elements name them; what
must never be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.offers.expressions import HOLE, filled, parts_at, values_of
from crawler.offers.find import candidates, files_of
from crawler.walking.offers import How

BASE = "http://www.example.org/list/301/index.html"


def page(head: str = "", body: str = "<div id='app'></div>") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


def named(script: str, base: str = BASE) -> list[str]:
    return [one.url for one in candidates(page(f"<script>{script}</script>"), base, {})]


SCRIPTS = {
    "fetch": ("fetch('/api/list?id=301').then(f)", "/api/list?id=301"),
    "axios with params": (
        "axios.get('/api/list', {params: {channelId: 301, pageNo: 1}})",
        "/api/list?channelId=301&pageNo=1",
    ),
    "a call of jQuery with values": (
        '$.get("/front/list", {col: "301", size: 15}, show)',
        "/front/list?col=301&size=15",
    ),
    "ajax with url and data": (
        "$.ajax({ url: '/front/query', dataType: 'json', data: {cid: 301, page: page}, success: f })",
        "/front/query?cid=301&page=1",
    ),
    "getJSON and a callback": ("$.getJSON('data/list.json', function (d) {})", "/list/301/data/list.json"),
    "a hole that an assignment fills": (
        "var channel = 'gzdt'; $.getJSON('/json/' + channel + '.json', show)",
        "/json/gzdt.json",
    ),
    "a hole that the page's number fills": (
        "fetch('/api/list?channelId=' + this.$route.params.id + '&page=' + this.page)",
        "/api/list?channelId=301&page=1",
    ),
    "a template": (
        "fetch(`/api/list/${route.params.id}?pageSize=${size}`)",
        "/api/list/301?pageSize=20",
    ),
    "below a base": (
        "const http = axios.create({baseURL: '/prod-api'}); http.get('/cms/list')",
        "/prod-api/cms/list",
    ),
    "a setting": ("window.conf = {listUrl: '/static/data/gzdt.json'}", "/static/data/gzdt.json"),
    "an address alone": ('var a = "/interface/dataproxy.jsp?columnid=301"', "/interface/dataproxy.jsp?columnid=301"),
    "escaped slashes": (r'load({"url":"\/api\/list?id=301"})', "/api/list?id=301"),
}  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_address_in_a_script_is_found(name: str) -> None:
    script, path = SCRIPTS[name]
    assert f"http://www.example.org{path}" in named(script)


def test_values_of_the_pages_own_address_fill_holes_of_their_name() -> None:
    found = named("$.get('/api/list?catId=' + catId)", "http://www.example.org/list?catId=a7&x=9")
    assert found == ["http://www.example.org/api/list?catId=a7"]


def test_what_stands_nowhere_stays_a_hole_and_the_address_is_not_whole() -> None:
    (one,) = candidates(
        page("<script>fetch('/api/list?k=' + secret())</script>"), "http://www.example.org/a/", {}
    )
    assert (one.url, one.whole) == (f"http://www.example.org/api/list?k={HOLE}", False)


@pytest.mark.parametrize(
    "script",
    [
        "$.post('/search', {channelid: 301}, show)",
        "$.ajax({type: 'POST', url: '/search', data: {channelid: 301}})",
        "$.ajax({url: '/search', method: \"post\", data: {channelid: 301}})",
        "fetch('/search', {method: 'POST', body: b})",
        "request.post('/search', form)",
    ],
)
def test_a_form_is_known_as_one(script: str) -> None:
    (one,) = candidates(page(f"<script>{script}</script>"), BASE, {})
    assert one.post
    assert one.url.startswith("http://www.example.org/search")


def test_elements_and_feeds_name_addresses() -> None:
    text = page(
        "<link rel='alternate' type='application/rss+xml' href='/rss/301.xml'>",
        "<ul data-list-url='/data/301.json'></ul><img data-src='/a/1.json'><a href='/rss.xml'>订阅</a>",
    )
    found = {
        one.url.removeprefix("http://www.example.org"): one.how
        for one in candidates(text, BASE, {})
    }
    assert found == {
        "/rss/301.xml": How.FEED,
        "/rss.xml": How.FEED,
        "/data/301.json": How.ATTRIBUTE,
    }


def test_script_files_are_read_with_what_the_page_says_and_what_names_the_column_comes_first() -> (
    None
):
    text = page("<script>var cid = 301</script>")
    bundle = {"http://www.example.org/app.js": "a.get('/api/hot?n=5');b.get('/api/list?cid='+cid)"}
    found = candidates(text, BASE, bundle)
    assert [(one.url.removeprefix("http://www.example.org"), one.own) for one in found] == [
        ("/api/list?cid=301", True),
        ("/api/hot?n=5", False),
    ]
    assert {one.how for one in found} == {How.FILE}


@pytest.mark.parametrize(
    "script",
    [
        "fetch('/api/login?u=1')", "$.get('/api/updateHits?id=301')", "$.get('/news/click?id=301')", "fetch('/api/deleteArticle?id=3')",
        "fetch('/logo.png')", "$.getScript('/js/list.js')", "fetch('/')", "var a = 'a/b 的说明'; var t = 'text/html'",
        "fetch('javascript:alert(1)')", "fetch('file:///etc/list.json')", "fetch('http://user@www.example.org:x/list.json')",
    ],
)  # fmt: skip
def test_what_does_something_or_is_no_data_is_never_asked(script: str) -> None:
    assert [url for url in named(script) if url.startswith("http://www.example.org")] == []


def test_only_files_that_may_name_the_data_are_read() -> None:
    files = "".join(
        f"<script src='{one}'></script>"
        for one in (
            "/js/jquery.min.js",
            "/a.js",
            "/b.js",
            "/c.js",
            "/js/app.3f.js",
            "http://cdn.example.org/list.js",
            "/d.js",
        )
    )
    found = files_of(page(files), BASE, frozenset({"www.example.org"}))
    assert [url.rpartition("/")[2] for url in found] == ["app.3f.js", "a.js", "b.js", "c.js"]


@given(st.text(alphabet="fetch(\"'`/a?=+${}.,:\\ \n1", max_size=300))
def test_no_script_breaks_the_search(script: str) -> None:
    for one in candidates(page(f"<script>{script}</script>"), BASE, {BASE: script}):
        assert one.url.startswith("http")
    values = values_of(BASE, [script])
    parts, end = parts_at(script, 0)
    assert 0 <= end <= len(script)
    assert isinstance(filled(parts, values), str)


@pytest.mark.parametrize(
    "written", ['fetch("/api/a",{params:{a:', '"/', "url:", '"a"+', 'fetch("/api/a?b="+c);']
)
def test_a_hostile_script_is_looked_at_so_far_and_no_further(written: str) -> None:
    script = written * (1_500_000 // len(written))
    assert len(candidates(page(f"<script>{script}</script>"), BASE, {BASE: script})) <= 2
