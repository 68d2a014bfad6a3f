"""Whether an answer can stand for a column: a list that is read whole, with posts of the column's
own site. Pure."""

from __future__ import annotations

import re

from crawler.model import Evidence, Outcome, Outlet, Page, Probe, Reading
from crawler.net.guard import host_of
from crawler.platforms import portal
from crawler.reading.keys import key
from crawler.reading.listing import MIN_ROWS
from crawler.walking.offers import Side, Tried, Wanted, Why, side_of
from crawler.walking.visit import guarded

OWN = (2, 3)
"""So large a share of the posts must stand on the site: columns lead to WeChat articles and to
other portals, too."""
BESIDE = ("outside", "part")
_WEB_PAGE = re.compile(r"<html[\s>]|<!doctype html", re.I)


def read_of(page: Page, outlet: Outlet) -> Reading:
    """The reading of ``page`` as the next night would have it."""
    return guarded(portal.read, page, outlet, Probe("portal", page.url))


def weighed(tried: Tried, page: Page, wanted: Wanted) -> tuple[Tried, Side | None, int]:
    """What came of an address, what it shows where it is good, and how many of the column's known
    posts are there."""
    reading = read_of(page, wanted.outlet)
    why = _why(page, reading, wanted.hosts)
    said = (reading.reason or page.error or "") if why in (Why.FAILED, Why.NO_LIST) else ""
    told = Tried(tried.url, tried.how, why, said)
    if why is not Why.GOOD:
        return told, None, 0
    return told, side_of(reading), sum(key(post.url) in wanted.known for post in reading.posts)


def _why(page: Page, reading: Reading, hosts: frozenset[str]) -> Why:
    if (
        page.error
        or page.status != 200
        or reading.outcome in (Outcome.BLOCKED, Outcome.UNREACHABLE)
    ):
        return Why.FAILED
    if _WEB_PAGE.search(page.body[:3000].decode("latin-1")):
        return Why.A_PAGE
    if reading.outcome is not Outcome.READ:
        return Why.NO_LIST
    if len(reading.posts) < MIN_ROWS:
        return Why.FEW
    own = sum(host_of(post.url) in hosts for post in reading.posts)
    if own * OWN[1] < len(reading.posts) * OWN[0]:
        return Why.OTHER_SITE
    return Why.GOOD if accounts(reading) else Why.NOT_WHOLE


def accounts(reading: Reading) -> bool:
    """Whether every row of the list is accounted for: other arrays of the answer stand beside
    it."""
    if reading.evidence is Evidence.COMPLETE:
        return True
    return reading.evidence is Evidence.PARTIAL and all(one.why in BESIDE for one in reading.unread)
