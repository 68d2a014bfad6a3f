"""The other door: one outlet, now, through httpx; the same walk, the same Visit as the spider's."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import httpx

from crawler.accounts.night import AccountNight
from crawler.config import CrawlConfig
from crawler.doors.choice import Doors, legacy_hosts
from crawler.doors.plan import Desk
from crawler.doors.settings import request_headers
from crawler.model import Ask, Manners, OutletKind, Page, Visit
from crawler.net.client import Gate, guarded_client
from crawler.net.guard import refusal_of
from crawler.net.redirects import follow
from crawler.net.resolver import ForbiddenAddress, Resolve, system_resolve
from crawler.net.tls import any_certificate, fault_of, last_century
from crawler.net.unpacking import OFFERED, Garbled, Oversized, Unpacked
from crawler.walking.copies import Camera, keep_copies
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import allowed_hosts, host_manners, known_outlets, must_know
from crawler.walking.model import Looked
from crawler.walking.record import adopt_articles, close_run, open_run, pending_articles
from crawler.walking.walk import Walk

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Glance:
    """How a recheck looks. Further pages and article pages are left to the next night unless
    ``whole``; ``conditional`` asks with the stored validators; ``name`` is the door that the visits
    tell."""

    conditional: bool = False
    whole: bool = False
    name: str = "recheck"


AT_ONCE = Glance()


def recheck(
    desk: Desk, ids: Sequence[str], *, glance: Glance = AT_ONCE, keep: Collection[str] = ()
) -> list[Visit]:
    """Look at the outlets ``ids`` now; returns their visits in the order of ``ids``.

    One look each, so that the answer comes at once. The pages of the outlets in ``keep`` are copied
    into the store as proof. Raises ``UnknownOutlet`` before anything is fetched.
    """
    with desk.reader.connect() as connection:
        known = known_outlets(connection, ids)
        asks_accounts = any(one.outlet.kind is OutletKind.ACCOUNT for one in known)
        canaries = known_outlets(connection, kind=OutletKind.CANARY) if asks_accounts else []
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, known)
        pending = pending_articles(connection, ids) if glance.whole else []
    must_know(known, ids)
    with desk.engine.begin() as connection:
        run = open_run(connection, "recheck", desk.clock(), len(known))
    keeper = StoreKeeper(desk.engine, desk.reader, desk.config, hosts, run)
    seen: dict[str, Looked] = {}
    camera = Camera()

    async def go() -> None:
        async with opened_doors(desk, hosts, manners) as doors:
            fetch = camera.fetch(doors.fetch) if keep else doors.fetch
            walk = Walk(
                fetch,
                keeper,
                desk.config,
                desk.clock,
                hosts,
                manners,
                door=glance.name,
                articles=glance.whole,
                pages=glance.whole,
                conditional=glance.conditional,
                on_look=lambda looked: seen.__setitem__(looked.visit.outlet, looked),
            )
            await walk.run((one for one in known if one.outlet.kind is OutletKind.COLUMN), pending)
            night = AccountNight(
                fetch,
                keeper,
                desk.config,
                desk.clock,
                hosts,
                manners,
                door=glance.name,
                forced=True,
                on_look=lambda looked: seen.__setitem__(looked.visit.outlet, looked),
            )
            await night.run(
                [*(one for one in known if one.outlet.kind is not OutletKind.COLUMN), *canaries]
            )

    asyncio.run(go())
    keeper.flush()
    with desk.engine.begin() as connection:
        adopt_articles(connection, ids)
        taken = [one for one in known if one.outlet.id in keep and one.outlet.id in seen]
        shown = [
            (one.outlet.id, page)
            for one in taken
            for page in camera.of(one.outlet, seen[one.outlet.id])
        ]
        keep_copies(connection, shown)
        close_run(connection, run, desk.clock())
    return [seen[name].visit for name in ids]


@asynccontextmanager
async def opened_doors(
    desk: Desk, hosts: frozenset[str], manners: Mapping[str, Manners]
) -> AsyncIterator[Doors]:
    """The doors of what is asked beside the night's crawl: httpx to ``hosts`` alone, each in the
    TLS that it understands, a browser where one is asked for. Closed with the block."""
    door = HttpDoor(desk.config, hosts, desk.clock)
    old = partial(HttpDoor, desk.config, hosts, desk.clock, legacy=True)
    async with (
        door,
        Doors(door.fetch, old, desk.config, desk.clock, legacy_hosts(manners)) as doors,
    ):
        yield doors


CUT = ":cut"
"""A header of :meth:`HttpDoor.glance`'s pages that no server can send: ``size`` or ``time``, where
the body is a part."""


@dataclass
class HttpDoor:
    """``fetch`` over one httpx client, with the limits of the crawl: size, time, redirects, guard.

    With ``foreign`` it also asks hosts outside of the catalogue (links that are checked). Whatever
    the host, the address it resolves to is checked and then connected to (``resolving.py``). With
    ``legacy`` it speaks the TLS of the last century too, and its pages say so.
    """

    config: CrawlConfig
    hosts: frozenset[str]
    clock: Callable[[], datetime]
    foreign: bool = False
    resolve: Resolve = system_resolve
    legacy: bool = False

    async def __aenter__(self) -> HttpDoor:
        tls = last_century() if self.legacy else any_certificate()
        gate = Gate(
            self.config.allow_loopback,
            frozenset(self.config.inside_hosts) & self.hosts,
            self.resolve,
        )
        self.client = guarded_client(
            gate,
            tls,
            {**request_headers(self.config), "Accept-Encoding": OFFERED},
            timeout=self.config.timeout,
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    async def fetch(self, ask: Ask) -> Page:
        """The page behind ``ask``, redirects followed. Network faults are pages with ``error``;
        never raises them."""
        return await self._follow(self._hop, ask)

    async def glance(self, ask: Ask, most: int) -> Page:
        """Like :meth:`fetch`, but at most ``most`` bytes, as they came over the wire where the
        server ignores ``identity``; a part says so in the header ``:cut``. So neither an endless
        file nor a packed bomb comes in.
        """
        return await self._follow(partial(self._glance, most=most), ask)

    async def _follow(self, hop: Callable[[Ask], Awaitable[Page]], ask: Ask) -> Page:
        return await follow(
            hop, ask, most=self.config.redirects, refused=self._refused, clock=self.clock
        )

    def _refused(self, url: str) -> str:
        return refusal_of(
            url, self.hosts, allow_loopback=self.config.allow_loopback, foreign=self.foreign
        )

    async def _hop(self, ask: Ask) -> Page:
        """One request through httpx."""
        try:
            async with asyncio.timeout(self.config.timeout), self._stream(ask) as answer:
                return await self._page(ask, answer)
        except Exception as error:
            # Whatever a download raises is one failed look, as in the spider.
            word = self._told(ask, error)
            return self._failed(ask, word, fault_of(error) if word == "tls" else "")

    async def _glance(self, ask: Ask, *, most: int) -> Page:
        asked = replace(ask, headers={"Accept-Encoding": "identity", **ask.headers})
        answer: httpx.Response | None = None
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(self.config.timeout), self._stream(asked) as answer:
                size = 0
                async for chunk in answer.aiter_raw():
                    size += len(chunk)
                    chunks.append(chunk)
                    if size > most:
                        return self._part(ask, answer, chunks, most, "size")
                return self._part(ask, answer, chunks, most, "")
        except Exception as error:
            word = self._told(ask, error)
            if word == "timeout" and answer is not None:
                return self._part(ask, answer, chunks, most, "time")
            return self._failed(ask, word)

    def _stream(self, ask: Ask) -> AbstractAsyncContextManager[httpx.Response]:
        return self.client.stream(ask.method, ask.url, headers=_as_sent(ask), content=ask.body)

    def _told(self, ask: Ask, error: Exception) -> str:
        word = _word(error)
        if word == "network":
            logger.warning("%s: %s: %s", ask.url, type(error).__name__, error)
        return word

    def _part(
        self, ask: Ask, answer: httpx.Response, chunks: list[bytes], most: int, cut: str
    ) -> Page:
        headers = _headers(answer) | ({CUT: cut} if cut else {})
        return Page(
            ask.url, ask.url, answer.status_code, headers, b"".join(chunks)[:most], self.clock()
        )

    async def _page(self, ask: Ask, answer: httpx.Response) -> Page:
        headers = _headers(answer)
        unpacked = Unpacked(headers.get("content-encoding", ""), self.config.max_size)
        async for chunk in answer.aiter_raw():
            unpacked.add(chunk)
        tls = _spoken(answer) if self.legacy else ""
        body = bytes(unpacked.body)
        return Page(ask.url, ask.url, answer.status_code, headers, body, self.clock(), tls=tls)

    def _failed(self, ask: Ask, error: str, detail: str = "") -> Page:
        return Page(ask.url, ask.url, 0, {}, b"", self.clock(), error, detail)


def _headers(answer: httpx.Response) -> dict[str, str]:
    """Lower-case names; what came twice is joined."""
    headers: dict[str, str] = {}
    for raw, value in answer.headers.raw:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _as_sent(ask: Ask) -> list[tuple[bytes, bytes]]:
    """Headers byte for byte: a validator goes back as the portal wrote it."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in ask.headers.items()]


def _spoken(answer: httpx.Response) -> str:
    """The TLS that the answer came by, for a site that is asked in the last century's."""
    stream = answer.extensions.get("network_stream")
    spoken = stream.get_extra_info("ssl_object") if stream is not None else None
    return f"legacy ({spoken.version()})" if spoken is not None else ""


def _word(error: Exception) -> str:
    """The word of ``Page.error``, the same as the spider's for the same fault
    (``spiders/failures.py``)."""
    if isinstance(error, ForbiddenAddress):
        return "forbidden_address"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout"
    if isinstance(error, Oversized):
        return "too_large"
    if isinstance(error, httpx.DecodingError | Garbled):
        return "bad_encoding"
    if isinstance(error, httpx.InvalidURL):
        return "bad_address"
    cause = f"{error!r} {error.__cause__!r} {error.__context__!r}"
    if (
        isinstance(error.__cause__, ssl.SSLError)
        or "SSL" in cause
        or "certificate" in cause.lower()
    ):
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
