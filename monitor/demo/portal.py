"""The sample portal: an ASGI app that serves a district's posts as they stand at ``clock()``.

Pages are made from plain strings and kept while they hold, so that a request costs little.
"""

from __future__ import annotations

import asyncio
import contextlib
import posixpath
import threading
import time
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from crawler.model import EARLIEST, SHANGHAI, utc
from monitor.demo import faults as broken
from monitor.demo import pages, province
from monitor.demo.answering import SampleResponse, answered, broken_answer, http_date, unchanged
from monitor.demo.content import FIRST_NUMBER, SamplePage, generate
from monitor.demo.district import PROVINCE, TRS, District, SampleColumn
from monitor.demo.faults import Faults, Hit, Log
from monitor.demo.planted import plant

ROBOTS = b"User-agent: *\nDisallow: /search/\nDisallow: /_verify/\n"
JSON = "application/json; charset=utf-8"
LONGEST_FORM = 100_000
KEPT_PAGES = 512
PLAIN = {"/about.htm": "关于我们", "/jiucuo.htm": "我为政府网站找错"}


@dataclass(slots=True)
class _Shelf:
    """One column's posts; ``moments`` are sorted and tell how many exist at any time."""

    column: SampleColumn
    items: list[SamplePage] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    version: int = 0

    def add(self, item: SamplePage) -> None:
        insort(self.items, item, key=lambda i: (i.dated, i.number))
        insort(self.moments, item.moment)
        self.version += 1

    def drop(self, item: SamplePage) -> None:
        self.items.remove(item)
        self.moments.remove(item.moment)
        self.version += 1

    def shown(self, now: datetime) -> list[SamplePage]:
        """What exists at ``now``, newest date first."""
        return [item for item in reversed(self.items) if item.moment <= now]


class Portal:
    """The portal of one district. ``clock`` says what time it is there; later posts do not exist
    yet.

    ``faults`` may be switched and ``log`` read at any time from any thread. ``abort`` is given by
    the server: it resets the connection of one request (used by the fault ``cut``).
    """

    def __init__(
        self,
        district: District,
        clock: Callable[[], datetime],
        *,
        items: Iterable[SamplePage] | None = None,
        media_url: str = "",
        manner: str = TRS,
    ) -> None:
        self.district = district
        self.clock = clock
        self.faults = Faults()
        self.log = Log()
        self.abort: Callable[[Mapping[str, Any]], None] = lambda _scope: None
        self.manner = manner
        self._frame = pages.frame(district, media_url)
        self._numbered = {
            c.id: province.NumberedColumn(c, n) for n, c in enumerate(district.columns)
        }
        self._shelves = {c.id: _Shelf(c) for c in district.columns}
        self._folders = {f"/{c.folder}": self._shelves[c.id] for c in district.columns}
        self._sections = {
            f"/{folder}": columns for folder, columns in pages.sections(district).items()
        }
        self._articles: dict[str, SamplePage] = {}
        self._hot: dict[datetime, tuple[SamplePage, ...]] = {}
        self._kept: dict[tuple[object, ...], SampleResponse] = {}
        self._lock = threading.Lock()
        self._number = FIRST_NUMBER
        made = list(generate(district) if items is None else items)
        self.planted = plant(district, made)
        for item in made:
            self._add(item)

    def publish(
        self,
        column: str,
        title: str,
        origin: str,
        moment: datetime,
        *,
        dated: datetime | None = None,
    ) -> str:
        """Add a post that exists from ``moment`` on; return its path. ``dated`` prints another
        date.

        Raises ``KeyError`` for an unknown column and ``ValueError`` for a naive moment.
        """
        shelf = self._shelves[column]
        shown = moment if dated is None else dated
        with self._lock:
            item = SamplePage(
                self._number + 7, title, origin, _local(moment), _local(shown), shelf.column.id
            )
            self._add(item)
        return self.path(item)

    def withdraw(self, path: str) -> None:
        """Take a post down: lists forget it and its address answers 404. Raises ``KeyError``."""
        with self._lock:
            item = self._articles.pop(path)
            for id in (item.home, *item.also):
                self._shelves[id].drop(item)
            self._hot.clear()
            self._kept.clear()

    def path(self, item: SamplePage) -> str:
        """The address of a post on this portal."""
        return pages.address(self._frame.columns, item)

    def _add(self, item: SamplePage) -> None:
        self._number = max(self._number, item.number)
        self._articles[self.path(item)] = item
        for id in (item.home, *item.also):
            self._shelves[id].add(item)

    # What a path holds

    def answer(self, path: str, fault: str = "") -> SampleResponse:
        """The healthy answer for ``path`` now; ``fault`` may be one of ``faults.LIST_FAULTS`` or
        ``gbk``."""
        now = utc(self.clock())
        item = self._articles.get(path)
        if item is not None:
            return self._article(item, now, fault) if item.moment <= now else self._missing()
        if path in ("/", "/index.htm", "/xjwz/", "/xjwz/index.htm"):
            return self._home(now, fault)
        folder, _, name = path.rpartition("/")
        shelf, page = self._folders.get(folder), _page_number(name)
        if shelf is not None and page is not None:
            return self._list(shelf, page, now, fault)
        if folder in self._sections and page == 0:
            return self._section(folder, now, fault)
        return self._plain(path)

    def _plain(self, path: str) -> SampleResponse:
        if path == "/robots.txt":
            return SampleResponse(200, ROBOTS, "text/plain")
        if (file := self.planted.files.get(path)) is not None:
            return SampleResponse(file.status, file.body, file.kind)
        if path == "/images/pages.js":
            return SampleResponse(200, pages.PAGER.encode(), "text/javascript")
        if path == "/map.htm":
            return self._made(path, EARLIEST, "", lambda: pages.home_page(self._frame, ()))
        if path in PLAIN:
            return self._made(
                path, EARLIEST, "", lambda: pages.section_page(self._frame, PLAIN[path], ())
            )
        return self._missing()

    def _missing(self) -> SampleResponse:
        return SampleResponse(404, pages.missing_page(self._frame).encode())

    def _article(self, item: SamplePage, now: datetime, fault: str) -> SampleResponse:
        more = self.planted.html.get(item.number, "")
        html = pages.article_page(self._frame, item, self._hottest(now), more)
        return answered(html, max(item.moment, _monday(now)), fault)

    def _list(self, shelf: _Shelf, page: int, now: datetime, fault: str) -> SampleResponse:
        """A list page; its sidebar changes once a week, like the fragments that real portals
        include."""
        count = bisect_right(shelf.moments, now)
        if page and (self.manner == PROVINCE or page * pages.PER_PAGE >= count):
            return self._missing()
        week = _monday(now)
        newest = shelf.moments[count - 1] if count else EARLIEST
        key = (shelf.column.id, page, count, shelf.version, week)

        def make() -> str:
            shown, hot = shelf.shown(now), self._hottest(now)
            if self.manner == PROVINCE:
                return province.list_page(
                    self._frame, self._numbered[shelf.column.id], shown, hot, fault
                )
            return pages.list_page(self._frame, shelf.column, shown, page, hot, fault)

        return self._made(key, max(newest, week), fault, make)

    def search(self, form: Mapping[str, str], base: str) -> SampleResponse:
        """What the province's interface answers to ``form`` now; ``base`` is the portal's own
        address."""
        wanted = form.get("classsql")
        of = next((one for one in self._numbered.values() if one.classes == wanted), None)
        if of is None or form.get("channelid") != province.CHANNEL:
            return SampleResponse(200, b"{}", JSON)
        items = self._shelves[of.column.id].shown(utc(self.clock()))
        return SampleResponse(200, province.answer(items, form, self._frame, base), JSON)

    def _home(self, now: datetime, fault: str) -> SampleResponse:
        chosen = [s for s in self._shelves.values() if s.column.level < 3][:12]
        return self._panels("home", chosen, now, fault, lambda p: pages.home_page(self._frame, p))

    def _section(self, folder: str, now: datetime, fault: str) -> SampleResponse:
        columns = self._sections[folder]
        name = columns[0].path.split("/")[-1]
        chosen = [self._shelves[c.id] for c in columns]
        return self._panels(
            folder, chosen, now, fault, lambda p: pages.section_page(self._frame, name, p)
        )

    def _panels(
        self,
        key: str,
        shelves: Sequence[_Shelf],
        now: datetime,
        fault: str,
        make: Callable[[Iterable[tuple[SampleColumn, Sequence[SamplePage]]]], str],
    ) -> SampleResponse:
        counts = [bisect_right(s.moments, now) for s in shelves]
        newest = max(
            (s.moments[n - 1] for s, n in zip(shelves, counts, strict=True) if n), default=EARLIEST
        )
        state = (key, *counts, *(s.version for s in shelves))
        return self._made(
            state, newest, fault, lambda: make((s.column, s.shown(now)[:8]) for s in shelves)
        )

    def _made(
        self, key: object, modified: datetime, fault: str, make: Callable[[], str]
    ) -> SampleResponse:
        with self._lock:
            kept = self._kept.get((key, fault))
            if kept is None:
                if len(self._kept) >= KEPT_PAGES:
                    self._kept.clear()
                kept = self._kept[key, fault] = answered(make(), modified, fault)
            return kept

    def _hottest(self, now: datetime) -> tuple[SamplePage, ...]:
        """The week's sidebar: newer than most columns, and no part of any."""
        week = _monday(now)
        if week not in self._hot:
            older = (
                i for i in list(self._articles.values()) if i.moment <= week and not i.document
            )
            self._hot = {week: tuple(sorted(older, key=lambda i: (i.moment, i.number))[:-9:-1])}
        return self._hot[week]

    # How it is served

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the sample portal speaks http, not {scope['type']}")
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        path = scope["path"]
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        moment, status, logged = time.monotonic(), 0, False
        self.log.enter()

        def leave() -> None:
            nonlocal logged
            if not logged:
                logged = True
                self.log.leave(Hit(moment, path, status, conditional))

        async def tell(message: dict[str, Any]) -> None:
            """Log before the last byte goes: a client that has its answer must find it in the
            log."""
            nonlocal status
            status = message.get("status", status)
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if last or _bodiless(scope["method"], message):
                leave()
            await send(message)

        try:
            await self._serve(scope, path, headers, receive, tell)
        finally:
            leave()

    async def _serve(
        self,
        scope: Mapping[str, Any],
        path: str,
        headers: Mapping[str, str],
        receive: Any,
        send: Any,
    ) -> None:
        fault = self.faults.at(path)
        if (
            scope["method"] == "POST"
            and self.manner == PROVINCE
            and path == province.SEARCH
            and fault is None
        ):
            form = dict(parse_qsl((await _body(receive)).decode("latin-1"), keep_blank_values=True))
            await self._send(send, self.search(form, f"http://{headers.get('host', '')}"))
            return
        if scope["method"] not in ("GET", "HEAD"):
            await self._send(send, SampleResponse(405, b"", extra=(("allow", "GET, HEAD"),)))
            return
        if fault is not None and fault.kind == "slow":
            await _wait(receive, fault.seconds)
        if fault is not None and fault.kind == "huge":
            await self._huge(send)
            return
        if fault is not None and fault.kind == "cut":
            await self._cut(scope, send, self.answer(path))
            return
        answer = broken_answer(fault, path) if fault is not None else None
        if answer is None:
            variant = fault.kind if fault and fault.kind in (*broken.LIST_FAULTS, "gbk") else ""
            answer = self.answer(path, variant)
        if answer.status == 200 and answer.etag and unchanged(answer, headers):
            answer = SampleResponse(304, b"", answer.kind, answer.etag, answer.modified)
        await self._send(send, answer, head=scope["method"] == "HEAD")

    async def _send(self, send: Any, answer: SampleResponse, *, head: bool = False) -> None:
        length = () if answer.status == 304 else (("content-length", str(len(answer.body))),)
        await send(self._start(answer, length))
        await send({"type": "http.response.body", "body": b"" if head else answer.body})

    def _start(
        self, answer: SampleResponse, more: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, Any]:
        headers = [
            ("date", http_date(self.clock())),
            ("content-type", answer.kind),
            *answer.extra,
            *more,
        ]
        if answer.etag:
            headers += [("etag", answer.etag), ("last-modified", answer.modified)]
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return {"type": "http.response.start", "status": answer.status, "headers": encoded}

    async def _huge(self, send: Any) -> None:
        """Fifty megabytes without a length, like a page whose template runs wild."""
        block = b"<li><a href='#'>x</a></li>" * 4000
        await send(self._start(SampleResponse(200, b"")))
        for _ in range(broken.HUGE // len(block)):
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _cut(self, scope: Mapping[str, Any], send: Any, answer: SampleResponse) -> None:
        """Half of the page, then the connection breaks."""
        await send(self._start(answer, (("content-length", str(len(answer.body) + 1)),)))
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        self.abort(scope)


def _bodiless(method: str, message: Mapping[str, Any]) -> bool:
    """Is this response complete for the client once it has the headers?"""
    if message["type"] != "http.response.start":
        return False
    empty = (b"content-length", b"0") in message["headers"]
    return method == "HEAD" or message["status"] == 304 or empty


async def _wait(receive: Any, seconds: float) -> None:
    """Wait, unless the client leaves first."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass


async def _body(receive: Any) -> bytes:
    """The request's body, at most :data:`LONGEST_FORM` bytes of it."""
    parts = bytearray()
    while len(parts) < LONGEST_FORM:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(parts)


def _page_number(name: str) -> int | None:
    """``index.htm`` is page 0, ``index_1.htm`` the second page; anything else is none."""
    if name in ("", "index.htm"):
        return 0
    stem, ext = posixpath.splitext(name)
    number = stem.removeprefix("index_")
    return (
        int(number)
        if ext == ".htm" and stem != number and number.isascii() and number.isdigit()
        else None
    )


def _monday(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    return (local - timedelta(days=local.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def _local(moment: datetime) -> datetime:
    return utc(moment).astimezone(SHANGHAI)
