"""What config.yaml says of fetching, in Scrapy's words, and what every request says of us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.config import CrawlConfig
from crawler.doors import project
from crawler.model import Manners

QUIET = {"LOG_LEVEL": "ERROR", "LOG_INSTALL_ROOT_HANDLER": False, "STATS_DUMP": False}
"""For the crawl as a child process, whose parent reads its own lines."""


def scrapy_settings(config: CrawlConfig, manners: Mapping[str, Manners]) -> dict[str, Any]:
    """Every setting of one crawl process that is not Scrapy's own; ``manners`` by ``host:port``."""
    fixed = {name: value for name, value in vars(project).items() if name.isupper()}
    return fixed | QUIET | of_config(config, manners)


def of_config(config: CrawlConfig, manners: Mapping[str, Manners]) -> dict[str, Any]:
    """What config.yaml and the catalogue say. The delay is Scrapy's slot delay as well, so that
    hops of a redirect keep it."""
    slots = {
        host: {"delay": polite.delay, "concurrency": polite.concurrency, "jitter": 0}
        for host, polite in manners.items()
    }
    return {
        "DOWNLOAD_DELAY": config.delay,
        "DOWNLOAD_SLOTS": slots,
        "CONCURRENT_REQUESTS_PER_DOMAIN": config.concurrency,
        "DOWNLOAD_TIMEOUT": config.timeout,
        "DOWNLOAD_MAXSIZE": config.max_size,
        "GUARD_ALLOW_LOOPBACK": config.allow_loopback,
        "GUARD_INSIDE_HOSTS": list(config.inside_hosts),
    }


def request_headers(config: CrawlConfig) -> dict[str, str]:
    """What every request of every door says of us."""
    return {
        "User-Agent": config.user_agent,
        "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.5",
        "Accept-Language": "zh-CN,zh;q=0.9",
    }
