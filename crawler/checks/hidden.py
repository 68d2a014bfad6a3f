"""What a page hides: links that nobody sees and scripts from strangers (暗链). Looks at the whole
page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.checks.links import ours
from crawler.checks.suspects import Suspect
from crawler.reading.markup import join

UNSEEN_STYLE = re.compile(
    r"display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}[01](?:px|pt|em)?\s{0,4}(?:;|$|!)|"
    r"(?:left|top|right|text-indent|margin-left|margin-top)\s{0,4}:\s{0,4}-\d{3,}|opacity\s{0,4}:\s{0,4}0(?:\.0+)?\s{0,4}(?:;|$|!)",
    re.I,
)
SMALL_BOX = re.compile(
    r"(?:^|[;\s])(?:height|width|line-height)\s{0,4}:\s{0,4}[01](?:px)?\s{0,4}(?:;|$|!)", re.I
)
CLIPPED = re.compile(r"overflow\s{0,4}:\s{0,4}hidden", re.I)
SERVICES = (
    "hm.baidu.com", "res.wx.qq.com", "bdimg.share.baidu.com", "api.map.baidu.com", "webapi.amap.com", "map.qq.com",
    "dcs.conac.cn", "bszs.conac.cn", "gov.govwza.cn", "s.cnzz.com", "s4.cnzz.com", "tongji.baidu.com", "kxlogo.knet.cn",
)  # fmt: skip
"""Statistics, maps, sharing and the 标识 of institutions, as government portals use them; config.yaml
may allow more."""
SUSPICIOUS_WRITE = re.compile(
    r"document\.write(?:ln)?\s{0,4}\(\s{0,4}[\"'][^\"']{0,200}<(?:a|script|iframe)\s[^>]{0,300}(?:href|src)=\\?[\"']?(https?:)?//([\w.-]+)",
    re.I,
)


def hidden_links(
    root: HtmlElement, base: str, hosts: Collection[str], allowed: Collection[str]
) -> Iterator[Suspect]:
    """One suspect for the foreign hosts that only unseen elements link to.

    A menu or box that a click opens hides links too: a host that the page also shows openly is
    none, and neither is a link without an address or one that leads to government.
    """
    shown: set[str] = set()
    unseen: dict[str, tuple[str, str]] = {}
    for link in root.iter("a", "area"):
        url = join(base, link.get("href") or "")
        host = _host(url)
        if not host or ours(host, hosts, (*allowed, *SERVICES)):
            continue
        if is_unseen(link):
            unseen.setdefault(host, (url, " ".join("".join(link.itertext()).split())))
        else:
            shown.add(host)
    found = {host: said for host, said in unseen.items() if host not in shown}
    if found:
        url = next(iter(found.values()))[0]
        texts = "、".join(text for _, text in found.values() if text)
        why = f"看不见的元素里有指向外部的链接（{len(found)}个网站：{'、'.join(list(found)[:5])}）"
        yield Suspect(
            "hidden.link",
            "网页代码",
            url[:300],
            texts[:120],
            why,
            "立即核查是否被篡改",
            ",".join(sorted(found))[:400],
        )


def foreign_scripts(
    root: HtmlElement, base: str, hosts: Collection[str], allowed: Collection[str]
) -> Iterator[Suspect]:
    """One suspect for each foreign host that the page loads a script or an unseen frame from."""
    told: set[str] = set()
    for url in _loaded(root, base):
        host = _host(url)
        if host and host not in told and not ours(host, hosts, (*allowed, *SERVICES)):
            told.add(host)
            yield Suspect(
                "hidden.script",
                "网页代码",
                url[:300],
                "",
                f"页面载入 {host} 的脚本或框架",
                "核实用途；确需使用的列入名单",
                host,
            )


def _loaded(root: HtmlElement, base: str) -> Iterator[str]:
    for element in root.iter("script", "iframe", "frame", "embed"):
        source = element.get("src")
        if source and (element.tag == "script" or element.tag == "embed" or is_unseen(element)):
            yield join(base, source)
        if element.tag == "script" and not source:
            for found in SUSPICIOUS_WRITE.finditer((element.text or "")[:200_000]):
                yield f"http://{found[2]}/"


def is_unseen(element: HtmlElement) -> bool:
    """Whether a style, a zero-sized box, or an ancestor with one hides the element."""
    return any(_hides(one) for one in (element, *element.iterancestors()))


def _hides(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.get("hidden") is not None or element.tag in ("noscript", "template"):
        return element.tag != "noscript"
    if element.tag in ("iframe", "frame", "marquee") and (
        element.get("height") in ("0", "1") or element.get("width") in ("0", "1")
    ):
        return True
    style = element.get("style")
    if not style:
        return False
    return UNSEEN_STYLE.search(style) is not None or (
        SMALL_BOX.search(style) is not None and CLIPPED.search(style) is not None
    )


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
