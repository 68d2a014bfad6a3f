"""The spider: Scrapy fetches, ``crawler.walk`` decides what and when, the platforms read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.accounts.night import AccountNight
from crawler.config import CrawlConfig
from crawler.doors.choice import Doors, legacy_hosts
from crawler.doors.recheck import HttpDoor
from crawler.doors.settings import request_headers
from crawler.doors.spiders.failures import word_for
from crawler.doors.spiders.trial import try_door
from crawler.model import Ask, Manners, OutletKind, Page
from crawler.net.guard import refusal_of
from crawler.net.guard_trial import try_clients
from crawler.net.redirects import follow
from crawler.net.tls import fault_of
from crawler.register.finder import Finder, glance
from crawler.walking.model import Known, Looked, Planned
from crawler.walking.page_facts import Inspector
from crawler.walking.walk import Keeper, Walk

logger = logging.getLogger(__name__)


class OutletSpider(Spider):
    """Looks at ``known`` and ``planned`` outlets and fetches ``pending`` article pages, once
    each."""

    name = "outlets"

    def __init__(
        self,
        *,
        config: CrawlConfig,
        known: Sequence[Known],
        planned: Sequence[Planned] = (),
        pending: Sequence[str],
        hosts: frozenset[str],
        manners: dict[str, Manners],
        keeper: Keeper,
        clock: Callable[[], datetime],
        on_look: Callable[[Looked], None],
        finder: Finder | None = None,
        homes: Sequence[str] = (),
        new_pictures: Callable[[Sequence[str]], Collection[str]] = frozenset,
        inspector: Inspector | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.hosts = hosts
        self.known = known
        self.planned = planned
        self.pending = pending
        self.clock = clock
        self.failed: BaseException | None = None
        self.headers = request_headers(config)
        self.finder = finder
        self.homes = homes
        self.new_pictures = new_pictures
        old = partial(HttpDoor, config, hosts, clock, legacy=True)
        on_look = partial(self._count, on_look)
        self.doors = Doors(self._plain, old, config, clock, legacy_hosts(manners))
        self.walk = Walk(
            self.fetch, keeper, config, clock, hosts, manners, door="spider", on_look=on_look
        )
        self.inspector = inspector or Inspector(())
        self.walk.on_list = self._listed
        self.walk.on_article = self.inspector.article
        self.night = AccountNight(
            self.fetch, keeper, config, clock, hosts, manners, door="spider", on_look=on_look
        )

    def _count(self, on_look: Callable[[Looked], None], looked: Looked) -> None:
        """Each look stands in Scrapy's stats by its outcome and reason."""
        visit = looked.visit
        for name in (f"outcome/{visit.outcome}", f"outcome/{visit.outcome}/{visit.reason}")[
            : 1 + bool(visit.reason)
        ]:
            self.crawler.stats.inc_value(name)
        on_look(looked)

    def _listed(self, page: Page, known: Known) -> None:
        """A column's page that is not just as before: accounts on it, and what it says of
        itself."""
        if self.finder is not None:
            self.finder.page(page, known.outlet)
        self.inspector.column(page, known.outlet)

    async def _home(self, url: str) -> Page:
        """A home page (or one of its pictures), and what the page says of itself."""
        page = await self.walk.ask(url)
        if url in self.homes:
            self.inspector.home(page)
        return page

    async def start(self) -> AsyncIterator[Any]:
        """Walks everything; the requests go through Scrapy's downloader one by one."""
        try:
            await try_clients()
            await try_door(self.crawler.engine.download_async)
            async with self.doors:
                await self._columns()
                await self.night.run(
                    one for one in self.known if one.outlet.kind is not OutletKind.COLUMN
                )
        except BaseException as error:  # Scrapy would log it and report "finished"
            self.failed = error
        nothing: tuple[Any, ...] = ()
        for item in nothing:  # an async generator that yields nothing: the walk has done it all
            yield item

    async def _columns(self) -> None:
        """Every host's home page first and its columns after; no host waits for another's."""
        columns = [one for one in self.known if one.outlet.kind is OutletKind.COLUMN]
        async with asyncio.TaskGroup() as group:
            if self.finder is not None:
                for home in self.homes:
                    group.create_task(glance(self._home, [home], self.finder, self.new_pictures))
            await self.walk.run(columns, self.pending, self.planned)

    async def fetch(self, ask: Ask) -> Page:
        """The page behind ``ask``, redirects followed. Network faults are pages with ``error``;
        never raises them."""
        return await self.doors.fetch(ask)

    async def _plain(self, ask: Ask) -> Page:
        return await follow(
            self._hop, ask, most=self.config.redirects, refused=self._refused, clock=self.clock
        )

    def _refused(self, url: str) -> str:
        return refusal_of(url, self.hosts, allow_loopback=self.config.allow_loopback)

    async def _hop(self, ask: Ask) -> Page:
        """One request through Scrapy's downloader."""
        try:
            request = Request(
                ask.url,
                method=ask.method,
                # Bytes: a validator goes back as the portal wrote it.
                headers={
                    **self.headers,
                    **{n: v.encode("latin-1") for n, v in ask.headers.items()},
                },
                body=ask.body,
                meta={"download_timeout": self.config.timeout},
                dont_filter=True,
            )
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            # Whatever a download raises is one failed look, never the end of the night.
            word = word_for(error)
            if word == "network":
                logger.warning("%s: %s: %s", ask.url, type(error).__name__, error)
            return self._failed(ask, word, fault_of(error) if word == "tls" else "")
        return self._page(ask, response)

    def _failed(self, ask: Ask, error: str, detail: str = "") -> Page:
        return Page(ask.url, ask.url, 0, {}, b"", self.clock(), error, detail)

    def _page(self, ask: Ask, response: Response) -> Page:
        headers = {
            name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        return Page(ask.url, ask.url, response.status, headers, response.body, self.clock())
