"""Accounts that nobody registered: found in the portal's pages, kept with their proof, decided by a
person."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crawler.model import (
    AccountState,
    Deed,
    Outlet,
    OutletKind,
    Page,
    Probe,
    Site,
    Unit,
)
from crawler.reading.homes import home_of
from crawler.register.account_candidates import (
    UnknownCandidate,
    alike,
    bare,
    candidates,
    decide,
    new_pictures,
    record_picture,
    record_sightings,
)
from crawler.register.accounts_found import found_on, hints, pictures_on
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.register.finder import Finder, glance, platform_hosts
from crawler.register.qr import MOST_BYTES, qr_texts
from monitor.facts.unlisted import unlisted
from monitor.model import Facts, OutletFacts, Unlisted, Value
from monitor.rules.accounts import account_unregistered
from tests.conftest import Store

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
BIZ = "Mzk5MDAwMDAwMQ=="
PROFILE = f"https://mp.weixin.qq.com/mp/profile_ext?action=home&amp;__biz={BIZ}#wechat_redirect"
HOME = "http://portal.example.org/"


def page(body: str | bytes, url: str = HOME) -> Page:
    body = body if isinstance(body, bytes) else f"<html><body>{body}</body></html>".encode()
    return Page(url, url, 200, {"content-type": "text/html; charset=utf-8"}, body, NOW)


def column(id: str = "gxj", *units: str) -> Outlet:
    return Outlet(
        id,
        OutletKind.COLUMN,
        f"栏目{id}",
        "portal",
        "s",
        units or (id,),
        url=f"http://portal.example.org/{id}/",
    )


def account(id: str, name: str, platform: str = "wechat", **more: Any) -> Outlet:
    return Outlet(id, OutletKind.ACCOUNT, name, platform, "s", ("gxj",), **more)


def qr(text: str, margin: int = 0) -> bytes:
    code = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=4
    )
    image = Image.fromarray(code)
    paper = Image.new("L", (image.width + 2 * margin, image.height + 2 * margin), 255)
    paper.paste(image, (margin, margin))
    out = BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()


def test_links_to_accounts_are_found_with_their_names() -> None:
    body = (
        f'<a href="{PROFILE}">样例工信</a><a href="//weibo.com/u/5900000001"><img alt="样例微博"></a>'
        '<a href="https://weibo.com/samplegov" title="样例名号"></a><a href="/zwgk/">政务公开</a>'
    )
    found = found_on(page(body))
    assert [(f.home.platform, f.home.number, f.name) for f in found] == [
        ("wechat", BIZ, "样例工信"),
        ("weibo", "5900000001", "样例微博"),
        ("weibo", "samplegov", "样例名号"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        f'<a href="https://mp.weixin.qq.com/s?__biz={BIZ}&mid=1&idx=1">转载一篇文章</a>',
        '<a href="https://weibo.com/5900000001/KzAbCdEfG">一条微博</a>',
        '<a href="https://service.weibo.com/share/share.php?url=x">分享到微博</a>',
        "<p>https://weibo.com/u/5900000001</p>",
        '<a href="https://example.org/u/5900000001">别处</a>',
        "",
    ],
)
def test_articles_share_buttons_and_strangers_are_nobodys_home(body: str) -> None:
    assert found_on(page(body)) == ()


def test_the_samples_own_hosts_count_only_when_named() -> None:
    body = f'<a href="http://127.0.0.1:8010/mp/profile_ext?action=home&__biz={BIZ}">号</a><a href="http://127.0.0.1:8010/u/5900000001">微</a>'
    assert found_on(page(body)) == ()
    assert [f.home.platform for f in found_on(page(body), {"127.0.0.1:8010"})] == [
        "wechat",
        "weibo",
    ]


def test_the_cheap_question_misses_nothing_that_is_found() -> None:
    for url in (
        PROFILE,
        "https://weibo.com/u/5900000001",
        "http://weixin.qq.com/r/abcDEF123456",
        "https://www.douyin.com/user/abcdef",
    ):
        body = page(f'<a href="{url}">x</a>')
        assert found_on(body)
        assert hints(body.body)
    assert not hints(page("<p>普通网页</p>").body)


@given(st.binary(max_size=300))
def test_no_page_breaks_the_finder(body: bytes) -> None:
    finder = Finder()
    finder.home(page(body + b"<a href=https://weibo.com/u/5900000001>"))
    finder.page(page(body + b"<a href=http://[x__biz=1>"), column())
    assert all(home_of(one.found.link) for one in finder.sightings())


def test_a_search_through_a_page_costs_next_to_nothing() -> None:
    body = ("<li><a href='/zwgk/t20261123.htm'>标题</a></li>" * 2000).encode()
    hostile = b"weibo.com/" * 20_000 + b"weibo.com/u/" + b"1" * 100_000
    finder = Finder()
    started = time.process_time()
    for _ in range(20):
        finder.page(page(body), column())
    finder.page(page(hostile), column())
    assert time.process_time() - started < 5, "of this process: others may be busy"


def test_what_every_page_shows_belongs_to_no_unit() -> None:
    frame = f'<a href="{PROFILE}">样例发布</a>'
    own = '<a href="https://weibo.com/u/5900000001">工信微博</a>'
    finder = Finder()
    finder.home(page(frame))
    finder.page(page(frame + own, "http://portal.example.org/gxj/"), column("gxj"))
    finder.page(page(frame, "http://portal.example.org/sfj/"), column("sfj"))
    seen = {one.found.home.number: (one.outlet, one.page_url) for one in finder.sightings()}
    assert seen == {BIZ: (None, HOME), "5900000001": ("gxj", "http://portal.example.org/gxj/")}


def test_what_two_units_show_belongs_to_neither() -> None:
    own = '<a href="https://weibo.com/u/5900000001">微博</a>'
    finder = Finder()
    finder.page(page(own), column("gxj"))
    finder.page(page(own), column("sfj"))
    assert [one.outlet for one in finder.sightings()] == [None]


def test_qr_codes_of_the_home_page_are_read_once() -> None:
    body = '<div><img src="/images/ewm.png"><p>样例工信公众号</p></div><img src="/banner.jpg"><img src="/logo.png" alt="微信">'
    asked: list[str] = []

    async def ask(url: str) -> Page:
        asked.append(url)
        if url == HOME:
            return page(body)
        return page(
            qr("http://weixin.qq.com/r/abcDEF123456", 20) if "ewm" in url else b"no picture", url
        )

    finder = Finder()
    known = {"http://portal.example.org/logo.png"}
    asyncio.run(glance(ask, [HOME], finder, lambda urls: set(urls) - known))
    assert asked == [HOME, "http://portal.example.org/images/ewm.png"]
    one = finder.sightings()[0]
    assert (one.found.home.number, one.found.name, one.found.place) == (
        "abcDEF123456",
        "样例工信公众号",
        "qr",
    )
    assert one.page_url == HOME
    assert finder.codes == [(asked[1], "http://weixin.qq.com/r/abcDEF123456")]


def test_a_home_page_that_fails_costs_only_the_glance(caplog: pytest.LogCaptureFixture) -> None:
    async def ask(url: str) -> Page:
        if "broken" in url:
            raise RuntimeError("no")
        return page('<a href="https://weibo.com/u/5900000001">x</a>')

    finder = Finder()
    asyncio.run(glance(ask, ["http://broken/", HOME], finder, set))
    assert len(finder.sightings()) == 1
    assert "http://broken/" in caplog.text


def _png(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"x" * (MOST_BYTES + 1), _png(3000, 2000)],
)
def test_hostile_pictures_are_refused_before_they_cost_anything(body: bytes) -> None:
    tracemalloc.start()
    assert qr_texts(body) == ()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_pictures_are_chosen_by_what_they_are_called() -> None:
    many = "".join(f'<img src="/ewm{n}.png">' for n in range(50))
    assert len(pictures_on(page(many))) == 20
    assert pictures_on(page('<img src="/news/1.jpg"><img src="javascript:x" alt="二维码">')) == ()


def put(store: Store, *outlets: Outlet) -> None:
    units = tuple(Unit(one, f"单位{one}", f"全称{one}", "区直部门") for one in ("gxj", "sfj"))
    site = Site("s", "门户", HOME)
    with store.engine.begin() as connection:
        sync(connection, Catalogue(units, (site,), (column("gxj"), column("sfj"), *outlets)), NOW)


def see(store: Store, body: str, *, outlet: str = "gxj", moment: datetime = NOW) -> None:
    finder = Finder()
    finder.page(replace(page(body), fetched_at=moment), column(outlet))
    with store.engine.begin() as connection:
        record_sightings(connection, finder.sightings())


def stored(store: Store, moment: datetime = NOW) -> Any:
    with store.reader.connect() as connection:
        return candidates(connection, moment)


WEIBO = '<a href="https://weibo.com/u/5900000001">样例工信发布</a>'


def test_a_sighting_keeps_its_first_page_as_proof(store: Store) -> None:
    put(store)
    see(store, WEIBO)
    first = stored(store)[0]
    see(store, f"<p>别的</p>{WEIBO}", outlet="sfj", moment=NOW + timedelta(days=1))
    (again,) = stored(store, NOW + timedelta(days=1))
    assert (again.page_hash, again.outlet, again.first_seen) == (first.page_hash, "gxj", NOW)
    assert again.last_seen == NOW + timedelta(days=1)
    assert stored(store, NOW - timedelta(days=1)) == ()


def test_what_the_register_knows_is_no_candidate(store: Store) -> None:
    put(store, account("a", "别的名字", "weibo", handle={"uid": "5900000001"}))
    see(store, WEIBO + f'<a href="{PROFILE}">样例公众号</a>')
    assert [(one.platform, one.known) for one in stored(store)] == [("wechat", False)]


def test_a_candidate_that_enters_the_register_is_settled(store: Store) -> None:
    put(store)
    see(store, f'<a href="{PROFILE}">样例公众号</a>')
    assert [one.open for one in stored(store)] == [True]
    put(store, account("b", "样例公众号", probes=(Probe("feed", None, {"biz": BIZ}),)))
    assert [(one.known, one.open) for one in stored(store)] == [(True, False)]


def test_a_registered_name_without_an_id_stands_for_its_account(store: Store) -> None:
    put(store)
    see(store, WEIBO)
    put(store, account("a", "样例工信发布", "other"))
    assert [one.known for one in stored(store)] == [True]


def test_a_name_like_a_registered_one_is_named(store: Store) -> None:
    put(store, account("a", "样例工信", "weibo", handle={"uid": "5911111111"}))
    see(store, WEIBO)
    (one,) = stored(store)
    assert (one.known, one.like) == (False, "样例工信")


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("样例市场监管", "样例市场监管局", True),
        ("样例发布", "样例发布官方", True),
        ("样例工信", "样例司法", False),
        ("样例", "样例区教育局", False),
    ],
)
def test_names_are_compared_without_what_every_account_bears(
    one: str, other: str, near: bool
) -> None:
    assert (alike(bare(one), bare(other)) >= 0.8) is near


def test_a_decision_stands_and_an_older_day_does_not_know_it(store: Store) -> None:
    put(store)
    see(store, WEIBO)
    number = stored(store)[0].id
    later = NOW + timedelta(days=2)
    with store.engine.begin() as connection:
        decide(connection, number, "dismissed", Deed("经办人", later, "中央媒体的账号"))
    see(store, WEIBO, moment=later)
    assert [one.standing for one in stored(store, later)] == ["dismissed"]
    assert [one.standing for one in stored(store, NOW)] == ["new"]
    with pytest.raises(UnknownCandidate), store.engine.begin() as connection:
        decide(connection, 999, "dismissed", Deed("x", NOW, "y"))


def test_a_picture_is_looked_at_again_after_a_while(store: Store) -> None:
    with store.engine.begin() as connection:
        record_picture(connection, "http://p/a.png", "", NOW)
        record_picture(connection, "http://p/a.png", "text", NOW)
        urls = ["http://p/a.png", "http://p/b.png"]
        assert new_pictures(connection, urls, NOW - timedelta(days=30)) == {"http://p/b.png"}
        assert new_pictures(connection, urls, NOW + timedelta(days=1)) == set(urls)


def test_the_query_names_the_units_of_the_column(store: Store) -> None:
    put(store)
    see(store, WEIBO)
    of = OutletFacts(column("gxj"), ("gxj",), (), None, False)
    with store.reader.connect() as connection:
        (one,) = unlisted(connection, NOW, [of])
    assert (one.column, one.units, one.page_url) == ("栏目gxj", ("gxj",), HOME)


def judged(*seen: Unlisted, outlets: tuple[OutletFacts, ...] = ()) -> Any:
    facts = Facts(NOW, date(2026, 11, 23), outlets, (), (), "2026-11", unlisted=seen)
    return list(account_unregistered.check(facts, clause="条款"))


SEEN = Unlisted(
    "wechat", BIZ, "样例工信", f"{HOME}gxj/", "abc", "link", NOW, column="工信局", units=("gxj",)
)


def test_an_unregistered_account_is_ours_to_check_with_its_page_and_names_the_unit() -> None:
    (verdict,) = judged(SEEN)
    assert (verdict.value, verdict.ours, verdict.opens, verdict.units) == (
        Value.UNKNOWN,
        True,
        True,
        (),
    )
    assert verdict.subject == f"account:wechat:{BIZ}"
    assert verdict.sentence == (
        "门户网站栏目“工信局”的链接中有台账中没有登记的微信公众号“样例工信”，请核实是否漏报。该栏目的责任单位：gxj。"
    )
    assert (verdict.numbers["page"], verdict.numbers["page_hash"]) == (f"{HOME}gxj/", "abc")


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"known": True}, Value.FRESH),
        ({"standing": "dismissed", "decided_by": "经办人", "reason": "无关"}, Value.EXEMPT),
        ({"standing": "accepted", "decided_by": "经办人"}, Value.UNKNOWN),
        ({"place": "qr", "like": "样例工信局", "name": "\u202e坏\n名"}, Value.UNKNOWN),
    ],
)
def test_decisions_and_the_register_end_the_finding(change: dict[str, Any], value: Value) -> None:
    (verdict,) = judged(replace(SEEN, **change))
    assert verdict.value is value
    assert "\n" not in verdict.sentence
    assert "\u202e" not in verdict.sentence


def test_an_account_that_the_register_calls_unregistered_is_a_finding_too() -> None:
    outlets = tuple(
        OutletFacts(account(state.value, "样例", state=state), ("gxj",), (), None, False)
        for state in AccountState
    )
    opened = [verdict.subject for verdict in judged(outlets=outlets) if verdict.opens]
    assert opened == ["outlet:unregistered"]


def test_only_the_hosts_of_accounts_stand_for_platforms() -> None:
    probe = Probe("weibo", None, {"base": "http://127.0.0.1:9/weibo"})
    assert platform_hosts([account("a", "x", probes=(probe,)), column()]) == {"127.0.0.1:9"}
