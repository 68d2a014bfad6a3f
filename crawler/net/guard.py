"""Which addresses may be fetched at all: the catalogue's own hosts, public ones where a link is checked, and
never this machine or its network, whatever a name says or resolves to."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}")
"""Other spellings of an IPv4 address, which resolvers understand; no name looks like this."""
INSIDE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".in-addr.arpa")
"""Endings of names that only mean this machine or its network (RFC 6761, 6762, 8375)."""
EMBEDDING = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that carry an IPv4 address in their last 32 bits (RFC 6052, 8215)."""


def refusal_of(
    url: str, hosts: Collection[str], *, allow_loopback: bool = False, foreign: bool = False
) -> str:
    """Why ``url`` may not be fetched, as a short machine word; empty when it may.

    ``bad_address`` (no http(s) address), ``forbidden_address`` (this machine or a private network, unless
    the sample district allows loopback), ``foreign_host`` (not in the catalogue). With ``foreign`` a host outside
    of the catalogue may be asked, as a link that is checked; what its name resolves to is then judged by
    :func:`forbidden` before anything is connected.
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
    return "" if foreign or host in hosts else "foreign_host"


def forbidden(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether a resolved IP address may not be connected to: this machine, its network, a cloud's metadata.

    Addresses that wrap another one (mapped, 6to4, Teredo, NAT64) are judged by what they wrap. A text that is no
    address is forbidden.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    wrapped = _wrapped(found)
    if any(_not_public(one) for one in (found, *wrapped)):
        return not (allow_loopback and found.is_loopback and not wrapped)
    return False


def host_of(url: str) -> str:
    """The host name in lower case, or an empty text when ``url`` has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _not_public(address: IPv4Address | IPv6Address) -> bool:
    return not address.is_global or address.is_multicast or (address.is_reserved and address.version == 4)


def _wrapped(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    if isinstance(address, IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in EMBEDDING):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


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
    """A literal address that is not public, or a name that only means this machine or its network."""
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(INSIDE_NAMES):
        return True
    try:
        ip_address(host)
    except ValueError:
        return NUMBERS.fullmatch(host) is not None
    return forbidden(host)
