"""Many addresses asked politely: each host by its manners and robots.txt, a dead one given up, all
within one cap.

The walk over columns has its own order (``walk.py``); this is for pages and files in any order. It
fetches through a plain function and keeps the same rules for every host, the catalogue's or a
stranger's.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Generic, TypeVar

from protego import Protego

from crawler.config import CrawlConfig
from crawler.model import Ask, Manners, Page
from crawler.net.robots import rules_text
from crawler.walking.hosts import HostQueue, host_key
from crawler.walking.walk import LONGEST_DELAY, NETWORK

T = TypeVar("T")
Fetch = Callable[[T, Ask], Awaitable[Page]]
MOST_HOSTS = 5000
"""Hosts whose manners are remembered in one run."""


@dataclass
class Polite(Generic[T]):
    """``fetch`` gets the thing that an address stands for, and the request. ``stopped`` ends the
    run between requests."""

    fetch: Fetch[T]
    robots_fetch: Callable[[Ask], Awaitable[Page]]
    config: CrawlConfig
    clock: Callable[[], datetime]
    manners: Mapping[str, Manners]
    stopped: Callable[[], bool] = lambda: False
    queues: dict[str, HostQueue] = field(default_factory=dict)
    rules: dict[str, Protego | str | None] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    gates: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    async def run(
        self, asks: Iterable[tuple[T, Ask]], done: Callable[[T, Page], Awaitable[None]]
    ) -> None:
        """Ask every address once (a network fault once more) and hand each page to ``done``;
        returns when all is done."""
        total = asyncio.Semaphore(self.config.total_concurrency)
        by_host: dict[str, list[tuple[T, Ask]]] = defaultdict(list)
        for thing, ask in asks:
            by_host[host_key(ask.url)].append((thing, ask))
        if len(self.queues) > MOST_HOSTS:
            self.queues.clear()
            self.rules.clear()
            self.locks.clear()
        async with asyncio.TaskGroup() as group:
            for host, waiting in by_host.items():
                queue = self._queue(host)
                waiting.reverse()
                for _ in range(min(queue.manners.concurrency, len(waiting))):
                    group.create_task(self._work(queue, waiting, total, done))

    async def ask_one(self, thing: T, ask: Ask) -> Page:
        """One address in its host's turn, outside of any batch; callers at the same time wait for
        each other."""
        queue = self._queue(host_key(ask.url))
        gate = self.gates.setdefault(queue.host, asyncio.Semaphore(queue.manners.concurrency))
        async with gate:
            return await self._one(queue, thing, ask, asyncio.Semaphore(1))

    async def _work(
        self,
        queue: HostQueue,
        waiting: list[tuple[T, Ask]],
        total: asyncio.Semaphore,
        done: Callable[[T, Page], Awaitable[None]],
    ) -> None:
        while waiting and not self.stopped():
            thing, ask = waiting.pop()
            page = await self._one(queue, thing, ask, total)
            await done(thing, page)

    async def _one(self, queue: HostQueue, thing: T, ask: Ask, total: asyncio.Semaphore) -> Page:
        barred = await self._barred(queue, ask.url, total) if self.config.robots else ""
        for _ in range(1 + self.config.retries):
            if barred or queue.dead:
                return Page(ask.url, ask.url, 0, {}, b"", self.clock(), barred or "host_gave_up")
            await self._turn(queue)
            async with total:
                page = await self.fetch(thing, ask)
            queue.settle(failed=page.error in NETWORK)
            if page.error not in NETWORK:
                break
        return page

    async def _turn(self, queue: HostQueue) -> None:
        wait = queue.reserve(monotonic())
        if wait > 0:
            await asyncio.sleep(wait)

    def _queue(self, host: str) -> HostQueue:
        if host not in self.queues:
            manners = self.manners.get(host) or Manners(self.config.delay, 1)
            self.queues[host] = HostQueue(host, manners, self.config.give_up_after)
        return self.queues[host]

    async def _barred(self, queue: HostQueue, url: str, total: asyncio.Semaphore) -> str:
        """Why robots.txt keeps us from ``url``. A missing file forbids nothing; one that cannot be
        had forbids all (RFC 9309)."""
        async with self.locks.setdefault(queue.host, asyncio.Lock()):
            if queue.host not in self.rules:
                await self._turn(queue)
                scheme = url.partition("://")[0]
                async with total:
                    page = await self.robots_fetch(Ask(f"{scheme}://{queue.host}/robots.txt"))
                self.rules[queue.host] = self._rules_of(queue, page)
        rules = self.rules[queue.host]
        if isinstance(rules, str):
            return rules
        return "" if rules is None or rules.can_fetch(url, self.config.user_agent) else "robots"

    def _rules_of(self, queue: HostQueue, page: Page) -> Protego | str | None:
        if page.error or page.status >= 500:
            queue.settle(failed=page.error in NETWORK)
            return page.error or "unreachable"
        text = rules_text(page)
        if not text:
            return None
        rules = Protego.parse(text)
        wanted = min(rules.crawl_delay(self.config.user_agent) or 0.0, LONGEST_DELAY)
        if wanted > queue.manners.delay:
            queue.manners = replace(queue.manners, delay=wanted)
        return rules
