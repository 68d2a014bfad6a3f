"""What a page says of itself for the record: the national labels (标签规范) and the footer's identity
(网站标识). Pure.

Which page needs which label is known from a vendor's guide and real pages, not from the annex
itself (certainty B).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from crawler.model import Page
from crawler.reading.markup import base_url, decode, join, metas, said, tree

SITE = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN = (*SITE, "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
ARTICLE = (*COLUMN, "ArticleTitle", "PubDate", "ContentSource")
REQUIRED: Mapping[str, tuple[str, ...]] = {"home": SITE, "column": COLUMN, "article": ARTICLE}
CODE = re.compile(r"(?<![0-9A-Za-z])(?:bm\d{8}|[1-9]\d{9})(?![0-9A-Za-z])")
HEAD_END = re.compile(rb"</head\s{0,9}>", re.I)
HEAD_BYTES = 60_000
LONGEST = 200

FOOTER: Mapping[str, re.Pattern[str]] = {
    "code": re.compile(r"标识码"),
    "icp": re.compile(r"ICP备", re.I),
    "police": re.compile(r"公网安备|公安备案"),
    "keeper": re.compile(r"主\s{0,9}办(?:单位)?|承\s{0,9}办单位"),
    "contact": re.compile(r"联系(?:电话|方式|我们)|电\s{0,9}话"),
    "report": re.compile(r"找错|纠错"),
    "map": re.compile(r"(?:网站|站点)地图"),
}
"""What a footer prints; a part may also stand there as a link, a picture or a script."""
MARKS: Mapping[str, re.Pattern[str]] = {
    "report": re.compile(r"jiucuo|zhaocuo|pucha\.kaipuyun|error_report", re.I),
    "map": re.compile(r"(?:site)?map\.(?:s?html?|jsp|shtml)|wzdt|/map/", re.I),
    "police": re.compile(r"beian\.(?:mps\.)?gov\.cn", re.I),
    "icp": re.compile(r"beian\.miit\.gov\.cn|miitbeian", re.I),
    "party": re.compile(r"conac\.cn|dangzheng|党政机关", re.I),
}
"""Addresses and scripts that give a part of the footer away where it prints no word."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The national labels of one page: as printed, and those that are ``lacking`` or say nothing
    (``void``)."""

    tags: Mapping[str, str]
    lacking: tuple[str, ...] = ()
    void: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a home page says: its labels, the parts of its footer that were found, its links."""

    labels: Labels
    footer: Mapping[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()


def labels_of(kind: str, found: Mapping[str, Sequence[str]]) -> Labels:
    """The labels that a page of ``kind`` (home, column, article) must have. ``found`` as of
    :func:`markup.metas`."""
    tags: dict[str, str] = {}
    lacking, void = [], []
    for name in REQUIRED[kind]:
        values = found.get(name.lower())
        if values is None:
            lacking.append(name)
        elif not said(values):
            void.append(name)
        else:
            tags[name] = said(values)[0][:LONGEST]
    return Labels(tags, tuple(lacking), tuple(void))


def article_tags(found: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Of a page's labels those that the norm names, as printed; those without a tag are left
    out."""
    return {name: found[name.lower()][0][:LONGEST] for name in ARTICLE if found.get(name.lower())}


def head_labels(kind: str, page: Page) -> Labels | None:
    """The labels in the head of ``page``; only the head is parsed. ``None`` where there is none to
    read."""
    end = HEAD_END.search(page.body, 0, HEAD_BYTES)
    if end is None:
        return None
    root = tree(decode(page.body[: end.end()], page.headers))
    return None if root is None else labels_of(kind, metas(root))


def read_home(page: Page) -> HomePage | None:
    """What the home page says of itself; ``None`` for a page without elements."""
    root = tree(decode(page.body, page.headers))
    if root is None:
        return None
    return HomePage(labels_of("home", metas(root)), _footer(root), _links(root, page))


def _footer(root: HtmlElement) -> dict[str, str]:
    """The parts of the identity that the page shows anywhere, with the text that shows them."""
    text = " ".join(" ".join(_texts(root)).split())
    found = {}
    for name, pattern in FOOTER.items():
        match = pattern.search(text)
        if match:
            found[name] = text[max(0, match.start() - 10) : match.end() + 40]
    addresses = " ".join(_addresses(root))
    for name, pattern in MARKS.items():
        match = pattern.search(addresses)
        if match and name not in found:
            found[name] = match[0]
    code = CODE.search(found.get("code", ""))
    if code:
        found["site_code"] = code[0]
    return found


def _texts(root: HtmlElement) -> Iterable[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in ("script", "style"):
            yield element.text or ""
            yield element.get("alt") or ""
        yield element.tail or ""


def _addresses(root: HtmlElement) -> Iterable[str]:
    for element in root.iter("a", "img", "script", "iframe"):
        yield element.get("href") or element.get("src") or ""
        if element.tag == "script" and element.text:
            yield element.text[:2000]


def _links(root: HtmlElement, page: Page) -> tuple[str, ...]:
    base = base_url(root, page)
    found = (urldefrag(join(base, element.get("href") or "")).url for element in root.iter("a"))
    return tuple(dict.fromkeys(url for url in found if url.startswith(("http://", "https://"))))
