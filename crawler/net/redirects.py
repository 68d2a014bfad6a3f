"""Redirects followed in one way behind both doors, each hop past the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urljoin

from crawler.model import Ask, Page
from crawler.net.guard import host_of

STATUSES = (301, 302, 303, 307, 308)


async def follow(
    hop: Callable[[Ask], Awaitable[Page]],
    ask: Ask,
    *,
    most: int,
    refused: Callable[[str], str],
    clock: Callable[[], datetime],
) -> Page:
    """The page behind ``ask`` after at most ``most`` redirects; ``hop`` fetches one address.

    ``refused`` is the guard: its word, or ``redirect_loop``, becomes the error of a page without
    content.
    """
    current = ask
    for _ in range(most + 1):
        reason = refused(current.url)
        if reason:
            return Page(ask.url, ask.url, 0, {}, b"", clock(), reason)
        page = await hop(current)
        location = page.headers.get("location", "")
        if page.status not in STATUSES or not location:
            return replace(page, url=ask.url)
        current = _onward(current, page.status, target(current.url, location))
    return Page(ask.url, ask.url, 0, {}, b"", clock(), "redirect_loop")


def target(base: str, location: str) -> str:
    """Where a ``Location`` header leads; bytes beyond ASCII are escaped. An address no guard lets
    pass when it is none."""
    try:
        # Headers arrive as latin-1, whatever the portal wrote them in.
        escaped = quote(
            location.strip().encode("latin-1", "replace"), safe="%:/?#[]@!$&'()*+,;=~|{}\\^`\"<>"
        )
        return urljoin(base, escaped)
    except ValueError:
        return "bad:"


def _onward(ask: Ask, status: int, url: str) -> Ask:
    """The request after a redirect: as a browser makes it, and cookies stay with their host."""
    onward = replace(ask, url=url)
    if status == 303 or (status in (301, 302) and ask.method == "POST"):
        onward = replace(onward, method="GET", body=b"")
    if host_of(url) != host_of(ask.url):
        kept = {name: value for name, value in ask.headers.items() if name.lower() != "cookie"}
        onward = replace(onward, headers=kept)
    return onward
