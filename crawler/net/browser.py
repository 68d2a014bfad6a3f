"""A page as its scripts make it: a system Chromium without a network of its own.

Every request of the page, the page itself included, is fetched by the walk's own door and handed to
the browser: the guard, the limits, the agent and the TLS of that door hold for scripts too, and
what they ask elsewhere than in the catalogue's hosts is refused. Needs the extra ``browser`` and a
Chromium; without them the look says so.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.model import Ask, Page

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, Route

logger = logging.getLogger(__name__)

Fetch = Callable[[Ask], Awaitable[Page]]
NEEDS = "needs_browser"
FAILED = "browser_failed"
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
)  # fmt: skip
"""The proxy that is none: a request that no route took over reaches nobody."""
SPARED = (
    "image",
    "media",
    "font",
    "stylesheet",
    "websocket",
    "eventsource",
    "manifest",
    "ping",
    "other",
)
"""Kinds of requests that make no list."""
ASKED = ("accept", "content-type", "x-requested-with", "referer", "origin")
"""Headers of a script's request that its interface may need; all others are ours."""
HOP_BY_HOP = (
    "content-encoding",
    "content-length",
    "transfer-encoding",
    "connection",
    "set-cookie",
    "link",
)
MOST_REQUESTS = 60
QUIET, SETTLE = 0.3, 8.0
"""Seconds: a page is done when its text stood still for ``QUIET`` and nothing is asked, at the
latest after ``SETTLE``."""
TEXT_LENGTH = "document.body ? document.body.innerText.length : 0"


@dataclass
class Chromium:
    """One browser without a network of its own, started with the first page that needs it."""

    path: str
    _browser: Browser | None = None
    _playwright: Playwright | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def context(self, **options: Any) -> BrowserContext:
        """A room for one page: no cookies kept, no workers, no downloads."""
        browser = await self._started()
        return await browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            service_workers="block",
            accept_downloads=False,
            **options,
        )

    async def _started(self) -> Browser:
        from playwright.async_api import async_playwright

        async with self._lock:
            if self._browser is None or not self._browser.is_connected():
                await self.close()
                self._playwright = await async_playwright().start()
                sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self.path, args=[*FLAGS, *sandbox]
                )
            return self._browser

    async def close(self) -> None:
        """Stop the browser, if one was started."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        if browser is not None and browser.is_connected():
            await browser.close()
        if playwright is not None:
            await playwright.stop()


@dataclass
class BrowserDoor:
    """``fetch`` that runs a page's scripts. ``plain`` fetches everything; the browser starts with
    the first page."""

    plain: Fetch
    chromium: str
    timeout: float
    clock: Callable[[], datetime]
    _browser: Chromium | None = None

    async def fetch(self, ask: Ask) -> Page:
        """The page behind ``ask`` after its scripts. What is no page at all (status, error) comes
        back as it came.

        Errors: ``needs_browser`` with what is missing in ``detail``, ``browser_failed``, or
        ``plain``'s own.
        """
        missing = lacking(self.chromium)
        if missing:
            return Page(ask.url, ask.url, 0, {}, b"", self.clock(), NEEDS, missing)
        page = await self.plain(replace(ask, render=False))
        if page.error or page.status != 200:
            return page
        try:
            async with asyncio.timeout(self.timeout + SETTLE):
                return await self._rendered(page)
        except (
            Exception
        ) as error:  # a browser breaks in ways nobody can list; it is one failed look
            logger.warning("%s: the browser failed: %s: %s", ask.url, type(error).__name__, error)
            said = (str(error).splitlines() or [""])[0][:200]
            return replace(
                page,
                status=0,
                headers={},
                body=b"",
                error=FAILED,
                detail=f"{type(error).__name__}: {said}",
            )

    async def _rendered(self, page: Page) -> Page:
        if self._browser is None:
            self._browser = Chromium(self.chromium)
        context = await self._browser.context()
        try:
            tab = await context.new_page()
            feed = BrowserFeed(self.plain, page)
            await context.route("**/*", feed.answer)
            await tab.goto(
                page.final_url, wait_until="domcontentloaded", timeout=1000 * self.timeout
            )
            await settled(tab, feed)
            html = await tab.content()
            headers = {
                name: value for name, value in page.headers.items() if name not in HOP_BY_HOP
            }
            headers["content-type"] = "text/html; charset=utf-8"
            return replace(
                page, final_url=tab.url, headers=headers, body=html.encode("utf-8", "replace")
            )
        finally:
            await context.close()

    async def close(self) -> None:
        """Stop the browser, if one was started."""
        if self._browser is not None:
            await self._browser.close()


def lacking(chromium: str, what: str = "列表由脚本生成，需要浏览器") -> str:
    """What a person must install before a page can be rendered, for ``what``; empty when all is
    there."""
    try:
        import playwright.async_api  # noqa: F401
    except ImportError:
        return f"{what}：请安装 gengxin[browser]"
    if not Path(chromium).is_file():
        return f"{what}：没有 {chromium}，请安装 Chromium 或在 config.yaml 写 crawler.chromium"
    return ""


@dataclass
class BrowserFeed:
    """Answers the browser's requests: the page itself from what was fetched, the rest through
    ``plain``.

    ``told`` hears of each answer with its kind of request; what is ``spared`` or beyond ``most`` is
    not asked at all.
    """

    plain: Fetch
    page: Page
    spared: tuple[str, ...] = SPARED
    most: int = MOST_REQUESTS
    told: Callable[[str, Page | None, str], None] = lambda kind, answer, url: None
    asked: int = 0
    flying: int = 0

    async def answer(self, route: Route) -> None:
        """For ``context.route``."""
        request = route.request
        self.asked += 1
        own = (
            request.url == self.page.final_url
            and request.is_navigation_request()
            and self.asked == 1
        )
        kind = request.resource_type
        if not own and (kind in self.spared or self.asked > self.most):
            self.told(kind, None, request.url)
            await route.abort()
            return
        self.flying += 1
        try:
            answer = self.page if own else await self.plain(_ask_of(request))
            if not own:
                self.told(kind, answer, request.url)
            if answer.error or not answer.status:
                await route.abort()
            else:
                headers = {n: v for n, v in answer.headers.items() if n not in HOP_BY_HOP}
                await route.fulfill(status=answer.status, headers=headers, body=answer.body)
        finally:
            self.flying -= 1


def _ask_of(request: Any) -> Ask:
    headers = {name: value for name, value in request.headers.items() if name in ASKED}
    return Ask(request.url, request.method, headers, request.post_data_buffer or b"")


async def settled(tab: Any, feed: BrowserFeed, seconds: float = SETTLE) -> None:
    """Wait until the page's text stands still and nothing is asked any more; a restless page is
    read as it is."""
    length = -1
    for _ in range(int(seconds / QUIET)):
        now = await tab.evaluate(TEXT_LENGTH)
        if now == length and not feed.flying:
            return
        length = now
        await asyncio.sleep(QUIET)
