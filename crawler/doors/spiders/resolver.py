"""Scrapy's names resolved under the guard: a name that leads inside has no address, and the guard's word says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

from crawler.net.guard import forbidden
from crawler.net.guard_trial import INSIDE, PROBE_NAME


class GuardedResolver(CachingThreadedResolver):
    """``inside`` are hosts of the catalogue on the office's own network; ``refused`` the names that led inside.

    The address that was judged is the one that Twisted connects to.
    """

    allow_loopback = False
    inside: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        found = super().from_crawler(crawler, reactor)
        found.allow_loopback = crawler.settings.getbool("GUARD_ALLOW_LOOPBACK")
        found.inside = frozenset(crawler.settings.getlist("GUARD_INSIDE_HOSTS"))
        return found

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found = succeed(INSIDE) if name == PROBE_NAME else super().getHostByName(name, timeout)
        return found.addCallback(self._judged, name)

    def _judged(self, address: str, name: str) -> str:
        if name not in self.inside and forbidden(address, allow_loopback=self.allow_loopback):
            GuardedResolver.refused = GuardedResolver.refused | {name}
            raise DNSLookupError(f"{name} leads inside")
        return address
