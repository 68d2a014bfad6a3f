"""Going backwards is no proof: what makes a first page one that may clear and never convict.
Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import pairwise

from crawler.model import Outcome, Page, Reading
from crawler.reading.article import read_article

WENT_BACK, NO_KNOWN_POSTS, TURNED_ROUND = "went_back", "no_known_posts", "turned_round"


def doubt(
    reading: Reading,
    shown: Collection[bytes],
    front: Collection[bytes],
    newest: date | None,
) -> str:
    """Why the page proves nothing beside what it shows, or an empty word.

    ``shown`` are the keys of its posts, ``front`` those of the last first page that was believed,
    ``newest`` the newest day that one had: an older one now is a backup, an archive, or a post that
    was withdrawn.
    """
    now = reading.newest
    if front and newest is not None and now is not None and now.day < newest:
        return WENT_BACK
    if front and shown and not set(front) & set(shown):
        return NO_KNOWN_POSTS
    return (
        TURNED_ROUND
        if reading.further and rises([p.published.day for p in reading.posts if p.published])
        else ""
    )


def rises(days: list[date]) -> bool:
    """Whether the list runs from old to new: its newest post stands on another page."""
    steps = list(pairwise(days))
    up, down = sum(b > a for a, b in steps), sum(b < a for a, b in steps)
    # lists put at their end, oldest first, with a few batches entered late
    return up >= 2 and down * 5 <= up and days[-1] > days[0]


def withdrawn(page: Page, newest: date) -> bool:
    """Whether a post's own page says that it is no post of after ``newest`` any more.

    Gone (404, 410), led away (a removed article of the province's platform is a refresh to its
    folder), or dated anew. A wall, an error or a page that is not understood says nothing.
    """
    article = read_article(page)
    if article.outcome is Outcome.READ:
        return article.published is not None and article.published.day <= newest
    return article.reason in ("not_found", "soft_404", "redirect_stub")
