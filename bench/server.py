"""The scaled portal in a process of its own: many loopback addresses, one port, and a log of
manners.

``python -m bench.server --hosts 30 --columns 100`` prints its port, then obeys one JSON command a
line on stdin: ``{"latency": 0.05, "faults": {"3/7": "500"}, "silent": [1], "version": 2}`` sets,
``{"report": true}`` answers one JSON line with what every host saw since the last report.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import struct
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import uvloop

from bench import pages

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends a reset instead of a polite end."""
STALL = 3600.0
ROBOTS = b"User-agent: *\nDisallow: /search/\nDisallow: /_verify/\n"
ERRORS = {"500": 500, "503": 503, "403": 403}


@dataclass(slots=True)
class Seen:
    """What one host saw. Moments are of the monotonic clock, which all processes share."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    flying: int = 0
    most: int = 0
    first: float = 0.0
    last_good: float = 0.0


@dataclass(slots=True)
class Scene:
    """What is served: the pages already made (packed), and everything the bench may switch."""

    columns: int
    latency: float = 0.0
    version: int = 1
    faults: dict[str, str] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    hosts: dict[int, Seen] = field(default_factory=dict)
    packed: dict[tuple[int, int, int], bytes] = field(default_factory=dict)

    def seen(self, host: int) -> Seen:
        return self.hosts.setdefault(host, Seen())

    def page(self, host: int, column: int) -> bytes:
        key = host, column, self.version
        if key not in self.packed:
            packer = zlib.compressobj(6, zlib.DEFLATED, 31)
            body = pages.body(host, column, self.version)
            self.packed[key] = packer.compress(body) + packer.flush()
        return self.packed[key]

    def report(self) -> dict[str, Any]:
        """Everything since the last report, by host number."""
        told = {
            host: {
                "asked": seen.asked,
                "statuses": seen.statuses,
                "most": seen.most,
                "first": seen.first,
                "last_good": seen.last_good,
            }
            for host, seen in self.hosts.items()
        }
        self.hosts.clear()
        return {"hosts": told}


class Host(asyncio.Protocol):
    """One kept-alive connection to one host."""

    def __init__(self, scene: Scene, number: int) -> None:
        self.scene, self.number = scene, number
        self.waiting = b""
        self.flying = 0
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.scene.seen(self.number).flying -= self.flying
        self.flying = 0

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head, self.waiting = self.waiting[:end], self.waiting[end + 4 :]
            self._asked(head.decode("latin-1"))

    def _asked(self, head: str) -> None:
        line, *rest = head.split("\r\n")
        path = line.split(" ")[1]
        headers = {
            name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)
        }
        seen = self.scene.seen(self.number)
        seen.asked[path] += 1
        seen.flying += 1
        self.flying += 1
        seen.most = max(seen.most, seen.flying)
        seen.first = seen.first or monotonic()
        fault = self._fault(path)
        if self.number in self.scene.silent or fault == "stall":
            return
        wait = float(fault[5:]) if fault.startswith("slow:") else self.scene.latency
        if wait:
            asyncio.get_running_loop().call_later(wait, self._answer, path, headers, fault)
        else:
            self._answer(path, headers, fault)

    def _fault(self, path: str) -> str:
        column = _column(path)
        return self.scene.faults.get(f"{self.number}/{column}", "") if column is not None else ""

    def _answer(self, path: str, headers: dict[str, str], fault: str) -> None:
        if not self.flying or self.transport.is_closing():
            return  # the client left while it waited
        status, fields, body = self._content(path, headers, fault)
        seen = self.scene.seen(self.number)
        seen.flying -= 1
        self.flying -= 1
        seen.statuses[status] += 1
        if fault == "reset":
            self.transport.write(_head(200, fields, len(body)) + body[: len(body) // 2])
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, RESET
            )
            self.transport.abort()
            return
        if status in (200, 304):
            seen.last_good = monotonic()
        self.transport.write(_head(status, fields, len(body)) + body)

    def _content(self, path: str, headers: dict[str, str], fault: str) -> tuple[int, str, bytes]:
        if path == "/robots.txt":
            return 200, "Content-Type: text/plain\r\n", ROBOTS
        if path == "/":
            body = pages.body(self.number, 0)
            return 200, "Content-Type: text/html; charset=utf-8\r\n", body
        column = _column(path)
        if column is None or column >= self.scene.columns:
            return 404, "Content-Type: text/html\r\n", b"<html><body><h1>404</h1></body></html>"
        if fault in ERRORS:
            return (
                ERRORS[fault],
                "Content-Type: text/html\r\n",
                b"<html><body><h1>error</h1></body></html>",
            )
        tag = pages.etag(self.number, column, self.scene.version)
        fields = f"ETag: {tag}\r\nLast-Modified: {pages.MODIFIED}\r\n"
        if headers.get("if-none-match") == tag and fault != "reset":
            return 304, fields, b""
        fields += "Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
        return 200, fields, self.scene.page(self.number, column)


def _column(path: str) -> int | None:
    name = path.removeprefix("/zwgk/lm").removesuffix("/")
    return int(name) if path.startswith("/zwgk/lm") and name.isdigit() else None


def _head(status: int, fields: str, length: int) -> bytes:
    size = "" if status == 304 else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status} X\r\nServer: bench\r\n{fields}{size}\r\n".encode("latin-1")


def obey(scene: Scene, command: dict[str, Any]) -> dict[str, Any]:
    """Do what one line says; returns the answer."""
    if command.get("report"):
        return scene.report()
    scene.latency = command.get("latency", 0.0)
    scene.version = command.get("version", 1)
    scene.faults = command.get("faults", {})
    scene.silent = set(command.get("silent", ()))
    return {"ok": True}


async def serve(hosts: int, columns: int) -> None:
    """Listen until stdin ends."""
    loop = asyncio.get_running_loop()
    scene = Scene(columns)
    port = 0
    for host in range(hosts):
        server = await loop.create_server(
            lambda host=host: Host(scene, host),
            pages.address(host),
            port,
            backlog=64,  # type: ignore[misc]
        )
        port = server.sockets[0].getsockname()[1]
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps({"port": port}), flush=True)
    while line := await reader.readline():
        print(json.dumps(obey(scene, json.loads(line))), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hosts", type=int, default=30)
    parser.add_argument("--columns", type=int, default=100)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(options.hosts, options.columns))


if __name__ == "__main__":
    main()
