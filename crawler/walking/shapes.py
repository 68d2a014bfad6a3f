"""A column's golden reading, and what a look shows that stands elsewhere than in it: a drift of the
page. Pure.

A drift accuses nobody and hides nothing: where the new page leads on from the known posts its look
counts as ever, where it does not the look may clear and never convict, until a later one or a
person explains it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crawler.model import DEPTH, Outcome, Reading, Shape

DRIFT = "drift"
"""Why a look is doubted whose page is built anew and shows too few of the known posts."""
PLACE, DATE, ROWS, FURTHER = "place", "date", "rows", "further"
TIMES = 2
"""A page of a list with further pages that holds so many times more or fewer posts is another
page."""
SHARE = (2, 3)
"""So large a share of the posts that should be known must be known."""
KEPT = 8
"""So many rows of a reading are kept beside its shape."""


GOLDEN, DRIFTING = "golden", "drift"
"""The kinds of readings that are kept."""


class Turn(StrEnum):
    """What a look means to the golden reading: the first of its kind, the same again after a drift,
    or a drift."""

    LEARN = "learn"
    SAME = "same"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """A post as it stood in a list: enough for a person to know it again."""

    title: str
    url: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """How the page of a look is built, where the store is to hear of it. ``overlaps``: it leads on
    from the known posts."""

    turn: Turn
    shape: Shape
    rows: tuple[ShapeRow, ...]
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class KeptShape:
    """A reading as the store keeps it (:class:`crawler.proof_store.ColumnShapeRow`): a golden one,
    or a drift from one.

    ``whole``: it accounted for every row of its page; ``overlaps``: it led on from the known posts.
    """

    id: int
    outlet: str
    kind: str
    shape: Shape
    rows: tuple[ShapeRow, ...]
    whole: bool
    overlaps: bool
    first_seen: datetime
    last_seen: datetime
    ended: datetime | None
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drifted:
    """A column whose page is built anew: the golden reading (``None``: none is kept) beside the
    reading as it is now."""

    golden: KeptShape | None
    now: KeptShape

    @property
    def differs(self) -> tuple[str, ...]:
        """In what the page differs (:func:`differences`)."""
        return differences(self.golden.shape, self.now.shape) if self.golden is not None else ()


def built(golden: Shape | None, reading: Reading, *, drifting: bool) -> Built | None:
    """What of a reading the store is to hear: nothing while its page is built as ``golden``, which
    is every quiet night.

    ``golden`` is ``None`` where nothing was learned yet; ``drifting``: a drift of the column is
    open.
    """
    shape = reading.shape
    if reading.outcome is not Outcome.READ or shape is None:
        return None
    if golden is not None and not differences(golden, shape):
        return Built(Turn.SAME, shape, rows_of(reading)) if drifting else None
    return Built(Turn.LEARN if golden is None else Turn.DRIFT, shape, rows_of(reading))


def rows_of(reading: Reading) -> tuple[ShapeRow, ...]:
    """The first rows of a reading."""
    return tuple(
        ShapeRow(post.title, post.url, post.published.day if post.published else None)
        for post in reading.posts[:KEPT]
    )


def differences(one: Shape, other: Shape) -> tuple[str, ...]:
    """In what a page built as ``other`` differs from one built as ``one``; nothing for what changes
    from day to day.

    No difference are: a class more or less, a box without a name more or less, another maker's
    mark, more or fewer posts in a list without further pages, further pages that begin or end with
    the number of posts.
    """
    told = {
        PLACE: not same_place(one.place, other.place),
        DATE: bool(one.date and other.date) and one.date != other.date,
        ROWS: bool(one.further and other.further) and _another_size(one.rows, other.rows),
        FURTHER: _another_way(one, other),
    }
    return tuple(name for name, differs in told.items() if differs)


def _another_size(one: int, other: int) -> bool:
    return min(one, other) * TIMES < max(one, other)


def _another_way(one: Shape, other: Shape) -> bool:
    """Whether further pages are found in another way; or no more, though the page is as full as it
    was."""
    if one.further and other.further:
        return one.further != other.further
    return bool(one.further) and other.rows >= one.rows


def same_place(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two rows of boxes are one place: the list's own box and each named one around it meet
    their like, in order.

    Boxes without a name come and go. Once in the row a box may have got its first name, or lost its
    last.
    """
    if one == other:
        return True
    if not one or not other or not _alike(one[-1], other[-1]):
        return False
    return _meet(one[-2::-1], other[-2::-1], _gained(one[-1], other[-1]))


def _meet(one: tuple[str, ...], other: tuple[str, ...], spent: bool) -> bool:
    """Whether the boxes meet, the nearest first. By the number met of each: whether none, or one,
    got its first name."""
    reached: set[tuple[int, int, bool]] = {(0, 0, spent)}
    waiting = [(0, 0, spent)]
    deep = DEPTH - 1 in (len(one), len(other))  # the outermost boxes were not told
    while waiting:
        i, j, used = waiting.pop()
        ended = i == len(one), j == len(other)
        if all(ended) or (deep and any(ended)):
            return True
        for step in _steps(one, other, i, j, used):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return False


def _steps(
    one: tuple[str, ...], other: tuple[str, ...], i: int, j: int, used: bool
) -> Iterable[tuple[int, int, bool]]:
    if i < len(one) and _bare(one[i]):
        yield i + 1, j, used
    if j < len(other) and _bare(other[j]):
        yield i, j + 1, used
    if i < len(one) and j < len(other) and _alike(one[i], other[j]):
        gained = _gained(one[i], other[j])
        if not (gained and used):
            yield i + 1, j + 1, used or gained


def _names(box: str) -> tuple[str, frozenset[str]]:
    tag, *names = box.replace("#", ".#").split(".")
    return tag, frozenset(names)


def _bare(box: str) -> bool:
    return "." not in box and "#" not in box


def _gained(one: str, other: str) -> bool:
    return _bare(one) != _bare(other)


def _alike(one: str, other: str) -> bool:
    """Whether the two are one box: all names of the one are names of the other."""
    (tag, names), (tag_too, names_too) = _names(one), _names(other)
    return tag == tag_too and (names <= names_too or names_too <= names)


def leads_on(shown: int, fresh: int, met: int, front: int) -> bool:
    """Whether a list leads on from the known posts.

    Of ``shown`` posts ``fresh`` are newer than all that was known, and ``met`` stood on the last
    first page that was believed, which held ``front``.
    """
    most, of = SHARE
    return met > 0 and met * of >= min(shown - fresh, front) * most
