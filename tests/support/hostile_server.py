"""A raw server on loopback that floods or drips, and counts what it could give before the other
side left."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

DRIP = 0.02
"""Seconds between two drips: below every step's timeout in the tests, so that only a whole deadline
ends it."""
ENOUGH = 200_000_000
MANY_DRIPS = 3_000


@dataclass
class Hostile:
    """Says ``first`` once asked (or at once), then ``again`` for ever: at full speed, or one piece
    a drip."""

    first: bytes
    again: bytes
    drips: bool = False
    greets: bool = False
    port: int = 0
    served: int = 0
    gave_up: bool = False
    left: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                self._talk(connection)
            except OSError:
                self.left.set()

    def _talk(self, connection: socket.socket) -> None:
        if not self.greets:
            connection.recv(65_536)
        connection.sendall(self.first)
        for _ in range(MANY_DRIPS if self.drips else ENOUGH // len(self.again)):
            if self.drips and self.left.wait(DRIP):
                return
            connection.sendall(self.again)
            self.served += len(self.again)
        self.gave_up = True


@contextmanager
def hostile(server: Hostile) -> Iterator[Hostile]:
    """``server`` on a free port. At the end it must have been left by its client, not the other way
    round."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listener,))
        thread.start()
        try:
            yield server
            thread.join(10)
        finally:
            server.left.set()
            listener.close()
            thread.join(10)
    assert not server.gave_up, "the client listened until the server had enough"
