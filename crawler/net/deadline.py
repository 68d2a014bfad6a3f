"""One deadline for a whole conversation, beside the timeout of each step: who drips a byte a second
wins nothing by it."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpcore

PIECE = 16_384
"""Bytes written in one step: a peer that takes them slowly is held to the deadline after each."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of one conversation, on the clock that nobody sets."""

    ends: float

    def left(self, step: float | None = None) -> float:
        """Seconds that the next step may take, ``step`` at most. Raises ``TimeoutError`` when none
        are left."""
        rest = self.ends - monotonic()
        if rest <= 0:
            raise TimeoutError("整个会话超过了时限")
        return rest if step is None else min(step, rest)


def within(seconds: float) -> Deadline:
    """The deadline of a conversation that begins now."""
    return Deadline(monotonic() + seconds)


@dataclass
class PunctualBackend(httpcore.NetworkBackend):
    """Connections of ``below`` whose every step ends with the conversation."""

    deadline: Deadline
    below: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """As ``below``'s. Raises ``httpcore.ConnectTimeout`` past the deadline."""
        rest = _left(self.deadline, timeout, httpcore.ConnectTimeout)
        stream = self.below.connect_tcp(host, port, rest, local_address, socket_options)
        return _Punctual(stream, self.deadline)


class _Punctual(httpcore.NetworkStream):
    def __init__(self, below: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.below, self.deadline = below, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.below.read(max_bytes, _left(self.deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            rest = _left(self.deadline, timeout, httpcore.WriteTimeout)
            self.below.write(buffer[start : start + PIECE], rest)

    def close(self) -> None:
        self.below.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        rest = _left(self.deadline, timeout, httpcore.ConnectTimeout)
        return _Punctual(self.below.start_tls(ssl_context, server_hostname, rest), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.below.get_extra_info(info)


def _left(deadline: Deadline, step: float | None, fault: type[Exception]) -> float:
    try:
        return deadline.left(step)
    except TimeoutError as error:
        raise fault(str(error)) from None
