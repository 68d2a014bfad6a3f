"""What one crawl looks at, taken from the store, and what is written when it has ended. Whoever
drives Scrapy uses both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from crawler.accounts.night import asked_tonight
from crawler.config import CrawlConfig
from crawler.model import Manners, shanghai_day
from crawler.register.account_candidates import new_pictures, record_picture, record_sightings
from crawler.register.finder import Finder, platform_hosts
from crawler.walking import frame_store
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import (
    allowed_hosts,
    host_manners,
    known_sites,
    planned_outlets,
    site_homes,
)
from crawler.walking.model import Looked
from crawler.walking.page_facts import Inspector, record_pages
from crawler.walking.record import adopt_articles, close_run, open_run, pending_articles

PICTURES_KEPT = timedelta(days=30)
"""A picture of a home page is looked at again after this: its address may have got another code."""


@dataclass(frozen=True, slots=True)
class Desk:
    """``engine`` writes the store, ``reader`` only reads it."""

    engine: Engine
    reader: Engine
    config: CrawlConfig
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """What a crawl of ``kind`` is to look at: everything that is due, or ``only`` those outlets;
    with ``since`` only what was not looked at since then, and unfinished walks."""

    kind: str = "nightly"
    only: Sequence[str] | None = None
    since: datetime | None = None


TONIGHT = Due()


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that was opened. ``asked`` outlets are to be looked at; ``arguments`` are the
    spider's."""

    desk: Desk
    run: int
    asked: int
    manners: dict[str, Manners]
    keeper: StoreKeeper
    finder: Finder
    inspector: Inspector
    arguments: Mapping[str, Any]


def planned(
    desk: Desk, *, due: Due = TONIGHT, on_look: Callable[[Looked], None] = lambda looked: None
) -> Plan:
    """Open a run for every column and every due account of the store's catalogue, or for ``only``
    those.

    With ``since`` only what was not looked at since then, and unfinished walks.
    """
    config, clock = desk.config, desk.clock
    with desk.reader.connect() as connection:
        first, known = planned_outlets(connection, due.only, since=due.since)
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, known, first)
        pending = pending_articles(connection, due.only)
        homes = site_homes(connection) if due.only is None else ()
        inspector = Inspector(known_sites(connection), config.copy_age)
    today = shanghai_day(clock())
    asked = len(first) + sum(asked_tonight(one, today) for one in known)
    with desk.engine.begin() as connection:
        run = open_run(connection, due.kind, clock(), asked)
    keeper = StoreKeeper(desk.engine, desk.reader, config, hosts, run)
    finder = Finder(platform_hosts(one.outlet for one in known))

    def unlooked(urls: Sequence[str]) -> Collection[str]:
        with desk.reader.connect() as connection:
            return new_pictures(connection, urls, clock() - PICTURES_KEPT)

    arguments: dict[str, Any] = {
        "config": config,
        "known": known,
        "planned": first,
        "pending": pending,
        "hosts": hosts,
        "manners": manners,
        "keeper": keeper,
        "clock": clock,
        "on_look": on_look,
        "finder": finder,
        "homes": homes,
        "new_pictures": unlooked,
        "inspector": inspector,
    }
    return Plan(desk, run, asked, manners, keeper, finder, inspector, arguments)


def finish(plan: Plan, failed: BaseException | None) -> None:
    """Write what is not written yet and close the run; ``failed`` is what stopped the walk."""
    plan.keeper.flush()
    now = plan.desk.clock()
    with plan.desk.engine.begin() as connection:
        record_pages(connection, plan.inspector)
        _record_found(connection, plan.finder, now)
        adopt_articles(connection)
        frame_store.forget(connection, now)
        close_run(connection, plan.run, now, "" if failed is None else repr(failed)[:500])


def _record_found(connection: Connection, finder: Finder, now: datetime) -> None:
    record_sightings(connection, finder.sightings())
    for url, text in finder.codes:
        record_picture(connection, url, text, now)
