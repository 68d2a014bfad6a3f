"""Looking for the data of columns whose page shows no list: few requests a column, within guard,
robots and manners.

What is offered already is asked once a night by itself. A column whose page names nothing that fits
is left alone for a week.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.doors import recheck
from crawler.doors.plan import Desk
from crawler.model import Outcome, Page
from crawler.net.guard import refusal_of
from crawler.offers.due import wanted_at
from crawler.offers.find import candidates, files_of
from crawler.offers.weigh import read_of, weighed
from crawler.reading.markup import decode
from crawler.walking.addresses import one_address
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import allowed_hosts, host_manners
from crawler.walking.model import Known
from crawler.walking.offers import (
    AddressCandidate,
    How,
    SearchResult,
    Side,
    Tried,
    Wanted,
    Why,
    side_of,
)
from crawler.walking.offers.store import keep, keep_true
from crawler.walking.walk import Walk

logger = logging.getLogger(__name__)

MOST_TRIED = 6
"""Addresses that are asked for one column in one night."""
MOST_PAGES = 200
"""Requests to one site in one run: a hundred columns of one shell share its scripts."""
BARRED = {
    "foreign_host": Why.FOREIGN,
    "forbidden_address": Why.FORBIDDEN,
    "bad_address": Why.FORBIDDEN,
}
NO_LIST = (Outcome.UNREADABLE, Outcome.EMPTY)
"""Of a page whose list may stand in data: an empty frame where posts were, too."""

Ask = Callable[[str], Awaitable[Page]]


def seek(desk: Desk) -> tuple[SearchResult, ...]:
    """Look for the data of every column whose newest look found no list, where that was not done of
    late, and keep what came.

    Nothing of it becomes a post or a look. Never raises for what a site answers.
    """
    with desk.engine.begin() as connection:
        keep_true(connection, desk.clock())
    with desk.reader.connect() as connection:
        wanted = wanted_at(connection, desk.clock())
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, [Known(one.outlet) for one in wanted])
    if not wanted:
        return ()
    keeper = StoreKeeper(desk.engine, desk.reader, desk.config, hosts)

    async def go() -> list[SearchResult]:
        async with recheck.opened_doors(desk, hosts, manners) as doors:
            walk = Walk(doors.fetch, keeper, desk.config, desk.clock, hosts, manners, door="offers")
            seeker = _Seeker(
                walk.ask, desk.clock, hosts, desk.config.allow_loopback, keeper.column_at
            )
            return await seeker.all(wanted)

    found = tuple(asyncio.run(go()))
    with desk.engine.begin() as connection:
        keep(connection, found)
    return found


@dataclass(slots=True)
class _Seeker:
    """Asks through ``ask``; ``taken`` tells whose registered address one is."""

    ask: Ask
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    allow_loopback: bool
    taken: Callable[[str, str], str]
    files: dict[str, str] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    async def all(self, wanted: Sequence[Wanted]) -> list[SearchResult]:
        """The sites side by side, their columns one after the other."""
        by_site: dict[str, list[Wanted]] = {}
        for one in wanted:
            by_site.setdefault(one.outlet.site, []).append(one)
        told = await asyncio.gather(*(self._site(mine) for mine in by_site.values()))
        return _apart([one for found in told for one in found])

    async def _site(self, wanted: Iterable[Wanted]) -> list[SearchResult]:
        found = [await self._guarded(one) for one in wanted]
        return [one for one in found if one is not None]

    async def _guarded(self, wanted: Wanted) -> SearchResult | None:
        try:
            return await self._column(wanted)
        except Exception:  # as in visit.guarded: one column, not the run
            logger.exception("%s: its data could not be looked for", wanted.outlet.id)
            return None

    async def _column(self, wanted: Wanted) -> SearchResult | None:
        url = wanted.outlet.url or ""
        page = await self._page(wanted, url)
        if page is None or page.error or page.status != 200:
            return None
        reading = read_of(page, wanted.outlet)
        found = SearchResult(wanted.outlet.id, url, page.fetched_at, side_of(reading))
        if reading.outcome is Outcome.READ:
            # a page that a browser fills is no list without one, whatever stands in it
            return replace(found, reads=True) if wanted.outlet.render == "plain" else None
        if reading.outcome not in NO_LIST:
            return None
        if wanted.kept and wanted.how is not None:
            again = await self._try(wanted, [AddressCandidate(wanted.kept, wanted.how)])
            if again.url:
                return replace(
                    found, url=again.url, how=again.how, after=again.after, tried=again.tried
                )
        base, text = page.final_url or url, decode(page.body, page.headers)
        named = candidates(text, base, await self._scripts(wanted, text, base))
        got = await self._try(wanted, named)
        return replace(found, url=got.url, how=got.how, after=got.after, tried=got.tried)

    async def _scripts(self, wanted: Wanted, text: str, base: str) -> dict[str, str]:
        """The page's script files, each fetched once for all columns."""
        told: dict[str, str] = {}
        for url in files_of(text, base, self.hosts):
            if url not in self.files:
                page = await self._page(wanted, url)
                good = page is not None and page.status == 200 and not page.error
                self.files[url] = (
                    decode(page.body, page.headers) if page is not None and good else ""
                )
            told[url] = self.files[url]
        return told

    async def _try(self, wanted: Wanted, named: Sequence[AddressCandidate]) -> SearchResult:
        """The best of the addresses, and what came of each."""
        tried: list[Tried] = []
        good: list[tuple[int, int, str, How, Side]] = []
        asked = 0
        for one in named:
            why = self._barred(wanted, one) or (Why.MANY if asked >= MOST_TRIED else None)
            page = None if why else await self._page(wanted, one.url)
            if page is None:
                tried.append(Tried(one.url, one.how, why or Why.MANY))
                continue
            asked += 1
            told, side, met = weighed(Tried(one.url, one.how, Why.GOOD), page, wanted)
            tried.append(told)
            if side is not None:
                good.append((met, one.own, one.url, one.how, side))
        if not good:
            return SearchResult(wanted.outlet.id, "", self.clock(), tried=tuple(tried))
        best = max(good, key=lambda found: found[:2])  # the first of equals
        rest = {found[2] for found in good} - {best[2]}
        told_all = tuple(replace(one, why=Why.SECOND) if one.url in rest else one for one in tried)
        return SearchResult(
            wanted.outlet.id,
            "",
            self.clock(),
            url=best[2],
            how=best[3],
            after=best[4],
            tried=told_all,
        )

    def _barred(self, wanted: Wanted, one: AddressCandidate) -> Why | None:
        """Why an address is not asked."""
        if one.url in wanted.refused:
            return Why.REFUSED
        if not one.whole:
            return Why.UNFILLED
        reason = refusal_of(one.url, self.hosts, allow_loopback=self.allow_loopback)
        if reason:
            return BARRED.get(reason, Why.FOREIGN)
        if one.post:
            return Why.POST
        return Why.TAKEN if self.taken(one.url, wanted.outlet.id) else None

    async def _page(self, wanted: Wanted, url: str) -> Page | None:
        """``None``: the site was asked enough tonight."""
        self.left[wanted.outlet.site] += 1
        return await self.ask(url) if self.left[wanted.outlet.site] <= MOST_PAGES else None


def _apart(found: Sequence[SearchResult]) -> list[SearchResult]:
    """What is offered for two columns is a list of the whole site's, and nobody's."""
    times = Counter(one_address(one.url) for one in found if one.url)
    return [
        _withdrawn(one) if one.url and times[one_address(one.url)] > 1 else one for one in found
    ]


def _withdrawn(one: SearchResult) -> SearchResult:
    tried = tuple(replace(t, why=Why.SHARED) if t.url == one.url else t for t in one.tried)
    return replace(one, url="", how=None, after=None, tried=tried)
