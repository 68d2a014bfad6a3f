"""A night's record of pages that say something of themselves: one row per kind of page and site or
column.

A row stands as long as the page says the same; what it says anew is a new row, so a past day can be
asked.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, func, insert, select, update

from crawler.model import Article, Outcome, Outlet, Page, Site, shanghai_day
from crawler.reading.states import refusal
from crawler.reading.tags import head_labels, labels_of, read_home
from crawler.store.bulk import execute_many
from crawler.store.tables import PageFactRow, PostRow
from crawler.walking.freshness import copy_of

logger = logging.getLogger(__name__)

TWELVE = "12-hour clock"
EXAMPLES = 3
CHUNK = 300
ROW = PageFactRow.__table__.c


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What one page said: ``kind`` is ``home``, ``home_list``, ``column`` or ``article``."""

    subject: str
    kind: str
    url: str
    facts: Mapping[str, Any]
    moment: datetime


@dataclass(slots=True)
class Inspector:
    """Collects during a night what pages say of themselves. Never raises: no label is worth the
    night.

    A home page that a cache made longer than ``copy_age`` seconds ago is no look at now: nothing of
    it is kept.
    """

    sites: Sequence[Site]
    copy_age: float = 86400
    seen: list[PageSeen] = field(default_factory=list)
    homes: list[tuple[str, Page, tuple[str, ...]]] = field(default_factory=list)
    _articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    _hosts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for site in self.sites:
            for host in (urlsplit(site.home).hostname or "", *site.hosts):
                self._hosts.setdefault(host.lower(), site.id)

    def home(self, page: Page) -> None:
        """A home page, as it was fetched."""
        site = next((one for one in self.sites if one.home == page.url), None)
        if site is None or page.status != 200 or refusal(page) is not None:
            return
        copy = copy_of(page, timedelta(seconds=self.copy_age))
        if copy is not None and not copy.alone:  # a date alone may be a wrong clock's
            logger.info("%s: its home page came as an old copy: %s", page.url, copy.said)
            return
        try:
            home = read_home(page)
        except (
            Exception
        ):  # one page's labels, not the night; told in the log, and the fact stays absent
            logger.exception("%s: what the home page says of itself could not be read", page.url)
            return
        if home is None:
            return
        facts = {
            "tags": dict(home.labels.tags),
            "lacking": list(home.labels.lacking),
            "void": list(home.labels.void),
            "footer": dict(home.footer),
            "host": urlsplit(page.final_url).hostname or "",
        }
        self.seen.append(
            PageSeen(f"site:{site.id}", "home", page.final_url, facts, page.fetched_at)
        )
        self.homes.append((f"site:{site.id}", page, home.links))

    def column(self, page: Page, outlet: Outlet) -> None:
        """A column's first page that was not just as before."""
        try:
            labels = head_labels("column", page)
        except Exception:  # as above
            logger.exception("%s: the labels could not be read", page.url)
            return
        if labels is not None:
            facts = {"lacking": list(labels.lacking), "void": list(labels.void)}
            self.seen.append(
                PageSeen(f"outlet:{outlet.id}", "column", page.final_url, facts, page.fetched_at)
            )

    def article(self, url: str, article: Article, moment: datetime) -> None:
        """An article page that was read; its labels are counted per site."""
        site = self._hosts.get((urlsplit(url).hostname or "").lower())
        if site is None or article.outcome is not Outcome.READ:
            return
        count = self._articles.setdefault(
            site, {"pages": 0, "lacking": Counter(), "examples": {}, "moment": moment, "url": url}
        )
        count["pages"] += 1
        labels = labels_of(
            "article", {name.lower(): [value] for name, value in article.tags.items()}
        )
        faults = [*labels.lacking, *labels.void]
        if article.published is not None and article.published.why.startswith(TWELVE):
            faults.append("clock12")
        for name in faults:
            count["lacking"][name] += 1
            count["examples"].setdefault(name, url)

    def rows(self) -> list[PageSeen]:
        """Everything that was seen; the articles of each site as one."""
        articles = [
            PageSeen(
                f"site:{site}",
                "article",
                found["url"],
                {name: found[name] for name in ("pages", "lacking", "examples")},
                found["moment"],
            )
            for site, found in self._articles.items()
        ]
        return [*self.seen, *articles]


def record_pages(connection: Connection, inspector: Inspector) -> None:
    """Write what the night saw, in the caller's transaction; the same words again only move
    ``last_seen``."""
    rows = inspector.rows()
    rows += [
        _home_list(connection, subject, page, links) for subject, page, links in inspector.homes
    ]
    known = _newest(connection)
    again: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for seen in rows:
        facts = _plain(seen.facts)
        old = known.get((seen.subject, seen.kind))
        if old is not None and old.facts == facts and seen.kind != "home_list":
            again.append({"b_id": old.id, "last_seen": seen.moment})
        else:
            new.append(
                {
                    "subject": seen.subject,
                    "kind": seen.kind,
                    "url": seen.url[:2000],
                    "facts": facts,
                    "first_seen": seen.moment,
                    "last_seen": seen.moment,
                }
            )
    execute_many(connection, _AGAIN, again)
    execute_many(connection, _NEW, new)


_NEW = insert(PageFactRow)
_AGAIN = (
    update(PageFactRow).where(ROW.id == bindparam("b_id")).values(last_seen=bindparam("last_seen"))
)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON gives it back; crawled text without what a database refuses."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
        if isinstance(value, Mapping):
            return {str(key): clean(one) for key, one in value.items()}
        return [clean(one) for one in value] if isinstance(value, list | tuple) else value

    return {name: clean(value) for name, value in facts.items()}


def _newest(connection: Connection) -> dict[tuple[str, str], Any]:
    last = select(func.max(ROW.id)).group_by(ROW.subject, ROW.kind)
    rows = connection.execute(select(PageFactRow.__table__).where(ROW.id.in_(last)))
    return {(row.subject, row.kind): row for row in rows}


def _home_list(connection: Connection, subject: str, page: Page, links: Sequence[str]) -> PageSeen:
    """Which of the home page's links lead to posts with a known day, and the newest of them."""
    today = shanghai_day(page.fetched_at)
    dated: dict[str, date] = {}
    for start in range(0, len(links), CHUNK):
        query = select(PostRow.url, func.min(PostRow.published)).where(
            PostRow.url.in_(links[start : start + CHUNK]), PostRow.published <= today
        )
        dated |= {
            row[0]: row[1] for row in connection.execute(query.group_by(PostRow.url)) if row[1]
        }
    newest = max(dated.values(), default=None)
    facts = {
        "newest": newest.isoformat() if newest else "",
        "dated": len(dated),
        "links": len(links),
    }
    return PageSeen(subject, "home_list", page.final_url, facts, page.fetched_at)
