"""Any sample portal on a free port of loopback: it is handed what was asked, and answers status,
type and bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

Answer = tuple[int, str, bytes]
HTML = "text/html; charset=utf-8"
NOT_FOUND: Answer = (404, "text/html", b"")


@dataclass(frozen=True)
class Request:
    """What was asked: ``path`` without its query, ``query`` and ``form`` with the last value of
    each name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


class Answering(Protocol):
    """A portal: ``port`` is given to it when it is served."""

    port: int

    def answer(self, request: Request) -> Answer: ...


P = TypeVar("P", bound=Answering)


@contextmanager
def serving(portal: P) -> Iterator[P]:
    """``portal`` on a free port, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            self._answer("GET", {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer("POST", dict(parse_qsl(body, keep_blank_values=True)))

        def _answer(self, method: str, form: dict[str, str]) -> None:
            path, _, query = self.path.partition("?")
            asked = Request(method, path, dict(parse_qsl(query, keep_blank_values=True)), form)
            status, kind, body = portal.answer(asked)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the test asks what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    portal.port = server.server_address[1]
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
