"""Scrapy's names resolved under the guard: a name that leads inside has no address, and the guard's
word says why."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import BaseSettings
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError

from crawler.net.guard import forbidden
from crawler.net.guard_trial import INSIDE, PROBE_NAME


class GuardedResolver(CachingThreadedResolver):
    """``inside`` are hosts of the catalogue on the office's own network; ``refused`` the names that
    led inside.

    The address that was judged is the one that Twisted connects to. Scrapy makes the resolver from
    the settings of the process, before a spider can read config.yaml: it is shut until the crawl's
    own settings come to the middleware.
    """

    allow_loopback = False
    inside: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    @classmethod
    def opened(cls, settings: BaseSettings) -> None:
        """Let this process's one crawl go where its settings say."""
        cls.allow_loopback = settings.getbool("GUARD_ALLOW_LOOPBACK")
        cls.inside = frozenset(settings.getlist("GUARD_INSIDE_HOSTS"))

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found = succeed(INSIDE) if name == PROBE_NAME else super().getHostByName(name, timeout)
        return found.addCallback(self._judged, name)

    def _judged(self, address: str, name: str) -> str:
        if name not in self.inside and forbidden(address, allow_loopback=self.allow_loopback):
            GuardedResolver.refused = GuardedResolver.refused | {name}
            raise DNSLookupError(f"{name} leads inside")
        return address
