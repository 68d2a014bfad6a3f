"""The sweep over posts and what they use: new and changed ones first, then the stock, as far as the
time goes.

Posts in small batches, each batch's resources after it; everything is written as it comes, so a
killed sweep goes on where it was and memory does not grow with the portal.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import Event
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection, Engine

from crawler.checking.due import (
    WHATEVER_IS_DUE,
    Errand,
    PostToCheck,
    ResourceToCheck,
    due_posts,
    due_resources,
    enlist,
)
from crawler.checking.isolated import ReadingRoom
from crawler.checking.record import (
    ResourceLook,
    record_post,
    record_resource,
    tell_what_hangs_there,
)
from crawler.checking.viewing import looks
from crawler.checking.views import TemplateLook, due_templates, record_view
from crawler.checks.attachments import READABLE, judge_file
from crawler.checks.links import suffix_of
from crawler.checks.page import Checked, Office, Resource, check_page, check_text, heard
from crawler.checks.resources import (
    UNKNOWN,
    Judged,
    judge_document,
    judge_link,
    judge_picture,
    reachable,
    unpacked,
)
from crawler.checks.suspects import Suspect
from crawler.checks.view import judge_view
from crawler.config import CrawlConfig
from crawler.doors.choice import TwoDoors, legacy_hosts
from crawler.doors.recheck import CUT, HttpDoor
from crawler.model import Ask, Manners, Outcome, Page, shanghai_day
from crawler.net.browser import lacking
from crawler.net.guard import host_of
from crawler.net.resolver import Resolve, system_resolve
from crawler.walking.polite import Polite

T = TypeVar("T")
logger = logging.getLogger(__name__)

POSTS, RESOURCES = 100, 300
"""How many are taken at a time: what a kill may repeat, and what memory holds at most."""
GLANCE = 65_536
"""Bytes of a link's target: its title and what it says of itself stand there."""
LARGEST_PICTURE = 15_000_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did. ``unknown`` are looks that told nothing; ``left`` says that the time
    ended before the work; ``views`` are templates seen in a browser, and ``lacking`` what a person
    must install for them."""

    posts: int = 0
    resources: int = 0
    opened: int = 0
    unknown: int = 0
    seconds: float = 0.0
    left: bool = False
    views: int = 0
    lacking: str = ""


NO_POST = PostToCheck(0, "", "", "", "", "", datetime.min.replace(tzinfo=UTC))
"""What a browser's request is asked for: none of the batch."""


@dataclass
class Sweep:
    """One run. ``hosts`` are the catalogue's, ``manners`` by ``host:port``; strangers get the
    general manners.

    An ``errand`` narrows it; then everything in scope is looked at now, due or not.
    """

    engine: Engine
    reader: Engine
    config: CrawlConfig
    clock: Callable[[], datetime]
    office: Office
    hosts: frozenset[str]
    manners: dict[str, Manners]
    seconds: float | None = None
    errand: Errand = WHATEVER_IS_DUE
    stop: Event | None = None
    resolve: Resolve = system_resolve
    on_progress: Callable[[Swept], None] = lambda swept: None
    _done: Swept = field(default_factory=Swept)
    _until: float = 0.0

    def run(self) -> Swept:
        """Sweep until nothing in scope is due, the time is over or ``stop`` is set. Faults are
        outcomes, not errors."""
        began = monotonic()
        self._until = began + self.seconds if self.seconds is not None else float("inf")
        with self.engine.begin() as connection:
            enlist(connection, self.clock())
        asyncio.run(self._run())
        return replace(self._done, seconds=monotonic() - began)

    def _stopped(self) -> bool:
        return monotonic() > self._until or (self.stop is not None and self.stop.is_set())

    async def _run(self) -> None:
        errand = self.errand
        if errand != WHATEVER_IS_DUE:
            errand = replace(errand, since=self.clock())
        async with self._open() as doors, ReadingRoom(self.config.content.document_seconds) as room:
            self._doors, self._room = doors, room
            posts: Polite[PostToCheck] = self._polite(self._fetch_post)
            # One set of queues: a host's turn is one turn, whatever is asked of it.
            things: Polite[ResourceToCheck] = replace(
                self._polite(self._fetch_resource),
                queues=posts.queues,
                rules=posts.rules,
                locks=posts.locks,
            )
            while not self._stopped():
                batch = self._next(due_posts, POSTS, errand)
                await posts.run(
                    [(post, _ask(post)) for post in batch if not suffix_of(post.url)],
                    self._seen_post,
                )
                for post in batch:
                    if suffix_of(post.url):
                        self._file_post(post)
                used = self._next(due_resources, RESOURCES, errand)
                await things.run([(one, self._ask_for(one)) for one in used], self._seen_resource)
                self.on_progress(self._done)
                if not batch and not used:
                    break
            else:
                self._done = replace(self._done, left=True)
            if self.config.content.browser:
                await self._look_at_templates(posts)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[TwoDoors]:
        """Today's door, and for sites marked ``legacy_tls`` the last century's, when the first of
        them is asked."""
        async with AsyncExitStack() as stack:
            yield TwoDoors(
                partial(
                    HttpDoor,
                    self.config,
                    self.hosts,
                    self.clock,
                    foreign=True,
                    resolve=self.resolve,
                ),
                legacy_hosts(self.manners),
                stack,
            )

    async def _look_at_templates(self, polite: Polite[PostToCheck]) -> None:
        """Each template that is due, one page of it, in a browser; within its own time and
        number."""
        missing = lacking(self.config.chromium, "版面检查需要浏览器")
        if missing:
            self._done = replace(self._done, lacking=missing)
            logger.warning("%s", missing)
            return
        content, now = self.config.content, self.clock()
        with self.reader.connect() as connection:
            due = due_templates(
                connection,
                now,
                content.browser_pages,
                url=self.errand.url,
                column=self.errand.column,
            )
        fetch = partial(polite.ask_one, NO_POST)
        async for one, seen in looks(due, fetch, self.config, self.stop):
            found = () if isinstance(seen, str) else heard(judge_view(seen), self.office.rules)
            with self._writing(one.url) as connection:
                opened = record_view(
                    connection, one, TemplateLook(seen, found, self.clock()), content.resource_days
                )
            self._done = replace(self._done, views=self._done.views + 1)
            self._count(opened=opened)

    def _polite(self, fetch: Callable[..., object]) -> Polite:  # type: ignore[type-arg]
        return Polite(
            fetch,  # type: ignore[arg-type]
            self._fetch,
            self.config,
            self.clock,
            self.manners,
            self._stopped,
        )

    def _next(self, query: Callable[..., list[T]], limit: int, errand: Errand) -> list[T]:
        with self.reader.connect() as connection:
            return query(connection, self.clock(), limit, errand=errand)

    async def _fetch(self, ask: Ask) -> Page:
        return await (await self._doors.of(ask.url)).fetch(ask)

    async def _fetch_post(self, _: PostToCheck, ask: Ask) -> Page:
        return await self._fetch(ask)

    async def _fetch_resource(self, one: ResourceToCheck, ask: Ask) -> Page:
        most = {"attachment": self.config.content.largest_file, "picture": LARGEST_PICTURE}.get(
            one.kind, GLANCE
        )
        page = await (await self._doors.of(ask.url)).glance(ask, most)
        if page.error != "tls":
            return page
        # Other offices' old sites are no dead links: browsers of their region still open them.
        await asyncio.sleep(self.config.delay)
        return await (await self._doors.of(ask.url, old=True)).glance(ask, most)

    def _ask_for(self, one: ResourceToCheck) -> Ask:
        """An attachment is asked as a range, so that a server sends no more than we would take."""
        most = self.config.content.largest_file
        return Ask(
            one.url, headers={"Range": f"bytes=0-{most - 1}"} if one.kind == "attachment" else {}
        )

    async def _seen_post(self, post: PostToCheck, page: Page) -> None:
        checked = await self._check(post, page)
        with self._writing(post.url) as connection:
            opened = record_post(connection, post, page, checked)
            unknown = checked is not None and checked.outcome is not Outcome.READ
            self._count(posts=1, opened=opened, unknown=unknown)

    async def _check(self, post: PostToCheck, page: Page) -> Checked | None:
        if page.status == 304 and not page.error:
            return None
        try:
            checked = check_page(page, self.office, title=post.title)
        except Exception as error:  # one page, not the night
            logger.exception("the content checks broke on %s", post.url)
            return Checked(Outcome.UNREADABLE, f"check_broke: {error!r}"[:100])
        inside = [s for data in checked.embedded for s in await self._embedded(data)]
        return replace(checked, suspects=heard((*checked.suspects, *inside), self.office.rules))

    async def _embedded(self, data: bytes) -> tuple[Suspect, ...]:
        seen = await self._room.picture(data)
        if not seen.problem:
            return ()
        return (
            Suspect(
                f"pictures.{seen.problem}",
                "正文",
                "内嵌图片",
                "",
                seen.why,
                "重新插入图片",
                f"data {len(data)}",
            ),
        )

    def _file_post(self, post: PostToCheck) -> None:
        """A list entry that is a file itself: there is no page to read, only the file."""
        page = Page(post.url, post.url, 200, {}, b"", self.clock())
        checked = Checked(
            Outcome.READ, title=post.title, wanted=(Resource("attachment", post.url, post.title),)
        )
        with self._writing(post.url) as connection:
            record_post(connection, post, page, checked)
            self._count(posts=1)

    async def _seen_resource(self, one: ResourceToCheck, page: Page) -> None:
        try:
            judged, more = await self._judge(one, page)
        except Exception as error:
            logger.exception("the content checks broke on %s", one.url)
            judged, more = Judged(UNKNOWN, f"check_broke: {error!r}"[:100]), ()
        found = heard((*judged.suspects, *more), self.office.rules)
        with self._writing(one.url) as connection:
            opened = record_resource(
                connection,
                one,
                ResourceLook(page, judged, found),
                self.config.content.resource_days,
            )
            if one.kind == "link":
                tell_what_hangs_there(connection, one, host_of(one.url), judged.title)
            self._count(resources=1, opened=opened, unknown=judged.result == UNKNOWN)

    async def _judge(self, one: ResourceToCheck, page: Page) -> tuple[Judged, tuple[Suspect, ...]]:
        judged = reachable(one.kind, one.url, one.text, page, one.failed_on)
        if judged is not None:
            return judged, ()
        if one.kind == "link":
            shown = replace(page, body=unpacked(page, GLANCE * 4), headers=_plain(page))
            return judge_link(one.url, one.text, shown, one.failed_on, one.approved_owner), ()
        if one.kind == "picture":
            if page.headers.get(CUT):
                return Judged(UNKNOWN, "too_large" if page.headers[CUT] == "size" else "slow"), ()
            return judge_picture(
                one.url, one.text, await self._room.picture(unpacked(page, LARGEST_PICTURE))
            ), ()
        return await self._judge_file(one, page)

    async def _judge_file(
        self, one: ResourceToCheck, page: Page
    ) -> tuple[Judged, tuple[Suspect, ...]]:
        most = self.config.content.largest_file
        data = b"" if page.status == 416 else unpacked(page, most)
        if page.headers.get(CUT) == "time":
            return Judged(UNKNOWN, "slow"), ()
        wrong = judge_file(one.url, one.text, data)
        if wrong is not None:
            return Judged(wrong.rule, wrong.why, (), (wrong,)), ()
        if page.headers.get(CUT) == "size" or _partial(page, most):
            return Judged("fine", note="large"), ()
        suffix = suffix_of(one.url) or suffix_of(f"/{one.text.strip()}")
        kind = (
            suffix
            if suffix in READABLE
            else "pdf"
            if data[:4] == b"%PDF"
            else "zip"
            if data[:2] == b"PK"
            else ""
        )
        if not kind:
            return Judged("fine", note="no_reader"), ()
        read = await self._room.document(data, kind)
        place, today = f"附件《{one.text[:60]}》", shanghai_day(page.fetched_at)
        words = (
            tuple(check_text(read.text, place, self.office, today, title=one.post_title))
            if read.text
            else ()
        )
        return judge_document(one.url, one.text, read), words

    @contextmanager
    def _writing(self, url: str) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    def _count(
        self, *, posts: int = 0, resources: int = 0, opened: int = 0, unknown: bool = False
    ) -> None:
        was = self._done
        self._done = replace(
            was,
            posts=was.posts + posts,
            resources=was.resources + resources,
            opened=was.opened + opened,
            unknown=was.unknown + unknown,
        )


def _ask(post: PostToCheck) -> Ask:
    headers = {}
    if post.etag:
        headers["If-None-Match"] = post.etag
    if post.last_modified:
        headers["If-Modified-Since"] = post.last_modified
    return Ask(post.url, headers=headers)


def _plain(page: Page) -> dict[str, str]:
    return {name: value for name, value in page.headers.items() if name != "content-encoding"}


def _partial(page: Page, most: int) -> bool:
    """Whether a range answered only the beginning of a larger file."""
    total = page.headers.get("content-range", "").rpartition("/")[2]
    return page.status == 206 and total.isdigit() and int(total) > most
