"""A date printed in several elements next to each other: 20 | Nov 2026, 2026 | 年 | 11 | 月 | 20 | 日, 2026 | 11 | 20."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.days.parts import NO_PIECE, Part, Piece, joined, plain
from crawler.reading.lists.outline import Outline

_GLUE = re.compile(r"\W{0,9}(?:[年月日号]|(?:星期|周)[一二三四五六日天])?\W{0,9}\Z")
"""What may stand between two pieces: marks, the 年, 月 and 日 of designs that give each its element,
the day of the week."""
_MARK = re.compile(r"\s{0,9}([年月日号/.-])?\s{0,9}\Z")
"""Designs that give year, month, day and their marks an element each."""
_BARE = re.compile(r"\W{0,4}(\d{1,2})\W{0,4}\Z")
"""A big day above a small year and month."""
_ENDS = re.compile(r"[年月日号/.-]\s{0,9}\Z")
_BEGINS = re.compile(r"\s{0,9}[年月/.-]")
GLUED = 2
"""Texts that are no pieces between two pieces at most."""
OWNERS = 3
"""Elements around a piece that are looked at for the box of the whole date."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The texts it was read from, what they say one behind the other, and the date; its year may be
    missing."""

    numbers: tuple[int, ...]
    raw: str
    part: Part


def neighbours(sheet: Outline, one: int, other: int) -> bool:
    """Whether nothing but marks and the words of a date stands between two texts."""
    if other - one == 1:
        return True
    between = sheet.texts[one + 1 : other]
    return len(between) <= GLUED and all(len(text) < 20 and _GLUE.match(text) for text in between)


def assembled(pieces: Sequence[tuple[int, Piece]], sheet: Outline) -> Assembled | None:
    """The date that the last two or three pieces make together; day and month alone still want a
    year."""
    for width in (3, 2):
        last = pieces[-width:]
        if len(last) < width:
            continue
        numbers = tuple(number for number, _ in last)
        year, month, day = joined([piece for _, piece in last])
        turned = False
        if month is None and width == 3:
            year, month, day, turned = _bare(sheet, last)
        if month is not None and day is not None:
            raw = " ".join(sheet.texts[number].strip() for number in numbers)
            return Assembled(
                numbers, raw, Part(year, month, day, 0, len(raw), alone=True, turned=turned)
            )
    return None


def _bare(
    sheet: Outline, pieces: Sequence[tuple[int, Piece]]
) -> tuple[int | None, int | None, int | None, bool]:
    """A year and two numbers: month and day where the year stands first; which of them where it
    stands last is not told.

    The numbers beside a year may count comments and views: marks stand between the three, or a box
    holds nothing else.
    """
    numbers = [number for number, _ in pieces]
    two = [piece[2] for _, piece in pieces if piece[2] is not None and piece[:2] == (None, None)]
    first, last = pieces[0][1], pieces[2][1]
    if len(two) != 2 or not (_marked(sheet, numbers) or boxed(sheet, numbers)):
        return *NO_PIECE, False
    if first[0] is not None and first[1] is None and two[0] <= 12:
        return first[0], two[0], two[1], False
    if last[0] is not None and last[1] is None and min(two) <= 12:
        return last[0], two[0], two[1], True
    return *NO_PIECE, False


def _marked(sheet: Outline, numbers: Sequence[int]) -> bool:
    """Whether a mark of dates (年, 月, -, /, .) stands between all pieces, in them or in texts of its
    own."""
    for one, other in pairwise(numbers):
        between = "".join(plain(text) for text in sheet.texts[one + 1 : other])
        mark = _MARK.match(between)
        inside = _ENDS.search(plain(sheet.texts[one])) or _BEGINS.match(plain(sheet.texts[other]))
        if not inside and (mark is None or not mark[1]):
            return False
    return True


def boxed(sheet: Outline, numbers: Sequence[int]) -> bool:
    """Whether an element holds these texts and no others."""
    node = sheet.owners[numbers[0]]
    for _ in range(OWNERS):
        if node < 0 or sheet.first[node] < numbers[0]:
            return False
        if sheet.last[node] > numbers[-1]:
            behind = sheet.texts[numbers[-1] + 1 : sheet.last[node]]
            return all(len(text) < 20 and _GLUE.match(text) for text in behind)
        node = sheet.parents[node]
    return False
