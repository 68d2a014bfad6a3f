"""The guard where it counts: a name is resolved once, every answer judged, and that very address
connected to.

So a name that changes its answer between the check and the connection (DNS rebinding), or after a
redirect, gains nothing. These are httpcore's network backends; ``guarded.py`` puts them under
httpx.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from crawler.net.guard import forbidden

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host and port to IP addresses; raises ``OSError`` for a name that does not exist."""
ResolveNow = Callable[[str, int], list[str]]
"""The same for callers that wait."""
MOST_ADDRESSES = 4


class ForbiddenAddress(Exception):
    """The name leads to an address that may not be asked."""


async def system_resolve(host: str, port: int) -> list[str]:
    """What this machine's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_now(host: str, port: int) -> list[str]:
    """What this machine's resolver says, for callers that wait."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _judged(
    host: str, found: Sequence[str], inside: Collection[str], allow_loopback: bool
) -> Sequence[str]:
    """The addresses that may be tried. One forbidden answer among several refuses them all."""
    if host not in inside and any(forbidden(one, allow_loopback=allow_loopback) for one in found):
        raise ForbiddenAddress(host)
    return found[:MOST_ADDRESSES]


@dataclass
class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only. ``inside`` are hosts of the catalogue on the office's own
    network."""

    resolve: Resolve = system_resolve
    allow_loopback: bool = False
    inside: frozenset[str] = frozenset()
    below: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to ``host``. Raises :class:`ForbiddenAddress`."""
        try:
            found = await self.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"getaddrinfo: {error}") from error
        last: Exception = httpcore.ConnectError("getaddrinfo: no address")
        for address in _judged(host, found, self.inside, self.allow_loopback):
            try:
                return await self.below.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: no page of a portal lives in a file."""
        raise ForbiddenAddress(path)

    async def sleep(self, seconds: float) -> None:
        await self.below.sleep(seconds)


@dataclass
class GuardedWaitingBackend(httpcore.NetworkBackend):
    """The same for a client that waits; ``inside`` are hosts that config.yaml says are on the
    office's own network."""

    resolve: ResolveNow = resolve_now
    allow_loopback: bool = False
    inside: frozenset[str] = frozenset()
    below: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to ``host``. Raises :class:`ForbiddenAddress`."""
        try:
            found = self.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"getaddrinfo: {error}") from error
        last: Exception = httpcore.ConnectError("getaddrinfo: no address")
        for address in _judged(host, found, self.inside, self.allow_loopback):
            try:
                return self.below.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never."""
        raise ForbiddenAddress(path)
