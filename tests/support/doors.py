"""A loopback server that answers bytes as they are written here: every ill manner that an HTTP
library would hide.

Each :class:`Case` gets a port of its own, so that one that kills its host leaves the others alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What was asked: ``headers`` have lower-case names."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Server:
    """One port with its answers by path; other paths are 404, ``/robots.txt`` too."""

    answers: dict[str, Answer]
    port: int = 0
    asked: list[Request] = field(default_factory=list)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client has gone
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.writers.discard(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)
        }
        request = Request(lines[0].split(" ")[1], headers)
        self.asked.append(request)
        answer = self.answers.get(
            request.path.partition("?")[0], plain(b"", status="404 Not Found")
        )
        await answer(request, writer)
        await writer.drain()


def plain(body: bytes, *, status: str = "200 OK", **headers: str) -> Answer:
    """A whole answer with its length; ``content_type`` is ``Content-Type``."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        named = {
            "content_type": "text/html; charset=utf-8",
            "content_length": str(len(body)),
            **headers,
        }
        lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in named.items()]
        head = "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines])
        writer.write(head.encode("latin-1") + b"\r\n\r\n" + body)

    return answer


def raw(*parts: bytes, hang: bool = False, reset: bool = False) -> Answer:
    """These bytes, and then the end, a reset, or silence."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if hang:
            await asyncio.Event().wait()
        if reset:
            writer.transport.abort()

    return answer


def redirect(location: str, status: str = "302 Found") -> Answer:
    return plain(b"", status=status, location=location)


def validated(body: bytes, etag: str) -> Answer:
    """304 for whoever sends the tag back."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get("if-none-match") == etag
        await plain(
            b"" if same else body, status="304 Not Modified" if same else "200 OK", etag=etag
        )(request, writer)

    return answer


def chunked(body: bytes, size: int = 700, *, cut: bool = False) -> Answer:
    """The body in chunks; ``cut`` ends the connection before the last one."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    written = [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts]
    return raw(head, *(written[: len(written) // 2] if cut else [*written, b"0\r\n\r\n"]))


def gzipped(body: bytes) -> Answer:
    return plain(gzip.compress(body), content_encoding="gzip")


def deflated(body: bytes) -> Answer:
    return plain(zlib.compress(body), content_encoding="deflate")


@contextmanager
def serving(servers: Mapping[str, Server]) -> Iterator[None]:
    """Every server on a port of its own, from one thread, until the block ends."""
    loop = asyncio.new_event_loop()

    async def bind() -> list[asyncio.Server]:
        bound = []
        for server in servers.values():
            listening = await asyncio.start_server(server, "127.0.0.1", 0)
            server.port = listening.sockets[0].getsockname()[1]
            bound.append(listening)
        return bound

    bound = loop.run_until_complete(bind())
    thread = threading.Thread(target=loop.run_forever, name="doors")
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end(bound, servers.values()), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(bound: list[asyncio.Server], servers: Iterable[Server]) -> None:
    for listening in bound:
        listening.close()
    for server in servers:
        for writer in list(server.writers):
            writer.transport.abort()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for listening in bound:
        await listening.wait_closed()
    for _ in range(3):  # turns of the loop in which closed connections say goodbye
        await asyncio.sleep(0)
