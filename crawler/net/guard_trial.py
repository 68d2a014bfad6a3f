"""Is the guard on? Every process that may fetch asks for a forbidden address first, and goes no
further unless that is refused.

A guard that a renamed option or a new version of a library took off would otherwise be noticed by
nobody: all honest pages still come. Scrapy's own door is tried in its process, inside its reactor
(``spiders/trial.py``).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from crawler.net.client import Gate, guarded_client, guarded_sender
from crawler.net.resolver import ForbiddenAddress, GuardedWaitingBackend

INSIDE = "0.0.0.0"  # noqa: S104 - asked for, never bound
"""Forbidden under every setting, the sample district's loopback too; on Linux it leads to this
machine's listeners."""
PROBE_NAME = "guard-probe.invalid"
"""A name that nobody has (RFC 2606): only a guard's own resolver says, while it is tried, that it
leads to :data:`INSIDE`."""
PATIENCE = 2.0
"""Seconds until a door that was let in by mistake is believed to hang: our listener never
answers."""


class GuardOff(Exception):
    """A door went where no door may go; its text is one sentence for the office."""

    def __init__(self, door: str, what: str) -> None:
        super().__init__(
            f"内网防护没有生效（{door}：访问本机的试探没有被拒绝，{what}），为安全起见拒绝启动；"
            "请按 constraints.txt 里的版本重新安装，并告诉开发者"
        )


def try_guard() -> None:
    """Ask both httpx clients for this machine. Raises :class:`GuardOff` unless each refuses. Takes
    milliseconds."""
    asyncio.run(try_clients())


async def try_clients() -> None:
    """As :func:`try_guard`, from within a loop, which waits for it."""
    await _client()
    _sender()


@contextmanager
def listening() -> Iterator[tuple[int, Callable[[], bool]]]:
    """A port of this machine behind which nobody answers, and whether somebody came.

    Where this machine has no loopback there is nothing to come to: the refusal alone is asked for
    then.
    """
    with socket.socket() as listener:
        with suppress(OSError):
            listener.bind(("127.0.0.1", 0))
            listener.listen(4)
        listener.setblocking(False)

        def visited() -> bool:
            try:
                listener.accept()[0].close()
            except OSError:
                return False
            return True

        yield listener.getsockname()[1] or 9, visited


async def _client() -> None:
    with listening() as (port, visited):
        try:
            async with guarded_client(
                Gate(allow_loopback=True), _no_tls(), {}, timeout=PATIENCE
            ) as client:
                await client.get(f"http://{INSIDE}:{port}/")
            said = "得到了答复"
        except ForbiddenAddress:
            said = ""
        except Exception as error:  # whatever else it says, it was not the guard that spoke
            said = type(error).__name__
        judge("httpx", said, visited())


def _sender() -> None:
    with listening() as (port, visited):
        backend = GuardedWaitingBackend(allow_loopback=True)
        try:
            with guarded_sender(
                backend, timeout=PATIENCE, whole=2 * PATIENCE, tls=_no_tls()
            ) as client:
                client.get(f"http://{INSIDE}:{port}/")
            said = "得到了答复"
        except ForbiddenAddress:
            said = ""
        except Exception as error:  # as above
            said = type(error).__name__
        judge("httpx 发送", said, visited())


def judge(door: str, said: str, visited: bool) -> None:
    """Raises :class:`GuardOff` unless ``door`` refused (``said`` is empty) before it came
    anywhere."""
    if said or visited:
        raise GuardOff(door, "连到了本机" if visited else said)


def _no_tls() -> ssl.SSLContext:
    """The probe is plain http: authorities would be loaded for nothing."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
