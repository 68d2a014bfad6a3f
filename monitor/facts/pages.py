"""What pages said of themselves, and posts that came late or went: the queries behind the page
rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import OutletKind, shanghai_day
from crawler.store.tables import OutletRow, PageFactRow, PostRow
from monitor.model import HomeFacts, LatePost, PageFacts, RemovedPosts

PAGE, POST, OUTLET = PageFactRow.__table__.c, PostRow.__table__.c, OutletRow.__table__.c
LOOKS = 3
WINDOW = timedelta(days=60)
SHORTEST = timedelta(days=3)
"""A post that is at most so much older than the look before it is no candidate at all."""
SAME_LOOK = timedelta(hours=6)
"""The pages of one walk are seen one after another."""
FEWEST = 5
NUMBER = re.compile(r"(\d{5,12})(?:_\d{1,2})?\.(?:s?html?|jsp|aspx)?$")


def pages(connection: Connection, as_of: datetime) -> dict[tuple[str, str], PageFacts]:
    """The newest words of every page known by ``as_of``, by subject and kind (``home_list`` left
    out)."""
    query = (
        select(PAGE.subject, PAGE.kind, PAGE.url, PAGE.facts, PAGE.first_seen)
        .where(PAGE.first_seen <= as_of, PAGE.kind != "home_list")
        .order_by(PAGE.id)
    )
    return {
        (r.subject, r.kind): PageFacts(r.kind, r.url, r.facts, r.first_seen)
        for r in connection.execute(query)
    }


def homes(connection: Connection, as_of: datetime) -> dict[str, HomeFacts]:
    """The newest looks at each site's home page by ``as_of``, and the newest post that it leads
    to."""
    query = (
        select(PAGE.subject, PAGE.facts, PAGE.first_seen)
        .where(PAGE.kind == "home_list", PAGE.first_seen <= as_of)
        .where(PAGE.first_seen > as_of - WINDOW)
        .order_by(PAGE.subject, PAGE.first_seen.desc(), PAGE.id.desc())
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.subject].append(row)
    return {subject: _home(rows) for subject, rows in found.items()}


def _home(rows: list[Any]) -> HomeFacts:
    facts: Mapping[str, Any] = rows[0].facts
    newest = date.fromisoformat(facts["newest"]) if facts["newest"] else None
    shown = max(
        (date.fromisoformat(day) for row in rows if (day := row.facts["newest"])), default=None
    )
    return HomeFacts(
        tuple(row.first_seen for row in rows[:LOOKS]), newest, int(facts["dated"]), shown
    )


def late_posts(connection: Connection, as_of: datetime) -> dict[str, tuple[LatePost, ...]]:
    """Posts of columns first shown lately though they bear a day before a look that did not show
    them.

    A baseline has no look before it and is left out; so is what had stood on further pages not yet
    walked.
    """
    query = (
        select(
            POST.outlet_id, POST.url, POST.title, POST.published, POST.first_seen, POST.prior_look
        )
        .select_from(PostRow.__table__.join(OutletRow.__table__, POST.outlet_id == OUTLET.id))
        .where(OUTLET.kind == OutletKind.COLUMN.value, OUTLET.retired_at.is_(None))
        .where(POST.first_seen > as_of - WINDOW, POST.first_seen <= as_of)
        .where(POST.prior_look.is_not(None), POST.published < shanghai_day(as_of) - SHORTEST)
        .order_by(POST.outlet_id, POST.published, POST.id)
    )
    found: dict[str, list[LatePost]] = defaultdict(list)
    for row in connection.execute(query):
        shown, before = shanghai_day(row.first_seen), shanghai_day(row.prior_look)
        if row.published < before - SHORTEST:
            late = LatePost(row.url, row.title, row.published, shown, before, number_in(row.url))
            found[row.outlet_id].append(late)
    return {outlet: tuple(late) for outlet, late in found.items()}


def number_in(url: str) -> int | None:
    """The running number at the end of an article's address, where there is one."""
    match = NUMBER.search(url)
    return int(match[1]) if match else None


def removed_posts(connection: Connection, as_of: datetime) -> dict[str, RemovedPosts]:
    """Columns whose newest list no longer shows posts that are newer than most of what it shows.

    A pinned old post may stand above anything, so the oldest quarter of the list says nothing; a
    post that stands there under another address was moved. A list seen after ``as_of`` is not of
    that day.
    """
    since = shanghai_day(as_of) - WINDOW
    recent = (POST.published >= since) & (POST.first_seen <= as_of)
    last = (
        select(
            POST.outlet_id,
            func.max(POST.last_seen).label("seen"),
            func.min(POST.last_seen).label("first"),
        )
        .where(recent)
        .group_by(POST.outlet_id)
        .subquery()
    )
    query = (
        select(POST.outlet_id, POST.title, POST.url, POST.published, POST.last_seen, last.c.seen)
        .join(last, last.c.outlet_id == POST.outlet_id)
        .join(OutletRow.__table__, OUTLET.id == POST.outlet_id)
        .where(recent, last.c.first < last.c.seen, last.c.seen <= as_of, POST.pinned.is_(False))
        .where(OUTLET.kind == OutletKind.COLUMN.value, OUTLET.retired_at.is_(None))
        .order_by(POST.outlet_id, POST.published.desc(), POST.id.desc())
    )
    by_outlet: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        by_outlet[row.outlet_id].append(row)
    found = {outlet: _removed(rows) for outlet, rows in by_outlet.items()}
    return {outlet: removed for outlet, removed in found.items() if removed is not None}


def _removed(rows: list[Any]) -> RemovedPosts | None:
    """``rows`` are one column's recent posts, newest first."""
    listed = [row for row in rows if row.last_seen >= row.seen - SAME_LOOK]
    if len(listed) < FEWEST:
        return None
    edge = listed[len(listed) * 3 // 4].published
    titles = {row.title for row in listed}
    gone = [
        row
        for row in rows
        if row.published > edge and row.last_seen < row.seen - SAME_LOOK and row.title not in titles
    ]
    return RemovedPosts(len(gone), gone[0].title, gone[0].url, gone[0].published) if gone else None
