"""A real SMTP server on loopback that keeps what it gets: as ``.eml`` files and in memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
MAX_SIZE = 30_000_000


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """One message as it came: envelope, bytes, and the file that holds it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    file: Path

    @property
    def message(self) -> EmailMessage:
        """The parsed message."""
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(self.content)


class Mailbox:
    """An SMTP server on a free loopback port; usable as a context manager, again and again.

    ``answers`` scripts replies by recipient (``{"jyj@example.org": "550 no such user"}``) and may
    be changed at any time. Messages are kept under ``folder`` as ``0001.eml`` …, numbers never
    reused.
    """

    def __init__(self, folder: Path, *, answers: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.answers: dict[str, str] = dict(answers or {})
        self.host = HOST
        self.port = 0
        self._kept: list[KeptMessage] = []
        self._controller: _Controller | None = None
        self._lock = threading.Lock()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Listen. Returns when ready; a second start is an error."""
        with self._lock:
            if self._controller is not None:
                raise RuntimeError("the mailbox is already started")
            self.folder.mkdir(parents=True, exist_ok=True)
            controller = _Controller(
                _Handler(self), hostname=HOST, port=self.port, data_size_limit=MAX_SIZE
            )
            controller.start()
            self._controller, self.port = controller, controller.port

    def stop(self) -> None:
        """Close the port and end the thread; harmless when it is not running."""
        with self._lock:
            controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def __enter__(self) -> Mailbox:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def messages(self) -> tuple[KeptMessage, ...]:
        """What came so far, oldest first."""
        with self._changed:
            return tuple(self._kept)

    def to(self, recipient: str) -> tuple[KeptMessage, ...]:
        """What came for one address."""
        return tuple(kept for kept in self.messages if recipient in kept.recipients)

    def wait(self, count: int, seconds: float = 10.0) -> bool:
        """Wait until ``count`` messages are here; false when they do not come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._kept) >= count, seconds)

    def clear(self) -> None:
        """Forget the messages in memory; the files stay."""
        with self._changed:
            self._kept.clear()

    def keep(self, sender: str, recipients: tuple[str, ...], content: bytes) -> None:
        """Store one message: the file first, so that what is listed is also on disk."""
        with self._changed:
            file = self.folder / f"{self._next():04d}.eml"
            file.write_bytes(content)
            self._kept.append(KeptMessage(sender, recipients, content, file))
            self._changed.notify_all()

    def _next(self) -> int:
        return (
            max((int(f.stem) for f in self.folder.glob("*.eml") if f.stem.isdigit()), default=0) + 1
        )


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        scripted = self._mailbox.answers.get(address)
        if scripted is not None and not scripted.startswith("2"):
            return scripted
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        content = envelope.original_content or b""
        self._mailbox.keep(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        return "250 Message accepted"


class _Controller(Controller):
    """Binds first, so that port 0 becomes a known port before the server is tried out."""

    def _create_server(self) -> Any:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((self.hostname, self.port))
        self.port = bound.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=bound)


@contextmanager
def mailbox(folder: Path) -> Iterator[Mailbox]:
    """A running mailbox for the length of a block."""
    with Mailbox(folder) as box:
        yield box
