"""``scrapy crawl outlets`` for who knows Scrapy: the night's spider, planned from the store that
config.yaml names.

``-a only=ID,ID`` looks at these columns or accounts, ``-a config=PATH`` names another config.yaml.
What is seen is recorded as the night's looks are; judging it is the monitor's (``gengxin status``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler
from sqlalchemy.exc import OperationalError, ProgrammingError

from crawler.clock import clock
from crawler.config import crawl_config, load_yaml, store_url
from crawler.doors.plan import Desk, Due, Plan, finish, planned
from crawler.doors.settings import of_config
from crawler.doors.spiders.outlets import OutletSpider
from crawler.model import UnknownOutlet
from crawler.store.tables import open_store
from crawler.walking.known import known_outlets, must_know

ENTER = "gengxin check-config, then gengxin recheck ID, enters the catalogue of config.yaml into the store"


class Outlets(OutletSpider):
    """The spider of the project; its outcomes stand in Scrapy's stats."""

    plan: Plan

    @classmethod
    def from_crawler(cls, crawler: Crawler, *, only: str = "", config: str = "config.yaml") -> Self:
        """Plan from the store. Raises ``BadConfig``, and ``UnknownOutlet`` for what the store does
        not know."""
        desk = _desk(Path(config))
        try:
            ids = [one.strip() for one in only.split(",") if one.strip()] or None
            _must_know(desk, ids)
            plan = planned(desk, due=Due(kind="scrapy", only=ids))
        except BaseException:
            _put_away(desk)
            raise
        crawler.settings.setdict(of_config(desk.config, plan.manners), priority="spider")
        spider = super().from_crawler(crawler, **plan.arguments)
        spider.plan = plan
        return spider

    def closed(self, reason: str) -> None:
        """Scrapy's own hook: write the rest and close the run."""
        finish(self.plan, self.failed)
        _put_away(self.plan.desk)
        if self.failed is not None:
            self.logger.error("stopped by a fault: %r", self.failed)


def _desk(path: Path) -> Desk:
    data = load_yaml(path)
    config, url = crawl_config(data, path), store_url(data, path)
    return Desk(open_store(url), open_store(url, readonly=True), config, clock(None))


def _must_know(desk: Desk, ids: Sequence[str] | None) -> None:
    try:
        with desk.reader.connect() as connection:
            must_know(known_outlets(connection, ids or ()), ids or ())
    except (OperationalError, ProgrammingError) as error:
        raise UnknownOutlet(f"there is no store yet: {ENTER}") from error
    except UnknownOutlet as error:
        raise UnknownOutlet(f"the store's catalogue has no {error}; {ENTER}") from None


def _put_away(desk: Desk) -> None:
    desk.engine.dispose()
    desk.reader.dispose()
