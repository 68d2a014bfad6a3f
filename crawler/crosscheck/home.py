"""A home page's links: which stand in the box of a column, or in its own folder, with the day
printed beside. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from crawler.crosscheck.own import Own
from crawler.days.text import find_date, url_day
from crawler.model import Page, shanghai_day
from crawler.reading.lists.addresses import SAVED, article_like, column_like
from crawler.reading.markup import base_url, decode, join, tree
from crawler.walking.addresses import place_of

UP, LEAST, MOST = 5, 2, 60
"""A box is sought so many elements above the link that heads it; it holds so many links to posts at
least, and at most."""
LONGEST = 100
"""Characters of a row beside its link: a longer one is no row with a day."""
NUMBERED = re.compile(r"\d[^/]*\Z")
"""A file with a number in its name: in an empty column's folder a post rather than a page about the
office."""
FEW_LINKS = 5
"""A page with fewer links is made by a script."""


@dataclass(frozen=True, slots=True)
class HomeLink:
    """A link of the home page that may lead to a post; ``day`` is printed beside it, ``None`` where
    none is."""

    url: str
    title: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """A home page that was read on ``today``: every link once, and the links in the box that a
    column's link heads."""

    today: date
    links: tuple[HomeLink, ...]
    boxes: Mapping[str, frozenset[str]]

    def of(self, own: Own, url: str, newest: date | None) -> Iterator[HomeLink]:
        """Links that may be newer posts of the column at ``url``: in its folders, in its box, or
        with the title of a row whose day is not sure; those with a day first.

        Left out is what is surely not newer by its printed day, or by the day in its address.
        """
        boxed = self.boxes.get(place_of(url), frozenset())
        mine = [
            one
            for one in self.links
            if one.url in boxed or own.below(one.url) or own.titled(one.title)
        ]
        may = (one for one in mine if self._may_be_newer(one, newest))
        yield from sorted(may, key=lambda one: one.day is None)

    def _may_be_newer(self, one: HomeLink, newest: date | None) -> bool:
        if column_like(one.url) and one.day is None:
            return False
        if newest is None:
            return (
                one.day is not None or article_like(one.url) or NUMBERED.search(one.url) is not None
            )
        if one.day is not None:
            return one.day > newest
        saved = url_day(one.url, today=self.today)
        return saved is None or saved + SAVED > newest


def read_front(page: Page, columns: Iterable[str]) -> Front | None:
    """The home page of a site whose columns stand at ``columns``; ``None`` for a page without links
    to read."""
    root = tree(decode(page.body, page.headers))
    if root is None:
        return None
    base, today = base_url(root, page), shanghai_day(page.fetched_at)
    links = {a: urldefrag(join(base, a.get("href") or "")).url for a in root.iter("a")}
    urls = {a: url for a, url in links.items() if url.startswith(("http://", "https://"))}
    if len(set(urls.values())) < FEW_LINKS:
        return None
    found: dict[str, HomeLink] = {}
    for anchor, url in urls.items():
        one, known = HomeLink(url, _words(anchor), _printed(anchor, today)), found.get(url)
        if known is None or (one.day is not None, len(one.title)) > (
            known.day is not None,
            len(known.title),
        ):
            found[url] = one
    return Front(today, tuple(found.values()), _boxes(urls, {place_of(url) for url in columns}))


def _boxes(urls: Mapping[HtmlElement, str], places: Collection[str]) -> dict[str, frozenset[str]]:
    boxes: dict[str, set[str]] = {}
    for anchor, url in urls.items():
        if (place := place_of(url)) in places:
            boxes.setdefault(place, set()).update(_box(anchor, urls, places))
    return {place: frozenset(box) for place, box in boxes.items()}


def _box(head: HtmlElement, urls: Mapping[HtmlElement, str], places: Collection[str]) -> list[str]:
    """The links to posts in the smallest element above ``head`` that holds some."""
    node = head.getparent()
    for _ in range(UP):
        if node is None or node.tag == "body":
            return []
        links = dict.fromkeys(urls[a] for a in node.iter("a") if a in urls)
        posts = [url for url in links if place_of(url) not in places and not column_like(url)]
        if len(posts) >= LEAST:
            return posts[:MOST]
        node = node.getparent()
    return []


def _words(anchor: HtmlElement) -> str:
    """The link's title: in full where its ``title`` says more than its words."""
    words, title = " ".join(anchor.text_content().split()), (anchor.get("title") or "").strip()
    return (title if len(title) > len(words) else words)[:200]


def _printed(anchor: HtmlElement, today: date) -> date | None:
    """The day that the row of the link prints: in the widest element around it that leads nowhere
    else."""
    row = anchor
    for _ in range(3):
        above = row.getparent()
        if above is None or len({a.get("href") for a in above.iter("a")}) > 1:
            break
        row = above
    pieces = [" ".join(piece.split()) for piece in row.itertext()]
    if sum(map(len, pieces)) > LONGEST + len(anchor.text_content()):
        return None
    days = (_day(piece, today) for piece in (*pieces, " ".join(pieces)) if piece)
    return next((day for day in days if day is not None), None)


def _day(text: str, today: date) -> date | None:
    """The day in a text; one without a year (06-30), which must stand alone, is the last such
    day."""
    for year in (None, today.year, today.year - 1):
        dated = find_date(text, today=today, place="item", year=year)
        if dated is not None and dated.day <= today:
            return dated.day
    return None
