"""What a kept page looked like: its bytes drawn by a browser and photographed, so that proof can be
shown to anybody.

The browser gets the page from the copy and everything else through the guarded, polite door: a
picture shows what was judged, in the clothes of that night. Needs the extra ``browser`` and a
Chromium.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, insert

from crawler.config import CrawlConfig
from crawler.doors.choice import TwoDoors, legacy_hosts
from crawler.doors.recheck import HttpDoor
from crawler.model import Ask, Page, utc
from crawler.net.browser import BrowserFeed, Chromium, lacking, settled
from crawler.walking.copies import PageCopy, PageShotRow, without_shot
from crawler.walking.known import allowed_hosts, host_manners, known_outlets
from crawler.walking.polite import Polite

logger = logging.getLogger(__name__)
Fetch = Callable[[Ask], Awaitable[Page]]
SPARED = ("media", "font", "websocket", "eventsource", "manifest", "ping", "other")
WIDTH, TALLEST = 1280, 3000
"""Pixels: a desk's screen, and as much of a list as a judge would scroll through."""
MOST, MOST_ASKED = 60, 80
"""Pages of one night, and requests of one page."""
LARGEST = 6_000_000
SECONDS = 60.0
WHAT = "网页截图需要浏览器"


def photograph(
    engine: Engine,
    reader: Engine,
    config: CrawlConfig,
    clock: Callable[[], datetime],
    outlets: Collection[str],
) -> dict[int, str]:
    """Photograph the newest copy of each of ``outlets`` that has no picture; each is tried once.

    Returns the sha256 of each new picture by the id of its copy. Without a browser: nothing, and a
    warning says what is missing. A page that cannot be drawn is one picture less, never an error.
    """
    missing = lacking(config.chromium, WHAT)
    if missing:
        logger.warning("%s", missing)
        return {}
    with reader.connect() as connection:
        waiting = without_shot(connection, outlets, MOST)
        hosts = allowed_hosts(connection)
        manners = host_manners(connection, known_outlets(connection, sorted(outlets)))
    if not waiting:
        return {}

    async def go() -> dict[int, bytes | str]:
        async with AsyncExitStack() as stack:
            doors = TwoDoors(partial(HttpDoor, config, hosts, clock), legacy_hosts(manners), stack)

            async def fetch(ask: Ask) -> Page:
                return await (await doors.of(ask.url)).fetch(ask)

            polite = Polite[None](lambda _, ask: fetch(ask), fetch, config, clock, manners)
            return await _shots(waiting, partial(polite.ask_one, None), config.chromium)

    taken, now = asyncio.run(go()), utc(clock())
    rows = [_row(copy, shot, now) for copy, shot in taken.items()]
    with engine.begin() as connection:
        connection.execute(insert(PageShotRow), rows)
    return {row["copy_id"]: row["sha256"] for row in rows if row["picture"]}  # type: ignore[misc]


def _row(copy: int, shot: bytes | str, now: datetime) -> dict[str, object]:
    picture = shot if isinstance(shot, bytes) else b""
    note = "" if isinstance(shot, bytes) else shot[:200]
    digest = hashlib.sha256(picture).hexdigest() if picture else ""
    return {"copy_id": copy, "moment": now, "sha256": digest, "picture": picture, "note": note}


async def _shots(copies: Sequence[PageCopy], fetch: Fetch, chromium: str) -> dict[int, bytes | str]:
    """PNG or, in a word, why there is none, by the copy's id."""
    browser = Chromium(chromium)
    try:
        return {copy.id: await _shot(browser, copy, fetch) for copy in copies}
    finally:
        await browser.close()


async def _shot(browser: Chromium, copy: PageCopy, fetch: Fetch) -> bytes | str:
    if "html" not in copy.headers.get("content-type", "html").lower() or not copy.body or copy.cut:
        return "no_page"
    try:
        async with asyncio.timeout(SECONDS):
            return await _drawn(browser, copy, fetch)
    except Exception as error:  # a browser breaks in ways nobody can list; it is one picture less
        logger.warning("%s: no picture: %s: %s", copy.final_url, type(error).__name__, error)
        return f"browser_failed: {type(error).__name__}"


async def _drawn(browser: Chromium, copy: PageCopy, fetch: Fetch) -> bytes | str:
    page = Page(copy.url, copy.final_url, copy.status, dict(copy.headers), copy.body, copy.moment)
    context = await browser.context(viewport={"width": WIDTH, "height": 900})
    try:
        tab = await context.new_page()
        feed = BrowserFeed(fetch, page, SPARED, MOST_ASKED)
        await context.route("**/*", feed.answer)
        await tab.goto(page.final_url, wait_until="domcontentloaded", timeout=1000 * SECONDS)
        await settled(tab, feed, SECONDS / 2)
        tall = await tab.evaluate("document.documentElement.scrollHeight")
        await tab.set_viewport_size({"width": WIDTH, "height": max(300, min(TALLEST, int(tall)))})
        shot = await tab.screenshot(type="png", timeout=20_000)
        return shot if len(shot) <= LARGEST else "too_large"
    finally:
        await context.close()
