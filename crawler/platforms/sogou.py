"""搜狗微信搜索: a search page's word on when an account was last indexed. A hint for people, never a
verdict.

Evidence: NONE, whatever was read: its times are index times, found months late and once today's for
an old article (new-media notes 2.4). Probe: ``wechat_id`` (微信号) or ``openid``; ``name`` is what is
searched for. Off by default for that reason, and because it answers some tens of questions before
its captcha.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from lxml.html import HtmlElement

from crawler.model import (
    SHANGHAI,
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
)
from crawler.platforms._common import (
    AGENT,
    believe,
    blocked,
    from_epoch,
    setting,
    transport,
    unreadable,
)
from crawler.platforms._traits import Traits
from crawler.platforms._wechat import EARLIEST, headline_state, wall
from crawler.platforms._wechat_history import history
from crawler.reading.markup import decode, tree

TRAITS = Traits(title="搜狗微信", service="sogou", medium="wechat", saved=True)
ON_BY_DEFAULT = False
TERMS = "搜狗用户协议禁止自动化访问; 查询过多即要求验证码。"
WHY = "默认关闭, 且永不参与判定: 收录时间不是发布时间; 仅向工作人员提供搜索链接。"

HOME = "https://weixin.sogou.com"
CAPTCHA = re.compile(
    r"请输入验证码|seccodeImage|此验证码用于确认|VerifyCode|用户您好，您的访问过于频繁"
)
"""After some tens of pages Sogou asks every visitor for a code."""
TIME = re.compile(r"timeConvert\(\s{0,4}['\"](\d{10})['\"]")
"""The index's time of the newest article, in a script call; live accounts showed years-old ones."""
RESULTS = re.compile(r"""class=["'][^"']{0,60}news-(?:list2?|box)\b""")
"""Result lists of 2017 and of 2019."""


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """The search for the account's id, or its name."""
    query = setting(outlet, probe, "wechat_id") or setting(outlet, probe, "name") or outlet.name
    base = setting(outlet, probe, "base", HOME).rstrip("/")
    return (
        Ask(
            f"{base}/weixin?{urlencode({'type': '1', 'query': query, 'ie': 'utf8'})}", headers=AGENT
        ),
    )


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The newest indexed article of each account found; only the wanted account where one is
    named."""
    refusal = wall(page) or transport(page)
    if refusal is not None:
        return refusal
    text = decode(page.body, page.headers)
    captcha = CAPTCHA.search(text)
    if captcha is not None and not TIME.search(text):
        return blocked("captcha", captcha[0])
    listed = history(text, page, outlet, probe)
    if listed is not None:
        return replace(listed, evidence=Evidence.NONE)
    hits = list(_hits(tree(text)))
    if not hits:
        return headline_state(text) or _nothing(text)
    return _read(
        hits, page, {setting(outlet, probe, key) for key in ("wechat_id", "openid")} - {""}
    )


@dataclass(frozen=True, slots=True)
class _Hit:
    """One result: whom it is about (微信号, openid, printed name), and its time where it has one."""

    ids: tuple[str, ...]
    name: str
    title: str
    url: str
    epoch: str


def _nothing(text: str) -> Reading:
    return (
        unreadable("empty_list", "no result")
        if RESULTS.search(text)
        else unreadable("shape_changed", "no list")
    )


def _read(hits: list[_Hit], page: Page, wanted: set[str]) -> Reading:
    own = [hit for hit in hits if not wanted or wanted & {*hit.ids, hit.name}]
    if not own:
        return unreadable("identity_mismatch", "other accounts only")
    identity = (
        {"wechat_id": own[0].ids[0], "nick_name": own[0].name} if wanted and own[0].ids else {}
    )
    dated = [_post(hit, page) for hit in own if hit.epoch]
    posts = tuple(post for post in dated if isinstance(post, Post))
    doubts = tuple(post for post in dated if isinstance(post, Refused))
    if not posts:
        return unreadable(
            "empty_list", "account without 最近文章", identity=identity, refused=doubts
        )
    return Reading(
        Outcome.READ,
        Evidence.NONE,
        posts,
        reason="hint_only",
        identity=identity,
        refused=doubts,
        family="sogou",
    )


def _post(hit: _Hit, page: Page) -> Post | Refused:
    moment = from_epoch(hit.epoch)
    when = (
        believe(moment.astimezone(SHANGHAI), hit.epoch, "script", page, EARLIEST, "index time")
        if moment
        else Refused(hit.epoch, "no epoch")
    )
    return Post(hit.title[:60], hit.url, when) if isinstance(when, Dated) else when


def _hits(root: HtmlElement | None) -> Iterator[_Hit]:
    """Accounts (``type=1``) and articles (``type=2``) alike: list items of a result box."""
    if root is None:
        return
    for item in root.xpath('//ul[contains(@class, "news-list")]/li'):
        account = item.xpath('.//a[starts-with(@uigs, "account_name")]')
        yield _account(item, account[0]) if account else _article(item)


def _account(item: HtmlElement, link: HtmlElement) -> _Hit:
    labels = item.xpath('.//label[@name="em_weixinhao"]')
    ids = (*(_text(label) for label in labels), item.get("d", ""))
    latest = item.xpath('.//a[starts-with(@uigs, "account_article")]')
    time = TIME.search(" ".join(item.xpath(".//script/text()"))) if latest else None
    title, url = (_text(latest[0]), latest[0].get("href", "")) if latest else ("", "")
    return _Hit(tuple(filter(None, ids)), _text(link), title, url, time[1] if time else "")


def _article(item: HtmlElement) -> _Hit:
    account = item.xpath(
        './/a[contains(@class, "account")] | .//*[contains(@class, "all-time-y2")]'
    )
    links = item.xpath(".//h3//a")
    stamps = item.xpath('.//*[contains(@class, "s-p")]/@t')
    time = TIME.search(" ".join(item.xpath(".//script/text()")))
    epoch = stamps[0] if stamps else time[1] if time else ""
    title, url = (_text(links[0]), links[0].get("href", "")) if links else ("", "")
    openid = account[0].get("i", "") if account else ""
    return _Hit(
        tuple(filter(None, (openid,))), _text(account[0]) if account else "", title, url, epoch
    )


def _text(node: HtmlElement) -> str:
    return " ".join(str(node.text_content()).split())
