"""The sample district on loopback: portal, platforms and mailbox, each on its own port."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.demo.accounts import district_media
from monitor.demo.district import TRS, District
from monitor.demo.mailbox import Mailbox
from monitor.demo.portal import Portal

HOST = "127.0.0.1"
READY_SECONDS = 30.0
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends a reset instead of a polite end."""

Maker = Callable[[District, Callable[[], datetime]], Any]
"""Makes the platforms' ASGI app of a district."""

_log = logging.getLogger("monitor.demo.server")
_log.addHandler(logging.NullHandler())
_log.propagate = False


class Listener:
    """An ASGI app served from a thread of its own. ``stop`` and ``start`` again keep the port."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._connections: dict[Any, Any] = {}
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.port = 0

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Listen; returns when requests are answered. Harmless when it already does."""
        with self._lock:
            if self._server is not None:
                return
            bound = _bound(self.port)
            self.port = bound.getsockname()[1]
            server = _Server(_config(self._app, self._connections), self._connections)
            thread = threading.Thread(
                target=server.run, args=([bound],), name="sample server", daemon=True
            )
            thread.start()
            if not server.ready.wait(READY_SECONDS):
                raise TimeoutError(f"the sample server on port {self.port} did not start")
            self._server, self._thread = server, thread

    def stop(self) -> None:
        """Close the listening socket and every connection. Harmless when it is not running."""
        with self._lock:
            server, thread = self._server, self._thread
            self._server = self._thread = None
        if server is None or thread is None:
            return
        server.should_exit = True
        thread.join(READY_SECONDS)

    def abort(self, scope: Mapping[str, Any]) -> None:
        """Reset the connection of one request."""
        transport = self._connections.get(tuple(scope["client"]))
        if transport is None:
            return
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()


class _Server(uvicorn.Server):
    """Says when it is ready, and drops its connections at the end instead of waiting for slow
    clients."""

    def __init__(self, config: uvicorn.Config, connections: dict[Any, Any]) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for transport in list(self._connections.values()):
            transport.abort()
        await super().shutdown(sockets=sockets)


def _config(app: Any, connections: dict[Any, Any]) -> uvicorn.Config:
    class Protocol(H11Protocol):
        """Remembers its connection for ``Listener.abort`` and keeps wanted breakages out of the
        log."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.logger = _log

        def connection_made(self, transport: Any) -> None:
            connections[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )


def _bound(port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's delay of 40 ms on every connection.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound


@dataclass(frozen=True, slots=True)
class Sample:
    """The running district. ``media`` is the platforms' app, or ``None`` when there is none."""

    district: District
    portal: Portal
    portal_url: str
    media: Any
    media_url: str
    mailbox: Mailbox

    @property
    def smtp_host(self) -> str:
        return self.mailbox.host

    @property
    def smtp_port(self) -> int:
        return self.mailbox.port


@contextmanager
def serve(
    district: District,
    clock: Callable[[], datetime],
    folder: Path,
    *,
    media: Maker | None = district_media,
    manner: str = TRS,
) -> Iterator[Sample]:
    """Serve ``district`` as it stands at ``clock()`` until the block ends; ready when it begins.

    Letters are kept under ``folder``. ``media`` makes the app of the platforms; without it
    (``None``) ``media_url`` is empty and accounts have no address. ``manner`` is the portal's.
    """
    with ExitStack() as stack:
        app = media(district, clock) if media else None
        media_url = ""
        if app is not None:
            media_url = _listening(stack, app).url
        portal = Portal(district, clock, media_url=media_url, manner=manner)
        listener = Listener(portal)
        portal.abort = listener.abort
        portal.faults.on_stop, portal.faults.on_clear = listener.stop, listener.start
        stack.callback(listener.stop)
        listener.start()
        box = stack.enter_context(Mailbox(folder))
        yield Sample(district, portal, listener.url, app, media_url, box)


def _listening(stack: ExitStack, app: Any) -> Listener:
    listener = Listener(app)
    stack.callback(listener.stop)
    listener.start()
    return listener
