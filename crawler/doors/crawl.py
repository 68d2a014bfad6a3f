"""One crawl, start to end, in this process: plan from the store, walk with Scrapy, record, close
the run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawler.doors.plan import TONIGHT, Desk, Due, finish, planned
from crawler.doors.settings import scrapy_settings
from crawler.doors.spiders.outlets import OutletSpider
from crawler.system.collecting import rare_collections
from crawler.walking.model import Looked


def crawl(
    desk: Desk,
    *,
    due: Due = TONIGHT,
    on_look: Callable[[Looked], None] = lambda looked: None,
    on_plan: Callable[[int], None] = lambda planned: None,
) -> int:
    """Look at every column and every due account of the store's catalogue (or ``only`` those);
    returns the run's id.

    With ``since`` only what was not looked at since then, and unfinished walks. Raises what stopped
    the walk, after writing what was seen until then.
    """
    plan = planned(desk, due=due, on_look=on_look)
    on_plan(plan.asked)
    spider = _run_scrapy(scrapy_settings(desk.config, plan.manners), plan.arguments)
    finish(plan, spider.failed)
    if spider.failed is not None:
        raise spider.failed
    return plan.run


def _run_scrapy(settings: dict[str, Any], arguments: Mapping[str, Any]) -> OutletSpider:
    process = AsyncCrawlerProcess(settings)
    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    crawler = process.create_crawler(OutletSpider)
    process.crawl(crawler, **arguments)
    with rare_collections(freeze=True):
        process.start()
    spider = crawler.spider
    if not isinstance(spider, OutletSpider):
        raise RuntimeError("the crawl did not start; see the log above")
    return spider
