"""The web as a process: uvicorn over one office, until it is told to stop."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from monitor.office import Office
from monitor.web.app import create_app
from monitor.web.patience import Patience, PatientProtocol

log = logging.getLogger(__name__)
END = 5
"""Seconds that a page under way has to be finished after SIGTERM."""


class Taken(OSError):
    """The address cannot be had; the sentence says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises :class:`Taken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(128)  # whoever comes before the pages are loaded waits a moment
    except OSError as error:
        found.close()
        raise Taken(
            f"{host}:{port} 用不了（{error.strerror}）；在 config.yaml 的 monitor.web 里换一个 host 或 port"
        ) from None
    return found


def run(office: Office, clock: Callable[[], datetime]) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises :class:`Taken`."""
    settings = office.settings.monitor.web
    sock = listen(settings.host, settings.port)
    config = configured(create_app(office, clock), settings.proxies)
    log.warning("网页已启动：http://%s:%d/", *sock.getsockname()[:2])
    uvicorn.Server(config).run(sockets=[sock])


def configured(
    app: ASGIApp, proxies: Sequence[str] = (), patience: Patience | None = None
) -> uvicorn.Config:
    """uvicorn as the house runs it: addresses in no log, deadlines on what comes in, a cap on
    connections."""
    protocol = partial(PatientProtocol, patience=patience or Patience())
    return uvicorn.Config(
        app,
        http=cast("type[PatientProtocol]", protocol),
        ws="none",
        access_log=False,  # addresses hold signed links
        log_level="warning",
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies) or None,
        timeout_graceful_shutdown=END,
        lifespan="off",
    )
