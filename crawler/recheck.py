"""The other door: one outlet, now, through httpx; the same walk, the same Visit as the spider's."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from sqlalchemy import Engine

from crawler.accounts import AccountNight
from crawler.config import CrawlConfig
from crawler.guard import refusal_of
from crawler.keeper import StoreKeeper
from crawler.model import Ask, OutletKind, Page, Visit
from crawler.record import adopt_articles, close_run, open_run, pending_articles
from crawler.redirects import follow
from crawler.register import allowed_hosts, host_manners, known_outlets
from crawler.settings import request_headers
from crawler.visit import Looked
from crawler.walk import Walk

logger = logging.getLogger(__name__)


class UnknownOutlet(LookupError):
    """No outlet of the catalogue has this id."""


def recheck(
    engine: Engine,
    reader: Engine,
    config: CrawlConfig,
    clock: Callable[[], datetime],
    ids: Sequence[str],
    *,
    conditional: bool = False,
    whole: bool = False,
) -> list[Visit]:
    """Look at the outlets ``ids`` now; returns their visits in the order of ``ids``.

    One look each, so that the answer comes at once: further pages and article pages are left to the next night
    unless ``whole``. ``conditional`` asks with the stored validators. Raises :class:`UnknownOutlet` before
    anything is fetched.
    """
    with reader.connect() as connection:
        known = known_outlets(connection, ids)
        asks_accounts = any(one.outlet.kind is OutletKind.ACCOUNT for one in known)
        canaries = known_outlets(connection, kind=OutletKind.CANARY) if asks_accounts else []
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, known)
        pending = pending_articles(connection, ids) if whole else []
    missing = [name for name in ids if name not in {one.outlet.id for one in known}]
    if missing:
        raise UnknownOutlet(", ".join(missing))
    with engine.begin() as connection:
        run = open_run(connection, "recheck", clock(), len(known))
    keeper = StoreKeeper(engine, reader, config, hosts)
    seen: dict[str, Looked] = {}
    door = HttpDoor(config, hosts, clock)

    async def go() -> None:
        async with door:
            walk = Walk(
                door.fetch,
                keeper,
                config,
                clock,
                hosts,
                manners,
                door="recheck",
                articles=whole,
                pages=whole,
                conditional=conditional,
                on_look=lambda looked: seen.__setitem__(looked.visit.outlet, looked),
            )
            await walk.run((one for one in known if one.outlet.kind is OutletKind.COLUMN), pending)
            night = AccountNight(
                door.fetch,
                keeper,
                config,
                clock,
                hosts,
                manners,
                door="recheck",
                forced=True,
                on_look=lambda looked: seen.__setitem__(looked.visit.outlet, looked),
            )
            await night.run([*(one for one in known if one.outlet.kind is not OutletKind.COLUMN), *canaries])

    asyncio.run(go())
    keeper.flush()
    with engine.begin() as connection:
        adopt_articles(connection)
        close_run(connection, run, clock())
    return [seen[name].visit for name in ids]


@dataclass
class HttpDoor:
    """``fetch`` over one httpx client, with the limits of the crawl: size, time, redirects, guard."""

    config: CrawlConfig
    hosts: frozenset[str]
    clock: Callable[[], datetime]

    async def __aenter__(self) -> HttpDoor:
        self.client = httpx.AsyncClient(
            headers=request_headers(self.config),
            timeout=self.config.timeout,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            verify=_any_tls(),
            follow_redirects=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    async def fetch(self, ask: Ask) -> Page:
        """The page behind ``ask``, redirects followed. Network faults are pages with ``error``; never raises them."""
        return await follow(
            self._hop, ask, most=self.config.redirects, refused=self._refused, clock=self.clock
        )

    def _refused(self, url: str) -> str:
        return refusal_of(url, self.hosts, allow_loopback=self.config.allow_loopback)

    async def _hop(self, ask: Ask) -> Page:
        """One request through httpx."""
        try:
            async with (
                asyncio.timeout(self.config.timeout),
                self.client.stream(
                    ask.method, ask.url, headers=dict(ask.headers), content=ask.body
                ) as answer,
            ):
                return await self._page(ask, answer)
        except Exception as error:
            # Whatever a download raises is one failed look, as in the spider.
            word = _word(error)
            if word == "network":
                logger.warning("%s: %s: %s", ask.url, type(error).__name__, error)
            return self._failed(ask, word)

    async def _page(self, ask: Ask, answer: httpx.Response) -> Page:
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
            if size > self.config.max_size:
                return self._failed(ask, "too_large")
            chunks.append(chunk)
        headers: dict[str, str] = {}
        for name, value in answer.headers.raw:
            known = headers.get(name.decode("latin-1").lower())
            text = value.decode("latin-1")
            headers[name.decode("latin-1").lower()] = text if known is None else f"{known}, {text}"
        return Page(ask.url, ask.url, answer.status_code, headers, b"".join(chunks), self.clock())

    def _failed(self, ask: Ask, error: str) -> Page:
        return Page(ask.url, ask.url, 0, {}, b"", self.clock(), error)


def _any_tls() -> ssl.SSLContext:
    """Old and self-signed certificates are looked past, as the spider does: the pages are public.

    What a portal's certificate is worth is another question than what its columns show.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _word(error: Exception) -> str:
    """The word of ``Page.error``, the same as the spider's for the same fault (``spiders/failures.py``)."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout"
    if isinstance(error, httpx.DecodingError):
        return "bad_encoding"
    if isinstance(error, httpx.InvalidURL):
        return "bad_address"
    cause = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if isinstance(error.__cause__, ssl.SSLError) or "SSL" in cause or "certificate" in cause.lower():
        return "tls"
    if isinstance(error, httpx.ConnectError):
        return (
            "dns"
            if "Name or service" in cause or "getaddrinfo" in cause or "nodename" in cause
            else "refused"
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
        return "reset"
    return "network"
