"""smtplib under one deadline for the whole conversation, and a cap on all that the server says in
it.

smtplib bounds each step alone: a server that greets a byte a second, or answers in a line that
never ends, held it for ever.
"""

from __future__ import annotations

import smtplib
import socket
from typing import Any

from crawler.net.deadline import PIECE, Deadline

MOST_SAID = 262_144
"""Bytes of answers in one conversation; a true server says a few thousand."""


class TooLong(smtplib.SMTPException):
    """The server says more than any mail server does."""


class _Said:
    """What smtplib reads lines from: every receipt of bytes is a step under the deadline."""

    def __init__(self, sock: socket.socket, owner: Conversation) -> None:
        self.sock, self.owner = sock, owner
        self.held = bytearray()

    def readline(self, most: int) -> bytes:
        """The next line, at most ``most`` bytes of it; what is left at the end of the stream."""
        while (end := self.held.find(b"\n", 0, most) + 1) == 0 and len(self.held) < most:
            if not (piece := self._piece()):
                break
            self.held += piece
        line = bytes(self.held[: end or most])
        del self.held[: len(line)]
        return line

    def _piece(self) -> bytes:
        self.sock.settimeout(self.owner.deadline.left(self.owner.step))
        try:
            piece = self.sock.recv(8_192)
        except TimeoutError:
            self.owner.deadline.left()  # says so where it was the whole, not the step, that ran out
            raise
        self.owner.said += len(piece)
        if self.owner.said > MOST_SAID:
            raise TooLong("服务器的答复长得不正常，已断开")
        return piece

    def close(self) -> None:
        """The socket is closed by whoever opened it."""


class Conversation(smtplib.SMTP):
    """``step`` seconds for each wait, ``deadline`` for all of them; both may be set anew on the
    way."""

    def __init__(
        self, host: str, port: int, hello: str, step: float, deadline: Deadline, **more: Any
    ) -> None:
        self.step, self.deadline, self.said = step, deadline, 0
        super().__init__(host, port, hello, timeout=deadline.left(step), **more)

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's; past the deadline the line counts as lost. Raises :class:`TooLong`."""
        if self.file is None and self.sock is not None:
            self.file = _Said(self.sock, self)
        try:
            return super().getreply()
        except TooLong:
            self.close()
            raise

    def send(self, s: Any) -> None:
        """As smtplib's, in pieces: a server that takes them slowly is held to the deadline after
        each."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(data), PIECE):
            if self.sock is not None:
                self.sock.settimeout(self.deadline.left(self.step))
            super().send(data[start : start + PIECE])


class SealedConversation(Conversation, smtplib.SMTP_SSL):
    """The same inside TLS from its first byte; takes ``context``."""
