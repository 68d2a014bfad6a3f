"""Thirteen months of days as squares, a column a week: drawn by the server, readable without a
script. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEP, LEFT, TOP = 13, 26, 18
FILLS = ("#e9edf0", "#b9dcc6", "#7fbf99", "#3f9468", "#17633a")
"""None, one, up to three, up to seven, more."""


@dataclass(frozen=True, slots=True)
class Square:
    x: int
    y: int
    day: date
    posts: int
    fill: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The picture and the same as a table: posts by month, oldest first, as (month, posts, days
    with posts)."""

    squares: Sequence[Square]
    labels: Sequence[tuple[int, str]]
    months: Sequence[tuple[str, int, int]]
    width: int
    height: int
    total: int


def drawn(counts: Mapping[date, int], start: date, end: date) -> Drawn:
    """``counts`` from ``start`` to ``end``, both drawn."""
    first = start - timedelta(days=start.weekday())
    squares = [_square(day, first, counts.get(day, 0)) for day in _days(start, end)]
    labels = [(one.x, f"{one.day.month}月") for one in squares if one.day.day == 1]
    posts: Counter[str] = Counter()
    busy: Counter[str] = Counter()
    for one in squares:
        posts[f"{one.day:%Y-%m}"] += one.posts
        busy[f"{one.day:%Y-%m}"] += bool(one.posts)
    months = [(month, posts[month], busy[month]) for month in sorted(posts)]
    width = max((one.x for one in squares), default=LEFT) + STEP
    return Drawn(squares, labels, months, width, TOP + 7 * STEP, sum(posts.values()))


def _days(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def _square(day: date, first: date, posts: int) -> Square:
    x = LEFT + (day - first).days // 7 * STEP
    level = 0 if not posts else 1 if posts == 1 else 2 if posts <= 3 else 3 if posts <= 7 else 4
    return Square(x, TOP + day.weekday() * STEP, day, posts, FILLS[level])
