"""A column's list read once more, with the pages behind it: pinned rows may fill the first one,
posts may go to the end. Pure.

What the first page says of itself is bounded there. Here it is asked what no first page can tell:
whether its newest row is the column's newest.
"""

from __future__ import annotations

from itertools import takewhile

from crawler.crosscheck.home import HomeLink
from crawler.crosscheck.model import Deposition, SilentColumn, Where, Witness
from crawler.days.strength import is_weak
from crawler.model import Page, Post, Reading

GONE = ("not_found", "soft_404")
"""A page that is gone is an answer; a wall or a fault hides what stands there."""


def further_of(reading: Reading) -> tuple[str, ...]:
    """The second, the third and the last page of the list, as far as plain addresses lead there."""
    pages = [one for one in reading.further if isinstance(one, str)]
    return tuple(dict.fromkeys([*pages[:2], *pages[-1:]]))


def slipped(reading: Reading) -> list[HomeLink]:
    """Rows above the newest that print an older day and are not called pinned: a year may be
    misprinted (2002 for 2020)."""
    newest = reading.newest
    above = takewhile(lambda post: post.published is not newest, reading.posts) if newest else ()
    return [
        HomeLink(post.url, post.title)
        for post in above
        if post.url and post.published and not post.pinned
    ]


def of_page(suspect: SilentColumn, url: str, page: Page, reading: Reading) -> Witness:
    """What a further page of the list says of the column: its newest row, where that is newer than
    the first page's."""
    found = Witness(Where.FURTHER, url, page.fetched_at, Deposition.NOTHING)
    if not reading.outcome.conclusive:
        reason = reading.reason or "unreadable"
        hides = Deposition.FAILED if reason in GONE else Deposition.UNDATED
        return Witness(Where.FURTHER, url, page.fetched_at, hides, reason)
    top = max((post for post in reading.posts if _sure(post)), key=_day, default=None)
    if top is None:
        return found
    newer = suspect.newest is not None and _day(top) > suspect.newest.isoformat()
    assert top.published is not None
    return Witness(
        Where.FURTHER,
        url,
        page.fetched_at,
        Deposition.NEWER if newer else Deposition.NOTHING,
        "",
        top.title,
        top.published.day,
    )


def _sure(post: Post) -> bool:
    return post.published is not None and not is_weak(post.published)


def _day(post: Post) -> str:
    return post.published.day.isoformat() if post.published else ""
