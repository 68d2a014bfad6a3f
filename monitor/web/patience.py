"""How long the door waits for a request: uvicorn's own protocol with deadlines, and room made where
it is full.

uvicorn waits for ever for the rest of a half-sent request, and a thousand of them are all the
descriptors a process has.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for the whole head of a request, for its whole body, for the other side to take a
    part of our answer; and how many connections are held at once, well below the 1,024 descriptors
    that a service is given."""

    head: float = 15.0
    body: float = 120.0
    answer: float = 60.0
    connections: int = 512


class PatientProtocol(H11Protocol):
    """One connection. Whoever is over a deadline is hung up on. Where all places are taken, the one
    that has kept us waiting longest makes room; where nobody keeps us waiting, the newcomer is
    refused."""

    def __init__(self, *args: Any, patience: Patience, **more: Any) -> None:
        super().__init__(*args, **more)
        self.patience, self.since = patience, 0.0
        self.awaited = ""
        self.waiting: asyncio.TimerHandle | None = None
        self.unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        if len(self.connections) >= self.patience.connections and not self._room():
            transport.abort()
            return
        super().connection_made(transport)
        self._await("head")

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await(self._missing())

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.since = self.loop.time()
        self._await(self._missing())

    def pause_writing(self) -> None:
        super().pause_writing()
        _end(self.unread)
        self.unread = self.loop.call_later(self.patience.answer, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _end(self.unread)

    def connection_lost(self, exc: Exception | None) -> None:
        _end(self.waiting)
        _end(self.unread)
        super().connection_lost(exc)

    def idle(self) -> bool:
        """Whether we owe this one no answer: it may make room for another."""
        return bool(self.awaited) or self.cycle is None or self.cycle.response_complete

    def _missing(self) -> str:
        """The part of a request that has begun to come and is not here yet."""
        if self.transport.is_closing():
            return ""
        if self.conn.their_state is h11.SEND_BODY:
            return "body"
        begun = self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]
        return "head" if begun else ""

    def _await(self, part: str) -> None:
        """Start the deadline of ``part``; one that runs already goes on, whatever is dripped
        meanwhile."""
        if part == self.awaited:
            return
        self.awaited, self.since = part, self.loop.time()
        _end(self.waiting)
        self.waiting = None
        if part:
            seconds = self.patience.head if part == "head" else self.patience.body
            self.waiting = self.loop.call_later(seconds, self.transport.abort)

    def _room(self) -> bool:
        idle = [one for one in self.connections if isinstance(one, PatientProtocol) and one.idle()]
        if not idle:
            return False
        longest = min(idle, key=lambda one: one.since)
        self.connections.discard(longest)  # now: its loss is told only in the loop's next turn
        longest.transport.abort()
        return True


def _end(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
