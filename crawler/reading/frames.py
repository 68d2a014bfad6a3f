"""A site's frame, learned from its columns; and what of a look's unread rows and parts may still be
newer.

Pure: the store's readers hand in what they know. A link that several columns show outside their
lists (menu, hot list, the portal's own news) is frame; what is not frame and was not read counts
for the upper bound.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from crawler.model import Evidence, Unread
from crawler.reading.keys import key

COLUMNS = 3
"""A link is frame on so many columns of its site, however many are known: to know of more columns
never takes a link out of the frame, and to know of fewer never puts one into it. Two alike pages of
one channel share its headline box.
"""
AROUND, PART = "outside", "part"


def frame_key(url: str) -> str:
    """How ``frame_link.key`` names an address."""
    return key(url).hex()


def learned(arounds: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The keys of the links that are the frame of one site. ``arounds``: for each of its columns
    the addresses outside its list.

    Standing in a column's list says nothing for or against: a hot list shows posts, and a column's
    own headline stands on one column only. Aliases of one column must be handed in once.
    """
    shown = Counter(one for links in arounds.values() for one in {frame_key(url) for url in links})
    return frozenset(one for one, columns in shown.items() if columns >= COLUMNS)


def remaining(
    unread: Sequence[Unread],
    newest: date | None,
    *,
    is_frame: Callable[[str], bool],
    known_day: Callable[[str], date | None],
    dismissed: Container[str],
) -> tuple[Unread, ...]:
    """Which of ``unread`` may still be newer than ``newest``, each with the tightest day known for
    it.

    ``is_frame(url)``: the link is the site's frame; ``known_day(url)``: the day of the stored post
    at that address; ``dismissed``: places that a person said are not of this column. Nothing is
    dropped without one of these reasons.
    """
    furniture = _furniture(unread, is_frame)
    left = []
    for one in unread:
        if (
            one.place in dismissed
            or one.place in furniture
            or (one.why == AROUND and is_frame(one.url))
        ):
            continue
        known = known_day(one.url) if one.url else None
        if known is not None:
            one = replace(one, day=known)
        if one.day is None or newest is None or one.day > newest:
            left.append(one)
    return tuple(left)


def _furniture(unread: Iterable[Unread], is_frame: Callable[[str], bool]) -> frozenset[str]:
    """Places outside the list most of whose links are frame: a hot list's new entry comes before
    its fame.

    Links to the column's own posts (``part``) count against it: a headline of the column, shown by
    its neighbours too, is not theirs. Rows of the list never stand in such a place.
    """
    places: defaultdict[str, list[bool]] = defaultdict(list)
    rows: set[str] = set()
    for one in unread:
        if one.why in (AROUND, PART):
            places[one.place].append(one.why == AROUND and is_frame(one.url))
        else:
            rows.add(one.place)
    return frozenset(
        place
        for place, framed in places.items()
        if place not in rows and 2 * sum(framed) > len(framed)
    )


def proves(evidence: Evidence, left: Sequence[Unread]) -> Evidence:
    """What a look proves when only ``left`` may still be newer: PARTIAL with nothing left is
    COMPLETE."""
    return Evidence.COMPLETE if evidence is Evidence.PARTIAL and not left else evidence
