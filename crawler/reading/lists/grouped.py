"""Days that stand apart from their links: a day as a heading above several, titles in one column
and their days in the next.

The links get the days as if each stood beside its own; nothing is made up where counts or order do
not fit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from crawler.days.text import OTHER_DATE
from crawler.model import Dated
from crawler.reading.lists.cells import ALONE, EDGE, Cell
from crawler.reading.lists.links import Links
from crawler.reading.lists.outline import LINK, Outline

COLUMN = 3
"""So many titles and days side by side are two columns of one list."""
MOST = 40
"""Links below one day at most."""
UP, HEAD = 12, 6
"""Levels that a common box is looked for, texts above two columns among which their head may
stand."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A heading's cell, the child of the common box in which it stands, the links that it is
    about."""

    cell: Cell
    child: int
    links: tuple[int, ...]


def given(sheet: Outline, cells: list[Cell], links: Links) -> list[Cell]:
    """``cells`` with the days of headings and of whole columns moved to the links that they are
    about."""
    days = [cell for cell in cells if cell.rank >= EDGE]
    if len(days) < 2 or not all(_lone_day(sheet, cell) for cell in days):
        return cells
    pairs = _beside(sheet, days, links) or [
        (group.cell, anchor) for group in _headings(sheet, days, links) for anchor in group.links
    ]
    if not pairs:
        return cells
    moved = [
        replace(cell, text=sheet.first[anchor], owner=anchor, pieces=()) for cell, anchor in pairs
    ]
    taken = {id(cell) for cell, _ in pairs}
    return sorted(
        [*(one for one in cells if id(one) not in taken), *moved], key=lambda cell: cell.text
    )


def _lone_day(sheet: Outline, cell: Cell) -> bool:
    """Whether a full day stands by itself, outside of links and without a label (更新时间)."""
    alone = cell.rank == ALONE and cell.place == "item" and not cell.label and not cell.pieces
    return alone and isinstance(cell.answer, Dated) and sheet.up(cell.owner, LINK) < 0


def _beside(sheet: Outline, days: Sequence[Cell], links: Links) -> list[tuple[Cell, int]]:
    """Titles and days in runs of one length, each run in a box of its own beside the other's: all
    of them, or none."""
    box = _titled_box(sheet, days, links)
    if box < 0 or not _begins_with_a_column(sheet, box, days, links):
        return []
    titles: list[tuple[int, Cell | int]] = [
        (sheet.first[anchor], anchor) for anchor in links.within(box)
    ]
    marks = sorted([*((cell.text, cell) for cell in days), *titles], key=lambda one: one[0])
    runs: list[list[tuple[int, Cell | int]]] = []
    for mark in marks:
        same = bool(runs) and isinstance(runs[-1][-1][1], int) == isinstance(mark[1], int)
        runs[-1].append(mark) if same else runs.append([mark])
    if len(runs) < 2 or len(runs) % 2 or len(runs[0]) < COLUMN:
        return []
    before = sheet.texts[max(0, runs[0][0][0] - HEAD) : runs[0][0][0]]
    if any(
        len(text) < 12 and OTHER_DATE.search(text) for text in before
    ):  # a head calls them 截止日期
        return []
    pairs: list[tuple[Cell, int]] = []
    for one, other in zip(runs[::2], runs[1::2], strict=True):
        if len(one) != len(other) or not _brothers(
            sheet, [n for n, _ in one], [n for n, _ in other]
        ):
            return []
        for (_, first), (_, second) in zip(one, other, strict=True):
            if isinstance(first, Cell) and isinstance(second, int):
                pairs.append((first, second))
            elif isinstance(second, Cell) and isinstance(first, int):
                pairs.append((second, first))
    return pairs


def _titled_box(sheet: Outline, days: Sequence[Cell], links: Links) -> int:
    """The box around all days and the titled links of the columns beside them, -1 without one."""
    box = common(sheet, [cell.owner for cell in days])
    for _ in range(2):
        if box >= 0 and links.any_within(box):
            break
        box = sheet.parents[box] if box >= 0 else -1
    return -1 if box < 0 or sheet.tags[box] in ("body", "html") else box


def _begins_with_a_column(sheet: Outline, box: int, days: Sequence[Cell], links: Links) -> bool:
    """Whether the first titles, or the first days, of the box stand by themselves: nine lists in
    ten print a day behind each title, and are not looked at further."""
    titled = islice(filter(links.titled, sheet.links_in(box)), COLUMN)
    heads = [sheet.first[anchor] for anchor in titled]
    first_day = min(cell.text for cell in days)
    if heads and heads[0] < first_day:
        return len(heads) == COLUMN and heads[-1] < first_day
    return bool(heads) and sum(cell.text <= heads[0] for cell in days) >= COLUMN


def _brothers(sheet: Outline, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two runs of texts stand in two boxes next to each other, and the days' box says
    nothing else."""
    first, second = (
        common(sheet, [sheet.owners[number] for number in run]) for run in (one, other)
    )
    if first < 0 or second < 0 or sheet.inside(first, second) or sheet.inside(second, first):
        return False
    parent = common(sheet, [first, second])
    return sheet.last[_child(sheet, parent, first)] == sheet.first[_child(sheet, parent, second)]


def _headings(sheet: Outline, days: Sequence[Cell], links: Links) -> list[_Group]:
    """The days that head groups of links, newest first, each with links; none where one of the
    signs is missing."""
    fall = [cell.answer.day for cell in days if isinstance(cell.answer, Dated)]
    if any(one < other for one, other in pairwise(fall)):
        return []
    box = common(sheet, [cell.owner for cell in days])
    if box < 0 or len(sheet.anchors_in(box)) <= len(days):  # no day has two links below it
        return []
    children = [_child(sheet, box, cell.owner) for cell in days]
    if len(set(children)) < len(children) or _titled_between(sheet, links, box, children[0]):
        return []
    stops = [*children[1:], _end_of_last(sheet, box, children)]
    groups = [
        _Group(cell, child, tuple(_in_range(sheet, links, child, stop)))
        for cell, child, stop in zip(days, children, stops, strict=True)
    ]
    sized = all(0 < len(group.links) <= MOST for group in groups) and any(
        len(g.links) > 1 for g in groups
    )
    return groups if sized and _head(sheet, groups, stops, links) else []


def _head(sheet: Outline, groups: Sequence[_Group], stops: Sequence[int], links: Links) -> bool:
    """Whether the days are headings: elements without links, boxes whose links stand in items, or
    cells that say how many rows they span.

    A row that lost its day below one that has it is no group.
    """
    if not any(links.any_within(group.child) for group in groups):
        return True
    if all(_spans(sheet, group) for group in groups):
        return True
    whole = all(
        sheet.end[group.child] >= stop for group, stop in zip(groups[:-1], stops, strict=False)
    )
    return whole and all(_items(sheet, group) for group in groups)


def _spans(sheet: Outline, group: _Group) -> bool:
    rows = sheet.elements[group.cell.owner].get("rowspan") or "1"
    return rows.isdigit() and int(rows) == len(group.links)


def _items(sheet: Outline, group: _Group) -> bool:
    """Whether the links stand in items of their own within the group's box, alike and beside each
    other."""
    items = [sheet.parents[anchor] for anchor in group.links]
    alike = len({(sheet.parents[item], sheet.tags[item]) for item in items}) == 1
    return (
        alike
        and len(set(items)) == len(items)
        and items[0] != group.child
        and sheet.tags[items[0]] == "li"
    )


def _in_range(sheet: Outline, links: Links, start: int, stop: int) -> Iterator[int]:
    anchors = sheet.anchors
    for at in range(bisect_left(anchors, start), bisect_left(anchors, stop)):
        if links.titled(anchors[at]):
            yield anchors[at]


def _titled_between(sheet: Outline, links: Links, start: int, stop: int) -> bool:
    return next(_in_range(sheet, links, start, stop), -1) >= 0


def _end_of_last(sheet: Outline, box: int, children: Sequence[int]) -> int:
    """Where the last heading's links end: at the first element unlike those of the groups
    before."""
    known = {_make(sheet, one) for one in _between(sheet, children[0], children[-1])}
    node = sheet.end[children[-1]]
    while node < sheet.end[box] and _make(sheet, node) in known:
        node = sheet.end[node]
    return node


def _between(sheet: Outline, start: int, stop: int) -> Iterator[int]:
    node = start
    while node < stop:
        yield node
        node = sheet.end[node]


def _make(sheet: Outline, node: int) -> tuple[str, str]:
    return sheet.tags[node], sheet.elements[node].get("class") or ""


def common(sheet: Outline, nodes: Sequence[int]) -> int:
    """The smallest element around all of ``nodes``, and not one of them; -1 where it is far."""
    box = sheet.parents[min(nodes)]
    last = max(nodes)
    for _ in range(UP):
        if box < 0 or sheet.end[box] > last:
            return box
        box = sheet.parents[box]
    return -1


def _child(sheet: Outline, box: int, node: int) -> int:
    """The child of ``box`` in which ``node`` stands."""
    while sheet.parents[node] != box and sheet.parents[node] >= 0:
        node = sheet.parents[node]
    return node
