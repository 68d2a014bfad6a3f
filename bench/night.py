"""One night of gengxin in a process of its own, measured: ``python -m bench.night URL`` with
options on stdin.

The options are one JSON object: ``hosts``, ``columns``, ``port`` and what :class:`Plan` names. It
prints one JSON line. The store is made and filled with its catalogue when ``URL`` is new.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from bench import pages
from bench.measure import Mark
from crawler.clock import clock
from crawler.config import CrawlConfig
from crawler.doors import crawl as crawling
from crawler.doors.plan import Desk
from crawler.model import Outcome
from crawler.store.tables import Base, OutletRow, SiteRow, open_store
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import known_outlets, planned_outlets
from crawler.walking.model import Looked
from crawler.walking.record import ArticleSeen

HORIZON = date(2026, 11, 23)
"""No post is that new: the night reads lists and no articles, like the spider beside it."""


@dataclass(frozen=True)
class Plan:
    """What one night is like. ``refusing`` host numbers get an address where nobody listens."""

    hosts: int
    columns: int
    port: int
    delay: float = 0.001
    concurrency: int = 1
    timeout: float = 10.0
    settled: bool = False
    refusing: tuple[int, ...] = ()
    catalogue_only: bool = False
    profile: str = ""

    @property
    def config(self) -> CrawlConfig:
        return CrawlConfig(
            contact="bench@example.org",
            delay=self.delay,
            concurrency=self.concurrency,
            total_concurrency=min(128, self.hosts * self.concurrency),
            timeout=self.timeout,
            backfill_from=HORIZON,
            allow_loopback=True,
        )

    def home(self, host: int) -> str:
        if host in self.refusing:
            return f"http://127.9.0.{host + 1}:{self.port}"
        return f"http://{pages.address(host)}:{self.port}"


class TimedKeeper(StoreKeeper):
    """The keeper with a stop-watch on the processor: everything between a look and the database."""

    seconds = 0.0

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.thread_time()
        try:
            yield
        finally:
            TimedKeeper.seconds += time.thread_time() - began

    def look(self, looked: Looked) -> None:
        with self._timed():
            super().look(looked)

    def article(self, seen: ArticleSeen) -> None:
        with self._timed():
            super().article(seen)

    def unseen(self, urls: Iterable[str]) -> set[str]:
        with self._timed():
            return super().unseen(urls)

    def stored_before(self, outlet: str, url: str, moment: datetime) -> bool:
        with self._timed():
            return super().stored_before(outlet, url, moment)


def fill(engine: Engine, plan: Plan) -> None:
    """The tables and the catalogue; a ``settled`` one remembers last night's pages as they still
    are."""
    Base.metadata.create_all(engine)
    sites = [
        {
            "id": f"host{h:03d}",
            "name": f"门户{h:03d}",
            "home": f"{plan.home(h)}/",
            "code": None,
            "hosts": [],
            "delay": plan.delay,
            "concurrency": plan.concurrency,
            "legacy_tls": False,
            "retired_at": None,
        }
        for h in range(plan.hosts)
    ]
    with engine.begin() as connection:
        connection.execute(insert(SiteRow), sites)
        for host in range(plan.hosts):
            connection.execute(
                insert(OutletRow), [_outlet(plan, host, c) for c in range(plan.columns)]
            )


def _outlet(plan: Plan, host: int, column: int) -> dict[str, Any]:
    url = plan.home(host) + pages.path(column)
    values: dict[str, Any] = {
        "id": f"host{host:03d}-lm{column:03d}",
        "kind": "column",
        "platform": "portal",
        "name": f"{pages.NAMES[column % len(pages.NAMES)]}{column:03d}",
        "site_id": f"host{host:03d}",
        "url": url,
        "cls": "other",
        "path": f"政务公开/栏目{column:03d}",
        "level": 2,
        "floor": 1,
        "state": "registered",
        "handle": {},
        "probes": [],
        "retired_at": None,
    }
    if not plan.settled:
        return values
    day = pages.newest(host, column)
    chance = random.Random(host * 1000 + column)
    return values | {
        "etag": pages.etag(host, column),
        "last_modified": pages.MODIFIED,
        "front": chance.randbytes(160),
        "page_hash": chance.randbytes(16).hex(),
        "newest": day,
        "dated": 20,
        "walk_done": True,
        "newest_url": f"{url}{day:%Y%m}/t{day:%Y%m%d}_{3_000_000 + column}.htm",
        "last_look": pages.AS_OF,
        "last_conclusive": pages.AS_OF,
        "last_outcome": "read",
    }


def catalogue_cost(reader: Engine) -> dict[str, Any]:
    """What planning the whole catalogue and knowing all of it cost, in time and memory that
    stays."""
    with reader.connect() as connection:
        known_outlets(connection, [])  # what SQLAlchemy keeps for itself is not the catalogue's
        before = Mark.now()
        planned, _ = planned_outlets(connection)
        between = Mark.now()
        known = known_outlets(connection)
        after = Mark.now()
    assert len(planned) == len(known)
    return {
        "outlets": len(known),
        "planned": _between(before, between),
        "known": _between(between, after),
    }


def _between(first: Mark, second: Mark) -> dict[str, float]:
    return {"cpu": second.cpu - first.cpu, "kilobytes": second.rss - first.rss}


def check(reader: Engine, plan: Plan, version: int) -> dict[str, Any]:
    """Every outlet's newest date against the truth: after a conclusive look today's, else an older
    one or none."""
    told: dict[str, Any] = {"right": 0, "unknown": 0, "wrong": [], "outcomes": Counter()}
    with reader.connect() as connection:
        rows = connection.execute(
            select(OutletRow.id, OutletRow.last_outcome, OutletRow.newest)
        ).all()
    for row in rows:
        host, column = int(row.id[4:7]), int(row.id[10:])
        conclusive = Outcome(row.last_outcome).conclusive
        truths = [pages.newest(host, column, v) for v in range(1, version + 1)]
        told["outcomes"][row.last_outcome] += 1
        if row.newest not in (truths[-1:] if conclusive else [None, *truths[:-1]]):
            told["wrong"].append(f"{row.id}: {row.newest}")
        else:
            told["right" if conclusive else "unknown"] += 1
    return told


def night(url: str, plan: Plan, version: int) -> dict[str, Any]:
    """Run the crawl in this process and measure it, from after the imports to the closed run."""
    engine, reader = open_store(url), open_store(url, readonly=True)
    try:
        crawling.StoreKeeper = TimedKeeper  # type: ignore[attr-defined]
        mark = Mark.now()
        _run(plan, lambda: crawling.crawl(Desk(engine, reader, plan.config, clock(pages.AS_OF))))
        cost = mark.since()
        return {**cost, "store_cpu": TimedKeeper.seconds, **check(reader, plan, version)}
    finally:
        engine.dispose()
        reader.dispose()


def _run(plan: Plan, crawl: Callable[[], int]) -> None:
    if not plan.profile:
        crawl()
        return
    import cProfile

    with cProfile.Profile() as profile:
        crawl()
    profile.dump_stats(plan.profile)


def main() -> None:
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    url, options = sys.argv[1], json.load(sys.stdin)
    version, new = options.pop("truth", 1), options.pop("new", False)
    plan = Plan(**options)
    if new:
        engine = open_store(url)
        fill(engine, plan)
        engine.dispose()
        print(json.dumps({"filled": plan.hosts * plan.columns}))
        return
    if plan.catalogue_only:
        reader = open_store(url, readonly=True)
        print(json.dumps(catalogue_cost(reader)))
        return
    print(json.dumps(night(url, plan, version)))


if __name__ == "__main__":
    main()
