"""RSS, Atom or JSON Feed of a bridge that the operator runs (we-mp-rss, Wechat2RSS, RSSHub ...).

Evidence: COMPLETE only with every guard held: well-formed, at least one item, every time with a
zone, the feed proven to be this account's, and proof that the bridge looked lately; otherwise
LOWER_BOUND with the guard's name as reason (``identity_unconfirmed``, ``freshness_unproven``,
``stale_bridge``, ``foreign_items``, ``doubtful_date``), or UNREADABLE (``zone_missing`` ...).
Probe: ``url`` is the feed; ``biz`` or ``uid`` or ``account`` names the account; ``zone``
(``+08:00``) is the operator's word for times printed without one.

Tonight's canaries prove that the bridge works, not that it still looks at this account: one feed
may be frozen while the others move. So an old feed needs a build time of its own, and even then its
bridge is one path: a second one, or a person, must agree before anybody is accused
(:mod:`crawler.chain`, ``monitor/looks/weight.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.model import (
    Ask,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    Page,
    Post,
    Probe,
    Reading,
    Refused,
    utc,
)
from crawler.platforms._common import FETCH_UNKNOWN, blocked, setting, transport, unreadable
from crawler.platforms._feed_format import (
    Feed,
    FeedItem,
    biz_in,
    parse,
    part_in,
    read_moment,
    uid_in,
    zone_of,
)
from crawler.platforms._traits import Traits
from crawler.platforms._wechat import biz_of, page_state
from crawler.reading.markup import decode

TRAITS = Traits(title="订阅源", service="订阅源（feed）", saved=True)
ON_BY_DEFAULT = True
TERMS = "只读取使用单位自建桥接服务输出的订阅; 桥接服务登录账号的风险由其运营者承担。"
WHY = "默认开启: 未配置订阅地址时不发出任何请求。"

EARLIEST = datetime(2009, 8, 1, tzinfo=UTC)
"""Weibo began then, WeChat's accounts later: earlier times are mistakes."""
FRESH = timedelta(hours=48)
"""A bridge that claims no success within this time is stale; so is the canaries' limit."""
ASKING = timedelta(minutes=10)
"""A bridge that wrote the moment of its own asking as an article's time dates nothing."""
SEVERAL = 3
"""One or two items may have come out just now; three different posts within minutes of our asking
did not."""
WECHAT_HOST = "mp.weixin.qq.com"


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """The feed's address. Raises ``ValueError`` without one."""
    if not probe.url:
        raise ValueError(f"{outlet.id}: feed probe without url")
    accept = (
        "application/feed+json, application/rss+xml, application/atom+xml, application/xml;q=0.9"
    )
    return (Ask(probe.url, headers={"Accept": accept}),)


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The feed's items as posts. A feed without items is a bridge that saw nothing, never an idle
    account."""
    refusal = transport(page)
    if refusal is not None:
        return refusal
    text = decode(page.body, page.headers)
    feed = parse(page, text)
    if feed is None:
        state = page_state(text[:200_000]) if "<html" in text[:2000].lower() else None
        walled = state is not None and state.outcome is Outcome.BLOCKED
        return (
            blocked(state.reason, state.mark)
            if state and walled
            else unreadable("shape_changed", "no feed")
        )
    wanted = _wanted(outlet, probe)
    identity = _identity(feed, page, probe, wanted)
    if not feed.items:
        return unreadable("empty_list", "feed without items", identity=identity)
    own = _own(feed, wanted)
    if not own or _names_another(identity, wanted):
        named = identity.get("biz") or identity.get("uid") or "items of another account"
        return unreadable("identity_mismatch", named, identity=identity)
    return _guarded(
        _dated(own, identity, page, setting(outlet, probe, "zone")), feed, page, outlet, probe
    )


def confirm(reading: Reading, article: Reading, biz: str) -> Reading:
    """The feed's reading, its identity settled by the newest item's own page (one
    ``wechat_article`` look).

    Returns the reading unchanged unless identity was its only open guard.
    """
    if reading.reason != "identity_unconfirmed" or article.outcome is not Outcome.READ:
        return reading
    found = article.identity.get("biz", "")
    if found and found != biz_of(biz):
        return unreadable(
            "identity_mismatch", f"newest item is of {found}", identity=article.identity
        )
    if not found:
        return reading
    return replace(
        reading, evidence=Evidence.COMPLETE, reason="", identity={**reading.identity, "biz": found}
    )


def _guarded(reading: Reading, feed: Feed, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """LOWER_BOUND with the first guard that does not hold; COMPLETE when all do."""
    if reading.outcome is not Outcome.READ:
        return reading
    broken = (
        ("foreign_items" if len(reading.posts) + len(reading.refused) < len(feed.items) else "")
        or ("doubtful_date" if reading.refused else "")
        or _unlinked(reading, outlet, probe)
        or _unfresh(reading, feed, page)
        or _unconfirmed(reading.identity, _wanted(outlet, probe))
    )
    return replace(reading, evidence=Evidence.LOWER_BOUND, reason=broken) if broken else reading


def _dated(
    items: tuple[FeedItem, ...], identity: Mapping[str, str], page: Page, stated: str
) -> Reading:
    zone = zone_of(stated)
    moments = [(item, read_moment(item, zone, page, EARLIEST)) for item in items]
    if _asked_hour(moments, page):
        return unreadable("asking_time", "every item bears the moment of asking", identity=identity)
    posts = tuple(
        Post(item.title[:60], item.link, when) for item, when in moments if isinstance(when, Dated)
    )
    doubts = tuple(when for _, when in moments if isinstance(when, Refused))
    if posts:
        return Reading(
            Outcome.READ,
            Evidence.COMPLETE,
            posts,
            refused=doubts,
            identity=identity,
            family=items[0].kind,
        )
    zoneless = any(doubt.why == "no zone" for doubt in doubts)
    reason = "zone_missing" if zoneless else "no_dates"
    return unreadable(reason, doubts[0].text if doubts else "", identity=identity, refused=doubts)


def _asked_hour(moments: Sequence[tuple[FeedItem, Dated | Refused]], page: Page) -> bool:
    """Whether every item is dated the moment of asking: a bridge that knows no dates writes its own
    clock's."""
    times = [utc(when.moment) for _, when in moments if isinstance(when, Dated) and when.moment]
    if len(times) < SEVERAL or len(times) < len(moments) or utc(page.fetched_at) == FETCH_UNKNOWN:
        return False
    return all(abs(utc(page.fetched_at) - time) <= ASKING for time in times)


def _unlinked(reading: Reading, outlet: Outlet, probe: Probe) -> str:
    """WeChat's items live on WeChat's host; elsewhere they are somebody's copies."""
    wechat = outlet.platform == "wechat" or setting(outlet, probe, "biz") != ""
    strays = [post for post in reading.posts if f"//{WECHAT_HOST}/" not in post.url]
    return "foreign_items" if wechat and strays else ""


def _unfresh(reading: Reading, feed: Feed, page: Page) -> str:
    newest = reading.newest
    if newest is None or newest.moment is None:
        return ""
    if utc(page.fetched_at) == FETCH_UNKNOWN:
        return "" if feed.built is not None else "freshness_unproven"
    if utc(page.fetched_at) - newest.moment <= FRESH:
        return ""
    # bridges that serve a kept file for ever look like accounts that are silent
    if feed.built is None:
        return "freshness_unproven"
    return "stale_bridge" if utc(page.fetched_at) - feed.built > FRESH else ""


def _unconfirmed(identity: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Named by the operator and found in the feed; with nobody named, the feed must at least name
    itself."""
    proven = identity.keys() & (wanted.keys() or {"biz", "uid", "account"})
    return "" if proven else "identity_unconfirmed"


def _wanted(outlet: Outlet, probe: Probe) -> Mapping[str, str]:
    ids = {key: setting(outlet, probe, key) for key in ("biz", "uid", "account")}
    ids["biz"] = biz_of(ids["biz"]) or ids["biz"]
    return {key: value for key, value in ids.items() if value}


def _identity(feed: Feed, page: Page, probe: Probe, wanted: Mapping[str, str]) -> Mapping[str, str]:
    """What the feed says of its account: by its address, its own id and links, and its items'
    ids."""
    text = "\n".join(
        (probe.url or "", page.url, feed.id, feed.link, *(item.id for item in feed.items))
    )
    linked = {item.biz for item in feed.items if item.biz}
    if wanted.get("biz") in linked:
        linked = {wanted["biz"]}
    ids = {
        "biz": linked.pop() if len(linked) == 1 else biz_in(text),
        "uid": uid_in("\n".join((text, *(item.link for item in feed.items)))),
        "account": part_in(text, wanted.get("account", "")),
        "nick_name": feed.title,
    }
    return {key: value for key, value in ids.items() if value}


def _own(feed: Feed, wanted: Mapping[str, str]) -> tuple[FeedItem, ...]:
    """All items; once one names another account, only those that name ours: a bridge has mixed
    feeds before."""
    biz = wanted.get("biz", "")
    mixed = biz and any(item.biz not in ("", biz) for item in feed.items)
    return tuple(item for item in feed.items if item.biz == biz) if mixed else feed.items


def _names_another(identity: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return any(identity.get(key, value) != value for key, value in wanted.items())
