"""A portal's page as a visitor finds his way by it: its links with the menus above them, its
breadcrumb, its names.

A cold path: BeautifulSoup, because menus come in every broken shape. Pure, never raises for what a
page holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urldefrag, urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag

from crawler.discovery.menus import menus_in
from crawler.model import Page
from crawler.reading.markup import VOID, decode, join

MORE = re.compile(r"\W{0,4}(?:更多|查看更多|more|点击更多|更多信息|\+|»|>>|＞＞)\W{0,6}\Z", re.I)
"""The words of a link that leads from a panel to its whole column; no name of a column."""
OPENED = re.compile(
    r"""(?:window\.open|location(?:\.href)?\s{0,3}=|goto|openUrl)\s{0,3}\(?\s{0,3}["']([^"']{1,300})["']"""
)
LABEL = re.compile(
    r"(?:您|你)?(?:当前|现在|目前|所在|所处)?的?(?:当前|所在)?位置(?:是|为)?\s{0,5}[:：]?"
)
CRUMB_START = re.compile(r"\W{0,3}(?:网站|返回|本站)?(?:首页|主页)\W{0,3}\Z")
SEPARATORS = re.compile(r"[\x1f>＞»›→]|&gt;|\s[-/|｜\\]+\s|--+|>>")
ARROW = re.compile(r"[>＞»›→]+")
BLANKS = " \t\r\n\xa0\u3000"
HOME_WORDS = re.compile(r"(?:网站|返回|门户|本站|政府)?(?:首页|主页)|home", re.I)
SITE_WORDS = re.compile(r".{0,30}(?:门户网站|政府网站?|信息网|人民政府|首页|主页)", re.I)
TAIL_WORDS = re.compile(r"正文|列表|信息列表|文章列表|内容|详情|文章详情|浏览正文")
TITLE_PARTS = re.compile(r"\s{0,3}[-_|—–－｜]+\s{0,3}")
INDEX = re.compile(
    r"/(?:index|default|main|home|list)?\.(?:s?html?|jhtml|php|jsp|aspx?)\Z|/(?:index|default)\Z",
    re.I,
)
LONGEST_NAME = 30
LONGEST_CRUMB = 300
MOST_LINKS = 3000


@dataclass(frozen=True, slots=True)
class Link:
    """A link: absolute address without fragment, its words, and the names of the menus that it
    stands below."""

    url: str
    text: str
    menu: tuple[str, ...] = ()

    @property
    def more(self) -> bool:
        """更多: it leads to a column and does not name it."""
        return MORE.match(self.text) is not None


@dataclass(frozen=True, slots=True)
class Signs:
    """How a page names itself and its place: ``column`` from the national tag, ``crumb`` outermost
    first."""

    column: str = ""
    crumb: tuple[str, ...] = ()
    title: str = ""


def soup_of(page: Page) -> BeautifulSoup:
    """The page as a tree that forgives."""
    return BeautifulSoup(decode(page.body, page.headers).replace("\x00", ""), "lxml")


def links_of(soup: BeautifulSoup, page: Page) -> tuple[Link, ...]:
    """Every link of the page in its order, those written as script calls too; at most
    ``MOST_LINKS``."""
    base = page.final_url or page.url
    first = soup.find("base", href=True)
    if isinstance(first, Tag):
        base = join(base, str(first["href"])) or base
    found: list[Link] = []
    for anchor in soup.find_all(["a", "area"], limit=MOST_LINKS):
        url = _address(anchor, base)
        if url:
            found.append(Link(url, words_of(anchor), _menu(anchor)))
    return tuple(found) or tuple(_drawn(soup, base))


def _drawn(soup: BeautifulSoup, base: str) -> Iterator[Link]:
    """The menu of a page that a script draws, from the data in it; at most ``MOST_LINKS``."""
    scripts = [script.get_text() for script in soup.find_all("script", src=False, limit=80)]
    for href, name, above in islice(menus_in(scripts), MOST_LINKS):
        url = _plain_address(href, base)
        if url:
            yield Link(url, squeeze(name)[:200], tuple(squeeze(one) for one in above)[-4:])


def _address(anchor: Tag, base: str) -> str:
    href = str(anchor.get("href") or "").strip()
    if not href or href[:1] == "#" or href[:11].lower() == "javascript:":
        match = OPENED.search(f"{href} {anchor.get('onclick') or ''}")
        href = match[1] if match else ""
    return _plain_address(href, base)


def _plain_address(href: str, base: str) -> str:
    try:
        url = urldefrag(join(base, href))[0] if href else ""
        parts = urlsplit(url)
        return (
            url if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else ""
        )
    except ValueError:  # brackets, ports and hosts that are none
        return ""


def words_of(anchor: Tag) -> str:
    """What a visitor reads on the link: its text, else its title, else the words for its
    picture."""
    text = squeeze(anchor.get_text(" "))
    title = squeeze(str(anchor.get("title") or ""))
    if text.endswith(("...", "…")) and title:
        return title
    if not text:
        picture = anchor.find("img")
        text = title or (squeeze(str(picture.get("alt") or "")) if isinstance(picture, Tag) else "")
    return text[:200]


def squeeze(text: str) -> str:
    return " ".join(text.split())


def _menu(anchor: Tag) -> tuple[str, ...]:
    """The first words of each item that the link's own item stands in, outermost first."""
    names: list[str] = []
    for item in _items_around(anchor):
        name = next((squeeze(text) for text in item.stripped_strings), "")
        if 1 < len(name) <= LONGEST_NAME and name != squeeze(anchor.get_text(" ")):
            names.append(name)
    return tuple(dict.fromkeys(reversed(names)))[-4:]


def _items_around(anchor: Tag) -> Iterator[Tag]:
    """Menu items above the link: an ``li`` around its own ``li``, the ``dt`` before its ``dd``."""
    own = True
    for depth, around in enumerate(anchor.parents):
        if depth > 25 or around.name in ("body", "html"):
            return
        if around.name == "dd":
            term = around.find_previous_sibling("dt")
            if isinstance(term, Tag):
                yield term
        elif around.name == "li":
            if not own:
                yield around
            own = False


def signs_of(soup: BeautifulSoup) -> Signs:
    """The page's own names, each empty where it says nothing believable."""
    column = ""
    for meta in soup.find_all("meta", limit=80):
        if str(meta.get("name") or "").strip().lower() == "columnname":
            column = column or _name(str(meta.get("content") or ""))
    title = squeeze(soup.title.get_text(" ")) if soup.title else ""
    head = next((part for part in TITLE_PARTS.split(title) if part.strip()), "")
    return Signs(column, crumb_of(soup), _name(head))


def _name(text: str) -> str:
    """A name without the site's name before it; nothing where it is void or too long for a name."""
    name = squeeze(text)
    parts = [part.strip() for part in re.split(r"[-_|—>]", name) if part.strip()]
    if len(parts) > 1 and SITE_WORDS.fullmatch(parts[0]):
        name = parts[-1]
    return "" if name.lower() in VOID or not 1 < len(name) <= LONGEST_NAME else name


def crumb_of(soup: BeautifulSoup) -> tuple[str, ...]:
    """The names of the breadcrumb from the first level down to the page itself, without the home
    page."""
    for text in soup.find_all(string=LABEL, limit=12):
        if text.parent is None or text.parent.name in ("script", "style", "title", "option"):
            continue
        if len(text.strip()) <= LONGEST_CRUMB and (crumb := _crumb_around(text.parent, LABEL)):
            return crumb
    for anchor in soup.find_all("a", string=CRUMB_START, limit=12):
        if anchor.parent is not None and anchor.find_parent("li") is None:
            crumb = _crumb_around(anchor.parent, None)
            if crumb:
                return crumb
    return ()


def _crumb_around(element: Tag, label: re.Pattern[str] | None) -> tuple[str, ...]:
    """The crumb in ``element``, or in one of three around it when the label stands alone."""
    for around in [element, *element.parents][:4]:
        text = around.get_text("\x1f")
        if len(text) > LONGEST_CRUMB or around.name in ("body", "html"):
            return ()
        if label is not None:
            text = label.sub("\x1f", text, count=1)
        elif (
            not 0
            < len([part for part in text.split("\x1f") if part.strip(BLANKS)])
            <= 2 * len(ARROW.findall(text)) + 1
        ):
            continue
        parts = [squeeze(part).strip(" :：") for part in SEPARATORS.split(text)]
        names = [part for part in parts if 1 < len(part) <= LONGEST_NAME]
        if any(HOME_WORDS.fullmatch(part) for part in names) or len(names) > 1:
            if len(names) > 1 and SITE_WORDS.fullmatch(names[0]):
                names = names[1:]
            kept = [p for p in names if not HOME_WORDS.fullmatch(p) and not TAIL_WORDS.fullmatch(p)]
            return tuple(dict.fromkeys(kept))[:8]
    return ()


def plain(url: str) -> str:
    """One spelling of an address, for comparing: no scheme, no ``index.html``, no slash at the
    end."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    path = INDEX.sub("/", re.sub(r"/{2,}", "/", parts.path or "/"))
    return urlunsplit(("", place, path.rstrip("/") or "/", parts.query, ""))


def best_name(signs: Signs, texts: Iterable[str], *, trust_tag: bool = True) -> str:
    """The name that most of tag, breadcrumb, links and title agree on; in doubt in that order."""
    said = [signs.column if trust_tag else "", *signs.crumb[-1:]]
    links = Counter(
        text for text in texts if 1 < len(text) <= LONGEST_NAME and not MORE.match(text)
    )
    said += [links.most_common(1)[0][0] if links else "", signs.title]
    votes = Counter(name for name in said if name)
    return max(votes, key=lambda name: (votes[name], -said.index(name)), default="")
