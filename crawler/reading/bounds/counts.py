"""Numbers beside a month that are no days: tables of months with the rows' own numbers (序号 4,
2026年11月)."""

from __future__ import annotations

import re
from itertools import pairwise

from crawler.days.parts import plain
from crawler.model import Dated, Refused
from crawler.reading.lists.cells import Cell
from crawler.reading.lists.grouped import common
from crawler.reading.lists.outline import Outline
from crawler.reading.lists.pieces import boxed

COUNTS = "a number beside it counts the rows or belongs to another column of the table"
UNORDERED = 0.3
"""Share of a month's rows that may stand above an earlier one: pinned posts."""
RUN = 3
"""So many rows that go on by one are numbered; in a box of their own with the month only from 1
on."""
_BARE_NUMBER = re.compile(r"\W{0,4}\d{1,2}\W{0,4}\Z")
"""Tables with the row's number before 2026年11月."""
_TABLE_CELL = frozenset({"td", "th"})
"""Numbers of another column of the table are no days of this one."""


def uncounted(sheet: Outline, cells: list[Cell]) -> list[Cell]:
    """``cells`` where a day that only counts its row (1, 2, 3 …), or stands in another column of
    the table, is refused."""
    days = _joined_days(sheet, cells)
    if not any(days):
        return cells
    if _refuse_unordered(
        sheet, [cell for cell, day in zip(cells, days, strict=True) if day is not None]
    ):
        days = _joined_days(sheet, cells)
    run: list[Cell] = []
    last = 0
    for cell, day in zip(cells, days, strict=True):
        run = [] if day is None or day != last + 1 else run
        if day is None:
            continue
        last = day
        run.append(cell)
        numbered = len(run) >= RUN and not (boxed(sheet, cell.pieces) and day > len(run))
        if numbered or _apart(sheet, cell.pieces):
            for one in run if len(run) == RUN else [cell]:
                one.answer = Refused(one.raw, COUNTS)
    return cells


def _refuse_unordered(sheet: Outline, cells: list[Cell]) -> bool:
    """Numbers that go up and down within the months while these fall in order: views beside a
    month, no days.

    A number with which a box of its own and the month, or the whole row, begins is a big day before
    its month, in whatever order.
    """
    told = [cell for cell in cells if not _big_day(sheet, cell)]
    days = [cell.answer.day for cell in told if isinstance(cell.answer, Dated)]
    pairs = [
        (one, other) for one, other in pairwise(days) if one.replace(day=1) == other.replace(day=1)
    ]
    rises = sum(one < other for one, other in pairs)
    if rises <= UNORDERED * len(pairs):
        return False
    for cell in told:
        cell.answer = Refused(cell.raw, COUNTS)
    return True


def _big_day(sheet: Outline, cell: Cell) -> bool:
    first = cell.pieces[0]
    if _BARE_NUMBER.match(plain(sheet.texts[first])) is None:
        return False
    if boxed(sheet, cell.pieces):
        return True
    around = common(sheet, [sheet.owners[number] for number in cell.pieces])
    return around >= 0 and sheet.first[around] == first


def _joined_days(sheet: Outline, cells: list[Cell]) -> list[int | None]:
    return [_joined_day(sheet, cell) if cell.pieces else None for cell in cells]


def _joined_day(sheet: Outline, cell: Cell) -> int | None:
    """The day of a date that was put together from pieces of which just one is a bare number."""
    numbers = [text for text in cell.pieces if _BARE_NUMBER.match(plain(sheet.texts[text]))]
    return cell.answer.day.day if len(numbers) == 1 and isinstance(cell.answer, Dated) else None


def _apart(sheet: Outline, pieces: tuple[int, ...]) -> bool:
    """Whether the pieces stand in different cells of one row."""
    cells = [sheet.up(sheet.owners[text], _TABLE_CELL) for text in pieces]
    return (
        len(set(cells)) > 1
        and -1 not in cells
        and len({sheet.parents[cell] for cell in cells}) == 1
    )
