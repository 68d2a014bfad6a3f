"""A real SMTP server on loopback for tests, with scripted faults."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class Script:
    """What the server says: answers by recipient, by command, and where it hangs up. ``""`` means
    yes."""

    recipient: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    data: list[str] = field(default_factory=list)
    drop_after_data: int = 0
    kept: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if said := self.recipient.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        said = self.data.pop(0) if self.data else "250 2.0.0 queued"
        if said.startswith("2"):
            self.kept.append((list(envelope.rcpt_tos), envelope.content))
        if self.drop_after_data:
            self.drop_after_data -= 1
            # The end mark has come, the letter is kept, and the answer never leaves.
            server.transport.abort()
        return said

    def mails(self) -> list[EmailMessage]:
        # Not a property: the server looks at every attribute of its handler for each caller.
        return [_parsed(content) for _, content in self.kept]


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def check_login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"office", b"secret")
    return AuthResult(success=good, handled=False)


@contextlib.contextmanager
def mail_server(
    script: Script, *, tls: ssl.SSLContext | None = None, implicit: bool = False, **options: Any
) -> Iterator[int]:
    """Serve ``script`` on a free loopback port, which is given; ``tls`` is STARTTLS unless
    ``implicit``."""
    loop = asyncio.new_event_loop()
    ready: list[asyncio.Server] = []

    def factory() -> SMTP:
        context = None if implicit else tls
        return SMTP(script, hostname="mail.example.org", tls_context=context, loop=loop, **options)

    async def serve() -> None:
        ready.append(
            await loop.create_server(factory, "127.0.0.1", 0, ssl=tls if implicit else None)
        )

    loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield ready[0].sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stop(ready[0]), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
