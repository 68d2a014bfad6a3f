"""One ``fetch`` for a walk over all its hosts: most go through its own door, a few need another.

Sites marked ``legacy_tls`` are asked in the TLS of the last century, columns marked ``render:
browser`` in a browser. Neither is even made before the first page that needs it; all other pages
cost one look-up more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from crawler.config import CrawlConfig
from crawler.model import Ask, Manners, Page
from crawler.net.browser import BrowserDoor
from crawler.walking.hosts import host_key

Fetch = Callable[[Ask], Awaitable[Page]]


class Door(Protocol):
    """A door that is opened and closed (``crawler.doors.recheck.HttpDoor``)."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *error: object) -> None: ...

    async def fetch(self, ask: Ask) -> Page: ...


class Glancing(Door, Protocol):
    """A door that can also stop after so many bytes."""

    async def glance(self, ask: Ask, most: int) -> Page: ...


@dataclass
class Doors:
    """``plain`` is the walk's own door; ``old`` makes the one for the hosts whose ``manners`` say
    ``legacy_tls``."""

    plain: Fetch
    old: Callable[[], Door]
    config: CrawlConfig
    clock: Callable[[], datetime]
    legacy: frozenset[str] = frozenset()
    _old: Door | None = None
    _browser: BrowserDoor | None = None

    async def fetch(self, ask: Ask) -> Page:
        """The page behind ``ask`` by the door that it needs. Faults are pages with ``error``; never
        raises them."""
        if ask.render:
            if self._browser is None:
                config = self.config
                self._browser = BrowserDoor(
                    self.network, config.chromium, config.timeout, self.clock
                )
            return await self._browser.fetch(ask)
        return await self.network(ask)

    async def network(self, ask: Ask) -> Page:
        """Without a browser, in the TLS that the host understands."""
        if not self.legacy or host_key(ask.url) not in self.legacy:
            return await self.plain(ask)
        if self._old is None:
            self._old = await self.old().__aenter__()
        return await self._old.fetch(ask)

    async def __aenter__(self) -> Doors:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close what was opened; ``plain`` is its owner's."""
        if self._browser is not None:
            await self._browser.close()
        if self._old is not None:
            await self._old.__aexit__(None, None, None)
        self._browser = self._old = None


@dataclass
class TwoDoors:
    """``make`` opens a door; hosts of ``legacy`` get one that speaks the last century's TLS, all
    others today's."""

    make: Callable[..., Glancing]
    legacy: frozenset[str]
    stack: AsyncExitStack
    _made: dict[bool, Glancing] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, url: str, *, old: bool = False) -> Glancing:
        """The door for ``url``; with ``old`` the last century's whatever the host."""
        old = old or host_key(url) in self.legacy
        async with self._lock:
            if old not in self._made:
                self._made[old] = await self.stack.enter_async_context(self.make(legacy=old))
            return self._made[old]


def legacy_hosts(manners: Mapping[str, Manners]) -> frozenset[str]:
    """The ``host:port`` whose sites are marked ``legacy_tls``."""
    return frozenset(host for host, polite in manners.items() if polite.legacy_tls)
