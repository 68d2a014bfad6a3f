"""The article on its page: the element that holds it, and the links, pictures and text in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.checks.links import FILE_SUFFIX, suffix_of
from crawler.reading.articles.passages import HIDDEN, UNSEEN, Passage, passages
from crawler.reading.markup import join

NAMED = re.compile(
    r"(?:^|[-_\s])(?:trs_u?editor|ucap-?content|zoom|bodylabel|artibody|"
    r"art(?:icle)?[-_]?(?:con(?:tent)?s?|body|text|main|detail|info)|"
    r"news[-_]?(?:con(?:tent)?s?|text|body|detail)|(?:detail|text|view|pages?|xxgk|info|main)[-_]?(?:con(?:tent)?|body|text)|"
    r"con(?:tent)?[-_]?(?:text|body|txt|main|detail)|rich[-_]?text|vsbcontent|v_news_content)(?:$|[-_\s\d])",
    re.I,
)
PLAIN = re.compile(r"(?:^|\s)(?:article|content|con|view|cont|wz|wzy|editor|detail)(?:$|\s)", re.I)
HAN = re.compile(r"[\u4e00-\u9fff]")
BLOCKS = ("div", "td", "article", "section", "main", "ucapcontent")
SHARE = 0.75
"""The share of an element's prose that one child must hold for the search to go on inside of it."""
LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "original",
    "file",
    "_src",
    "data-url",
)
LONGEST_URL = 800


@dataclass(frozen=True, slots=True)
class Target:
    """A link or picture in the article. ``raw`` is the address as printed, ``url`` absolute or
    empty, ``text`` what it shows (a picture: its ``alt``, ``None`` where there is none)."""

    raw: str
    url: str
    text: str | None
    file: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """``certain`` says that the page itself marks the element as the article; a guess never proves
    an empty one."""

    element: HtmlElement
    certain: bool
    passages: tuple[Passage, ...]
    links: tuple[Target, ...]
    pictures: tuple[Target, ...]
    frames: int

    @property
    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages if not passage.hidden)

    @property
    def titles(self) -> frozenset[str]:
        """The passages that are links and little else: titles of other posts, which lists cut where
        they end."""
        return frozenset(p.text for p in self.passages if p.links and len(HAN.findall(p.prose)) < 2)


def find_body(root: HtmlElement, base: str) -> Body:
    """The article in ``root``; relative addresses start from ``base``. Never raises."""
    element, certain = _marked(root)
    if element is None:
        element = _heaviest(root)
    found = passages(element)
    # The last passage may hold the text after the element's end, which is not its own.
    tail = (element.tail or "").strip()
    if tail and found and found[-1].text == " ".join(tail.split()):
        found.pop()
    return Body(
        element,
        certain,
        tuple(found),
        tuple(_links(element, base)),
        tuple(_pictures(element, base)),
        sum(1 for _ in element.iter("iframe", "video", "audio", "embed", "object")),
    )


def _marked(root: HtmlElement) -> tuple[HtmlElement | None, bool]:
    """The marked element with the most in it; names that only hint come after those that say it."""
    for names, certain in ((NAMED, True), (PLAIN, False)):
        best, weight = None, -1
        for element in root.iter(*BLOCKS):
            name = f"{element.get('id') or ''} {element.get('class') or ''}"
            if (names.search(name) or (certain and element.tag == "ucapcontent")) and _shown(
                element
            ):
                here = _weight(element)
                if here > weight:
                    best, weight = element, here
        if best is not None and (certain or weight > 0):
            return best, certain
    return None, False


def _shown(element: HtmlElement) -> bool:
    return not HIDDEN.search(element.get("style") or "")


def _weight(element: HtmlElement) -> int:
    """Letters outside of links, and something for every picture and file."""
    prose = 0
    for node in element.iter():
        if isinstance(node.tag, str):
            if node.tag not in UNSEEN and not _in_link(node):
                prose += len((node.text or "").strip())
            prose += 10 * (node.tag == "img")
        prose += len((node.tail or "").strip()) if node is not element else 0
    return prose


def _in_link(node: HtmlElement) -> bool:
    return node.tag == "a" or any(True for _ in node.iterancestors("a"))


def _heaviest(root: HtmlElement) -> HtmlElement:
    """Down from the body while one child holds most of the prose."""
    weights: dict[HtmlElement, int] = {}
    body = next(iter(root.iter("body")), root)
    for node in reversed(list(body.iter())):
        if not isinstance(node.tag, str) or node.tag in UNSEEN or node.tag == "a":
            continue
        own = len((node.text or "").strip()) + sum(
            len((child.tail or "").strip()) for child in node
        )
        weights[node] = own + sum(weights.get(child, 0) for child in node)
    here = body
    while True:
        heavy = max(
            (child for child in here if child in weights), key=lambda c: weights[c], default=None
        )
        if (
            heavy is None
            or weights[heavy] < SHARE * max(weights.get(here, 0), 1)
            or heavy.tag == "p"
        ):
            return here
        here = heavy


def _links(element: HtmlElement, base: str) -> Iterator[Target]:
    seen: set[str] = set()
    for link in element.iter("a"):
        raw = (link.get("href") or "").strip()
        if (
            not raw
            or raw.startswith("#")
            or raw.lower().startswith(("javascript:", "mailto:", "tel:"))
        ):
            continue
        url = join(base, raw).partition("#")[0]
        if url in seen or len(url) > LONGEST_URL:
            continue
        seen.add(url)
        text = " ".join("".join(link.itertext()).split())
        named = text or link.get("title") or ""
        file = (
            bool(suffix_of(url))
            or FILE_SUFFIX.search(named) is not None
            or link.get("download") is not None
        )
        yield Target(raw, url, named, file)


def _pictures(element: HtmlElement, base: str) -> Iterator[Target]:
    seen: set[str] = set()
    for image in element.iter("img"):
        lazy = next((image.get(name) for name in LAZY if image.get(name)), None)
        raw = (lazy or image.get("src") or "").strip()
        if not raw or raw in seen:
            continue
        seen.add(raw)
        url = raw if raw.startswith("data:") else join(base, raw)
        if len(url) <= LONGEST_URL or raw.startswith("data:"):
            yield Target(raw, url, image.get("alt"))
