"""A portal's column: its list page read by structure. COMPLETE: the list must hold the newest
post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from crawler.model import Ask, Outlet, Page, Probe, Reading
from crawler.platforms._traits import Traits
from crawler.reading.listing import read_list
from crawler.reading.markup import decode
from crawler.reading.states import refusal

TRAITS = Traits(title="网页")


def start(outlet: Outlet, probe: Probe) -> tuple[Ask, ...]:
    """The column's address. Raises ``ValueError`` without one."""
    url = probe.url or outlet.url
    if not url:
        raise ValueError(f"{outlet.id}: no address")
    return (Ask(url),)


def read(
    page: Page, outlet: Outlet, probe: Probe, days: Mapping[str, date] | None = None
) -> Reading:
    """Refusals first, then the list; never raises. ``days``, by address, are those that posts' own
    articles print."""
    text = decode(page.body, page.headers)
    return refusal(page, text) or read_list(page, column=outlet.name, text=text, days=days)
