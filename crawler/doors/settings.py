"""Scrapy's settings from ours: honest, polite, limited; everything that we do ourselves is switched off."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from crawler.config import CrawlConfig
from crawler.model import Manners

DOWNLOADER_MIDDLEWARES = {
    "crawler.doors.spiders.guard.GuardMiddleware": 10,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
}
"""All there are: what Scrapy ships beside these would be loaded even when switched off (16 MB), and a later
Scrapy's additions would run without being asked."""


def scrapy_settings(config: CrawlConfig, manners: Mapping[str, Manners]) -> dict[str, Any]:
    """Settings for one crawl process; ``manners`` by ``host:port``.

    Retries, redirects, robots and the per-host cap are ours (``crawler.walk``, ``crawler.hosts``); the delay is
    Scrapy's slot delay as well, so that hops of a redirect keep it.
    """
    settings: dict[str, Any] = {
        "BOT_NAME": "gengxin",
        "DOWNLOAD_DELAY": config.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_SLOTS": {
            host: {"delay": polite.delay, "concurrency": polite.concurrency, "jitter": 0}
            for host, polite in manners.items()
        },
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": config.concurrency,
        "CONCURRENT_ITEMS": 1,
        "DOWNLOAD_TIMEOUT": config.timeout,
        "DOWNLOAD_MAXSIZE": config.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "REDIRECT_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "RETRY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 2_000_000,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DNSCACHE_ENABLED": True,
        "TWISTED_DNS_RESOLVER": "crawler.doors.spiders.resolver.GuardedResolver",
        "GUARD_ALLOW_LOOPBACK": config.allow_loopback,
        "GUARD_INSIDE_HOSTS": list(config.inside_hosts),
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": DOWNLOADER_MIDDLEWARES,
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
    }
    if sys.platform != "win32":
        settings["ASYNCIO_EVENT_LOOP"] = "uvloop.Loop"
    return settings


def request_headers(config: CrawlConfig) -> dict[str, str]:
    """What every request of every door says of us."""
    return {
        "User-Agent": config.user_agent,
        "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5",
        "Accept-Language": "zh-CN,zh;q=0.9",
    }
