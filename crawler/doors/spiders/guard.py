"""The last gate before the network: every request and every hop of a redirect passes it."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError

from crawler.doors.spiders.forbidden import Forbidden
from crawler.doors.spiders.resolver import GuardedResolver
from crawler.net.guard import host_of, refusal_of
from crawler.net.guard_trial import PROBE_NAME
from crawler.walking.hosts import host_key


class GuardMiddleware:
    """Refuses addresses outside the catalogue's hosts, and puts each request into its host's slot.

    Another spider than ours (``scrapy shell URL``) has no catalogue: it may ask any public host,
    none inside.
    """

    def __init__(
        self, hosts: frozenset[str], allow_loopback: bool, *, foreign: bool = False
    ) -> None:
        self.hosts = hosts
        self.allow_loopback = allow_loopback
        self.foreign = foreign

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        hosts: frozenset[str] | None = getattr(crawler.spider, "hosts", None)
        GuardedResolver.opened(crawler.settings)
        allow_loopback = crawler.settings.getbool("GUARD_ALLOW_LOOPBACK")
        return cls((hosts or frozenset()) | {PROBE_NAME}, allow_loopback, foreign=hosts is None)

    def process_request(self, request: Request) -> None:
        """Raises :class:`Forbidden` for an address that the guard refuses."""
        reason = refusal_of(
            request.url, self.hosts, allow_loopback=self.allow_loopback, foreign=self.foreign
        )
        if reason:
            raise Forbidden(reason)
        request.meta["download_slot"] = host_key(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises :class:`Forbidden` where the name has no address because it led inside."""
        unresolved = isinstance(exception, CannotResolveHostError)
        if unresolved and host_of(request.url) in GuardedResolver.refused:
            raise Forbidden("forbidden_address")
