"""One crawl, start to end, in this process: plan from the store, walk with Scrapy, record, close the run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import Engine

from crawler.config import CrawlConfig
from crawler.doors.settings import scrapy_settings
from crawler.doors.spiders.outlets import OutletSpider
from crawler.model import Manners, shanghai_day
from crawler.register.account_candidates import new_pictures, record_picture, record_sightings
from crawler.register.finder import Finder, platform_hosts
from crawler.system.collecting import rare_collections
from crawler.walking import frame_store
from crawler.walking.accounts import asked_tonight
from crawler.walking.keeper import StoreKeeper
from crawler.walking.known import allowed_hosts, host_manners, known_sites, planned_outlets, site_homes
from crawler.walking.page_facts import Inspector, record_pages
from crawler.walking.record import adopt_articles, close_run, open_run, pending_articles
from crawler.walking.visit import Known, Looked, Planned

PICTURES_KEPT = timedelta(days=30)
"""A picture of a home page is looked at again after this: its address may have got another code."""


def crawl(
    engine: Engine,
    reader: Engine,
    config: CrawlConfig,
    clock: Callable[[], datetime],
    *,
    kind: str = "nightly",
    only: Sequence[str] | None = None,
    since: datetime | None = None,
    on_look: Callable[[Looked], None] = lambda looked: None,
    on_plan: Callable[[int], None] = lambda planned: None,
) -> int:
    """Look at every column and every due account of the store's catalogue (or ``only`` those); returns the run's id.

    With ``since`` only what was not looked at since then, and unfinished walks.
    Raises what stopped the walk, after writing what was seen until then.
    """
    with reader.connect() as connection:
        planned, known = planned_outlets(connection, only, since=since)
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, known, planned)
        pending = pending_articles(connection, only)
        homes = site_homes(connection) if only is None else ()
        inspector = Inspector(known_sites(connection), config.copy_age)
    today = shanghai_day(clock())
    asked = len(planned) + sum(asked_tonight(one, today) for one in known)
    with engine.begin() as connection:
        run = open_run(connection, kind, clock(), asked)
    on_plan(asked)
    keeper = StoreKeeper(engine, reader, config, hosts)
    finder = Finder(platform_hosts(one.outlet for one in known))

    def unlooked(urls: Sequence[str]) -> Collection[str]:
        with reader.connect() as connection:
            return new_pictures(connection, urls, clock() - PICTURES_KEPT)

    spider = _run_scrapy(
        config,
        known,
        planned,
        pending,
        hosts,
        manners,
        keeper,
        clock,
        on_look,
        (finder, homes, unlooked),
        inspector,
    )
    keeper.flush()
    with engine.begin() as connection:
        record_sightings(connection, finder.sightings())
        record_pages(connection, inspector)
        for url, text in finder.codes:
            record_picture(connection, url, text, clock())
        adopt_articles(connection)
        frame_store.forget(connection, clock())
        close_run(connection, run, clock(), "" if spider.failed is None else repr(spider.failed)[:500])
    if spider.failed is not None:
        raise spider.failed
    return run


def _run_scrapy(
    config: CrawlConfig,
    known: Sequence[Known],
    planned: Sequence[Planned],
    pending: Sequence[str],
    hosts: frozenset[str],
    manners: dict[str, Manners],
    keeper: StoreKeeper,
    clock: Callable[[], datetime],
    on_look: Callable[[Looked], None],
    glance: tuple[Finder, Sequence[str], Callable[[Sequence[str]], Collection[str]]],
    inspector: Inspector,
) -> OutletSpider:
    process = AsyncCrawlerProcess(scrapy_settings(config, manners))
    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    crawler = process.create_crawler(OutletSpider)
    process.crawl(
        crawler,
        config=config,
        known=known,
        planned=planned,
        pending=pending,
        hosts=hosts,
        manners=manners,
        keeper=keeper,
        clock=clock,
        on_look=on_look,
        finder=glance[0],
        homes=glance[1],
        new_pictures=glance[2],
        inspector=inspector,
    )
    with rare_collections(freeze=True):
        process.start()
    spider = crawler.spider
    if not isinstance(spider, OutletSpider):
        raise RuntimeError("the crawl did not start; see the log above")
    return spider
