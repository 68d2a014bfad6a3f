"""How a list's page is asked: with validators where they may be trusted, else past every cache; old
copies are told.

Both doors ask through here, so a second look is second whoever makes it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zlib import crc32

from crawler.config import CrawlConfig
from crawler.model import Ask, Page, shanghai_day
from crawler.walking.behind import marked
from crawler.walking.freshness import (
    PAST_CACHES,
    Copy,
    asks_past,
    copy_of,
    date_of,
    past_caches,
    runs,
)
from crawler.walking.hosts import HostQueue, Task
from crawler.walking.model import Known, Looked

logger = logging.getLogger(__name__)

BROWSER = "browser"
TRIED_AGAIN = timedelta(days=20)
"""A host that was not caught for so long may have been mended: what it says of a changed page is
asked once."""
TICK = 1.1
"""Seconds between two answers whose ``Date`` must differ where the server's clock runs: it counts
whole seconds."""


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a list page's request brought: ``sent`` = validators went with it, ``copy`` = it is an
    old one."""

    page: Page
    sent: bool = False
    copy: Copy | None = None


@dataclass(slots=True)
class Asking:
    """``polite`` fetches within a host's manners. ``liars`` are hosts whose 304 proves nothing;
    without ``conditional`` no validators are sent at all. ``skews`` are how far servers' clocks
    were found to run ahead.
    """

    polite: Callable[[HostQueue, Ask], Awaitable[Page]]
    config: CrawlConfig
    clock: Callable[[], datetime]
    conditional: bool = True
    liars: set[str] = field(default_factory=set)
    skews: dict[str, timedelta] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)

    def remember(self, caught: Mapping[str, datetime]) -> None:
        """Hosts that lied before, and when each was last caught: those of long ago are tried
        again."""
        now = self.clock()
        self.liars |= set(caught)
        self.tried |= {host for host, last in caught.items() if now - last < TRIED_AGAIN}

    async def list_page(self, queue: HostQueue, task: Task, known: Known) -> PageAnswer:
        """The answer to a list's page; one that is an old copy was asked past the caches, and is
        one still."""
        validators = self._validators(queue, task, known)
        renders = known.outlet.render == BROWSER and not task.redirected
        ask = task.ask or Ask(task.url, render=renders)
        ask = replace(ask, headers={**ask.headers, **(validators or PAST_CACHES)})
        page = await self.polite(queue, ask)
        return await self.at_source(queue, ask, PageAnswer(page, sent=bool(validators)))

    def _validators(self, queue: HostQueue, task: Task, known: Known) -> dict[str, str]:
        """None where nobody wants them, where it is the column's turn to be asked plainly, and for
        hosts that lie."""
        plain = task.page_no > 1 or task.redirected or task.ask is not None
        if (
            plain
            or not self.conditional
            or known.outlet.render == BROWSER
            or queue.host in self.liars
        ):
            return {}
        due = plain_due(known, self.clock(), self.config.unconditional_days)
        return {} if due else conditional(known)

    async def at_source(self, queue: HostQueue, ask: Ask, answer: PageAnswer) -> PageAnswer:
        """``answer``, or where it is an old copy the answer to the same request past the caches.

        A ``Date`` that lies back is a copy's or a wrong clock's: between two answers a clock goes
        on.
        """
        page, limit = answer.page, timedelta(seconds=self.config.copy_age)
        skew = self.skews.get(queue.host, timedelta(0))
        copy = None if page.error else copy_of(page, limit, skew)
        if copy is None or (asks_past(ask) and not copy.alone):
            return replace(answer, copy=copy)
        if copy.alone:
            await asyncio.sleep(TICK)
        again = await self.polite(queue, past_caches(ask))
        if again.error:
            return replace(answer, copy=copy)
        second, moment = copy_of(again, limit, skew), date_of(again)
        if second is not None and second.alone and moment is not None and runs(page, again):
            self.skews[queue.host] = moment - again.fetched_at
            second = None
        return PageAnswer(again, copy=second)

    def suspects(self, queue: HostQueue, task: Task, answer: PageAnswer, looked: Looked) -> bool:
        """Whether the list is not what it was, though the server said "unchanged" since it was last
        asked plainly."""
        known = task.known
        if (
            known is None
            or task.page_no > 1
            or task.redirected
            or answer.sent
            or queue.host in self.liars
        ):
            return False
        if answer.copy is not None or not looked.visit.outcome.conclusive or not conditional(known):
            return False
        said = known.last_plain != known.last_conclusive
        return said and (
            looked.front not in (None, known.front) or looked.visit.newest != known.newest
        )

    def tries_again(self, queue: HostQueue, task: Task, answer: PageAnswer, looked: Looked) -> bool:
        """Whether a host that lied can be tried once in this run: a list of it is not what it was
        when last seen."""
        known = task.known
        if (
            known is None
            or task.page_no > 1
            or task.redirected
            or queue.host not in self.liars - self.tried
        ):
            return False
        if answer.copy is not None or not looked.visit.outcome.conclusive or not conditional(known):
            return False
        return looked.front not in (None, known.front)

    async def lies(self, queue: HostQueue, known: Known) -> bool:
        """Ask with the validators of the page as it was: who answers 304 to them now says so of
        everything."""
        self.tried.add(queue.host)
        page = await self.polite(queue, Ask(known.outlet.url or "", headers=conditional(known)))
        if page.status != 304 or page.error:
            return False
        logger.warning("%s answers 304 though %s has changed", queue.host, known.outlet.url)
        self.liars.add(queue.host)
        return True


def proven_by(known: Known, queue: HostQueue, liars: set[str]) -> Known:
    """What is known of a column of a host that lies: the last look that proved anything is the last
    plain one."""
    if queue.host not in liars or known.last_plain is None:
        return known
    return replace(known, last_conclusive=known.last_plain)


def conditional(known: Known) -> dict[str, str]:
    """Headers that let the server answer 304; none while a walk is unfinished, or where the newest
    stands elsewhere."""
    if not known.settled or marked(known.unread):
        return {}
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if value}


def plain_due(known: Known, now: datetime, days: int) -> bool:
    """Whether the column must be asked without validators: at least once in ``days``, each on a day
    of its own, and at its first look in a month, for units are counted by the month before.

    The days are spread over the columns, so that no other night fetches all of them whole.
    """
    if known.last_plain is None:
        return True
    today = shanghai_day(now)
    last = shanghai_day(known.last_plain)
    age = (today - last).days
    own = crc32(known.outlet.id.encode()) % days == today.toordinal() % days
    return age >= days or (age > 0 and own) or (last.year, last.month) != (today.year, today.month)
