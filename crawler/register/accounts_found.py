"""Accounts that a portal's page shows: links to their homes, and pictures that may be QR codes.

Pure. :func:`hints` is the cheap question for every list page of the night; only pages that answer
yes are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.model import Page
from crawler.net.guard import host_of
from crawler.reading.homes import Home, home_of
from crawler.reading.markup import decode, tree

MARKS = (
    b"weibo.com/", b"weibo.cn/", b"__biz", b"weixin.qq.com/r/", b"toutiao.com/c/user", b"douyin.com/user/",
)  # fmt: skip
QR_WORDS = re.compile(
    r"qr|ewm|erweima|2wm|weixin|wechat|wx(?![a-z])|weibo|gzh|二维码|微信|公众号|微博|扫一扫|扫码|新媒体|视频号|抖音",
    re.I,
)
MOST_LINKS = 5_000
MOST_PICTURES = 20
NEARBY = 30


@dataclass(frozen=True, slots=True)
class Found:
    """An account shown on a page. ``place`` is ``link`` or ``qr``; ``name`` what stands beside
    it."""

    home: Home
    name: str
    link: str
    place: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may hold a QR code, with the words beside it."""

    url: str
    name: str


def hints(body: bytes, also: Collection[str] = ()) -> bool:
    """Whether ``body`` may link to an account at all. ``also`` as in
    :func:`crawler.account_links.home_of`."""
    return any(mark in body for mark in MARKS) or any(host.encode() in body for host in also)


def found_on(page: Page, also: Collection[str] = ()) -> tuple[Found, ...]:
    """Every account that ``page`` links to, each once, in their order. Never raises for a page."""
    root = _tree(page)
    found: dict[Home, Found] = {}
    for element in root.iter("a", "area") if root is not None else ():
        if len(found) >= MOST_LINKS:
            break
        address = _absolute(page, element.get("href") or "")
        home = home_of(address, also) if address else None
        if home is None:
            continue
        name = _words(element) or (element.get("title") or "").strip()
        old = found.get(home)
        if old is None or (not old.name and name):
            found[home] = Found(home, name[:200], address[:800], "link")
    return tuple(found.values())


def pictures_on(page: Page) -> tuple[Picture, ...]:
    """Pictures of ``page`` whose name or neighbourhood speaks of QR codes, at most twenty, each
    once."""
    root = _tree(page)
    found: dict[str, Picture] = {}
    for element in root.iter("img") if root is not None else ():
        source = element.get("src") or element.get("data-src") or element.get("data-original") or ""
        address = _absolute(page, source)
        near = _near(element)
        said = " ".join((source, element.get("alt") or "", element.get("title") or "", near))
        if address and QR_WORDS.search(said[:1000]) and len(found) < MOST_PICTURES:
            name = (element.get("alt") or element.get("title") or "").strip() or near
            found.setdefault(address, Picture(address, name[:200]))
    return tuple(found.values())


def found_in_code(text: str, picture: Picture) -> Found | None:
    """The account that a QR code's text stands for; ``None`` for any other text."""
    home = home_of(text)
    return Found(home, picture.name, text[:800], "qr") if home else None


def _tree(page: Page) -> HtmlElement | None:
    return tree(decode(page.body, page.headers)) if page.status == 200 and page.body else None


def _absolute(page: Page, address: str) -> str:
    try:
        url = urljoin(page.final_url, address.strip())
    except ValueError:
        return ""
    return (
        url if len(url) <= 800 and host_of(url) and url.startswith(("http://", "https://")) else ""
    )


def _words(element: HtmlElement) -> str:
    text = " ".join(str(element.text_content()).split())
    return text or next(_alts(element), "")


def _alts(element: HtmlElement) -> Iterator[str]:
    for image in element.iter("img"):
        said = (image.get("alt") or image.get("title") or "").strip()
        if said:
            yield said


def _near(element: HtmlElement) -> str:
    """The words of the nearest box around a picture, where they are few: its caption."""
    box = element.getparent()
    for _ in range(2):
        if box is None or box.tag == "body":
            return ""
        said = " ".join(str(box.text_content()).split())
        if said:
            return said if len(said) <= NEARBY else ""
        box = box.getparent()
    return ""
