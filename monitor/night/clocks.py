"""Is our own clock right? The sites' servers are asked before anybody is judged by it, under cron
as in the service.

A clock that is a day ahead calls everything late, and has the letters say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from crawler.clock import Clock
from crawler.net.client import gate_of
from crawler.net.tls import last_century
from crawler.store.tables import OutletRow, SiteRow
from crawler.walking.hosts import host_key
from monitor.facts import probes
from monitor.model import Probed
from monitor.night import diary
from monitor.night.availability import visit_home
from monitor.office import Office

OFF = timedelta(hours=9)
"""Our clock is wrong when it differs by more from the sites': many servers call their Chinese time
GMT, eight hours off."""
AT_ONCE = 8
"""So many sites are asked for the time side by side."""
OTHERS = 5
"""So many columns' hosts are asked where no home page tells the time."""


class WrongClock(RuntimeError):
    """Our clock cannot be right; one sentence. Nothing is judged, nothing written until it is."""


def trust_clock(office: Office, clock: Clock, *, ask: bool = True) -> bool:
    """Compare our clock with the sites'; with ``ask`` by visits made now, else by the last that
    were kept.

    ``False`` where no site told the time (none answered, or caches did): then nothing is known, and
    a night that sees nothing accuses nobody. Runs that a clock far ahead had begun are forgotten
    once the sites agree. Raises :class:`WrongClock`.
    """
    ahead = _ask(office, clock) if ask else _kept(office)
    if ahead is None:
        return False
    if abs(ahead) > OFF.total_seconds():
        raise WrongClock(
            f"本机时间比网站的时间{'快' if ahead > 0 else '慢'} {abs(ahead) / 3600:.0f} 小时，请校准时间；"
            "校准以前不抓取、不判定、不写信"
        )
    with office.engine.begin() as connection:
        diary.forget_future(connection, clock() + OFF)
    return True


def _kept(office: Office) -> float | None:
    with office.reader.connect() as connection:
        return probes.ahead(connection)


def _ask(office: Office, clock: Clock) -> float | None:
    """The median of what the sites tell now; columns on other hosts are asked where no home page
    does."""
    told = [
        one.ahead
        for one in visit_homes(office, clock, confirms=True).values()
        if one.ahead is not None
    ]
    if not told:
        found = asyncio.run(_visits(office, clock, _columns(office)))
        told = [one.ahead for one in found if one.ahead is not None]
    return median(told) if told else None


def visit_homes(office: Office, clock: Clock, *, confirms: bool) -> dict[str, Probed]:
    """Visit every site's home page now, some side by side, and keep the visits. By site."""
    sites = home_pages(office)
    found = asyncio.run(_visits(office, clock, [(site.home, site.legacy_tls) for site in sites]))
    by_site = {site.id: one for site, one in zip(sites, found, strict=True)}
    with office.engine.begin() as connection:
        for site, one in by_site.items():
            probes.add(connection, site, one, confirms=confirms)
    return by_site


def home_pages(office: Office) -> Sequence[Any]:
    """Every site's id, home page and manners."""
    query = select(SiteRow.id, SiteRow.home, SiteRow.legacy_tls).where(SiteRow.retired_at.is_(None))
    with office.reader.connect() as connection:
        return connection.execute(query.order_by(SiteRow.id)).all()


def _columns(office: Office) -> list[tuple[str, bool]]:
    """A column of each host, some of them."""
    query = select(OutletRow.url, SiteRow.legacy_tls).join(SiteRow, SiteRow.id == OutletRow.site_id)
    query = query.where(
        OutletRow.retired_at.is_(None), OutletRow.url.is_not(None), OutletRow.kind == "column"
    )
    with office.reader.connect() as connection:
        rows = connection.execute(query.order_by(OutletRow.id)).all()
    hosts = {host_key(row.url): (row.url, row.legacy_tls) for row in reversed(rows)}
    return list(hosts.values())[:OTHERS]


async def _visits(office: Office, clock: Clock, asked: Sequence[tuple[str, bool]]) -> list[Probed]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(url: str, old: bool) -> Probed:
        async with room:
            return await visit(office, clock, url, old=old)

    return list(await asyncio.gather(*(one(url, old) for url, old in asked)))


async def visit(office: Office, clock: Callable[[], Any], url: str, *, old: bool) -> Probed:
    """One visit under the crawl's name and through its gate; ``old`` speaks the TLS of the last
    century."""
    config = office.settings.crawl
    headers = {"User-Agent": config.user_agent}
    tls = last_century() if old else None
    return await visit_home(url, clock(), headers, tls=tls, gate=gate_of(config))
