"""Whose account an address is: the shapes in which portals and forms write the homes of new-media
accounts.

Articles and posts are nobody's home: a portal that links to one says nothing of its own accounts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from crawler.reading.media import MEDIA

WEIBO = frozenset(
    {"weibo.com", "www.weibo.com", "m.weibo.cn", "weibo.cn", "www.weibo.cn", "e.weibo.com"}
)
"""Hosts under which portals link to accounts: desktop, phone, enterprise pages."""
WECHAT = "mp.weixin.qq.com"
UID = re.compile(r"/(?:u/|profile/|n/)?([1-9][0-9]{4,11})/?")
"""Homes by number, bare or behind u/, profile/ or n/."""
NICK = re.compile(r"/([A-Za-z][A-Za-z0-9_-]{2,30})/?")
"""Homes under a chosen name instead of a number."""
SAMPLE_UID = re.compile(r"/u/([1-9][0-9]{4,11})")
BIZ = re.compile(r"[A-Za-z0-9+/_-]{4,40}={0,2}")
BIZ_PATHS = ("/mp/profile_ext", "/mp/getmasssendmsg", "/mp/homepage")
"""Pages of an account itself; an article's address (/s) is nobody's home."""
NOT_NAMES = frozenset(
    (
        "about", "aj", "ajax", "article", "at", "comment", "favs", "friends", "groups", "help", "hot", "intl",
        "likes", "login", "logout", "messages", "mygroups", "newlogin", "photo", "search", "settings", "share",
        "signup", "top", "ttarticle", "tv", "video",
    )
)  # fmt: skip
"""First folders of Weibo's own pages, which look like a chosen name."""
QR_WECHAT = re.compile(r"/(?:r|mp/qrcode)/([A-Za-z0-9_-]{6,60})")
"""What the QR code on a portal's home page leads to."""


@dataclass(frozen=True, slots=True)
class Home:
    """An account by its address: platform, the kind of id (``uid``, ``biz``, ``nick``, ``qr`` ...)
    and the id."""

    platform: str
    key: str
    number: str

    @property
    def handle(self) -> dict[str, str]:
        return {self.key: self.number}


def home_of(url: str, also: Collection[str] = ()) -> Home | None:
    """The account that lives at ``url``; ``None`` for everything else.

    ``also`` names further ``host[:port]`` that serve the platforms' shapes, as the sample
    district's do.
    """
    try:
        parts = urlsplit(url.strip())
        host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", ""):
        return None
    if host in WEIBO:
        return _weibo(parts.path)
    if host == WECHAT or parts.netloc.lower() in also:
        biz = (query.get("__biz") or [""])[0].replace(" ", "+")
        if parts.path in BIZ_PATHS and BIZ.fullmatch(biz):
            return Home("wechat", "biz", biz)
        found = SAMPLE_UID.fullmatch(parts.path) if host != WECHAT else None
        return Home("weibo", "uid", found[1]) if found else None
    if host == "weixin.qq.com" and (found := QR_WECHAT.fullmatch(parts.path)):
        return Home("wechat", "qr", found[1])
    for medium in MEDIA:
        if medium.home is None:
            continue
        domain, pattern = medium.home
        if (host == domain or host.endswith(f".{domain}")) and (
            found := pattern.fullmatch(parts.path)
        ):
            return Home(medium.id, "user", found[1])
    return None


def _weibo(path: str) -> Home | None:
    found = UID.fullmatch(path)
    if found:
        return Home("weibo", "uid", found[1])
    named = NICK.fullmatch(path)
    return Home("weibo", "nick", named[1]) if named and named[1].lower() not in NOT_NAMES else None


def ids_of(handle: Mapping[str, str], platform: str) -> set[tuple[str, str]]:
    """The (platform, id) pairs that a handle holds: what an address is compared with."""
    return {
        (platform, handle[key]) for key in ("uid", "biz", "nick", "qr", "user") if handle.get(key)
    }
