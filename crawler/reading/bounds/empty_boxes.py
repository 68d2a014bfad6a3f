"""A channel page whose boxes, one a column, are all headed and all empty: the server made them and
found nothing to put in."""

from __future__ import annotations

from collections import defaultdict

from crawler.reading.lists.outline import Outline

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
"""Boxes of channel pages that have a title and no row."""
LEAST = 2
"""So many boxes alike; one alone may be anything."""
UP, FEW = 3, 6
"""Elements around a list of which one is its box, and the texts that an empty box holds at most
(its title, 更多)."""


def all_empty(sheet: Outline, lists: list[int]) -> int:
    """The text at which the first box stands, ``-1`` where not all boxes of a kind are headed and
    empty.

    ``lists`` are the page's empty list elements. A box of the same make with a row or words in it,
    a list with a name of its own or one that is switched off leaves it open: a script may fill the
    boxes one after the other.
    """
    made: defaultdict[str, list[int]] = defaultdict(list)
    for number in lists:
        box = _headed(sheet, number)
        if box < 0 or sheet.elements[number].get("id") or sheet.hidden(number):
            continue
        made[_make(sheet, box)].append(box)
    for make, boxes in made.items():
        alike = [
            number
            for number, tag in enumerate(sheet.tags)
            if tag in make and _make(sheet, number) == make
        ]
        if len(boxes) >= LEAST and alike == boxes:
            return sheet.first[boxes[0]]
    return -1


def _headed(sheet: Outline, number: int) -> int:
    """The box of an empty list: it begins with a heading, and holds little else. ``-1`` without
    one."""
    node = number
    for _ in range(UP):
        node = sheet.parents[node]
        if node < 0 or sheet.tags[node] == "body" or sheet.last[node] - sheet.first[node] > FEW:
            return -1
        if sheet.first[node] < sheet.first[number]:
            titled = sheet.up(sheet.owners[sheet.first[node]], HEADINGS) > node
            return node if titled and sheet.elements[node].get("class") else -1
    return -1


def _make(sheet: Outline, box: int) -> str:
    return f"{sheet.tags[box]}.{sheet.elements[box].get('class')}"
