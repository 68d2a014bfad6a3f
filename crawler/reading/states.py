"""Is this page an answer at all? Blocked, unreachable and odd pages are told apart before a reader
sees them.

A wall read as a page without posts would accuse a unit of silence, so every doubt here ends in an
outcome with the mark that gave it away. The other way round counts as much: a page that has a list
or an article is never refused for the words it quotes.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from crawler.model import Outcome, Page, Reading
from crawler.reading.crowded import MOST, crowded
from crawler.reading.markup import decode, join, tree
from crawler.reading.refusals.jumps import jumps, unasked
from crawler.reading.refusals.walls import (
    FEW_LINKS,
    LITTLE,
    by_title,
    empty,
    look_at,
    no,
    phrase,
    portal_error,
    said_by,
    title_of,
)
from crawler.reading.refusals.wording import ERROR_PATH, LOGIN_PATH, SOFT_404

BLOCKED, UNREACHABLE, UNREADABLE = Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.UNREADABLE

ERRORS: dict[str, Outcome] = {
    "robots": BLOCKED,
    "too_large": UNREADABLE,
    "needs_browser": UNREADABLE,
    "browser_failed": UNREADABLE,
}
"""Fetch errors that are not simply UNREACHABLE."""

HINTS = (("存", "不存在"), ("找", "找"), ("除", "删除"), ("ot found", "ot found"))
"""One of these is in every wording of a soft 404. Their rarest letter is looked for first, which is
five times quicker."""
REFRESHES = re.compile(r"""http-equiv\s{0,3}=\s{0,3}["']?refresh""", re.I)
SCRIPT = re.compile(
    r"<script\b[^<>]{0,300}>([^<]{0,20000}(?:<(?!/script)[^<]{0,20000}){0,200})", re.I
)
"""Inline scripts, in which stubs assign ``location``."""
FIRST_PAGE = re.compile(r"/(?:index|default)\.\w{2,6}\Z")
"""A portal's home page may send to its own index.html: that is no stub."""
BODY = re.compile(r"<body\b[^<>]{0,500}?\bonload\s?=\s?([\"'])([^<>]{1,500}?)\1", re.I)
"""Stubs that jump when their body is loaded."""
LOCATES = re.compile(r"location(?:(?:\.href)?\s{0,3}=(?!=)|\.(?:replace|assign))")
NAVIGATES = re.compile(r"navigate\s{0,3}\(")
"""A script leads on. Each begins with a plain word, which is found much quicker in a whole page
than one of two."""
NOSCRIPT = re.compile(r"<noscript\b.*?</noscript>", re.I | re.S)
"""A refresh for browsers without scripts is followed by nobody."""
DATA = re.compile(r"\s{0,200}[{\[]")
"""An interface that answers instead of a page: its refusal is told in a field, not in words."""
SHORT_DATA = 300
"""Interfaces that refuse ({"code": 500, "msg": "系统繁忙"}) say it in fewer characters than rows take."""
ROWS = re.compile(r"""["'](?:title|url|href|link|rows|list)["']\s{0,5}:\s{0,5}["\[{]""", re.I)
TEXT_TYPES = ("text/", "html", "xml", "json", "javascript")
"""Types under which servers send pages; some send none, or a wrong one."""
BINARY_STARTS = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"\x1f\x8b",
    b"RIFF",
)
"""Files that stand at a column's address with a page's name, whatever type is said."""


def refusal(page: Page, text: str | None = None) -> Reading | None:
    """Why ``page`` can be neither list nor article, or ``None`` when a reader should look at it.

    BLOCKED, UNREACHABLE or UNREADABLE with ``reason`` and ``mark``. For ``redirect_stub`` and
    ``frameset``
    the ``next`` addresses tell where the content stands; follow them once. ``text`` spares the
    decoding when
    the caller has done it. Never raises; on an ordinary list page it costs a few searches in the
    text.
    """
    if page.status == 304 and not page.error:
        return None
    answered = _by_answer(page)
    if answered is not None and answered.outcome is not BLOCKED and page.status < 500:
        return answered
    if text is None:
        text = decode(page.body, page.headers)
    if answered is not None:
        return _wall_in(page, text, answered)
    if crowded(text):
        return no(UNREADABLE, "too_large", f"a tag of more than {MOST} attributes")
    return _by_redirect(page) or _by_content(page, text) or _sent_on(page, text)


def _sent_on(page: Page, text: str) -> Reading | None:
    """A whole page, list and all, that sends every browser on at once: what a reader sees stands
    elsewhere."""
    header = page.headers.get("refresh", "")
    jump = None
    if header or _may_refresh(page.body, text):
        jump = jumps(tree(NOSCRIPT.sub("", text)), "", header, page.final_url)
    elif _leads_on(text):
        told = [found[1] for found in SCRIPT.finditer(text) if _leads_on(found[1])]
        told += [found[2] for found in BODY.finditer(text)]
        scripts = (unasked(one, page.final_url) for one in told)
        jump = next((found for found in scripts if found is not None), None)
    if jump is None or not jump.targets or _same(jump.targets[0], page.final_url):
        return None
    return no(UNREADABLE, "redirect_stub", jump.raw, jump.targets)


def _leads_on(text: str) -> bool:
    return LOCATES.search(text) is not None or NAVIGATES.search(text) is not None


def _may_refresh(body: bytes, text: str) -> bool:
    """Whether a ``meta`` refresh stands in the page; bytes in small letters are made much quicker
    than a text without case."""
    return (b"refresh" in body.lower() or b"\0" in body) and REFRESHES.search(text) is not None


def _same(one: str, other: str) -> bool:
    """Whether two addresses are one page: it keeps itself up to date."""
    return _address(one) == _address(other)


def _address(url: str) -> str:
    return FIRST_PAGE.sub("", url.partition("://")[2]).rstrip("/")


def _by_answer(page: Page) -> Reading | None:
    """What the fetch itself says: network error, status, type of content."""
    status = page.status
    if page.error or not status:
        reason = page.error or "no_answer"
        return no(ERRORS.get(reason, UNREACHABLE), reason, page.detail or page.error or "status 0")
    mark = f"HTTP {status}"
    if status in (404, 410):
        return no(UNREACHABLE, "not_found", mark)
    if status == 401 or status == 407:
        return no(BLOCKED, "login_wall", mark)
    if status == 408:
        return no(UNREACHABLE, "timeout", mark)
    if status >= 500:
        return no(UNREACHABLE, "server_error", mark)
    if status >= 400:
        return no(
            BLOCKED, {412: "challenge", 429: "too_many_requests"}.get(status, "forbidden"), mark
        )
    if status == 206:  # nobody asked for a part
        return no(UNREADABLE, "cut", mark)
    if status >= 300:
        target = join(page.final_url, page.headers.get("location", ""))
        return no(UNREADABLE, "redirect_stub", mark, (target,) if target else ())
    return _by_type(page)


def _by_type(page: Page) -> Reading | None:
    body = page.body
    # some portals put a script challenge in front of every page: 202, without a word
    if not body.strip():
        return no(BLOCKED, "challenge", "HTTP 202, empty") if page.status == 202 else empty()
    kind = page.headers.get("content-type", "").lower()
    if body.startswith(BINARY_STARTS) or b"\x00\x00\x00\x00" in body[:512]:
        return no(UNREADABLE, "not_html", kind or repr(body[:8]))
    # servers that send pages as octet-stream: markup tells
    if kind and not any(word in kind for word in TEXT_TYPES) and b"<" not in body[:2048]:
        return no(UNREADABLE, "not_html", kind)
    return None


def _wall_in(page: Page, text: str, answered: Reading) -> Reading:
    """A status that refuses, with the words of the wall where the body has some: 521 is often a
    challenge."""
    root = tree(text)
    if root is None:
        return answered
    found = said_by(look_at(page, text, root))
    if found is None or found.outcome is not BLOCKED:
        return answered
    return no(BLOCKED, found.reason, f"{answered.mark}: {found.mark}")


def _by_redirect(page: Page) -> Reading | None:
    """The server led somewhere else: to a login, an error page, or from a column to the home
    page."""
    if page.final_url == page.url or not page.final_url:
        return None
    try:
        asked, came = urlsplit(page.url), urlsplit(page.final_url)
    except ValueError:
        return no(UNREADABLE, "bad_address", page.final_url)
    if LOGIN_PATH.search(came.path) and not LOGIN_PATH.search(asked.path):
        return no(BLOCKED, "login_wall", f"redirected to {page.final_url}")
    if ERROR_PATH.search(came.path) and not ERROR_PATH.search(asked.path):
        return no(UNREACHABLE, "soft_404", f"redirected to {page.final_url}")
    if (
        not came.query
        and _is_home(came.path)
        and not _is_home(asked.path)
        and _same_host(asked, came)
    ):
        return no(UNREACHABLE, "soft_404", f"redirected to the home page {page.final_url}")
    return None


def _is_home(path: str) -> bool:
    return re.fullmatch(r"/?(?:index|default|main|home)?(?:\.\w{2,6})?", path, re.I) is not None


def _same_host(asked: SplitResult, came: SplitResult) -> bool:
    """A column may have moved to a host of its own, where its list is the home page."""
    return (asked.hostname or "").removeprefix("www.") == (came.hostname or "").removeprefix("www.")


def _by_content(page: Page, text: str) -> Reading | None:
    """A page that came: a few searches decide whether it needs to be taken apart."""
    if DATA.match(text):
        return _data(text)
    title = title_of(text)
    titled = by_title(title)
    if not (titled or page.status == 202 or _has_few_links(text) or _hinted(text)):
        return None
    root = tree(text)
    if root is None:
        return empty() if not text.strip() or "<" in text else _plain(text)
    look = look_at(page, text, root)
    return said_by(look) or portal_error(look, titled)


def _has_few_links(text: str) -> bool:
    at, count = 0, 0
    while count < FEW_LINKS:
        found = text.find("<a", at)
        at = (found if found >= 0 else text.find("<A", at)) + 2
        if at < 2:
            return True
        count += 1
    return False


def _hinted(text: str) -> bool:
    """Does the page say anywhere that something was not found? (The words are then read in their
    place.)"""
    for letter, hint in HINTS:
        at = text.find(hint) if letter in text else -1
        for _ in range(20):
            if at < 0:
                break
            if SOFT_404.search(text, max(0, at - 40), at + 30):
                return True
            at = text.find(hint, at + 30)
    return False


def _plain(text: str) -> Reading | None:
    """Text without a tag: a wall's one sentence, or something else than a page."""
    words = " ".join(text.split())
    return (phrase(words) if len(words) <= LITTLE else None) or no(
        UNREADABLE, "not_html", words[:60]
    )


def _data(text: str) -> Reading | None:
    """Data of an interface: a refusal when it is short and holds no rows, else the list reader's
    business."""
    words = " ".join(text.split())
    return None if len(words) > SHORT_DATA or ROWS.search(words) else phrase(words)
