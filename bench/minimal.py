"""The yardstick: a small Scrapy spider that is as fast as we could make one without making it
useless.

uvloop, one item a page, conditional requests, batched SQLite upserts with the plain driver,
robots.txt and retries by Scrapy's own means, nothing else of Scrapy loaded. And no doubt: it knows
the one list of this one portal by XPath and believes every date it sees. ``python -m bench.minimal
STORE`` with ``hosts``, ``columns``, ``port`` as JSON on stdin.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any
from urllib.parse import urljoin

import lxml.html
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from bench import pages
from bench.measure import Mark

BATCH = 400
DAY = re.compile(r"(20\d\d)-(\d\d)-(\d\d)")
ROWS = '//div[@class="main"]/ul[@class="list"]/li[a]'
TABLES = """
CREATE TABLE IF NOT EXISTS outlet (id INTEGER PRIMARY KEY, url TEXT UNIQUE, etag TEXT, modified TEXT, newest TEXT);
CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY, outlet INTEGER, status INTEGER, newest TEXT, dated INTEGER);
CREATE TABLE IF NOT EXISTS post (url TEXT, outlet INTEGER, title TEXT, published TEXT, PRIMARY KEY (url, outlet));
"""
POST = "INSERT INTO post VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET title = excluded.title"


class Minimal(Spider):
    name = "minimal"

    def __init__(self, *, store: sqlite3.Connection, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.store = store

    async def start(self) -> AsyncIterator[Request]:
        query = "SELECT id, url, coalesce(etag, ''), coalesce(modified, '') FROM outlet"
        for outlet, url, etag, modified in self.store.execute(query).fetchall():
            headers = {"If-None-Match": etag, "If-Modified-Since": modified} if etag else {}
            yield Request(url, headers=headers, meta={"outlet": outlet}, dont_filter=True)

    def parse(self, response: Response) -> Iterator[dict[str, Any]]:
        """One item a page: its visit and its posts."""
        item = {
            "outlet": response.meta["outlet"],
            "status": response.status,
            "newest": None,
            "posts": [],
        }
        if response.status == 200:
            tree = lxml.html.fromstring(response.body)
            for row in tree.xpath(ROWS):
                link, found = row[0], DAY.search(row[1].text or "")
                day = date(*map(int, found.groups())).isoformat() if found else None
                url = urljoin(response.url, link.get("href"))
                item["posts"].append((url, item["outlet"], link.get("title") or link.text, day))
            item["newest"] = max((post[3] for post in item["posts"] if post[3]), default=None)
            item["etag"] = response.headers.get("ETag", b"").decode()
            item["modified"] = response.headers.get("Last-Modified", b"").decode()
        yield item


class Store:
    """Pages wait until they are a batch; one transaction each."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self.store = store
        self.items: list[dict[str, Any]] = []
        self.rows = 0

    @classmethod
    def from_crawler(cls, crawler: Any) -> Store:
        return cls(crawler.spider.store)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.items.append(item)
        self.rows += 1 + len(item["posts"])
        if self.rows >= BATCH:
            self.flush()
        return item

    def close_spider(self) -> None:
        self.flush()

    def flush(self) -> None:
        read = [item for item in self.items if item["status"] == 200]
        visits = [(i["outlet"], i["status"], i["newest"], len(i["posts"])) for i in self.items]
        with self.store:
            self.store.executemany(POST, [post for item in read for post in item["posts"]])
            self.store.executemany("INSERT INTO visit VALUES (NULL, ?, ?, ?, ?)", visits)
            self.store.executemany(
                "UPDATE outlet SET etag = ?, modified = ?, newest = ? WHERE id = ?",
                [(i["etag"], i["modified"], i["newest"], i["outlet"]) for i in read],
            )
        self.items, self.rows = [], 0


SETTINGS: dict[str, Any] = {
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "CONCURRENT_ITEMS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0.001,
    "DOWNLOAD_DELAY_JITTER": 0,
    "HTTPERROR_ALLOWED_CODES": [304],
    "ITEM_PIPELINES": {Store: 1},
    "ROBOTSTXT_OBEY": True,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "LOG_LEVEL": "ERROR",
    "EXTENSIONS_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50},
    "DOWNLOADER_MIDDLEWARES_BASE": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    },
}


def opened(path: str, options: dict[str, Any]) -> sqlite3.Connection:
    """The store, with its columns in it."""
    store = sqlite3.connect(path)
    store.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {TABLES}")
    urls = [
        (f"http://{pages.address(h)}:{options['port']}{pages.path(c)}",)
        for h in range(options["hosts"])
        for c in range(options["columns"])
    ]
    with store:
        store.executemany("INSERT OR IGNORE INTO outlet (url) VALUES (?)", urls)
    return store


def main() -> None:
    options = json.load(sys.stdin)
    store = opened(sys.argv[1], options)
    mark = Mark.now()
    process = AsyncCrawlerProcess(SETTINGS | {"CONCURRENT_REQUESTS": options["hosts"]})
    for name in ("scrapy", "twisted", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
    process.crawl(Minimal, store=store)
    process.start()
    cost = mark.since()
    posts = store.execute("SELECT count(*) FROM post").fetchone()[0]
    visits = store.execute("SELECT count(*) FROM visit").fetchone()[0]
    print(json.dumps({**cost, "posts": posts, "visits": visits}))


if __name__ == "__main__":
    main()
