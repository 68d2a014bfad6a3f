"""Which addresses may be fetched at all: the catalogue's own hosts, and never this machine or its network."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}")
"""Other spellings of an IPv4 address, which resolvers understand; no name looks like this."""


def refusal_of(url: str, hosts: Collection[str], *, allow_loopback: bool = False) -> str:
    """Why ``url`` may not be fetched, as a short machine word; empty when it may.

    ``bad_address`` (no http(s) address), ``forbidden_address`` (this machine or a private network, unless
    the sample district allows loopback), ``foreign_host`` (not in the catalogue).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "bad_address"
    if parts.scheme not in ("http", "https") or not host or port == 0 or parts.username or parts.password:
        return "bad_address"
    if _inside(host) and not (allow_loopback and _loopback(host)):
        return "forbidden_address"
    return "" if host in hosts else "foreign_host"


def host_of(url: str) -> str:
    """The host name in lower case, or an empty text when ``url`` has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _inside(host: str) -> bool:
    """A literal address that is not public, or a name that only means this machine."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return NUMBERS.fullmatch(host) is not None
    return not address.is_global or address.is_multicast
