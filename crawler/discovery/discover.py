"""A portal from its home page: the pages that may be its columns. What is found is proposed; a
person confirms.

One host, one request at a time, with the delay, robots and limits of the crawl, and never further
than ``depth`` links from the home page. What the pages mean is decided in ``crawler.proposals``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from urllib.parse import urlsplit

from protego import Protego

from crawler.config import CrawlConfig
from crawler.discovery.leads import Shapes, likely, worth_asking
from crawler.discovery.navigation import Link, Signs, links_of, plain, signs_of, soup_of
from crawler.doors.recheck import HttpDoor
from crawler.model import Ask, Manners, Outcome, Page, Reading
from crawler.net.guard import host_of, refusal_of
from crawler.reading.article import read_article
from crawler.reading.homes import Home
from crawler.reading.kinds import guess_kind
from crawler.reading.listing import read_list
from crawler.reading.states import refusal
from crawler.register.accounts_found import Found, Picture, found_in_code, found_on, pictures_on
from crawler.register.qr import qr_texts
from crawler.walking.forms import answered
from crawler.walking.hosts import HostQueue, host_key
from crawler.walking.model import request_of

PAGES = 400
"""Pages asked at most, unless told otherwise: at one page a second seven minutes."""
STUB_HOPS = 2
STUBS = ("redirect_stub", "frameset")
LONGEST_DELAY = 30.0
NO_SIGNS = Signs()
Fetch = Callable[[Ask], Awaitable[Page]]


class NoPortal(LookupError):
    """The home page could not be read as one; the text says why, for the person who asked."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One page looked at. ``came`` are the links that led to it (their menus and words), ``above``
    the page that the first of them stands on. ``kind`` as in ``gengxin read``: home, list, article
    or other.
    """

    url: str
    page: Page
    reading: Reading
    kind: str
    depth: int = 0
    signs: Signs = NO_SIGNS
    links: tuple[Link, ...] = ()
    came: tuple[Link, ...] = ()
    above: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An account that the portal links to or shows as a QR code, with the first page that does."""

    found: Found
    page: str


@dataclass(frozen=True, slots=True)
class PortalSurvey:
    """All that was seen of one portal.

    ``left`` addresses were not asked because the page limit came first, ``barred`` ones because of
    robots.txt; ``others`` are links to other hosts. ``gave_up`` says that the host stopped
    answering.
    """

    home: str
    seen: tuple[Seen, ...]
    left: int = 0
    barred: int = 0
    others: tuple[Link, ...] = ()
    gave_up: bool = False
    accounts: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Tour:
    """How much of a portal is looked at: at most ``depth`` links deep and ``pages`` pages, and the
    addresses ``also`` (the catalogue's columns: one that nothing links to is told from one that is
    gone). ``platforms`` are hosts that serve accounts beside the platforms' own
    (:func:`crawler.account_links.home_of`)."""

    depth: int = 2
    pages: int = PAGES
    also: Sequence[str] = ()
    platforms: Collection[str] = ()


USUAL_TOUR = Tour()


def discover(
    home: str,
    config: CrawlConfig,
    clock: Callable[[], datetime],
    *,
    tour: Tour = USUAL_TOUR,
    manners: Manners | None = None,
    on_page: Callable[[int], None] = lambda asked: None,
) -> PortalSurvey:
    """Look at the portal behind ``home``.

    Raises :class:`NoPortal` when the address may not be fetched or the home page is no page.
    """

    async def go() -> PortalSurvey:
        hosts, polite = hosts_of(home), manners or Manners(config.delay)
        async with HttpDoor(config, hosts, clock, legacy=polite.legacy_tls) as door:
            line = HostQueue(host_key(home), polite, config.give_up_after)
            scout = Scout(
                door.fetch,
                config,
                hosts,
                line,
                place_of(home),
                tour.pages,
                on_page,
                tour.platforms,
            )
            return await scout.run(home, tour.depth, tour.also)

    return asyncio.run(go())


def hosts_of(home: str) -> frozenset[str]:
    """The home page's host, with and without ``www.``: one often leads to the other."""
    host = host_of(home)
    bare = host.removeprefix("www.")
    return frozenset({host, bare, f"www.{bare}"}) - {"", "www."}


def place_of(url: str) -> str:
    """What counts as one host here: ``host:port`` without ``www.`` and without the ports of http
    and https."""
    return host_key(url).removeprefix("www.").removesuffix(":80").removesuffix(":443")


@dataclass(slots=True)
class Scout:
    """The walk over one portal, whose own :func:`place_of` is ``home``; ``line`` keeps the delay
    and counts failures, ``asked`` counts pages."""

    fetch: Fetch
    config: CrawlConfig
    hosts: frozenset[str]
    line: HostQueue
    home: str
    pages: int
    on_page: Callable[[int], None] = lambda asked: None
    platforms: Collection[str] = ()
    asked: int = 0
    barred: int = 0
    came: dict[str, list[Link]] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    others: dict[str, Link] = field(default_factory=dict)
    accounts: dict[Home, Shown] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=Shapes)
    rules: Protego | None = None

    async def run(self, home: str, depth: int, also: Sequence[str] = ()) -> PortalSurvey:
        """As :func:`discover`."""
        if reason := self._refused(home):
            raise NoPortal(f"{home}：不能抓取这个地址（{reason}）；请给出门户首页的公开网址")
        await self._robots(home)
        first = await self._look(home, 0, "")
        if first is None:
            raise NoPortal(f"{home}：网站的 robots.txt 不允许抓取首页")
        if not first.links:
            raise NoPortal(
                f"{home}：首页读不到链接（{first.reading.reason or first.kind}）；请确认网址是门户首页"
            )
        waiting = _Waiting(depth)
        self._follow(first, waiting)
        while (step := waiting.take()) and not self._full:
            url, level, above = step
            if plain(url) in self.seen or self.shapes.skips(url):
                continue
            found = await self._look(url, level, above)
            if found is not None and found.kind != "article":
                self._follow(found, waiting)
        for url in also:
            if plain(url) not in self.seen and not self._full and not self._refused(url):
                await self._look(url, depth, "")
        for picture in pictures_on(first.page):
            if not self._full and not self._refused(picture.url) and not self._barred(picture.url):
                await self._decode(picture, first.url)
        return PortalSurvey(
            first.url,
            tuple(self._told()),
            0 if step is None else 1 + len(waiting),
            self.barred,
            tuple(self.others.values()),
            self.line.dead,
            tuple(self.accounts.values()),
        )

    async def _decode(self, picture: Picture, home: str) -> None:
        page = await self._polite(picture.url)
        for text in qr_texts(page.body) if page.status == 200 else ():
            self._account(found_in_code(text, picture), home)

    def _account(self, found: Found | None, page: str) -> None:
        if found is not None:
            self.accounts.setdefault(found.home, Shown(found, page))

    @property
    def _full(self) -> bool:
        return self.asked >= self.pages or self.line.dead

    def _refused(self, url: str) -> str:
        return refusal_of(url, self.hosts, allow_loopback=self.config.allow_loopback)

    async def _robots(self, home: str) -> None:
        if not self.config.robots:
            return
        parts = urlsplit(home)
        page = await self._polite(f"{parts.scheme}://{parts.netloc}/robots.txt")
        if page.error or page.status >= 500:
            cause = page.error or f"状态码 {page.status}"
            raise NoPortal(
                f"{home}：取不到 robots.txt（{cause}），不能确定网站是否允许抓取；请稍后再试"
            )
        text = page.body.decode("utf-8", "replace") if page.status == 200 else ""
        if text.strip() and "<html" not in text[:500].lower():
            self.rules = Protego.parse(text)
            wanted = min(self.rules.crawl_delay(self.config.user_agent) or 0.0, LONGEST_DELAY)
            self.line.manners = replace(
                self.line.manners, delay=max(wanted, self.line.manners.delay)
            )

    def _barred(self, url: str) -> bool:
        return self.rules is not None and not self.rules.can_fetch(url, self.config.user_agent)

    async def _polite(self, asked: str | Ask) -> Page:
        wait = self.line.reserve(monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        page = await self.fetch(request_of(asked))
        self.line.settle(
            failed=page.status == 0 and page.error not in ("foreign_host", "forbidden_address")
        )
        self.asked += 1
        self.on_page(self.asked)
        return page

    async def _look(self, url: str, depth: int, above: str) -> Seen | None:
        """The page behind ``url``, or what its stub stands for; ``None`` where robots.txt bars
        it."""
        if self._barred(url):
            self.barred += 1
            return None
        page = await self._polite(url)
        for _ in range(STUB_HOPS):
            onward = stub_target(page)
            if not onward or self._refused(onward) or self._barred(onward):
                break
            if (known := self.seen.get(plain(onward))) is not None:
                self.seen[plain(url)] = known
                return known
            page = await self._polite(onward)
        found = await self._data_of(read_seen(page, depth, above))
        self._learn(found)
        for name in (plain(found.url), plain(url)):
            found = self.seen.setdefault(name, found)
        return found

    async def _data_of(self, found: Seen) -> Seen:
        """A list made by script, read from the family's interface as the night reads it; else the
        page as it is."""
        asked = (
            next(iter(found.reading.further), None)
            if found.reading.reason == "script_list"
            else None
        )
        onward = request_of(asked).url if asked is not None else ""
        if asked is None or self._refused(onward) or self._barred(onward):
            return found
        page = await self._polite(asked)
        reading = refusal(page) or read_list(page)
        if isinstance(asked, Ask):
            reading = answered(asked, reading)
        return replace(found, reading=reading) if reading.outcome.conclusive else found

    def _learn(self, found: Seen) -> None:
        for account in found_on(found.page, self.platforms):
            self._account(account, found.url)
        (self.shapes.article if found.kind == "article" else self.shapes.page)(found.url)
        if found.kind == "list" and found.reading.outcome is Outcome.READ:
            for post in found.reading.posts:
                self.shapes.article(post.url)

    def _follow(self, found: Seen, waiting: _Waiting) -> None:
        """Note the page's links; those that may be columns wait for their turn."""
        posts = {plain(post.url) for post in found.reading.posts} if found.kind == "list" else set()
        passed = posts | {plain(url) for url in found.reading.next}
        for link in found.links:
            name = plain(link.url)
            if place_of(link.url) != self.home:
                self.others.setdefault(link.url, link)
            elif name not in passed and worth_asking(link):
                known = self.came.setdefault(name, [])
                known.append(link)
                if len(known) == 1:
                    waiting.put(link, found.depth + 1, found.url)

    def _told(self) -> Iterable[Seen]:
        """Each page once, with all the links that led to it."""
        names: dict[int, list[str]] = {}
        for name, found in self.seen.items():
            names.setdefault(id(found), []).append(name)
        for found in {id(one): one for one in self.seen.values()}.values():
            came = tuple(link for name in names[id(found)] for link in self.came.get(name, ()))
            yield replace(found, came=came)


class _Waiting:
    """Addresses to look at: nearer ones first, and of equal depth the likely ones."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._lines: list[tuple[deque[tuple[str, str]], deque[tuple[str, str]]]] = [
            (deque(), deque()) for _ in range(depth + 1)
        ]

    def put(self, link: Link, depth: int, above: str) -> None:
        if depth <= self._depth:
            self._lines[depth][0 if likely(link) else 1].append((link.url, above))

    def take(self) -> tuple[str, int, str] | None:
        """The next address with its depth and the page before it."""
        for depth, lines in enumerate(self._lines):
            for line in lines:
                if line:
                    url, above = line.popleft()
                    return url, depth, above
        return None

    def __len__(self) -> int:
        return sum(len(line) for lines in self._lines for line in lines)


def stub_target(page: Page) -> str:
    """Where a page that is only a redirect or a frameset leads; empty for every other page."""
    reading = refusal(page)
    if reading is None and b"<frame" in page.body[:20_000].lower():
        reading = read_list(page)
    return reading.next[0] if reading and reading.reason in STUBS and reading.next else ""


def read_seen(page: Page, depth: int = 0, above: str = "") -> Seen:
    """What the readers and the navigation make of one page."""
    url = page.final_url or page.url
    wall = refusal(page)
    if wall is not None:
        return Seen(url, page, wall, "other", depth, above=above)
    reading = read_list(page)
    kind = guess_kind(page, reading, read_article(page))
    soup = soup_of(page)
    return Seen(url, page, reading, kind, depth, signs_of(soup), links_of(soup, page), above=above)
