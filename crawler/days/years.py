"""The year of dates that show none (``07-20``): from the links' addresses and the order of the
list, or not at all.

The most recent fit is not a reason: a column that stopped years ago would look fresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.days.strength import DOUBTED

FROM_ADDRESS = "year from the address of the item"
"""MM-DD in rows whose address holds the day (t20261120_1.htm)."""
FROM_FOLDER = f"{DOUBTED}year from a folder of the item's address"
"""A folder ``/2019/`` may be the year in which the column was laid out: such a year clears and
never convicts."""
FROM_ARTICLE = "year from the article of the item"
"""Old ASP lists of MM-DD: the first and the last article tell their day."""
FROM_HEADING = "year from the heading above the item"
"""Archives with a heading for each year."""
FROM_ORDER = "year from the order of the list"
"""MM-DD between rows with whole days."""
FROM_ORDER_OF_FOLDERS = f"{DOUBTED}{FROM_ORDER}, whose years are those of folders"
NEAR = timedelta(days=92)
"""A page is saved at most about this long after the day it shows."""
SURE = timedelta(days=31)
"""Farther from the day in its address a printed day may be of the year after it."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known of one item: its full ``day``, or ``month`` and ``date``, and what its address
    or its article says."""

    day: date | None = None
    month: int = 0
    mday: int = 0
    url_day: date | None = None
    url_year: int | None = None
    article_day: date | None = None


def years(hints: Sequence[Hint], today: date) -> list[tuple[int, str] | None]:
    """For each item in page order the year and its reason, ``None`` where the page gives none."""
    found: list[tuple[int, str] | None] = []
    days: list[date | None] = []
    for hint in hints:
        told = _near(hint, hint.article_day, today)
        day = hint.day or told or _from_address(hint, today)
        days.append(day)
        sure = day is not None and hint.url_day is not None and abs(day - hint.url_day) <= SURE
        why = FROM_ARTICLE if told else FROM_ADDRESS if sure else FROM_FOLDER
        found.append(None if day is None or hint.day else (day.year, why))
    left = -1
    while found.count(None) not in (
        0,
        left,
    ):  # a row that found its year may give one to those above it
        left = found.count(None)
        _order(hints, days, found, today)
    if any(one is not None and one[1] == FROM_FOLDER for one in found):
        return [
            (one[0], FROM_ORDER_OF_FOLDERS) if one and one[1] == FROM_ORDER else one
            for one in found
        ]
    return found


def _order(
    hints: Sequence[Hint], days: list[date | None], found: list[tuple[int, str] | None], today: date
) -> None:
    """Give years by the neighbours: one pass up for the item below, one pass down for the item
    above."""
    below: list[date | None] = [None] * len(days)
    for i in range(len(days) - 2, -1, -1):
        below[i] = days[i + 1] or below[i + 1]
    above = today + timedelta(days=1)
    for i, hint in enumerate(hints):
        lower = below[i]
        if days[i] is None and hint.month and lower is not None:
            day = _between(hint, lower, above)
            if day is not None:
                days[i], found[i] = day, (day.year, FROM_ORDER)
        above = days[i] or above


def on(year: int, month: int, mday: int) -> date | None:
    """The day, or ``None`` when it does not exist."""
    try:
        return date(year, month, mday)
    except ValueError:
        return None


def _from_address(hint: Hint, today: date) -> date | None:
    limit = today + timedelta(days=1)
    if not hint.month:
        return None
    if hint.url_day is not None:
        return _near(hint, hint.url_day, today)
    if hint.url_year is not None:
        day = on(hint.url_year, hint.month, hint.mday)
        return day if day is not None and day <= limit else None
    return None


def _near(hint: Hint, told: date | None, today: date) -> date | None:
    """The printed month and day in the year in which it lies near the day ``told``."""
    if told is None or not hint.month:
        return None
    near = [on(told.year + step, hint.month, hint.mday) for step in (0, -1, 1)]
    limit = today + timedelta(days=1)
    fit = [day for day in near if day is not None and abs(day - told) <= NEAR and day <= limit]
    return min(fit, key=lambda day: abs(day - told), default=None)


def _between(hint: Hint, below: date, above: date) -> date | None:
    """The day of ``hint`` between two days, when there is room for exactly one year."""
    fit = [on(year, hint.month, hint.mday) for year in range(below.year, above.year + 1)]
    inside = [day for day in fit if day is not None and below <= day <= above]
    return inside[0] if len(inside) == 1 else None
