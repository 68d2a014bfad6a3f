"""A page looked at in a browser: measured, and photographed once. Everything it asks goes through a
guarded, polite fetch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Any

from crawler.checking.views import Template
from crawler.checks.body import Body, find_body
from crawler.checks.view import HEIGHT, SPILL, WIDTH, View
from crawler.config import CrawlConfig
from crawler.model import Ask, Page
from crawler.net.browser import SPARED, BrowserFeed, Chromium, settled
from crawler.reading.markup import base_url, decode, tree
from crawler.reading.states import refusal

Fetch = Callable[[Ask], Awaitable[Page]]
KINDS = tuple(kind for kind in SPARED if kind not in ("image", "stylesheet"))
"""What is not asked: fonts, media and sockets change no layout that is judged here."""
MOST_PICTURES, MOST_ASKED, MOST_KEPT = 15, 80, 200
LARGEST_SHOT = 600_000
QUALITY = 45
MISSING = {"dns": "域名无法解析", "refused": "连接被拒绝", "forbidden_address": "地址在内网"}
MEASURE = """(hint) => {
  const style = el => getComputedStyle(el);
  const seen = el => {
    const r = el.getBoundingClientRect();
    if (r.width <= 1 || r.height <= 1) return false;
    for (let at = el; at && at !== document.documentElement; at = at.parentElement) {
      const s = style(at);
      if (s.display === 'none' || s.visibility === 'hidden' || parseFloat(s.opacity || '1') < 0.05) return false;
      if (at !== el && s.overflowY !== 'visible' && at.getBoundingClientRect().height <= 1) return false;
    }
    return true;
  };
  let main = hint.id ? document.getElementById(hint.id) : null;
  if (!main && hint.cls)
    for (const el of document.getElementsByClassName(hint.cls))
      if (!main || el.textContent.length > main.textContent.length) main = el;
  const box = main || document.body;
  const shown = seen(box) || [...box.children].some(seen);
  const wide = document.documentElement.scrollWidth, screen = document.documentElement.clientWidth;
  const shut = el => el && ['hidden', 'clip'].includes(style(el).overflowX);
  let worst = null, right = screen + hint.spill;
  if (wide > right && !shut(document.documentElement) && !shut(document.body))
    for (const el of document.body.querySelectorAll('*')) {
      const r = el.getBoundingClientRect();
      if (r.right <= right || style(el).position === 'fixed' || !seen(el)) continue;
      let held = false;
      for (let at = el.parentElement; at && at !== document.body && !held; at = at.parentElement)
        held = style(at).overflowX !== 'visible';
      if (!held) { worst = el; right = r.right + 1; }
    }
  const name = el => el.tagName.toLowerCase() + (el.id ? '#' + el.id : '') + (el.className && el.className.split ? '.' + el.className.trim().split(/\\s+/).slice(0, 2).join('.') : '');
  return {
    found: !!main, wide, spilling: worst ? name(worst) : '', inside: !!(worst && main && main.contains(worst)),
    letters: shown ? box.innerText.replace(/\\s/g, '').length : 0,
    pictures: [...box.querySelectorAll('img')].filter(i => i.naturalWidth > 20 && seen(i)).length,
    waiting: [...box.querySelectorAll('img')].filter(i => !i.naturalWidth).length,
    frames: [...box.querySelectorAll('iframe,video,audio,object,embed,canvas,svg')].filter(seen).length,
  };
}"""


async def looks(
    due: Sequence[Template], fetch: Fetch, config: CrawlConfig, stop: Event | None = None
) -> AsyncIterator[tuple[Template, View | str]]:
    """Each of ``due`` as a browser shows it, until the time of ``config.content`` is over or
    ``stop`` is set."""
    until = monotonic() + config.content.browser_seconds
    chromium = Chromium(config.chromium)
    viewer = Viewer(fetch, chromium)
    try:
        for one in due:
            if monotonic() > until or (stop is not None and stop.is_set()):
                return
            page = await fetch(Ask(one.url))
            yield one, page.error or await viewer.look(page)
    finally:
        await chromium.close()


@dataclass
class Viewer:
    """Looks at pages one after another. ``seconds`` is what one page may take, ``fetch`` keeps the
    manners."""

    fetch: Fetch
    chromium: Chromium
    seconds: float = 90.0
    _kept: dict[str, Page] = field(default_factory=dict)

    async def look(self, page: Page) -> View | str:
        """The view of a fetched ``page``, or in a machine word why there is none."""
        text = decode(page.body, page.headers)
        wall = refusal(page, text)
        root = None if wall is not None else tree(text)
        if root is None:
            return wall.reason if wall is not None else "empty_body"
        body = find_body(root, base_url(root, page))
        try:
            async with asyncio.timeout(self.seconds):
                return await self._seen(page, body)
        except TimeoutError:
            return "browser_slow"
        except (
            Exception
        ) as error:  # a browser breaks in ways nobody can list; it is one failed look
            return f"browser_failed: {type(error).__name__}"

    async def _seen(self, page: Page, body: Body) -> View:
        context = await self.chromium.context(viewport={"width": WIDTH, "height": HEIGHT})
        try:
            tab = await context.new_page()
            notes = _Notes()
            feed = BrowserFeed(self._once(notes), page, KINDS, MOST_ASKED, notes.hear)
            await context.route("**/*", feed.answer)
            await tab.goto(
                page.final_url, wait_until="domcontentloaded", timeout=1000 * self.seconds
            )
            await settled(tab, feed, self.seconds / 2)
            element = body.element
            hint = {
                "id": element.get("id") or "",
                "cls": element.get("class") or "",
                "spill": SPILL,
            }
            told = await tab.evaluate(MEASURE, hint)
            shot = await tab.screenshot(type="jpeg", quality=QUALITY, timeout=10_000)
            return _view(page, body, told, notes, shot)
        finally:
            await context.close()

    def _once(self, notes: _Notes) -> Fetch:
        """What several pages of a site load is fetched once; of a page's pictures the first few."""

        async def fetch(ask: Ask) -> Page:
            if ask.method == "GET" and ask.url in self._kept:
                return self._kept[ask.url]
            found = await self.fetch(ask)
            if found.error in MISSING or found.status in (404, 410) or found.status >= 500:
                found = await self.fetch(ask)
            if ask.method == "GET" and len(self._kept) < MOST_KEPT and len(found.body) < 500_000:
                self._kept[ask.url] = found
            return found

        return fetch


@dataclass
class _Notes:
    """What came of the page's own requests."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def hear(self, kind: str, answer: Page | None, url: str) -> None:
        if kind not in ("stylesheet", "script", "xhr", "fetch", "document"):
            return
        why = _missing(answer) if answer is not None else ""
        if kind == "stylesheet" and why:
            self.sheets.append((url, why))
        elif (
            answer is None
            or (answer.error and not why)
            or answer.status in (401, 403, 412, 418, 429, 432)
        ):
            self.doubts.append(f"{kind} {(answer.error if answer else '') or 'not asked'}")


def _missing(answer: Page) -> str:
    """Why a style sheet shows nobody anything; empty where it came, or where only we could not have
    it."""
    if answer.error:
        return MISSING.get(answer.error, "")
    if answer.status in (404, 410) or answer.status >= 500:
        return f"状态码 {answer.status}"
    html = answer.headers.get("content-type", "").lower().startswith("text/html")
    return "返回的是网页" if answer.status == 200 and html else ""


def _view(page: Page, body: Body, told: dict[str, Any], notes: _Notes, shot: bytes) -> View:
    doubts = [*notes.doubts, *(["pictures"] if told["waiting"] and not told["pictures"] else [])]
    return View(
        url=page.url,
        found=told["found"],
        letters=told["letters"],
        pictures=told["pictures"],
        frames=told["frames"],
        source=len("".join(body.text.split())),
        certain=body.certain,
        wide=told["wide"],
        spilling=told["spilling"],
        inside=told["inside"],
        sheets=tuple(dict.fromkeys(notes.sheets)),
        doubt="; ".join(dict.fromkeys(doubts))[:200],
        picture=shot if len(shot) <= LARGEST_SHOT else b"",
    )
