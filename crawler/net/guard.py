"""Which addresses may be fetched at all: the catalogue's own hosts, public ones where a link is
checked, and never this machine or its network, whatever a name says or resolves to."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from crawler.net.ranges import loopback, public

NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")
"""Other spellings of an IPv4 address, which resolvers understand; no name looks like this."""
INSIDE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".in-addr.arpa")
"""Endings of names that only mean this machine or its network (RFC 6761, 6762, 8375)."""
NO_NAME = re.compile(r"[^a-z0-9._-]")
"""What no name of a host holds once it is written in ASCII; clients disagree about what to do with
it."""


def refusal_of(
    url: str, hosts: Collection[str], *, allow_loopback: bool = False, foreign: bool = False
) -> str:
    """Why ``url`` may not be fetched, as a short machine word; empty when it may.

    ``bad_address`` (no http(s) address), ``forbidden_address`` (this machine or a private network,
    unless the sample district allows loopback), ``foreign_host`` (not in the catalogue). With
    ``foreign`` a host outside of the catalogue may be asked, as a link that is checked; what its
    name resolves to is then judged by :func:`forbidden` before anything is connected.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "bad_address"
    if (
        parts.scheme not in ("http", "https")
        or not host
        or port == 0
        or parts.username
        or parts.password
    ):
        return "bad_address"
    why = _why_not(host)
    if why and not (why == "forbidden_address" and allow_loopback and _loopback(host)):
        return why
    return "" if foreign or host in hosts else "foreign_host"


def forbidden(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether a resolved IP address may not be connected to: this machine, its network, a cloud's
    metadata.

    A text that is no address is forbidden (:func:`crawler.net.ranges.public`).
    """
    return not public(address) and not (allow_loopback and loopback(address))


def host_of(url: str) -> str:
    """The host name in lower case, or an empty text when ``url`` has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def _loopback(host: str) -> bool:
    return host == "localhost" or loopback(host)


@lru_cache(maxsize=4096)
def _why_not(host: str) -> str:
    """The word for a host that means this machine or its network, or that is none; empty for a name
    and a public number."""
    if ":" in host:  # an IPv6 literal: nothing else may hold a colon
        return "forbidden_address" if forbidden(host) else ""
    try:
        name = _ascii(host).rstrip(".")
    except UnicodeError:
        return "bad_address"
    if name == "localhost" or name.endswith(INSIDE_NAMES):
        return "forbidden_address"
    try:
        ip_address(name)
    except ValueError:
        if NUMBERS.fullmatch(name):
            return "forbidden_address"
        return "bad_address" if not name or NO_NAME.search(name) else ""
    return "forbidden_address" if forbidden(name) else ""


def _ascii(host: str) -> str:
    """The name as resolvers see it: １２７。０。０。１ is 127.0.0.1 to them (IDNA 2003). Raises
    ``UnicodeError``."""
    return host if host.isascii() else host.encode("idna").decode("ascii").lower()
