"""What of a list page may be newer than its newest dated post: rows without a sure date, and links
outside the list.

Nothing is dropped in silence: a link that may be a post of the column and was not read as one with
a day is named, with its place and the newest day that it can bear. Which links are the site's frame
is learned elsewhere, from other columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise

from crawler.days.looks import looks_dated
from crawler.days.strength import is_weak
from crawler.days.text import implausible
from crawler.model import Dated, Unread
from crawler.reading.bounds.sight import Sight
from crawler.reading.frames import AROUND, PART
from crawler.reading.lists.addresses import Addresses, article_like, column_like, path_of
from crawler.reading.lists.dating import IMPOSSIBLE, UNDATED, WEAK_DATE, Item
from crawler.reading.lists.outline import Outline, squeeze
from crawler.reading.lists.pager import is_pager_word

CHROME = frozenset({"nav", "header", "footer"})
"""Elements that are surely the page's head and foot."""
TITLE, SHORT_TITLE = 10, 5
"""Characters from which a link between the heading and the pager says a title, whatever its
address; as short as the list's own shortest title, but for links that are surely no titles."""
MENU, MENU_WORDS = 5, 9
"""So many links with so few characters on average are a menu."""
IN_ORDER = 3
"""So many rows in order above a row without a date show that the list is in order there."""
WORDS, MOST = 80, 80
KEPT = 2048
"""So many addresses are judged once: as many as the menus of a few sites hold."""
_FILE = re.compile(r"\d[^/?]*\.\w{2,5}\Z")
"""Articles of most makers are files with a number (t20261120_1.htm, 8800.html)."""
_DIGITS, _HASH = frozenset("0123456789"), re.compile(r"[0-9a-f]{16}")
_FIRST_PAGES = (
    "/index.html",
    "/index.htm",
    "/index.shtml",
    "/index.jhtml",
    "/index.jsp",
    "/index.aspx",
)
"""Files of columns: without a year or a hash before them they are never an article's."""
_MONTH_ONLY = re.compile(r"(20[0-4]\d)\s?(?:年|[-/.])\s?(1[0-2]|0?[1-9])\s?月?\W{0,6}\Z")
"""Rows that print 2026年11月 and no day: bounded by the month's last day."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What was read: ``items`` of the list in page order and what dates links outside it.

    ``spans`` are the texts and ``nodes`` the elements of its rows; ``home`` is the element they
    stand in, ``-1`` where the list came from data. ``others`` gives the links of dated rows outside
    the list (by anchor) their day.
    """

    items: Sequence[Item]
    others: Mapping[int, Dated]
    start: int = 0
    stop: int = 0
    home: int = -1


def unread_rows(sheet: Outline, listed: Listed, addresses: Addresses, today: date) -> list[Unread]:
    """The rows of the list whose day is not sure, with what bounds them. ``sheet`` is the one that
    the rows stand in."""
    sure = [
        None if item.published is None or item.why else item.published.day for item in listed.items
    ]
    order, found = _order(sure), []
    for at, item in enumerate(listed.items):
        if item.post is None or not item.why:
            continue
        title = item.post.title or item.url
        place = f"row {path_of(item.url)}" if item.url else f"row {title[:WORDS]}"
        garbled = item.why == UNDATED and any(
            map(looks_dated, sheet.texts[item.row.start : item.row.stop])
        )
        bounds = order.bound(at), addresses.latest(item.url) if item.url else None
        day = _earliest(*bounds, month_only(sheet, item, today) if item.why == UNDATED else None)
        found.append(
            Unread(
                place,
                IMPOSSIBLE if garbled and not item.published else item.why,
                title[:WORDS],
                item.url,
                day,
            )
        )
    return found


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Order:
    """The sure days of a list in page order, by row; ``highest`` and ``rest`` are the newest day up
    to each and from each on."""

    rows: Sequence[int]
    days: Sequence[date]
    highest: Sequence[date]
    rest: Sequence[date]

    def bound(self, at: int) -> date | None:
        """The newest day that the order of the list leaves to row ``at``.

        Only inside a run in order: :data:`IN_ORDER` rows above that descend to it and nothing newer
        below (pinned rows on top are in no order), or the same upwards in a list that ascends. A
        row at the list's new end is bounded by nothing.
        """
        here, days = bisect_left(self.rows, at), self.days
        above, below = days[max(0, here - IN_ORDER) : here], days[here : here + IN_ORDER]
        if below and _descends(above) and above[-1] >= self.rest[here]:
            return above[-1]
        if above and _descends(below[::-1]) and below[0] >= self.highest[here - 1]:
            return below[0]
        return None


def _descends(days: Sequence[date]) -> bool:
    return len(days) == IN_ORDER and all(one >= other for one, other in pairwise(days))


def _order(days: Sequence[date | None]) -> _Order:
    sure = [(row, day) for row, day in enumerate(days) if day is not None]
    told = [day for _, day in sure]
    return _Order(
        [row for row, _ in sure],
        told,
        list(accumulate(told, max)),
        list(accumulate(reversed(told), max))[::-1],
    )


def month_only(sheet: Outline, item: Item, today: date) -> date | None:
    """The last day of a month that is all that the row prints (2026年11月)."""
    for text in sheet.texts[item.row.start : item.row.stop]:
        match = _MONTH_ONLY.search(text.strip()) if len(text) < 24 else None
        if match is not None:
            following = date(int(match[1]) + int(match[2]) // 12, int(match[2]) % 12 + 1, 1)
            last = following - timedelta(days=1)
            return min(last, today) if not implausible(min(last, today), today) else None
    return None


def outside(
    sight: Sight, listed: Listed, addresses: Addresses, near: range, newest: date | None = None
) -> tuple[list[Unread], tuple[str, ...]]:
    """Links outside the list that may be posts newer than ``newest``, and all addresses of possible
    posts, old ones too.

    ``near`` are the texts from the list's heading to its pager: there every link with a title
    counts. Elsewhere one of the same site counts that is made like the list's own posts, like
    articles in general, or that stands with a date.
    """
    read = {
        item.url
        for item in listed.items
        if item.published is not None and not item.why and item.url
    }
    rows = {item.url for item in listed.items if item.url}
    items = sorted(
        (item for item in listed.items if listed.home >= 0), key=lambda item: item.row.node
    )
    known = {
        sight.href(anchor): dated.day
        for anchor, dated in listed.others.items()
        if not is_weak(dated)
    }
    titles = sorted({item.post.title[:WORDS] for item in listed.items if item.post is not None})
    shortest = min((len(title) for title in titles if title), default=TITLE)
    bare = 2 * sum(not item.url for item in listed.items) >= len(listed.items)
    nodes = [item.row.node for item in items]
    least = max(SHORT_TITLE, min(TITLE, shortest))
    finder = _Finder(sight, listed, addresses, near, items, nodes, known, least, bare)
    found: list[Unread] = []
    around: dict[str, None] = {}
    sheet = sight.source.sheet
    told = {item.row.anchor for item in listed.items if listed.home >= 0 and item.url in read}
    asked = _signs(sheet, told).union(listed.others, _anchors_near(sheet, near)) - told
    for anchor in sheet.anchors:
        if anchor not in asked:
            continue
        url = sight.href(anchor)
        if url in read:
            continue
        why = finder.look(anchor, url)
        if not why or url in rows:
            continue
        if url:
            around[url] = None
        day = finder.day(anchor, url)
        if newest is not None and day is not None and day <= newest:
            continue  # nine in ten: what they are called and where they stand need not be told
        one = finder.tell(anchor, url, why, day)
        if url or not _told_already(one.text, titles):
            found.append(one)
    return found, tuple(around)


def _anchors_near(sheet: Outline, near: range) -> list[int]:
    """The links that begin within the texts ``near``: links and texts stand in one order."""
    start = bisect_left(sheet.anchors, near.start, key=sheet.first.__getitem__)
    stop = bisect_left(sheet.anchors, near.stop, lo=start, key=sheet.first.__getitem__)
    return sheet.anchors[start:stop]


def _pictured(sheet: Outline, anchor: int) -> bool:
    return "img" in sheet.tags[anchor : sheet.end[anchor]] and bool(said(sheet, anchor))


def _in_menu(sheet: Outline, anchor: int, home: int, least: int = MENU) -> bool:
    """Whether the link stands among ``least`` or more with few words: one long name in a side menu
    is no title."""
    node = anchor
    for _ in range(4):
        node = sheet.parents[node]
        if node < 0 or sheet.tags[node] == "body" or (home >= 0 and sheet.inside(home, node)):
            return False
        links = sheet.links_in(node)
        if len(links) >= least:
            return sum(len(said(sheet, link)) for link in links) < MENU_WORDS * len(links)
    return False


def _told_already(words: str, titles: Sequence[str]) -> bool:
    """Whether a link without an address says one of the list's ``titles`` (sorted), whole or cut
    (``关于做好…``)."""
    stem = words.rstrip(".…。 ")
    at = bisect_left(titles, stem)
    return bool(stem) and at < len(titles) and titles[at].startswith(stem)


def _signs(sheet: Outline, told: Collection[int]) -> set[int]:
    """The links that could lead to an article and are not ``told`` yet: cheap, since nine links in
    ten lead to columns."""
    hrefs, elements = sheet.hrefs, sheet.elements
    found = {anchor for anchor, href in hrefs.items() if anchor not in told and _sign(href)}
    for anchor in [one for one, href in hrefs.items() if href[0] in "#jJ" and _by_script(href)]:
        if _first_page(hrefs[anchor]):
            continue
        if elements[anchor].get("onclick") is not None or len(hrefs[anchor]) > 20:
            found.add(anchor)
    bare = (anchor for anchor in sheet.anchors if anchor not in hrefs)
    found.update(anchor for anchor in bare if elements[anchor].get("onclick") is not None)
    return found


def _first_page(href: str) -> bool:
    return href.endswith(_FIRST_PAGES) and len(href) < 30 and "/2" not in href


def _by_script(href: str) -> bool:
    return href[0] == "#" or href[:11].lower() == "javascript:"


@lru_cache(maxsize=KEPT)
def _sign(href: str) -> bool:
    """Whether an address that no script makes could be an article's. The menus of a site repeat on
    all of its columns."""
    if href[0] in "#jJ" and _by_script(href):
        return False
    if _first_page(href):
        return False
    if "?" in href:
        return True
    folders, _, name = href.rpartition("/")
    if not name:
        folders, _, name = folders.rpartition("/")
    if not _DIGITS.isdisjoint(name):
        return True
    last = folders.rpartition("/")[2]
    return (len(last) > 7 and not _DIGITS.isdisjoint(last)) or (
        len(href) > 40 and _HASH.search(href) is not None
    )


@dataclass(slots=True)
class _Finder:
    """Asks of one link after the other whether it may be a post outside the list."""

    sight: Sight
    listed: Listed
    addresses: Addresses
    near: range
    items: Sequence[Item]
    nodes: Sequence[int]
    known: Mapping[str, date]
    title: int
    bare: bool

    def look(self, anchor: int, url: str) -> str:
        """Why the link may be a post of the column (:attr:`Unread.why`), ``""`` where it is
        none."""
        sheet, addresses = self.sight.source.sheet, self.addresses
        dated = self.listed.others.get(anchor)
        at = sheet.first[anchor]
        inside = self._in_row(anchor)
        if inside is None and not self._may_be(anchor, url, dated, at):
            return ""
        if inside is not None and not (url and addresses.alike(url) and url != inside.url):
            return ""
        if at not in self.near and dated is None and sheet.up(anchor, CHROME) >= 0:
            return ""
        if sheet.hidden(anchor) and not (addresses.own(url) or addresses.alike(url)):
            return ""
        if inside is not None:
            return WEAK_DATE if dated is not None and is_weak(dated) else UNDATED
        return PART if at in self.near or addresses.own(url) else AROUND

    def day(self, anchor: int, url: str) -> date | None:
        """The newest day that the link can bear, ``None`` when nothing bounds it."""
        dated = self.listed.others.get(anchor)
        if dated is not None and not is_weak(dated):
            return dated.day
        return (self.known.get(url) or self.addresses.latest(url)) if url else None

    def tell(self, anchor: int, url: str, why: str, day: date | None) -> Unread:
        """The link with its words and its place."""
        sheet = self.sight.source.sheet
        row = self._in_row(anchor) is not None
        place = f"row {path_of(url)}" if row else self._place(anchor, sheet.first[anchor])
        return Unread(place, why, said(sheet, anchor), url, day)

    def _may_be(self, anchor: int, url: str, dated: Dated | None, at: int) -> bool:
        sheet, addresses = self.sight.source.sheet, self.addresses
        if not url:
            near = (
                self.bare
                and at in self.near
                and not _in_menu(sheet, anchor, self.listed.home, least=2)
            )
            told = len(said(sheet, anchor)) >= self.title or _pictured(sheet, anchor)
            return dated is not None or (near and told)
        if url == self.sight.page.final_url or url == self.sight.page.url:
            return False
        if at in self.near:
            words = said(sheet, anchor)
            if is_pager_word(words):
                return False
            column = addresses.same_site(url) and column_like(url)
            if (
                self._titled(words, url)
                and not column
                and not _in_menu(sheet, anchor, self.listed.home)
            ):
                return True
        if not addresses.same_site(url):
            return False
        made = dated is not None or addresses.like(url) or article_like(url)
        return made and (at in self.near or not is_pager_word(said(sheet, anchor)))

    def _titled(self, words: str, url: str) -> bool:
        """A headline of nine characters is a title where it leads to a file of the column's own
        folder."""
        if len(words) >= self.title or not words:
            return bool(words)
        addresses = self.addresses
        return addresses.beside(url) or (addresses.below(url) and _FILE.search(url) is not None)

    def _in_row(self, anchor: int) -> Item | None:
        """The row of the list that the link stands in."""
        sheet, before = self.sight.source.sheet, bisect_left(self.nodes, anchor - 1)
        if not before:
            return None
        item = self.items[before - 1]
        row = item.row
        if row.flat:
            return item if row.start <= sheet.first[anchor] < row.stop else None
        return item if anchor < sheet.end[row.node] else None

    def _place(self, anchor: int, at: int) -> str:
        """Where a person finds it: before or after the list, and the names of the boxes around
        it."""
        sheet, listed = self.sight.source.sheet, self.listed
        names: list[str] = []
        node = sheet.parents[anchor]
        while (
            node >= 0
            and len(names) < 2
            and not (listed.home >= 0 and sheet.inside(listed.home, node))
        ):
            name = _name(sheet, node)
            if name:
                names.append(name)
            node = sheet.parents[node]
        where = "above the list" if at < listed.start else "below the list"
        if listed.home < 0:
            where = "outside the list"
        return f"{where}: {' '.join(reversed(names))}" if names else where


def _name(sheet: Outline, node: int) -> str:
    """Tag and first class or id of an element that has one, or that is a list."""
    element, tag = sheet.elements[node], sheet.tags[node]
    said = (element.get("class") or "").split()[:1] or (element.get("id") or "").split()[:1]
    if not said:
        return tag if tag in ("ul", "ol", "dl", "table") else ""
    return f"{tag}.{said[0].rstrip('0123456789_-')[:30]}"


def said(sheet: Outline, anchor: int) -> str:
    """What a link says: its words, its title, or its picture's."""
    words = squeeze(" ".join(sheet.texts[sheet.first[anchor] : sheet.last[anchor]]))
    words = words or squeeze(sheet.elements[anchor].get("title") or "")
    if not words:
        pictures = (i for i in range(anchor, sheet.end[anchor]) if sheet.tags[i] == "img")
        words = next((squeeze(sheet.elements[i].get("alt") or "") for i in pictures), "")
    return words[:WORDS]


def newer(unread: Iterable[Unread], newest: date | None) -> tuple[Unread, ...]:
    """Those that may be newer than ``newest``, each link once in its place, at most :data:`MOST`
    and then the rest as one."""
    left = {
        (one.place, one.url or one.text): one
        for one in unread
        if one.day is None or newest is None or one.day > newest
    }
    kept = list(left.values())
    if len(kept) <= MOST:
        return tuple(kept)
    rest = [one.day for one in kept[MOST:]]
    day = None if None in rest else max(day for day in rest if day is not None)
    return (*kept[:MOST], Unread("elsewhere on the page", PART, f"… {len(rest)} more", "", day))
