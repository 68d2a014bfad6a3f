"""Scrapy's settings that hold whatever config.yaml says, in the form that ``scrapy.cfg`` names: any
``scrapy`` command is behind the guard.

Honest, polite, limited; everything that we do ourselves (retries, redirects, robots, the queue) is
switched off. What config.yaml says is put on top by :func:`crawler.doors.settings.scrapy_settings`.
"""

from __future__ import annotations

import sys

BOT_NAME = "gengxin"
SPIDER_MODULES = ["crawler.doors.by_scrapy"]
TWISTED_DNS_RESOLVER = "crawler.doors.spiders.resolver.GuardedResolver"
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
DOWNLOADER_MIDDLEWARES = {
    "crawler.doors.spiders.guard.GuardMiddleware": 10,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
"""All there are: what Scrapy ships beside these would be loaded even when switched off (16 MB), and
a later Scrapy's additions would run without being asked."""
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE: dict[str, int] = {}
STATS_CLASS = "scrapy.statscollectors.MemoryStatsCollector"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
DNSCACHE_ENABLED = True
DOWNLOAD_DELAY_JITTER = 0
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
CONCURRENT_REQUESTS = 0
CONCURRENT_ITEMS = 1
REDIRECT_ENABLED = False
ROBOTSTXT_OBEY = False
RETRY_ENABLED = False
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 2_000_000
ASYNCIO_EVENT_LOOP = None if sys.platform == "win32" else "uvloop.Loop"
