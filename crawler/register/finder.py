"""A night's eye for accounts that nobody registered: what the portal's own pages link to or show as
QR codes.

The home page comes first: what it shows belongs to the frame of every page, and a list page that
shows nothing more is not even parsed. An account in one unit's columns alone tells whose it
probably is.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import urlsplit

from crawler.model import Outlet, Page
from crawler.platforms import probes_of
from crawler.reading.homes import Home
from crawler.register.account_candidates import Sighting
from crawler.register.accounts_found import (
    Found,
    Picture,
    found_in_code,
    found_on,
    hints,
    pictures_on,
)
from crawler.register.qr import qr_texts

logger = logging.getLogger(__name__)

TAILS = (b"weibo.cn/", b"__biz=", b"/u/")
COM = b".com/"
COM_TAILS = (b"weibo.com/", b"weixin.qq.com/r/", b"toutiao.com/c/user", b"douyin.com/user")
"""Marks of account addresses; those of ``COM_TAILS`` are looked for together."""
REST = re.compile(rb"[^\"'<>\s]{0,150}")


@dataclass(slots=True)
class Finder:
    """``also`` are hosts that serve the platforms' shapes besides the platforms' own
    (``host[:port]``)."""

    also: frozenset[str] = frozenset()
    frame: frozenset[bytes] = frozenset()
    codes: list[tuple[str, str]] = field(default_factory=list)
    _found: dict[Home, dict[str | None, Sighting]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _units: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def home(self, page: Page) -> tuple[Picture, ...]:
        """Take a home page; returns its pictures that may be QR codes."""
        if hints(page.body, self.also):
            self.frame |= _tails(page.body)
            self._take(page, None, found_on(page, self.also))
        return pictures_on(page)

    def page(self, page: Page, outlet: Outlet) -> None:
        """Take a column's list page. Costs a search through its bytes unless it shows more than the
        frame."""
        if self.frame.issuperset(_tails(page.body)) or not hints(page.body, self.also):
            return
        self._units[outlet.id] = outlet.units
        self._take(page, outlet.id, found_on(page, self.also))

    def picture(self, page: Page, picture: Picture, home: Page) -> None:
        """Take a picture of the home page ``home``."""
        texts = qr_texts(page.body) if page.status == 200 else ()
        if page.status == 200:
            self.codes.append((picture.url, texts[0] if texts else ""))
        self._take(home, None, [found for text in texts if (found := found_in_code(text, picture))])

    def _take(self, page: Page, outlet: str | None, found: Iterable[Found]) -> None:
        digest = blake2b(page.body, digest_size=16).hexdigest()
        for one in found:
            self._found[one.home].setdefault(
                outlet, Sighting(one, page.final_url, digest, outlet, page.fetched_at)
            )

    def sightings(self) -> list[Sighting]:
        """Each account once. It keeps its column only where no other unit's page shows it."""
        return [self._one(places) for places in self._found.values()]

    def _one(self, places: dict[str | None, Sighting]) -> Sighting:
        first = places.get(None) or next(iter(places.values()))
        units = {self._units.get(outlet, ()) for outlet in places if outlet is not None}
        if None not in places and len(units) == 1:
            return first
        return Sighting(first.found, first.page_url, first.page_hash, None, first.moment)


def _tails(body: bytes) -> frozenset[bytes]:
    """Every account address in ``body`` from its mark on. One pass a mark: a pattern of them all
    takes ten times longer."""
    places = [(mark, at) for mark in TAILS for at in _places(body, mark)]
    for at in _places(body, COM):
        for mark in COM_TAILS:
            start = at - mark.index(COM)
            if start >= 0 and body.startswith(mark, start):
                places.append((mark, start))
    found = set()
    for mark, start in places:
        rest = REST.match(body, start + len(mark))
        found.add(mark + rest[0] if rest else mark)
    return frozenset(found)


def _places(body: bytes, mark: bytes) -> Iterator[int]:
    at = body.find(mark)
    while at >= 0:
        yield at
        at = body.find(mark, at + len(mark))


def platform_hosts(outlets: Iterable[Outlet]) -> frozenset[str]:
    """Hosts that the catalogue's accounts are asked at: a sample's stand-ins for the platforms."""
    found = set()
    for outlet in outlets:
        for probe in probes_of(outlet) if outlet.kind.value != "column" else ():
            for url in (
                probe.url or "",
                probe.handle.get("base", ""),
                probe.handle.get("visitor_base", ""),
            ):
                found.add(urlsplit(url).netloc.lower())
    return frozenset(found - {""})


async def glance(
    ask: Callable[[str], Awaitable[Page]],
    homes: Sequence[str],
    finder: Finder,
    new: Callable[[Sequence[str]], Collection[str]],
) -> None:
    """Look at every home page once and at those of its pictures that are ``new``; a failure costs
    only the glance."""
    for url in homes:
        try:
            home = await ask(url)
            pictures = finder.home(home)
            fresh = new([picture.url for picture in pictures]) if pictures else ()
            for picture in pictures:
                if picture.url in fresh:
                    finder.picture(await ask(picture.url), picture, home)
        except Exception:  # no home page is worth the night
            logger.exception("%s: the home page could not be searched for accounts", url)
