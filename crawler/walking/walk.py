"""The walk over columns and articles, host by host: politely, with robots, retries and giving up.

It fetches through a plain function, so the Scrapy spider and the httpx recheck walk the same way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any, Protocol

from protego import Protego

from crawler.config import CrawlConfig
from crawler.model import Article, Ask, Manners, Outcome, Page, Post
from crawler.net.guard import refusal_of
from crawler.net.robots import rules_text
from crawler.platforms import platform, probes_of
from crawler.reading.article import read_article
from crawler.reading.keys import key, keys
from crawler.walking.asking import Asking, PageAnswer, proven_by
from crawler.walking.doubts import NO_KNOWN_POSTS, WENT_BACK, withdrawn
from crawler.walking.freshness import PAST_CACHES, part
from crawler.walking.hosts import HostQueue, Task, host_key
from crawler.walking.model import Known, Looked, Planned, Step, further_key, request_of
from crawler.walking.record import ArticleSeen
from crawler.walking.reserve import explained
from crawler.walking.shapes import DRIFT, Turn
from crawler.walking.traits import LIAR
from crawler.walking.visit import Fetched, look
from crawler.walking.yearless import day_of, may_lack_years, yearless

logger = logging.getLogger(__name__)

Fetch = Callable[[Ask], Awaitable[Page]]
NETWORK = ("timeout", "dns", "refused", "reset", "tls", "network")
"""Failures that are worth one more try and count towards giving a host up."""
READ_ALONG = 15
"""As many columns of a host are read from the store together with the one whose turn it is."""
LONGEST_DELAY = 30.0
"""Seconds: a ``Crawl-delay`` is honoured up to this."""
MOST_AHEAD = 10
"""Pages that are looked through for a post that is known, where the first one shows none."""
MOST_WITHDRAWN = 3
"""More posts than these are not withdrawn at once: that is another list, or an older one."""
BACKWARDS = timedelta(days=3)
"""Other columns of the site that went back within this time make it a backup."""


class Keeper(Protocol):
    """Where the walk puts what it saw, and what it asks about earlier runs."""

    def look(self, looked: Looked) -> None: ...

    def article(self, seen: ArticleSeen) -> None: ...

    def known(self, ids: Sequence[str]) -> dict[str, Known]: ...

    def unseen(self, urls: Iterable[str]) -> set[str]: ...

    def stored_before(self, outlet: str, url: str, moment: datetime) -> bool: ...

    def liars(self) -> Mapping[str, datetime]: ...

    def column_at(self, landed: str, beside: str) -> str: ...

    def newer(self, outlet: str, day: date) -> Sequence[str]: ...

    def gone_back(self, outlet: str, since: datetime) -> Iterable[str]: ...

    def familiar(self, outlet: str, posts: Sequence[Post], before: datetime) -> int: ...

    def trait(self, host: str, kind: str, moment: datetime, detail: str) -> None: ...


@dataclass(slots=True)
class Walk:
    """One run over many hosts. ``manners`` by ``host:port``; ``hosts`` may be asked, others never
    are.

    ``on_list`` is shown every first page that is not just as it was, ``on_article`` what every
    article said. Without ``pages`` (or ``articles``) further pages (or article pages) are left to a
    later run.
    """

    fetch: Fetch
    keeper: Keeper
    config: CrawlConfig
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    manners: Mapping[str, Manners]
    door: str
    articles: bool = True
    pages: bool = True
    conditional: bool = True
    on_look: Callable[[Looked], None] = lambda looked: None
    on_list: Callable[[Page, Known], None] = lambda page, known: None
    on_article: Callable[[str, Article, datetime], None] = lambda url, article, moment: None
    queues: dict[str, HostQueue] = field(default_factory=dict)
    rules: dict[str, Protego | Page | None] = field(default_factory=dict)
    asked: set[bytes] = field(default_factory=set)
    _recalled: dict[str, Known] = field(default_factory=dict)
    _group: asyncio.TaskGroup | None = None
    _total: asyncio.Semaphore | None = None
    _robots: dict[str, asyncio.Lock] = field(default_factory=dict)
    _backwards: dict[str, list[tuple[Task, Page, Looked]]] = field(default_factory=dict)
    _ahead: dict[tuple[str, bytes], PageAnswer] = field(default_factory=dict)
    _source: Asking = field(init=False)

    def __post_init__(self) -> None:
        self._source = Asking(self._polite, self.config, self.clock, self.conditional)

    async def run(
        self, known: Iterable[Known], pending: Iterable[str] = (), planned: Iterable[Planned] = ()
    ) -> None:
        """Look at every outlet of ``known`` once and fetch the ``pending`` articles; returns when
        all is done.

        Of ``planned`` columns the keeper is asked shortly before their turn: a large night fits in
        little memory.
        """
        self._total = asyncio.Semaphore(self.config.total_concurrency)
        self._source.remember(self.keeper.liars())
        async with asyncio.TaskGroup() as group:
            self._group = group
            for one in known:
                self._start(one)
            self._put(Task(one.url, planned=one.id) for one in planned)
            self._put_articles(pending)
        while self._backwards:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await self._explain()

    def _start(self, known: Known) -> None:
        probes = probes_of(known.outlet)
        url = probes[0].url if probes else None
        if url is None:
            self._judge(Task("", known), self._nothing("", "no_address"))
            return
        self._put([Task(url, known)])

    def _put(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            reason = refusal_of(task.url, self.hosts, allow_loopback=self.config.allow_loopback)
            if reason:
                refused = self._recall(task)
                if refused is not None:
                    self._refuse(refused, reason)
                continue
            queue = self._queue(host_key(task.url))
            queue.put([task])
            self._staff(queue)

    def _put_articles(self, urls: Iterable[str]) -> None:
        if not self.articles:
            return
        fresh = [url for url in urls if key(url) not in self.asked]
        self.asked.update(key(url) for url in fresh)
        self._put(Task(url) for url in fresh)

    def _queue(self, host: str) -> HostQueue:
        if host not in self.queues:
            manners = self.manners.get(host) or Manners(self.config.delay, self.config.concurrency)
            self.queues[host] = HostQueue(host, manners, self.config.give_up_after)
        return self.queues[host]

    def _staff(self, queue: HostQueue) -> None:
        """As many workers as the host's cap and its waiting tasks allow; a dead host's tasks end at
        once."""
        assert self._group is not None
        if queue.dead:
            self._abandon(queue)
        while queue.workers < min(queue.manners.concurrency, queue.waiting):
            queue.workers += 1
            self._group.create_task(self._work(queue))

    async def _work(self, queue: HostQueue) -> None:
        try:
            while (task := queue.take()) is not None:
                await self._do(queue, task)
        finally:
            queue.workers -= 1
        if queue.dead:
            self._abandon(queue)

    def _abandon(self, queue: HostQueue) -> None:
        waiting = deque(queue.abandon())
        while waiting:
            task = self._recall(waiting.popleft(), waiting)
            if task is not None:
                self._refuse(task, "host_gave_up")

    def _recall(self, task: Task, behind: Iterable[Task] = ()) -> Task | None:
        """The task with what the store knows of its outlet; those of the tasks right ``behind`` are
        read along.

        Nothing when the catalogue has let the outlet go since the night was planned.
        """
        if not task.planned:
            return task
        if task.planned not in self._recalled:
            ids = [
                task.planned,
                *(one.planned for one in islice(behind, READ_ALONG) if one.planned),
            ]
            self._recalled.update(self.keeper.known(ids))
        known = self._recalled.pop(task.planned, None)
        return replace(task, known=known, planned="") if known else None

    async def _do(self, queue: HostQueue, waiting: Task) -> None:
        task = self._recall(waiting, queue.lists)
        if task is None:
            return
        if task.known is not None and task.page_no == 1:
            task = replace(task, known=proven_by(task.known, queue, self._source.liars))
        barred = await self._barred(queue, task.url) if self.config.robots else None
        if barred is None and queue.dead:
            barred = self._nothing(task.url, "host_gave_up")
        if barred is not None and barred.error in ("host_gave_up", "robots"):
            self._refuse(task, barred.error)
            return
        if barred is not None:
            await self._came(queue, task, PageAnswer(barred), 0.0)
            return
        started = monotonic()
        answer: PageAnswer | None
        if task.known is None:
            answer = PageAnswer(await self._polite(queue, Ask(task.url)))
        else:
            ahead = (task.known.outlet.id, further_key(task.ask or task.url))
            answer = self._ahead.pop(ahead, None) if task.page_no > 1 else None
            answer = answer or await self._source.list_page(queue, task, task.known)
        await self._came(queue, task, answer, monotonic() - started)

    async def _came(self, queue: HostQueue, task: Task, answer: PageAnswer, seconds: float) -> None:
        """What becomes of an answer: one more try, an article, a look."""
        page = answer.page
        if page.error in NETWORK and task.tries < self.config.retries and not queue.dead:
            queue.put([task.again()])
        elif task.known is None:
            self._article(task, page)
        elif (looked := await self._dated(queue, task, answer, seconds)) is not None:
            if self._source.suspects(queue, task, answer, looked) and await self._source.lies(
                queue, task.known
            ):
                looked = self._caught(queue, task.known, looked)
            elif self._source.tries_again(queue, task, answer, looked) and await self._source.lies(
                queue, task.known
            ):
                self.keeper.trait(queue.host, LIAR, looked.visit.moment, "")
            if looked.visit.reason == WENT_BACK and looked.believed is not None:
                self._backwards.setdefault(queue.host, []).append((task, page, looked))
                return  # explained, or not, when all of the host's lists were seen
            if looked.visit.reason in (NO_KNOWN_POSTS, DRIFT) and looked.believed is not None:
                looked = await self._acquainted(queue, task, looked)
            self._keep(task, page, looked)

    async def _dated(
        self, queue: HostQueue, task: Task, answer: PageAnswer, seconds: float
    ) -> Looked | None:
        """The look; where its rows print no year, as two of their articles give it to them."""
        looked = self._look(task, answer, seconds)
        if looked is None or task.known is None or queue.dead or not may_lack_years(looked.visit):
            return looked
        asked = yearless(answer.page, task.known.outlet)
        days = {url: day for url in asked if (day := day_of(await self.ask(url))) is not None}
        return self._look(task, answer, seconds, days) if days else looked

    async def _acquainted(self, queue: HostQueue, task: Task, looked: Looked) -> Looked:
        """The look as it counts where the list leads to posts that are known: further down, or
        under other addresses."""
        known, believed = task.known, looked.believed
        assert known is not None
        if believed is None or known.last_conclusive is None:
            return looked
        before = known.last_conclusive + timedelta(microseconds=1)
        met = self.keeper.familiar(known.outlet.id, believed.posts, before)
        drift = looked.built is not None and looked.built.turn is Turn.DRIFT
        if drift:  # one known post further down may be another list's, too
            return explained(believed, looked, met, known.newest)
        if met * 3 >= len(believed.posts):
            return believed
        onward, trail = believed.more, believed.trail
        for number in range(2, MOST_AHEAD + 2):
            if not onward or queue.dead:
                return looked
            ask = request_of(onward[0])
            ahead = Task(ask.url, known, number, trail=trail, ask=_whole(ask))
            answer = await self._source.list_page(queue, ahead, known)
            self._ahead[known.outlet.id, further_key(onward[0])] = answer
            page = self._look(ahead, answer, 0.0)
            if page is None or not page.visit.outcome.conclusive or page.visit.reason:
                return looked
            if any(
                self.keeper.stored_before(known.outlet.id, one.url, before) for one in page.posts
            ):
                return believed
            onward, trail = page.more, page.trail
        return looked

    async def _explain(self) -> None:
        """Lists that went back, once every list of their hosts was seen: a withdrawn post explains
        one, a backup many."""
        waiting, self._backwards = self._backwards, {}
        for host, found in waiting.items():
            lost = [one.visit.newest_url for _, _, one in found]
            for task, page, looked in found:
                mine = looked.visit.newest_url
                alone = all(one == mine for one in lost)
                told = await self._withdrawn(task, looked) if alone else None
                if told is None:
                    logger.info("%s: %s went back", host, looked.visit.outlet)
                self._keep(task, page, told or looked)

    async def _withdrawn(self, task: Task, looked: Looked) -> Looked | None:
        """The look as it counts where every newer post that was known is gone by its own page; else
        nothing."""
        known, believed = task.known, looked.believed
        if known is None or believed is None or believed.visit.newest is None:
            return None
        name, newest = known.outlet.id, believed.visit.newest
        others = self.keeper.gone_back(name, looked.visit.moment - BACKWARDS)
        urls = self.keeper.newer(name, newest)
        if (
            not urls
            or len(urls) > MOST_WITHDRAWN
            or any(one != looked.visit.newest_url for one in others)
        ):
            return None
        for url in urls:
            if not withdrawn(await self.ask(url), newest):
                return None
        path = "; ".join(one for one in (believed.visit.path, part("withdrawn", urls[0])) if one)
        return replace(believed, visit=replace(believed.visit, path=path))

    def _caught(self, queue: HostQueue, known: Known, looked: Looked) -> Looked:
        """A host that lies is put on record; the last look without this list is the last plain
        one."""
        detail = f"{known.outlet.url} 的列表已有变化，用旧校验值询问仍答“未修改”（304）"
        self.keeper.trait(queue.host, LIAR, looked.visit.moment, detail)
        return replace(looked, walk_prior=known.last_plain or looked.walk_prior)

    async def ask(self, url: str) -> Page:
        """A page beside the lists (a home page, a picture), within the same guard, robots and
        manners."""
        reason = refusal_of(url, self.hosts, allow_loopback=self.config.allow_loopback)
        if reason:
            return self._nothing(url, reason)
        self._total = self._total or asyncio.Semaphore(self.config.total_concurrency)
        queue = self._queue(host_key(url))
        barred = await self._barred(queue, url) if self.config.robots else None
        if barred is None and queue.dead:
            barred = self._nothing(url, "host_gave_up")
        return barred or await self._polite(queue, Ask(url, headers=PAST_CACHES))

    async def _polite(self, queue: HostQueue, ask: Ask) -> Page:
        assert self._total is not None
        wait = queue.reserve(monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        async with self._total:
            page = await self.fetch(ask)
        queue.settle(failed=page.error in NETWORK)
        return page

    async def _barred(self, queue: HostQueue, url: str) -> Page | None:
        """The page that stands for ``url`` where robots.txt keeps us from asking it; ``None``: it
        may be asked.

        A file that is missing or refused (4xx) forbids nothing; while it cannot be had (network,
        5xx) nothing may be asked, and its failure is the answer (RFC 9309, 2.3.1).
        """
        lock = self._robots.setdefault(queue.host, asyncio.Lock())
        async with lock:
            if queue.host not in self.rules:
                if queue.dead:
                    return self._nothing(url, "host_gave_up")
                scheme = url.partition("://")[0]
                page = await self._polite(queue, Ask(f"{scheme}://{queue.host}/robots.txt"))
                if page.error in NETWORK:
                    return replace(page, url=url)
                self.rules[queue.host] = self._rules_of(queue, page)
        rules = self.rules[queue.host]
        if isinstance(rules, Page):
            return replace(rules, url=url)
        if rules is None or rules.can_fetch(url, self.config.user_agent):
            return None
        return self._nothing(url, "robots")

    def _rules_of(self, queue: HostQueue, page: Page) -> Protego | Page | None:
        if page.status >= 500:
            return page
        text = rules_text(page)
        if not text:
            return None  # a page served in its place is no rule
        rules = Protego.parse(text)
        wanted = min(rules.crawl_delay(self.config.user_agent) or 0.0, LONGEST_DELAY)
        if wanted > queue.manners.delay:
            queue.manners = replace(queue.manners, delay=wanted)
        return rules

    def _nothing(self, url: str, error: str) -> Page:
        return Page(url, url, 0, {}, b"", self.clock(), error)

    def _refuse(self, task: Task, error: str) -> None:
        if task.known is not None:
            self._judge(task, self._nothing(task.url, error))
        elif error != "host_gave_up":
            self._article(task, self._nothing(task.url, error))

    def _article(self, task: Task, page: Page) -> None:
        try:
            article = read_article(page)
        except Exception as error:  # as in visit.guarded: one page, not the night
            logger.exception("the article reader broke on %s", page.url)
            article = Article(Outcome.UNREADABLE, reason="reader_broke", mark=repr(error)[:200])
        self.keeper.article(ArticleSeen(task.url, article, page.fetched_at))
        self.on_article(task.url, article, page.fetched_at)

    def _judge(self, task: Task, page: Page) -> None:
        """A page that was never asked for becomes a look."""
        looked = self._look(task, PageAnswer(page), 0.0)
        if looked is not None:
            self._keep(task, page, looked)

    def _look(
        self, task: Task, answer: PageAnswer, seconds: float, days: Mapping[str, date] | None = None
    ) -> Looked | None:
        """One list page as a look; nothing where its content stands elsewhere, which is queued.

        ``days`` are what some of its posts' articles print.
        """
        known = task.known
        assert known is not None
        probe = next(iter(probes_of(known.outlet)), None)
        since = known.walk_since

        def seen(url: str) -> bool:
            return since is not None and self.keeper.stored_before(known.outlet.id, url, since)

        reader: Any = platform(known.outlet.platform)
        looked = look(
            known,
            answer.page,
            partial(reader.read, days=days) if days else reader.read,
            fetched=Fetched(
                self.door,
                probe=probe,
                asked=task.ask,
                sent=answer.sent,
                copy=answer.copy,
                seconds=seconds,
                landed=task.landed,
                column_at=lambda landed: self.keeper.column_at(landed, known.outlet.id),
            ),
            step=Step(
                self.config.backfill_from,
                task.page_no,
                max_pages=self.config.max_pages,
                seen=seen,
                trail=task.trail,
                walked=task.walked,
            ),
        )
        if task.redirected:
            # The stub would be asked with its target's validators, and answer for it.
            looked = replace(looked, visit=replace(looked.visit, etag="", last_modified=""))
        if looked.redirect and not task.redirected:
            onward = request_of(looked.redirect)
            moved = looked.visit.reason == "redirect_stub"
            landed = "" if moved else answer.page.final_url
            self._put(
                [replace(task, url=onward.url, ask=_whole(onward), redirected=True, landed=landed)]
            )
            return None
        return looked

    def _keep(self, task: Task, page: Page, looked: Looked) -> None:
        """The look goes to the keeper; its new articles and further pages are queued."""
        known = task.known
        assert known is not None
        self.keeper.look(looked)
        if task.page_no == 1:
            self.on_look(looked)
            if page.status == 200 and looked.visit.outcome is not Outcome.UNCHANGED:
                self.on_list(page, known)
        if looked.visit.outcome.conclusive:
            self._follow(task, known, looked)

    def _follow(self, task: Task, known: Known, looked: Looked) -> None:
        self._put_articles(self._new_articles(known, looked))
        if looked.more and self.pages:
            walking = replace(
                known,
                walk_since=looked.walk_since,
                walk_prior=looked.walk_prior,
                walk_done=looked.walk_done,
                unread=looked.visit.unread if task.page_no == 1 else known.unread,
            )
            onward = request_of(looked.more[0])
            self._put(
                [
                    Task(
                        onward.url,
                        walking,
                        task.page_no + 1,
                        trail=looked.trail,
                        ask=_whole(onward),
                        walked=looked.walked,
                    )
                ]
            )

    def _new_articles(self, known: Known, looked: Looked) -> set[str]:
        old = keys(known.front)
        wanted = {
            post.url
            for post in looked.posts
            if wants_article(
                post.published.day if post.published else None, self.config.backfill_from
            )
            and key(post.url) not in old
            and not refusal_of(post.url, self.hosts, allow_loopback=self.config.allow_loopback)
        }
        first_ever = known.last_conclusive is None and known.walk_since is None
        return wanted if first_ever or not wanted else self.keeper.unseen(wanted)


def _whole(ask: Ask) -> Ask | None:
    """The request where it is more than a plain GET."""
    return None if ask == Ask(ask.url) else ask


def wants_article(day: date | None, horizon: date) -> bool:
    """Only posts of the horizon get an article page; an undated one may owe its date to it."""
    return day is None or day >= horizon
