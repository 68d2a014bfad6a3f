"""httpx over a connection pool of httpcore's that somebody else made: both libraries by their
public faces only.

httpx's own transports make their pool themselves and take no network backend, so the guard could
only be put under them by a private name, and a rename would have taken it off in silence.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import httpcore
import httpx

KINDS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.TimeoutException, httpx.TimeoutException),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.ProtocolError, httpx.ProtocolError),
    (httpcore.ProxyError, httpx.ProxyError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)
"""httpcore's exceptions and httpx's words for them, the closer kind before the wider."""


class PoolTransport(httpx.AsyncBaseTransport):
    """Requests through ``pool``; raises httpx's exceptions for its faults, and whatever its backend
    raises."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self.pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; its body comes as it is read."""
        with _in_httpx_words():
            answer = await self.pool.handle_async_request(_asked(request))
        stream = _Stream(cast("AsyncIterable[bytes]", answer.stream))
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions
        )

    async def aclose(self) -> None:
        await self.pool.aclose()


class WaitingPoolTransport(httpx.BaseTransport):
    """The same for a client that waits."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self.pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; its body comes as it is read."""
        with _in_httpx_words():
            answer = self.pool.handle_request(_asked(request))
        stream = _WaitingStream(cast("Iterable[bytes]", answer.stream))
        return httpx.Response(
            answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions
        )

    def close(self) -> None:
        self.pool.close()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, body: AsyncIterable[bytes]) -> None:
        self.body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _in_httpx_words():
            async for piece in self.body:
                yield piece

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        if hasattr(self.body, "aclose"):
            await self.body.aclose()


class _WaitingStream(httpx.SyncByteStream):
    def __init__(self, body: Iterable[bytes]) -> None:
        self.body = body

    def __iter__(self) -> Iterator[bytes]:
        with _in_httpx_words():
            yield from self.body

    def close(self) -> None:
        """As :meth:`_Stream.aclose`."""
        if hasattr(self.body, "close"):
            self.body.close()


def _asked(request: httpx.Request) -> httpcore.Request:
    """Byte for byte what httpx would send; timeouts and trace travel in its ``extensions``."""
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def _in_httpx_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for kind, word in KINDS:
            if isinstance(error, kind):
                raise word(str(error)) from error
        raise
