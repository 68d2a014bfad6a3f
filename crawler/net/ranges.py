"""Which IP addresses are public: judged by lists of our own beside Python's, whose answers differ
from version to version.

Pure. Of IPv6 only what is given out to the public counts as public, so a kind of address that
nobody has heard of is refused.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

GIVEN_OUT = ip_network("2000::/3")
"""The only part of IPv6 that IANA gives out to the public. ``::/96`` (RFC 4291), ``fec0::/10`` (RFC
3879), SIIT and the local
NAT64's ``64:ff9b:1::/48`` (RFC 8215: where in it the IPv4 address stands, only its network knows)
are outside."""
NAT64 = ip_network("64:ff9b::/96")
"""The well-known prefix (RFC 6052): how an IPv6-only network reaches public IPv4 hosts, whose
address stands at its end."""
OWN = IPv6Address("::1")
KEPT_APART = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890): DS-Lite, PCP and TURN of the own network
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32", "3fff::/20",  # documentation
    )
)  # fmt: skip
"""What :attr:`ipaddress.IPv4Address.is_global` lets pass in one version of Python or another."""


def public(address: str) -> bool:
    """Whether ``address`` may be anybody's on the internet, and whatever it wraps too. A text that
    is no address is not.

    An address that wraps an IPv4 address (mapped, NAT64, 6to4, ISATAP) leads where that one leads.
    A zone (``%eth0``) only means a link of this machine.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _public4(found)
    return not found.scope_id and _public6(found)


def loopback(address: str) -> bool:
    """Whether ``address`` is this machine's loopback in its plain spelling, which the sample
    district may use."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return found.is_loopback if isinstance(found, IPv4Address) else found == OWN


def _public4(address: IPv4Address) -> bool:
    apart = any(address in network for network in KEPT_APART)
    return address.is_global and not (address.is_multicast or address.is_reserved or apart)


def _public6(address: IPv6Address) -> bool:
    wrapped = _wrapped(address)
    if address.ipv4_mapped is None and address not in NAT64:
        apart = any(address in network for network in KEPT_APART)
        if address not in GIVEN_OUT or apart or not (address.is_global or wrapped):
            return False
    return all(_public4(one) for one in wrapped)


def _wrapped(address: IPv6Address) -> tuple[IPv4Address, ...]:
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    found = [address.ipv4_mapped, address.sixtofour]
    found += [last] if address in NAT64 or _isatap(address) else []
    return tuple(one for one in found if one is not None)


def _isatap(address: IPv6Address) -> bool:
    """An interface that tunnels to the IPv4 address at its end (RFC 5214)."""
    return (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE
