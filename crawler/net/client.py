"""httpx clients behind the guard. Nothing else in the project makes one (``tests/test_house.py``
holds that)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from crawler.config import CrawlConfig
from crawler.net.deadline import PunctualBackend, within
from crawler.net.resolver import GuardedBackend, GuardedWaitingBackend, Resolve, system_resolve
from crawler.net.transport import PoolTransport, WaitingPoolTransport

KEPT_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a client may connect to beside public addresses: loopback for the sample district,
    ``inside`` the hosts that config.yaml says stand on the office's own network."""

    allow_loopback: bool = False
    inside: frozenset[str] = frozenset()
    resolve: Resolve = system_resolve


def gate_of(config: CrawlConfig) -> Gate:
    """The gate as the ``crawler`` section sets it."""
    return Gate(config.allow_loopback, frozenset(config.inside_hosts))


def guarded_client(
    gate: Gate,
    tls: ssl.SSLContext,
    headers: Mapping[str, str],
    *,
    timeout: float | None,
    redirects: int = 0,
) -> httpx.AsyncClient:
    """A client that connects past ``gate`` only, keeps no cookies, asks no proxy of the
    environment.

    ``redirects`` is how many it follows itself; every connection passes the gate. Raises
    :class:`crawler.resolving.ForbiddenAddress` from its requests.
    """
    pool = httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=None,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=5.0,
        network_backend=GuardedBackend(gate.resolve, gate.allow_loopback, gate.inside),
    )
    return httpx.AsyncClient(
        headers=dict(headers),
        timeout=timeout,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        transport=PoolTransport(pool),
        follow_redirects=redirects > 0,
        max_redirects=redirects,
        trust_env=False,
    )


def verifying() -> ssl.SSLContext:
    """Today's TLS with certificates verified against the authorities that httpx ships."""
    return httpx.create_ssl_context(trust_env=False)


def guarded_sender(
    backend: GuardedWaitingBackend,
    *,
    timeout: float,
    whole: float,
    tls: ssl.SSLContext | None = None,
) -> httpx.Client:
    """A client for one conversation: it waits, follows nothing and connects past ``backend`` only.

    ``timeout`` is seconds a step, ``whole`` seconds from now for all that is said through it,
    whatever the peer drips. Certificates are verified unless ``tls`` says otherwise.
    """
    punctual = replace(backend, below=PunctualBackend(within(whole), backend.below))
    pool = httpcore.ConnectionPool(ssl_context=tls or verifying(), network_backend=punctual)
    return httpx.Client(
        timeout=timeout,
        transport=WaitingPoolTransport(pool),
        follow_redirects=False,
        trust_env=False,
    )
