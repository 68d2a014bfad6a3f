"""From which day on are a column's posts whole? What a walk over its pages has shown decides.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crawler.model import Post, Reading, Unread
from crawler.reading.bounds.cut import CUT

PINNED = 10
"""So many rows at the top may be pinned: they say nothing of the order."""
SLACK = 31
"""Days by which rows of a list in order may stand above newer ones (batches entered late)."""
FEWEST = 3
"""Fewer rows show no order."""
BOX = 5
"""So many rows a box shows at least that shows only the newest."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Walked:
    """What the pages so far showed: different rows, their days in order, and the newest day at
    which something may be missing (a part that was not read, a page that was an old copy). ``cut``:
    a page broke off, with its rows and its way on. ``met``: a page showed a post of the first page
    as it was before the walk; ``top``: the oldest day of the walk's first page. ``paged``: a pager
    was seen, so that a last page is the list's end. ``behind``: the newest day of a page whose rows
    are newer than all before it."""

    rows: frozenset[str] = frozenset()
    days: tuple[date, ...] = ()
    total: int | None = None
    gap: date | None = None
    lost: bool = False
    cut: bool = False
    behind: date | None = None
    paged: bool = False
    met: bool = False
    top: date | None = None


NOTHING = Walked()
"""Before the first page."""


@dataclass(frozen=True, slots=True)
class WholeSince:
    """``since``: the first day from which nothing is missing; ``date.min`` of all days, ``None`` of
    none."""

    since: date | None


@dataclass(frozen=True, slots=True)
class Absent:
    """What a look proves of posts that it did not show: those from the day ``since`` on were not
    there (``None``: of no day), but for the ``urls`` that stood in parts which it did not read."""

    since: date | None
    urls: frozenset[str] = frozenset()

    def covers(self, post: Post) -> bool:
        """Whether ``post``, shown now, was not there then."""
        day = post.published.day if post.published else None
        return (
            self.since is not None
            and (day is None or day >= self.since)
            and post.url not in self.urls
        )


EVERYTHING = Absent(date.min)
"""A look that read the whole of a column whose posts are all known."""
MOST_PARTS = 40
"""A page with so many unread parts may have had more of them."""


def absent(whole_since: date | None, unread: Sequence[Unread]) -> Absent:
    """What the look proves that left ``unread`` parts, at a column that is known without a gap from
    ``whole_since`` on."""
    if len(unread) >= MOST_PARTS or any(not one.url for one in unread):
        return Absent(None)
    return Absent(whole_since, frozenset(one.url for one in unread))


def with_page(walked: Walked, reading: Reading, page_no: int, *, copy: bool = False) -> Walked:
    """``walked`` with one page more."""
    days = tuple(post.published.day for post in reading.posts if post.published)
    told = [one for one in (walked.total, reading.total) if one is not None]
    more = replace(
        walked,
        rows=walked.rows | {post.url for post in reading.posts},
        days=walked.days + days,
        total=max(told, default=None),
        paged=walked.paged or page_no > 1 or "pages" in reading.identity or bool(reading.further),
        top=walked.top if walked.days else min(days, default=None),
        cut=walked.cut or any(one.why == CUT for one in reading.unread),
        behind=max(days)
        if walked.days and days and max(days) > max(walked.days)
        else walked.behind,
    )
    if not (copy or (page_no > 1 and _part_missing(reading, more.rows))):
        return more
    newest = max(days, default=None)
    if newest is None:
        return replace(more, lost=True)
    return replace(more, gap=newest if walked.gap is None else max(walked.gap, newest))


def _part_missing(reading: Reading, shown: frozenset[str]) -> bool:
    """A row or part that became no post of any page so far; an undated post is there and can be
    counted as such.

    Further pages show the column's newest posts beside their list again: those stood on the first.
    """
    return any(
        one.why not in ("outside", "total", CUT) and one.url not in shown for one in reading.unread
    )


def whole_since(walked: Walked, *, ended: bool, apart: bool = False) -> WholeSince:
    """What a finished walk proves. ``ended``: the list has no further page; else it was left before
    its end. ``apart``: a further page was older than the first one, so that rows which had left
    that one stand on no page.

    A list of several rows without any pager or total may be the newest few of more (a box of eight,
    a window of forty): it proves no more than the days that it shows.

    A total that the column prints and that was not reached says that rows are missing wherever the
    list was left.
    """
    if walked.lost:
        return WholeSince(None)
    if apart and walked.top is not None:
        walked = replace(walked, gap=max(walked.top, walked.gap or walked.top))
    window = not walked.paged and walked.total is None and len(walked.rows) >= BOX
    if (
        ended
        and not window
        and not walked.cut
        and (walked.total is None or len(walked.rows) >= walked.total)
    ):
        since: date | None = date.min
    else:
        since = reach(walked.days)
    if since is None or walked.gap is None:
        return WholeSince(since)
    return WholeSince(max(since, walked.gap + DAY))


def reach(days: tuple[date, ...]) -> date | None:
    """The first day after the oldest row of a list in falling order; ``None`` where its order says
    nothing.

    The last row alone is not believed: one false old date at the end of a list would promise years.
    """
    for start in range(min(PINNED, max(0, len(days) - FEWEST)) + 1):
        body = days[start:]
        if len(body) >= FEWEST and _inversion(body).days <= SLACK:
            return min(body[:-1]) + _inversion(body) + DAY
    return None


def _inversion(days: tuple[date, ...]) -> timedelta:
    """By how much a row is newer at most than one that stands above it."""
    oldest, most = days[0], timedelta(0)
    for day in days[1:]:
        most = max(most, day - oldest)
        oldest = min(oldest, day)
    return most
