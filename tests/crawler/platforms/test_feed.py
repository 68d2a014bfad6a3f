"""Bridge feeds: complete only behind every guard; an old or foreign or empty feed is never
silence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from crawler.accounts.answers import read_answer
from crawler.model import SHANGHAI, Evidence, Outcome, Outlet, OutletKind, Page, Probe, Reading
from crawler.platforms import feed

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
THEN = NOW - timedelta(days=20)
BIZ, NUMBER, OTHER = "Mzk5MDAwMDAwNA==", "3990000004", "Mzk5MDAwMDAwOQ=="
OUTLET = Outlet("a1", OutletKind.ACCOUNT, "示例发布", "wechat", "", ("u1",), handle={"biz": BIZ})
WEIBO = Outlet(
    "w1", OutletKind.ACCOUNT, "示例发布", "weibo", "", ("u1",), handle={"uid": "5900000001"}
)
NAMED = f"http://127.0.0.1:9/feed/MP_WXS_{NUMBER}.rss"
PLAIN = "http://127.0.0.1:9/rss/7"


def item(printed: str, link: str = "https://mp.weixin.qq.com/s/abc", guid: str = "7") -> str:
    return f"<item><title>示例</title><link>{link}</link><guid>{guid}</guid><pubDate>{printed}</pubDate></item>"


def rss(*items: str, built: datetime | None = NOW) -> str:
    build = f"<lastBuildDate>{format_datetime(built)}</lastBuildDate>" if built else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>示例发布</title>'
        f"<link>http://127.0.0.1:9/</link>{build}{''.join(items)}</channel></rss>"
    )


GOOD = rss(item(format_datetime(THEN)))


def read(
    body: str,
    url: str = NAMED,
    *,
    outlet: Outlet = OUTLET,
    status: int = 200,
    error: str | None = None,
    **handle: str,
) -> Reading:
    page = Page(url, url, status, {}, body.encode(), NOW, error)
    return feed.read(page, outlet, Probe("feed", url, handle))


def test_a_feed_behind_all_guards_is_complete_and_may_convict() -> None:
    reading = read(GOOD)
    assert (reading.outcome, reading.evidence, reading.reason) == (
        Outcome.READ,
        Evidence.COMPLETE,
        "",
    )
    assert reading.newest is not None
    assert (reading.newest.moment, reading.newest.place) == (THEN, "feed")
    assert reading.identity["biz"] == BIZ


@pytest.mark.parametrize(
    ("body", "url", "handle", "reason"),
    [
        (GOOD, PLAIN, {}, "identity_unconfirmed"),
        (rss(item(format_datetime(THEN)), built=None), NAMED, {}, "freshness_unproven"),
        (
            rss(item(format_datetime(THEN)), built=NOW - timedelta(hours=49)),
            NAMED,
            {},
            "stale_bridge",
        ),
        (rss(item(format_datetime(THEN), "https://example.org/1")), NAMED, {}, "foreign_items"),
        (rss(item(format_datetime(THEN)), item("某天")), NAMED, {}, "doubtful_date"),
        (
            rss(item(format_datetime(THEN)), item(format_datetime(NOW + timedelta(days=1)))),
            NAMED,
            {},
            "doubtful_date",
        ),
        (
            rss(
                item(format_datetime(THEN), f"http://mp.weixin.qq.com/s?__biz={BIZ}"),
                item(format_datetime(NOW), f"http://mp.weixin.qq.com/s?__biz={OTHER}"),
                item(format_datetime(NOW)),
            ),
            NAMED,
            {},
            "foreign_items",
        ),
    ],
)
def test_a_broken_guard_leaves_a_lower_bound_with_its_name(
    body: str, url: str, handle: dict[str, str], reason: str
) -> None:
    reading = read(body, url, **handle)
    assert (reading.outcome, reading.evidence, reading.reason) == (
        Outcome.READ,
        Evidence.LOWER_BOUND,
        reason,
    )
    assert reading.newest is not None
    assert reading.newest.moment == THEN


def test_a_frozen_feed_beside_a_live_canary_is_a_lower_bound() -> None:
    """The canaries prove that the bridge works, not that it still looks at this account."""
    for built in (None, THEN, THEN + timedelta(minutes=5), NOW - timedelta(days=3)):
        reading = read(rss(item(format_datetime(THEN)), built=built), canaries="passed")
        assert (reading.outcome, reading.evidence) == (Outcome.READ, Evidence.LOWER_BOUND)
        assert reading.reason in ("freshness_unproven", "stale_bridge")


def test_an_item_of_today_is_freshness_enough() -> None:
    assert read(rss(item(format_datetime(NOW)), built=None)).evidence is Evidence.COMPLETE


@pytest.mark.parametrize(
    "place",
    [
        {"link": f"http://mp.weixin.qq.com/s?__biz={BIZ}&amp;mid=1"},
        {"guid": f"MP_WXS_{NUMBER}-2247483600"},
    ],
    ids=["link", "guid"],
)
def test_items_themselves_may_prove_the_account(place: dict[str, str]) -> None:
    assert read(rss(item(format_datetime(THEN), **place)), PLAIN).evidence is Evidence.COMPLETE


def test_the_newest_items_own_page_settles_identity() -> None:
    open_guard = read(GOOD, PLAIN)
    article = Reading(Outcome.READ, Evidence.LOWER_BOUND, identity={"biz": BIZ})
    assert feed.confirm(open_guard, article, BIZ).evidence is Evidence.COMPLETE
    foreign = Reading(Outcome.READ, Evidence.LOWER_BOUND, identity={"biz": OTHER})
    assert feed.confirm(open_guard, foreign, BIZ).reason == "identity_mismatch"
    walled = Reading(Outcome.BLOCKED, Evidence.NONE, reason="captcha")
    assert feed.confirm(open_guard, walled, BIZ) is open_guard
    stale = read(rss(item(format_datetime(THEN)), built=None))
    assert feed.confirm(stale, article, BIZ) is stale


NAIVE = "Tue, 03 Nov 2026 10:00:00 "


@pytest.mark.parametrize(
    ("printed", "zone", "moment"),
    [
        (NAIVE, "+08:00", THEN),
        (NAIVE, "Asia/Shanghai", THEN),
        (NAIVE, "UTC", THEN + timedelta(hours=8)),
        ("Tue, 03 Nov 2026 10:00:00 CST", "+08:00", THEN),
        ("Tue, 03 Nov 2026 02:00:00 GMT", "", THEN),
        ("Tue, 03 Nov 2026 02:00:00 GMT", "+08:00", THEN),
        ("2026-11-03T10:00:00+08:00", "", THEN),
        ("2026-11-03T02:00:00.000Z", "", THEN),
        ("2026-11-03 10:00:00", "+08:00", THEN),
    ],
)
def test_the_zone_is_printed_or_stated_by_the_operator(
    printed: str, zone: str, moment: datetime
) -> None:
    found = read(rss(item(printed)), zone=zone).newest
    assert found is not None
    assert found.moment == moment


@pytest.mark.parametrize(
    "printed", [NAIVE, "Tue, 03 Nov 2026 10:00:00 CST", "2026-11-03 10:00:00", NAIVE + "-0000"]
)
@pytest.mark.parametrize("zone", ["", "Beijing?"])
def test_a_time_without_zone_is_not_guessed(printed: str, zone: str) -> None:
    reading = read(rss(item(printed)), zone=zone)
    assert (reading.outcome, reading.reason, reading.newest) == (
        Outcome.UNREADABLE,
        "zone_missing",
        None,
    )


def json_feed(**entry: Any) -> str:
    entries = (
        [{"id": "x", "url": "https://mp.weixin.qq.com/s/abc", "title": "示例", **entry}]
        if entry
        else []
    )
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1", "title": "示例发布", "items": entries}
    )


def test_json_feeds_are_read_by_either_date() -> None:
    url = f"http://127.0.0.1:9/feeds/MP_WXS_{NUMBER}.json"
    for key in ("date_modified", "date_published"):
        today = read(json_feed(**{key: NOW.astimezone(UTC).isoformat()}), url)
        assert today.evidence is Evidence.COMPLETE
        reading = read(json_feed(**{key: THEN.astimezone(UTC).isoformat()}), url)
        assert (reading.evidence, reading.reason) == (Evidence.LOWER_BOUND, "freshness_unproven"), (
            "the format has no build time"
        )
        assert reading.newest is not None
        assert reading.newest.moment == THEN


def test_atom_feeds_are_read_by_updated() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>示例</title><id>x</id>'
        f"<updated>{NOW.isoformat()}</updated><entry><title>示例</title><id>1</id>"
        f'<link href="https://mp.weixin.qq.com/s/a"/><updated>{THEN.isoformat()}</updated></entry></feed>'
    )
    reading = read(body)
    assert (reading.evidence, reading.family) == (Evidence.COMPLETE, "atom")


def test_a_weibo_bridge_is_matched_by_uid() -> None:
    body = rss(item(format_datetime(THEN), "https://weibo.com/5900000001/Kabc"))
    url = "http://127.0.0.1:9/weibo/user/5900000001"
    assert read(body, url, outlet=WEIBO).evidence is Evidence.COMPLETE
    other = rss(item(format_datetime(THEN), "https://weibo.com/5900000009/Kabc"))
    assert read(other, PLAIN, outlet=WEIBO).reason == "identity_mismatch"


def test_other_platforms_are_matched_by_their_place_in_the_address() -> None:
    outlet = Outlet(
        "t1", OutletKind.ACCOUNT, "示例", "toutiao", "", (), handle={"account": "MS4wTOKEN"}
    )
    body = rss(item(format_datetime(THEN), "https://www.toutiao.com/a1"))
    assert (
        read(body, "http://127.0.0.1:9/toutiao/user/token/MS4wTOKEN", outlet=outlet).evidence
        is Evidence.COMPLETE
    )
    assert (
        read(body, "http://127.0.0.1:9/toutiao/user/token/MS4wTOKENx", outlet=outlet).reason
        == "identity_unconfirmed"
    )


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + GOOD[38:]
)


@pytest.mark.parametrize(
    ("body", "more", "outcome", "reason"),
    [
        (rss(), {}, Outcome.UNREADABLE, "empty_list"),
        (json_feed(), {}, Outcome.UNREADABLE, "empty_list"),
        (GOOD[:-40], {}, Outcome.UNREADABLE, "shape_changed"),
        (json_feed(date_modified="x")[:-9], {}, Outcome.UNREADABLE, "shape_changed"),
        (BOMB, {}, Outcome.UNREADABLE, "shape_changed"),
        ("/etc/hostname", {}, Outcome.UNREADABLE, "shape_changed"),
        ("http://127.0.0.1:9/", {}, Outcome.UNREADABLE, "shape_changed"),
        ("<html><body>维护中</body></html>", {}, Outcome.UNREADABLE, "shape_changed"),
        ("<html><body>环境异常</body></html>", {}, Outcome.BLOCKED, "captcha"),
        ('{"error":"not found"}', {}, Outcome.UNREADABLE, "shape_changed"),
        ("", {}, Outcome.UNREADABLE, "shape_changed"),
        (rss(item("某天")), {}, Outcome.UNREADABLE, "no_dates"),
        (rss(item("")), {}, Outcome.UNREADABLE, "no_dates"),
        (
            rss(item(format_datetime(THEN), f"http://mp.weixin.qq.com/s?__biz={OTHER}")),
            {},
            Outcome.UNREADABLE,
            "identity_mismatch",
        ),
        (
            GOOD,
            {"url": "http://127.0.0.1:9/feed/MP_WXS_3990000009.rss"},
            Outcome.UNREADABLE,
            "identity_mismatch",
        ),
        (GOOD, {"status": 503}, Outcome.UNREACHABLE, "http_error"),
        (GOOD, {"status": 400}, Outcome.BLOCKED, "http_error"),
        ("", {"status": 0, "error": "refused"}, Outcome.UNREACHABLE, "network"),
    ],
)
def test_every_refusal_of_a_feed_is_unknown(
    body: str, more: dict[str, Any], outcome: Outcome, reason: str
) -> None:
    reading = read(body, **more)
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert (reading.evidence, reading.newest) == (Evidence.NONE, None)


def test_the_contract_reads_a_feed_by_any_spelling_of_the_account() -> None:
    body = rss(
        item(format_datetime(THEN), f"http://mp.weixin.qq.com/s?__biz={BIZ}&amp;mid=1")
    ).encode()
    for known in (BIZ, f"MP_WXS_{NUMBER}", NUMBER, None):
        answer = read_answer(body, platform="feed", id=known, fetched_at=NOW)
        assert (answer["evidence"], answer["newest"]) == ("complete", THEN.isoformat())
    assert (
        read_answer(body, platform="feed", id=OTHER, fetched_at=NOW)["reason"]
        == "identity_mismatch"
    )


def test_a_bridge_that_writes_the_hour_of_asking_gives_no_dates() -> None:
    moments = [NOW - timedelta(minutes=n) for n in range(4)]
    asking = read(rss(*(item(format_datetime(one), guid=str(n)) for n, one in enumerate(moments))))
    assert (asking.outcome, asking.reason, asking.posts) == (Outcome.UNREADABLE, "asking_time", ())
    older = [*moments[:3], THEN]
    assert read(rss(*(item(format_datetime(one)) for one in older))).outcome is Outcome.READ
    assert read(rss(item(format_datetime(NOW)))).outcome is Outcome.READ
