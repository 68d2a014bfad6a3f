"""A list page taken apart: its outline, addresses, and what it says of its own column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from crawler.model import Page, shanghai_day
from crawler.reading import markup
from crawler.reading.families.base import Source
from crawler.reading.lists.clicks import address_of
from crawler.reading.lists.outline import Outline, squeeze

_SPLIT = re.compile(r"\s?[-_|—–>》:：]+\s?")
"""Titles of list pages: column, then site, between bars or lines."""
_OPENED = re.compile(
    r"""(?:window\.open|location(?:\.href)?|open)\s{0,3}[=(]\s{0,3}["']([^"']{1,500})["']"""
)
"""Rows opened by ``window.open('…')`` instead of a link."""
_CALLED = re.compile(r"""\w\(\s{0,3}["']([\w./-]{1,300}\.s?html?)["']""")
"""An own function that is called with the address (``checkLogin('2020/75854.htm', 'xw')``)."""
_PLAIN_PATH = re.compile(r"(?:\.\./|\./)*(?![./?#;])[^\s:?#;\\]+\Z")
_ROOTED = re.compile(r"/(?![/.])[^\s:?#;\\]*\Z")
_PLACE = re.compile(r"位置")
"""Breadcrumbs, 您所在的位置：: they name the column."""
_STEP = re.compile(r"[>＞»›→/]|&gt;|--+")
"""Signs between a breadcrumb's steps."""
PATH_TEXTS, PATH_CHARACTERS = 20, 120
MARKED_LINKS, MARKED_CHARACTERS = 120, 300
_PLAIN_WHOLE = re.compile(
    r"https?://[\w.:-]+/(?:[^\s/?#\\.][^\s/?#\\]*/)*(?:[^\s/?#\\.][^\s/?#\\]*)?\Z"
)
_FIRST_PAGE = re.compile(r"(?:index|default)\.\w{3,5}\Z")
"""A column's folder and its first page are one address."""
_HERE = frozenset(
    {"./", "index.html", "index.htm", "index.shtml", "./index.html", "./index.htm", "./index.shtml"}
)
"""The menu's or the path's entry that leads to this very page names its column."""
ITEM, ENTRY = frozenset({"li", "dd"}), 12
"""Elements of a menu's entries, and the characters that a column's name has at most in one."""
COLUMN_METAS = ("columnname", "columntype")
"""Head tags by which government portals name their column."""


@dataclass(slots=True)
class Sight:
    """A list page taken apart: what the choice of the list and the reading of its rows need.

    ``names`` are the column's, ``titles`` those that the page or the catalogue gives it (the others
    are read off its path). ``days`` are those that posts' own articles print, by address.
    """

    source: Source
    today: date
    page: Page
    names: tuple[str, ...]
    titles: tuple[str, ...] = ()
    known: dict[int, str] = field(default_factory=dict)
    folder: tuple[str, list[str]] = ("", [])
    below: str = ""
    days: Mapping[str, date] = field(default_factory=dict)

    def href(self, anchor: int) -> str:
        """The absolute http address of a link, ``""`` where it has none (``javascript:;``,
        ``#``)."""
        url = self.known.get(anchor)
        if url is None:
            url = self.known[anchor] = self._address(anchor)
        return url

    def _address(self, anchor: int) -> str:
        sheet = self.source.sheet
        href = sheet.hrefs.get(anchor, "").strip()
        if not href or href[0] == "#" or href[:11].lower() == "javascript:":
            element = sheet.elements[anchor]
            href = _opened(element.get("onclick") or href) or address_of(element)
            if not href:
                return ""
        url = self.join(href)
        return url if url[:4].lower() == "http" else ""

    def join(self, href: str) -> str:
        """What ``urljoin`` gives, without its cost for the plain relative paths of lists."""
        origin, folders = self.folder
        if href[:4] == "http" and _PLAIN_WHOLE.match(href):
            return href
        if not origin or "//" in href or href.endswith(("/..", "/.")) or "/." in href.lstrip("./"):
            return markup.join(self.source.url, href)
        if href[:1] == "/" and _ROOTED.match(href):
            return origin + href
        if not _PLAIN_PATH.match(href):
            return markup.join(self.source.url, href)
        up = 0
        while href[:2] == "./" or href[:3] == "../":
            up += href[1] == "."
            href = href[2:] if href[1] == "/" else href[3:]
        return (
            "/".join((origin, *folders[: max(0, len(folders) - up)], href))
            if up
            else self.below + href
        )


def _opened(script: str) -> str:
    if "'" not in script and '"' not in script:  # javascript:; and # lead nowhere
        return ""
    match = _OPENED.search(script) or _CALLED.search(script)
    return match[1] if match else ""


def sight_of(text: str, sheet: Outline, page: Page, column: str, *, clicked: bool = True) -> Sight:
    """The page as :class:`Sight`; ``names`` are what it and the catalogue call the column."""
    base = page.final_url or page.url
    said: list[str] = [column]
    for number, tag in enumerate(sheet.tags):
        element = sheet.elements[number]
        if tag == "base" and element.get("href"):
            base = markup.join(base, element.get("href") or "") or base
        elif tag == "title":
            first = _SPLIT.split(squeeze(element.text or ""))[:1]
            said.extend(first + [words.split()[0] for words in first if " " in words])
        elif tag == "meta" and (element.get("name") or "").lower() in COLUMN_METAS:
            said.append(squeeze(element.get("content") or ""))
        elif tag == "body":
            break
    scripts = tuple(sheet.elements[number].text or "" for number in sheet.scripts)
    titles = tuple(dict.fromkeys(name for name in said if 1 < len(name) < 25))
    told = [*_path_end(sheet), *_menu_entry(sheet, page.final_url or page.url, base)]
    names = tuple(dict.fromkeys([*titles, *(name for name in told if 1 < len(name) < 25)]))
    source = Source(text, base, sheet, scripts, page.body, _marks(sheet, scripts), clicked)
    origin, folders = _folder(base)
    below = "/".join((origin, *folders, ""))
    return Sight(
        source,
        shanghai_day(page.fetched_at),
        page,
        names,
        titles,
        folder=(origin, folders),
        below=below,
    )


def _path_end(sheet: Outline) -> list[str]:
    """The last step of the printed path (当前位置：首页 > 新闻中心 > 通知公告): the column's name."""
    for number in sheet.run.hits(_PLACE):
        node = sheet.owners[number]
        for _ in range(3):
            words = (
                sheet.text_of(node)
                if node >= 0 and sheet.last[node] - sheet.first[node] < PATH_TEXTS
                else ""
            )
            steps = (
                [step.strip() for step in _STEP.split(words)]
                if len(words) < PATH_CHARACTERS
                else []
            )
            if len(steps) > 1:
                return steps[-1:]
            node = sheet.parents[node] if node >= 0 else -1
    return []


def _menu_entry(sheet: Outline, here: str, base: str) -> list[str]:
    """What a menu calls the entry that leads to this very page: the column's name where title and
    path do not say it.

    A menu's entry stands in an item among others with links: a pager's 1, a portal's logo and 显示全部
    above a box do not count.
    """
    own = _FIRST_PAGE.sub("", here)
    last = own.rstrip("/").rpartition("/")[2]
    if not last or last in own.split("/")[:3]:
        return []
    for anchor in _perhaps_here(sheet, last):
        href = sheet.hrefs.get(anchor)
        if href and _FIRST_PAGE.sub("", markup.join(base, href.strip())) != own:
            continue
        name = sheet.text_of(anchor)
        if (
            1 < len(name) <= ENTRY
            and not name.isdigit()
            and _in_menu_item(sheet, anchor, bare=not href)
        ):
            return [name]
    return []


def _perhaps_here(sheet: Outline, last: str) -> list[int]:
    """The links that name the page's own file or folder or, with an empty address, itself."""
    hrefs = sheet.hrefs
    found = [anchor for anchor, href in hrefs.items() if last in href or href in _HERE]
    if len(hrefs) == len(sheet.anchors):
        return found
    bare = (anchor for anchor in sheet.anchors if anchor not in hrefs)
    empty = [anchor for anchor in bare if sheet.elements[anchor].get("href") is not None]
    return sorted(found + empty)


def _in_menu_item(sheet: Outline, anchor: int, *, bare: bool) -> bool:
    """Whether the link is all of an item beside others; a ``bare`` one, without an address, the
    only such among them."""
    item = sheet.up(anchor, ITEM)
    if item < 0 or sheet.last[item] - sheet.first[item] > 2:
        return False
    links = sheet.links_in(sheet.parents[item])
    if len(links) <= len(sheet.links_in(item)):
        return False
    return not bare or sum(link not in sheet.hrefs for link in links) == 1


def _marks(sheet: Outline, scripts: tuple[str, ...]) -> str:
    elements = sheet.elements
    step = len(sheet.anchors) // MARKED_LINKS + 1
    lines = [sheet.hrefs.get(anchor, "") for anchor in sheet.anchors[::step]]
    lines += [elements[number].get("src") or "" for number in sheet.scripts[:MARKED_LINKS]]
    lines += [script[:MARKED_CHARACTERS] for script in scripts[:MARKED_LINKS] if script]
    return "\n".join(lines) + "\n"


def _folder(url: str) -> tuple[str, list[str]]:
    """Origin and folders of an address, ``("", [])`` for one that only ``urljoin`` may read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", []
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or "//" in parts.path
        or "/." in parts.path
    ):
        return "", []
    return f"{parts.scheme}://{parts.netloc}", parts.path.split("/")[1:-1]
