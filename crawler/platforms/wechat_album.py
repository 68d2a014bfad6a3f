"""微信公众号合集: the public list of one album, as JSON or as the page itself.

Evidence: LOWER_BOUND (an album holds only the posts put into it). Probe: ``biz`` and ``album_id``;
``base``
replaces the host's address. Order differs from album to album, so both directions are asked and the
newest
counts. ``ret`` 0 without a list may be the end or an error: never an answer (new-media notes 2.2).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

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
    as_list,
    as_map,
    as_text,
    believe,
    from_epoch,
    parse_json,
    setting,
    transport,
    unreadable,
)
from crawler.platforms._traits import Traits
from crawler.platforms._wechat import (
    EARLIEST,
    HOME,
    biz_in_url,
    biz_of,
    coded,
    headline_state,
    mismatch,
    page_state,
    wall,
)
from crawler.reading.markup import decode, tree

TRAITS = Traits(title="公众号合集", service="微信合集（wechat_album）", medium="wechat", saved=True)
ON_BY_DEFAULT = False
TERMS = "微信公众平台未公开授权合集接口; robots.txt 据称禁止爬虫; 合集页公开可见, 无须登录。"
WHY = "默认关闭: 每个合集每晚两次匿名读取, 只取时间与标识; 是否启用由使用单位决定。"

Q = r"""["']"""
CGI = re.compile(r"window\.cgiData\s{0,4}=\s{0,4}\{")
"""The album's page holds its entries in a script when it is asked for without ``f=json``."""
RET = re.compile(rf"\bret:\s{{0,4}}{Q}?(-?\d{{1,8}}){Q}?")
"""Errors come with a good status and their number here."""
NICK = re.compile(rf"\bnick_?name:\s{{0,4}}{Q}([^'\"\n]{{1,200}}){Q}")
USER = re.compile(rf"\buser_?name:\s{{0,4}}{Q}(gh_\w{{6,30}}){Q}")
ENTRY = re.compile(
    rf"\btitle:\s{{0,4}}{Q}([^'\"\n]{{0,300}}){Q},\s{{0,200}}create_time:\s{{0,4}}{Q}([1-9]\d{{9}}){Q}"
)
PAGE_SIZE = 20


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """Both ends of the album. Raises ``ValueError`` without ``biz`` and ``album_id``."""
    biz, album = setting(outlet, probe, "biz"), setting(outlet, probe, "album_id")
    if not biz or not album:
        raise ValueError(f"{outlet.id}: wechat_album probe needs biz and album_id")
    base = setting(outlet, probe, "base", HOME).rstrip("/")
    return tuple(
        Ask(f"{base}/mp/appmsgalbum?{_query(biz, album, end)}", headers=AGENT) for end in ("0", "1")
    )


def _query(biz: str, album: str, reverse: str) -> str:
    fields = {
        "action": "getalbum",
        "__biz": biz,
        "album_id": album,
        "count": str(PAGE_SIZE),
        "is_reverse": reverse,
        "f": "json",
    }
    return urlencode(fields, safe="=")


def read(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The album's posts on this page, each with its moment; LOWER_BOUND at best, never EMPTY."""
    refusal = wall(page) or transport(page)
    if refusal is not None:
        return refusal
    text = decode(page.body, page.headers)
    answer = parse_json(text)
    if isinstance(answer, dict):
        return coded(answer) or _judged(_from_json(answer), page, outlet, probe)
    return _page(text, page, outlet, probe)


@dataclass(frozen=True, slots=True)
class _AlbumEntry:
    title: str
    url: str
    epoch: str
    biz: str


@dataclass(frozen=True, slots=True)
class _Album:
    entries: tuple[_AlbumEntry, ...]
    nick_name: str
    user_name: str

    def identity(self) -> Mapping[str, str]:
        owners = Counter(entry.biz for entry in self.entries if entry.biz).most_common(1)
        ids = {
            "biz": owners[0][0] if owners else "",
            "nick_name": self.nick_name,
            "user_name": self.user_name,
        }
        return {key: value for key, value in ids.items() if value}


def _judged(album: _Album, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    identity = album.identity()
    # ``ret: 0`` without a list is an album's end or an error: never an empty account
    if not album.entries:
        return unreadable("empty_list", "ret 0 without article_list", identity=identity)
    wanted = biz_of(setting(outlet, probe, "biz"))
    own = [entry for entry in album.entries if not wanted or entry.biz in ("", wanted)]
    wrong = (
        None
        if wanted and any(entry.biz == wanted for entry in own)
        else mismatch(identity, outlet, probe)
    )
    if wrong is not None:
        return wrong
    read_entries = [_post(entry, page) for entry in own]
    posts = tuple(post for post in read_entries if isinstance(post, Post))
    doubts = tuple(post for post in read_entries if isinstance(post, Refused))
    if not posts:
        return unreadable("no_dates", "no create_time believed", identity=identity, refused=doubts)
    found = {**identity, "biz": wanted} if wanted and "biz" in identity else identity
    return Reading(
        Outcome.READ, Evidence.LOWER_BOUND, posts, identity=found, refused=doubts, family="album"
    )


def _post(entry: _AlbumEntry, page: Page) -> Post | Refused:
    moment = from_epoch(entry.epoch)
    if moment is None:
        return Refused(entry.epoch, "no epoch")
    when = believe(moment.astimezone(SHANGHAI), entry.epoch, "json", page, EARLIEST)
    return Post(entry.title[:60], entry.url, when) if isinstance(when, Dated) else when


def _from_json(answer: Mapping[str, Any]) -> _Album:
    album = as_map(answer.get("getalbum_resp"))
    info = as_map(album.get("base_info"))
    # an album of one entry gives an object in place of the array
    entries = tuple(_entry(as_map(item)) for item in as_list(album.get("article_list")))
    user = as_text(info.get("user_name")) or as_text(info.get("username"))
    nick = as_text(info.get("nick_name")) or as_text(info.get("nickname"))
    return _Album(entries, nick, user if user.startswith("gh_") else "")


def _entry(item: Mapping[str, Any]) -> _AlbumEntry:
    """The account is in the address, and again as the first number of ``key``."""
    url = html.unescape(as_text(item.get("url")))
    biz = biz_in_url(url) or biz_of(as_text(item.get("key")).split("_")[0])
    return _AlbumEntry(as_text(item.get("title")), url, as_text(item.get("create_time")), biz)


def _page(text: str, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The album as HTML: its list items, or the script's list where a template shows no items."""
    album = CGI.search(text)
    entries = tuple(_items(text))
    script = text[album.end() :] if album is not None else ""
    if not entries and album is None:
        return page_state(text) or unreadable("shape_changed", "neither album page nor JSON")
    ret = RET.search(script)
    if ret is not None and ret[1] != "0":
        return coded({"ret": ret[1]}) or unreadable("shape_changed")
    if not entries:
        entries = tuple(
            _AlbumEntry(html.unescape(found[1]), "", found[2], "")
            for found in ENTRY.finditer(script)
        )
    nick, user = NICK.search(script), USER.search(script)
    read_album = _Album(entries, html.unescape(nick[1]) if nick else "", user[1] if user else "")
    stated = headline_state(text) if not entries else None
    return stated or _judged(read_album, page, outlet, probe)


def _items(text: str) -> Iterator[_AlbumEntry]:
    root = tree(text)
    for item in [] if root is None else root.iter("li"):
        url = item.get("data-link")
        if not url or not item.get("data-msgid"):
            continue
        times = item.xpath('.//*[contains(concat(" ", @class, " "), " js_article_create_time ")]')
        epoch = " ".join(times[0].text_content().split()) if times else ""
        yield _AlbumEntry(item.get("data-title", ""), html.unescape(url), epoch, biz_in_url(url))
