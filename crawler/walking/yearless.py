"""Lists that print month and day and no year: which of their posts are asked for their own day, and
what those say.

A year that only a folder of the address tells is none either.

The first and the last row without a year: between two known days the order of the list gives the
others theirs, where there is room for one year only.
"""

from __future__ import annotations

from datetime import date

from crawler.days.strength import is_weak
from crawler.days.text import NO_YEAR
from crawler.days.years import FROM_FOLDER, FROM_ORDER_OF_FOLDERS
from crawler.model import Dated, Evidence, Outlet, Page, Visit
from crawler.platforms import platform, probes_of
from crawler.reading.article import read_article
from crawler.reading.lists.addresses import host_of

PORTAL = "portal"
WANTS = frozenset({"no_dates", "redesigned", "below_floor"})
"""What a look says whose rows have no days, or fewer than the column had."""


def may_lack_years(visit: Visit) -> bool:
    """Whether the look may have failed, or be partial, for want of years: then its page is read
    once more."""
    undated = any(one.why == "undated" for one in visit.unread)
    partial = visit.evidence is Evidence.PARTIAL and undated
    return visit.reason in WANTS or partial or visit.evidence is Evidence.WEAK


def yearless(page: Page, outlet: Outlet) -> tuple[str, ...]:
    """The addresses of the first and the last post of the page whose day lacks its year; none where
    none does."""
    probe = next(iter(probes_of(outlet)), None)
    if probe is None or outlet.platform != PORTAL:
        return ()
    reading = platform(probe.platform).read(page, outlet, probe)
    lacking = any(one.why == NO_YEAR for one in reading.refused)
    host = host_of(page.final_url or page.url)
    bare = [
        post.url
        for post in reading.posts
        if host_of(post.url) == host
        and (post.published is None if lacking else _of_folder(post.published))
    ]
    return tuple(dict.fromkeys([*bare[:1], *bare[-1:]]))


def _of_folder(published: Dated | None) -> bool:
    return published is not None and published.why in (FROM_FOLDER, FROM_ORDER_OF_FOLDERS)


def day_of(page: Page) -> date | None:
    """The day that an article prints as its own; ``None`` where it prints none that could
    convict."""
    published = read_article(page).published
    return published.day if published is not None and not is_weak(published) else None
