"""Whom a night asks at all: an address to look at, an account that is still one and may have fallen
silent."""

from __future__ import annotations

from datetime import date

from crawler.accounts.chain import due
from crawler.model import GONE, OutletKind
from monitor.model.outlets import OutletFacts


def gone(of: OutletFacts) -> bool:
    """A closed or merged account is out of the base; one that is closing is still judged."""
    return of.outlet.state in GONE


def has_address(of: OutletFacts) -> bool:
    """Whether anybody could look: an address, or a probe."""
    return bool(of.outlet.url or of.outlet.probes)


def asked(of: OutletFacts, day: date) -> bool:
    """Whether the crawl asks at all: an account that is known to have posted lately is left in
    peace."""
    return of.outlet.kind is not OutletKind.ACCOUNT or due(
        of.newest.day if of.newest else None, None, day
    )
