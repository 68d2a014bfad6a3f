"""Looking beside a column's list before it is accused: the home page, rows without a sure day,
links outside the list, the pages behind its first.

One home page a site and few pages a column, within the guard, robots and manners of every other
look. What cannot be fetched changes nothing, and is kept as such.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from crawler.crosscheck.home import Front, HomeLink, read_front
from crawler.crosscheck.model import Crosscheck, Deposition, SilentColumn, Where, Witness
from crawler.crosscheck.own import Own, plain_title
from crawler.crosscheck.pages import further_of, of_page, slipped
from crawler.crosscheck.store import SitePages, keep, known_posts, own_of, sites_of, undated_rows
from crawler.days.strength import is_weak
from crawler.doors import recheck
from crawler.doors.plan import Desk
from crawler.model import Article, Outcome, Page, Unread, shanghai_day
from crawler.platforms import portal, probes_of
from crawler.reading.article import read_article
from crawler.reading.states import refusal
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import allowed_hosts, host_manners
from crawler.walking.model import STUBS, Known
from crawler.walking.record import ArticleSeen
from crawler.walking.visit import guarded
from crawler.walking.walk import NETWORK, Walk

logger = logging.getLogger(__name__)

MOST_ROWS, MOST_LINKS = 5, 5
"""So many rows and so many links of a column are looked at, those that may be newest first."""
MOST_PAGES = 300
"""Pages of one site in one run: a hundred columns at once are a redesign rather than silence."""
TOO_MANY = "too_many"
OUTSIDE = ("outside", "part")
BLIND = (Outcome.BLOCKED, Outcome.UNREACHABLE)

Ask = Callable[[str], Awaitable[Page]]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is known of a suspect before anything is asked."""

    suspect: SilentColumn
    site: SitePages | None
    own: Own
    undated: tuple[HomeLink, ...] = ()


@dataclass(slots=True)
class _Budget:
    """How many pages of each site may still be asked."""

    left: dict[str, int] = field(default_factory=dict)

    def take(self, site: str) -> bool:
        self.left[site] = self.left.get(site, MOST_PAGES) - 1
        return self.left[site] >= 0


def crosscheck(desk: Desk, suspects: Sequence[SilentColumn]) -> tuple[Crosscheck, ...]:
    """Look for posts of the ``suspects`` that are newer than their lists show, and keep what was
    looked at.

    A row of a list whose page bears a sure day is dated by it in the store. Never raises for what a
    site answers.
    """
    if not suspects:
        return ()
    with desk.reader.connect() as connection:
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, [Known(one.outlet) for one in suspects])
        sites = sites_of(connection, suspects)
        grounds = [_ground(connection, one, sites.get(one.outlet.site)) for one in suspects]
    keeper = StoreKeeper(desk.engine, desk.reader, desk.config, hosts)

    async def go() -> list[Crosscheck]:
        async with recheck.opened_doors(desk, hosts, manners) as doors:
            walk = Walk(
                doors.fetch, keeper, desk.config, desk.clock, hosts, manners, door="crosscheck"
            )
            seeker = _WitnessSeeker(walk.ask, desk.clock, desk.reader, keeper, desk.config.retries)
            return await seeker.all(grounds)

    checks = asyncio.run(go())
    keeper.flush()
    with desk.engine.begin() as connection:
        keep(connection, checks)
    return tuple(checks)


def _ground(connection: Connection, suspect: SilentColumn, site: SitePages | None) -> _Ground:
    own = own_of(connection, suspect, site.columns if site else ())
    undated = tuple(
        HomeLink(*row) for row in undated_rows(connection, suspect.outlet.id, MOST_ROWS)
    )
    rows = [one.text for one in suspect.unread if one.why not in OUTSIDE] + [
        one.title for one in undated
    ]
    titles = frozenset(plain_title(title) for title in rows) - {""}
    return _Ground(suspect, site, replace(own, titles=titles), undated)


@dataclass(slots=True)
class _WitnessSeeker:
    """Asks through ``ask``; a network failure is asked once more where the crawl would."""

    ask: Ask
    clock: Callable[[], datetime]
    reader: Engine
    keeper: StoreKeeper
    retries: int
    budget: _Budget = field(default_factory=_Budget)

    async def all(self, grounds: Sequence[_Ground]) -> list[Crosscheck]:
        """Every home page once, then the columns of different sites side by side."""
        by_site: dict[str, list[_Ground]] = {}
        for one in grounds:
            by_site.setdefault(one.suspect.outlet.site, []).append(one)
        found = await asyncio.gather(*(self._site(mine) for mine in by_site.values()))
        return [one for checks in found for one in checks]

    async def _site(self, grounds: Sequence[_Ground]) -> list[Crosscheck]:
        site = grounds[0].site
        home, front = await self._home(site) if site else (None, None)
        return [await self._column(one, home, front) for one in grounds]

    async def _home(self, site: SitePages) -> tuple[Witness, Front | None]:
        page = await self._asked(site.home)
        wall = refusal(page)
        if wall is not None and wall.reason in STUBS and wall.next:
            page = await self._asked(wall.next[0])
            wall = refusal(page)
        found = Witness(Where.HOME, site.home, page.fetched_at, Deposition.NOTHING)
        if wall is not None or page.status != 200:
            return replace(
                found, found=Deposition.FAILED, reason=wall.reason if wall else "http_error"
            ), None
        front = read_front(page, site.columns)
        return (
            (found, front)
            if front
            else (replace(found, found=Deposition.FAILED, reason="script_list"), None)
        )

    async def _column(
        self, ground: _Ground, home: Witness | None, front: Front | None
    ) -> Crosscheck:
        suspect, moment = ground.suspect, self.clock()
        looked = [await self._look(ground, *one) for one in self._asks(ground, front)]
        looked += await self._behind(ground, {one.url for one in looked})
        if home is not None:
            newer = [
                one.day
                for one in looked
                if one.where is Where.SHOWN and one.newer_than(suspect.newest)
            ]
            told = replace(home, found=Deposition.NEWER) if newer else home
            looked.insert(0, told)
        return Crosscheck(suspect.outlet.id, moment, suspect.newest, tuple(looked))

    def _asks(self, ground: _Ground, front: Front | None) -> Iterator[tuple[Where, HomeLink]]:
        """What is asked about a column, each address once."""
        suspect = ground.suspect
        rows = [_link(one) for one in suspect.unread if one.url and one.why not in OUTSIDE]
        rows += ground.undated
        outside = [one for one in suspect.unread if one.url and one.why in OUTSIDE]
        outside.sort(key=lambda one: (one.day is None, one.day or date.min), reverse=True)
        asked: set[str] = set()
        for where, links, most in (
            (Where.ROW, rows, MOST_ROWS),
            (Where.OUTSIDE, [_link(one) for one in outside], MOST_LINKS),
            (Where.SHOWN, self._shown(ground, front), MOST_LINKS),
        ):
            fresh = {one.url: one for one in reversed(links) if one.url not in asked}
            chosen = list(reversed(fresh.values()))[:most]
            asked |= {one.url for one in chosen}
            yield from ((where, one) for one in chosen)

    def _shown(self, ground: _Ground, front: Front | None) -> list[HomeLink]:
        """Links of the home page that may be the column's, without those that are stored posts of a
        known day or column."""
        if front is None:
            return []
        outlet = ground.suspect.outlet
        links = list(front.of(ground.own, outlet.url or "", ground.suspect.newest))
        with self.reader.connect() as connection:
            known = known_posts(connection, outlet.id, [one.url for one in links])
        return [one for one in links if one.url not in known or known[one.url] == (True, None)]

    async def _behind(self, ground: _Ground, asked: set[str]) -> list[Witness]:
        """The list's further pages, and the pages of rows whose day contradicts the order of the
        list."""
        suspect, outlet = ground.suspect, ground.suspect.outlet
        probe = next(iter(probes_of(outlet)), None)
        if (
            probe is None
            or not outlet.url
            or suspect.newest is None
            or not self.budget.take(outlet.site)
        ):
            return []
        list_page = await self._asked(outlet.url)
        reading = guarded(portal.read, list_page, outlet, probe)
        rows = [one for one in slipped(reading) if one.url not in asked][:MOST_ROWS]
        looked = [await self._look(ground, Where.ROW, one, dates=False) for one in rows]
        for url in further_of(reading):
            if self.budget.take(outlet.site):
                page = await self._asked(url)
                looked.append(
                    of_page(suspect, url, page, guarded(portal.read, page, outlet, probe))
                )
        return looked

    async def _look(
        self, ground: _Ground, where: Where, link: HomeLink, *, dates: bool = True
    ) -> Witness:
        """``dates``: what the page of a row says dates the row in the store."""
        if not self.budget.take(ground.suspect.outlet.site):
            nothing = Witness(
                where, link.url, self.clock(), Deposition.FAILED, TOO_MANY, link.title
            )
            return _by_print(nothing, ground.suspect, ground.own, link)
        page = await self._asked(link.url)
        article = _read(page, link.title)
        if where is Where.ROW and dates:
            self.keeper.article(ArticleSeen(link.url, article, page.fetched_at))
        return weigh(ground.suspect, ground.own, where, link, page, article)

    async def _asked(self, url: str) -> Page:
        page = await self.ask(url)
        return await self.ask(url) if page.error in NETWORK and self.retries else page


def weigh(
    suspect: SilentColumn, own: Own, where: Where, link: HomeLink, page: Page, article: Article
) -> Witness:
    """What the page behind ``link`` says of the column."""
    title = link.title or article.title
    found = Witness(where, link.url, page.fetched_at, Deposition.OTHER, title=title)
    if article.outcome in BLIND or (
        article.outcome is Outcome.UNREADABLE and article.reason != "no_dates"
    ):
        failed = replace(found, found=Deposition.FAILED, reason=article.reason or "unreadable")
        return _by_print(failed, suspect, own, link)
    mine = (
        where is Where.ROW
        or own.titled(link.title)
        or own.holds(article, page.final_url or link.url)
    )
    if not mine:
        return found
    dated, newest = article.published, suspect.newest
    day = dated.day if dated is not None else link.day
    if day is not None and day > shanghai_day(page.fetched_at):
        day = None
    if day is not None and (newest is None or day > newest):
        return replace(found, found=Deposition.NEWER, day=day)
    if day is None or (dated is not None and is_weak(dated)):
        return replace(found, found=Deposition.UNDATED if newest else Deposition.NEWER)
    return replace(found, found=Deposition.NOTHING, day=day)


def _by_print(failed: Witness, suspect: SilentColumn, own: Own, link: HomeLink) -> Witness:
    """A page that could not be seen; what the home page prints of it stands where the link is
    surely the column's."""
    newest = suspect.newest
    own_link = own.below(link.url) or own.titled(link.title)
    if link.day is None or not own_link or (newest is not None and link.day <= newest):
        return failed
    return replace(failed, found=Deposition.NEWER, day=link.day)


def _link(one: Unread) -> HomeLink:
    return HomeLink(one.url, one.text, None)


def _read(page: Page, title: str) -> Article:
    try:
        return read_article(page, title=title)
    except Exception as error:  # as in visit.guarded: one page, not the run
        logger.exception("the article reader broke on %s", page.url)
        return Article(Outcome.UNREADABLE, title, reason="reader_broke", mark=repr(error)[:200])
