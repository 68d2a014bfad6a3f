"""Who is asked next: one queue a host, so that no host is asked beyond its cap and a dead one gives
up early.

Pure bookkeeping without a network and without a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crawler.model import Ask, Manners
from crawler.walking.model import Known
from crawler.walking.wholeness import NOTHING, Walked


@dataclass(frozen=True, slots=True)
class Task:
    """One address to fetch: a list page of ``known``'s outlet, or an article page when there is
    none.

    ``planned`` is the id of an outlet of which nothing is known yet: it is asked for when its turn
    comes. ``trail`` stands for the pages of the list that were seen before it (see
    :func:`crawler.visit.look`). ``ask`` is the request where it is more than a plain GET of
    ``url``; ``walked`` what the pages before showed, ``landed`` where the column's own page ended
    whose content stands at ``url``.
    """

    url: str
    known: Known | None = None
    page_no: int = 1
    tries: int = 0
    redirected: bool = False
    trail: frozenset[bytes] = frozenset()
    planned: str = ""
    ask: Ask | None = None
    walked: Walked = NOTHING
    landed: str = ""

    def again(self) -> Task:
        """The same task for one more try."""
        return replace(self, tries=self.tries + 1)


@dataclass(slots=True)
class HostQueue:
    """The tasks of one host and how it behaved: lists first, articles after.

    At most ``manners.concurrency`` requests are in flight, ``manners.delay`` seconds apart. After
    ``give_up_after`` network failures in a row the host is dead and :meth:`take` gives nothing
    more.
    """

    host: str
    manners: Manners
    give_up_after: int
    lists: deque[Task] = field(default_factory=deque)
    articles: deque[Task] = field(default_factory=deque)
    workers: int = 0
    failures: int = 0
    free_at: float = 0.0

    @property
    def dead(self) -> bool:
        return self.failures >= self.give_up_after

    @property
    def waiting(self) -> int:
        return len(self.lists) + len(self.articles)

    def put(self, tasks: Iterable[Task]) -> None:
        """Tasks wait at the end of their kind; for a retry, waiting is the back-off."""
        for task in tasks:
            (self.lists if task.known or task.planned else self.articles).append(task)

    def take(self) -> Task | None:
        """The next task, or nothing when none waits or the host is dead."""
        if self.dead:
            return None
        if self.lists:
            return self.lists.popleft()
        return self.articles.popleft() if self.articles else None

    def reserve(self, now: float) -> float:
        """Seconds to wait before the next request; books its place (``now`` is any steady
        clock)."""
        at = max(now, self.free_at)
        self.free_at = at + self.manners.delay
        return at - now

    def settle(self, *, failed: bool) -> None:
        """How a request ended; ``failed`` means the network failed, not that the answer
        displeased."""
        self.failures = self.failures + 1 if failed else 0

    def abandon(self) -> list[Task]:
        """The list pages that still wait at a dead host; its articles stay pending in the store."""
        waiting = list(self.lists)
        self.lists.clear()
        self.articles.clear()
        return waiting


def host_key(url: str) -> str:
    """``host:port`` of an address, lower case: what politeness is counted by. For addresses already
    checked."""
    start = url.find("://") + 3
    for end in range(start, len(url)):
        if url[end] in "/?#":
            return url[start:end].lower()
    return url[start:].lower()
