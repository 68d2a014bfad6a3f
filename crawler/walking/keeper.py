"""The walk's memory: a buffer that goes into the store in batches, one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from time import monotonic

from sqlalchemy import Engine

from crawler.config import CrawlConfig
from crawler.model import Post
from crawler.net.guard import refusal_of
from crawler.walking import traits
from crawler.walking.address_store import column_at
from crawler.walking.doubt_store import familiar, gone_back, newer
from crawler.walking.known import known_outlets
from crawler.walking.model import Known, Looked
from crawler.walking.record import ArticleSeen, Scope, record, stored_before, unseen

ROWS = 1000
SECONDS = 2.0


class StoreKeeper:
    """Buffers looks and articles and writes them by ``ROWS`` rows or ``SECONDS``; a kill loses at
    most that.

    What is lost was not written at all, so the next run does it again: validators are stored with
    the posts that they stand for.
    """

    def __init__(
        self,
        engine: Engine,
        reader: Engine,
        config: CrawlConfig,
        hosts: frozenset[str],
        run: int | None = None,
    ) -> None:
        self._engine = engine
        self._reader = reader
        self._looks: list[Looked] = []
        self._articles: list[ArticleSeen] = []
        self._traits: list[tuple[str, str, datetime, str]] = []
        self._rows = 0
        self._flushed = monotonic()
        self._scope = Scope(
            config.backfill_from,
            lambda url: not refusal_of(url, hosts, allow_loopback=config.allow_loopback),
            run,
        )

    def look(self, looked: Looked) -> None:
        self._looks.append(looked)
        self._added(1 + len(looked.posts))

    def article(self, seen: ArticleSeen) -> None:
        self._articles.append(seen)
        self._added(1)

    def trait(self, host: str, kind: str, moment: datetime, detail: str) -> None:
        self._traits.append((host, kind, moment, detail))
        self._added(1)

    def liars(self) -> Mapping[str, datetime]:
        with self._reader.connect() as connection:
            return traits.caught(connection)

    def column_at(self, landed: str, beside: str) -> str:
        with self._reader.connect() as connection:
            return column_at(connection, landed, beside)

    def newer(self, outlet: str, day: date) -> Sequence[str]:
        with self._reader.connect() as connection:
            return newer(connection, outlet, day)

    def gone_back(self, outlet: str, since: datetime) -> Iterable[str]:
        with self._reader.connect() as connection:
            return gone_back(connection, outlet, since)

    def familiar(self, outlet: str, posts: Sequence[Post], before: datetime) -> int:
        with self._reader.connect() as connection:
            return familiar(connection, outlet, posts, before)

    def _added(self, rows: int) -> None:
        self._rows += rows
        if self._rows >= ROWS or monotonic() - self._flushed > SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered. The looks come first: an article belongs to a stored post."""
        if self._looks or self._articles or self._traits:
            with self._engine.begin() as connection:
                record(connection, self._looks, self._articles, self._scope)
                for one in self._traits:
                    traits.mark(connection, *one)
        self._looks, self._articles, self._traits, self._rows = [], [], [], 0
        self._flushed = monotonic()

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        with self._reader.connect() as connection:
            return {one.outlet.id: one for one in known_outlets(connection, ids)}

    def unseen(self, urls: Iterable[str]) -> set[str]:
        with self._reader.connect() as connection:
            return unseen(connection, urls)

    def stored_before(self, outlet: str, url: str, moment: datetime) -> bool:
        with self._reader.connect() as connection:
            return stored_before(connection, outlet, url, moment)
