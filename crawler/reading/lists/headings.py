"""Archive headings: 2026年 gives the rows below it their year, 2026年11月 their year and month.

A bar of years to choose from is no heading: each one must be followed by rows before the next.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from crawler.days.parts import ZEROS, Part, year_said
from crawler.days.strength import DOUBTED
from crawler.days.text import judge
from crawler.days.years import FROM_HEADING
from crawler.model import Dated
from crawler.reading.lists.cells import ALONE, Cell, cell_at
from crawler.reading.lists.outline import LINK, Outline

_MONTH = r"(1[0-2]|0?[1-9])"
_HEADING = re.compile(
    rf"\x00[^\w\x00]{{0,4}}(20[0-4]\d|二[{ZEROS}零]二[{ZEROS}零一二三四五六七八九](?=\s?年))\s?"
    rf"(?:(?:年度?)?\s?{_MONTH}\s?月份?|年度?|[-/.]\s?{_MONTH}(?!\d))?\s?"
    r"((?:\d{1,2}\s?月?\s?[-—~～至到]\s?\d{1,2}\s?月)?[1-4\u4e00-\u9fff]{0,14})[^\w\x00]{0,4}(?=\x00)"
)
"""A year, or year and month, and what may stand behind: a part of the year, the column's name
(2026年工作动态)."""
_REST = re.compile(
    r"(?:\d{1,2}\s?月?\s?[-—~～至到]\s?\d{1,2}\s?月|[上下]半年|第?[一二三四1-4]季度)?"
    r"(?:全部|所有|工作|政务|政府|部门|全年|信息|动态|公告|通知|公示|要闻|新闻|文件|列表|档案|归档|汇总|目录|公开|发布){0,4}\Z"
)
"""2026年工作动态 and 2026年一季度 head lists; 2026年重点工作 is a topic."""
_DAY = re.compile(r"\x00[^\w\x00]{0,4}(3[01]|[12]\d|0?[1-9])\s?日[^\w\x00]{0,4}(?=\x00)")
"""Diaries under a month's heading: 20日 above or beside the row."""
_LISTS = frozenset({"ul", "ol", "dl", "table"})
"""Archives that head each year's list with the bare year, 2026 without 年."""
_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
"""Archives that head each year with a heading element."""
_CHOSEN = frozenset({"option", "select", "label", "button"})
"""Years to choose from look like headings."""
Heading = tuple[int, int, int]
"""The text at which it stands, its year, its month or 0."""


def under_headings(
    sheet: Outline, cells: list[Cell], today: date, names: Sequence[str] = ()
) -> list[Cell]:
    """``cells`` with the years, and the days (20日), that headings give; as they are where no
    headings order the list.

    ``names`` are the column's: 2026年工作动态 heads a list of that name, 2026年重点工作 is a topic.
    """
    if all(cell.answer is not None for cell in cells) and not sheet.run.opening(_DAY):
        return cells
    headings = _headings(sheet, names)
    if not headings:
        return cells
    told = _apart(sheet, cells, headings, today)
    told = sorted([*told, *_days(sheet, told, headings)], key=lambda cell: cell.text)
    open_ = [cell.text for cell in told if cell.answer is None]
    ends = [heading[0] for heading in headings[1:]] + [len(sheet.texts)]
    for heading, end in zip(headings, ends, strict=True):
        at = bisect_left(open_, heading[0])
        if at >= len(open_) or open_[at] >= end:
            return cells
    lone = len(headings) == 1 and headings[0][1] < today.year
    for cell in told:
        if cell.answer is None:
            _settle(cell, headings, today, FROM_HEADING if not lone else f"{DOUBTED}{FROM_HEADING}")
    return [cell for cell in told if cell.month or cell.answer is not None]


def _apart(sheet: Outline, cells: list[Cell], headings: list[Heading], today: date) -> list[Cell]:
    """The cells with none made of a row's last text and the heading behind it (11-06 and 2025年)."""
    at = {number for number, _, _ in headings}
    found: list[Cell] = []
    for cell in cells:
        own = [number for number in cell.texts if number not in at]
        if len(own) == len(cell.texts):
            found.append(cell)
        elif own and (alone := cell_at(sheet, own[0], today)) is not None:
            found.append(alone)
    return found


def _headings(sheet: Outline, names: Sequence[str]) -> list[Heading]:
    """The page's headings in their order; none where that is no order of time."""
    found: list[Heading] = []
    for number in sheet.run.opening(_HEADING):
        owner = sheet.owners[number]
        match = _HEADING.match(f"\x00{sheet.texts[number]}\x00")
        if (
            match is None
            or sheet.up(owner, LINK) >= 0
            or sheet.up(owner, _CHOSEN) >= 0
            or sheet.hidden(owner)
            or not _heads(sheet, owner, match)
            or not (_REST.match(match[4]) or match[4] in names)
        ):
            continue
        found.append((number, year_said(match[1]), int(match[2] or match[3] or 0)))
    times = [(year, month) for _, year, month in found]
    falls = all(one >= other for one, other in pairwise(times))
    return found if falls and len({bool(month) for _, month in times}) <= 1 else []


def _heads(sheet: Outline, owner: int, match: re.Match[str]) -> bool:
    """Whether the place says that it is a heading, where the words alone do not."""
    if "年" in match[0] and not match[4]:
        return True
    named = ("年" in match[0] or match[3] is not None) and sheet.up(owner, _HEADS) >= 0
    return named or _above_a_list(sheet, owner)


def _above_a_list(sheet: Outline, node: int) -> bool:
    """Whether a year without 年 is all that its box says, and the next brother of the box is a
    list."""
    while True:
        parent = sheet.parents[node]
        if parent < 0:
            return False
        if sheet.last[parent] - sheet.first[parent] > 1:
            break
        node = parent
    after = sheet.end[node]
    return (
        after < len(sheet.tags)
        and sheet.parents[after] == sheet.parents[node]
        and sheet.tags[after] in _LISTS
    )


def _days(sheet: Outline, cells: list[Cell], headings: list[Heading]) -> list[Cell]:
    """Days alone in their text below a heading that says the month, as cells without month yet."""
    if not headings[0][2]:
        return []
    known = {number for cell in cells for number in cell.texts}
    found = []
    for number in sheet.run.opening(_DAY):
        match = _DAY.match(f"\x00{sheet.texts[number]}\x00")
        if match is not None and number not in known and number > headings[0][0]:
            raw = sheet.texts[number].strip()
            found.append(Cell(number, sheet.owners[number], ALONE, None, raw, day=int(match[1])))
    return found


def _settle(cell: Cell, headings: list[Heading], today: date, why: str) -> None:
    above = [heading for heading in headings if heading[0] < cell.text]
    if not above:
        return
    _, year, month = above[-1]
    if cell.month and month and cell.month != month:
        return
    part = Part(year, cell.month or month, cell.day, 0, len(cell.raw), alone=True)
    answer = judge(part, cell.raw, today=today, place=cell.place)
    cell.answer = replace(answer, why=why) if isinstance(answer, Dated) else answer
