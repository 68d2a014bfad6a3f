"""The last gate before the network: every request and every hop of a redirect passes it."""

from __future__ import annotations

from typing import Protocol, Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError

from crawler.config import CrawlConfig
from crawler.doors.spiders.forbidden import Forbidden
from crawler.doors.spiders.resolver import GuardedResolver
from crawler.net.guard import host_of, refusal_of
from crawler.net.guard_trial import PROBE_NAME
from crawler.walking.hosts import host_key


class Guarded(Protocol):
    """What the gate must know of the spider that it stands before."""

    hosts: frozenset[str]
    config: CrawlConfig


class GuardMiddleware:
    """Refuses addresses outside the catalogue's hosts, and puts each request into its host's slot."""

    def __init__(self, hosts: frozenset[str], allow_loopback: bool) -> None:
        self.hosts = hosts
        self.allow_loopback = allow_loopback

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider = cast(Guarded, crawler.spider)
        return cls(spider.hosts | {PROBE_NAME}, spider.config.allow_loopback)

    def process_request(self, request: Request) -> None:
        """Raises :class:`Forbidden` for an address that the guard refuses."""
        reason = refusal_of(request.url, self.hosts, allow_loopback=self.allow_loopback)
        if reason:
            raise Forbidden(reason)
        request.meta["download_slot"] = host_key(request.url)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises :class:`Forbidden` where the name has no address because it led inside."""
        unresolved = isinstance(exception, CannotResolveHostError)
        if unresolved and host_of(request.url) in GuardedResolver.refused:
            raise Forbidden("forbidden_address")
