"""Where a walk stands as one of its pages comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from crawler.walking.wholeness import NOTHING, Walked


@dataclass(frozen=True, slots=True)
class Step:
    """The page's number in its walk, from 1, and what its walk goes by.

    ``horizon`` is the day before which pages are not followed. ``seen(url)`` tells whether a post
    was stored before the present walk (needed on further pages; the first page knows its front).
    ``trail`` is that of the page before: a page that shows what an earlier one showed ends the
    walk, and a link back is not followed. ``walked`` is what the pages before showed.
    """

    horizon: date
    page_no: int = 1
    max_pages: int = 200
    seen: Callable[[str], bool] | None = None
    trail: frozenset[bytes] = frozenset()
    walked: Walked = NOTHING
