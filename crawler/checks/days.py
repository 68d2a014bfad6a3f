"""Dates in a text that cannot be: no such day, a wrong weekday, an end before its beginning."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

from crawler.checks.suspects import Suspect, around

WHOLE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
SHORT = re.compile(r"(?<![\d年.])(\d{1,2})\s?月\s?(\d{1,2})\s?日(?!期)")
DASHED = re.compile(r"(?<![\d./\-=_])((?:19|20)\d{2})([-/.])(\d{1,2})\2(\d{1,2})(?![\d./\-_])")
WEEKDAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日\s?[（(,，]?\s?(?:星期|周)([一二三四五六日天])(?![至到—\-、和期岁年])"
)
RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日\s?(?:至|到|—{1,2}|－|-|～|~)\s?"
    r"(?:((?:19|20)\d{2})\s?年)?\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
)
DAYS = "一二三四五六日"
MOST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def find_days(text: str, place: str) -> Iterator[Suspect]:
    """Every impossible date in ``text``, once each."""
    told: set[str] = set()
    for rule, found, why, hint in (*_none_such(text), *_weekdays(text), *_ranges(text)):
        quote = re.sub(r"\s", "", found[0])
        if quote not in told:
            told.add(quote)
            yield Suspect(rule, place, quote, around(text, *found.span()), why, hint)


def _none_such(text: str) -> Iterator[tuple[str, re.Match[str], str, str]]:
    for found in WHOLE.finditer(text):
        yield from _judged(found, int(found[1]), int(found[2]), int(found[3]))
    for found in SHORT.finditer(text):
        month, day = int(found[1]), int(found[2])
        if not text[max(0, found.start() - 6) : found.start()].rstrip().endswith("年"):
            yield from _judged(found, None, month, day)
    for found in DASHED.finditer(text):
        month, day = int(found[3]), int(found[4])
        # 2019.13.5 may be a number of a section; a dash or slash between a whole year and two
        # digits is a date.
        if found[2] != "." and len(found[3]) == len(found[4]) == 2:
            yield from _judged(found, int(found[1]), month, day)


def _judged(
    found: re.Match[str], year: int | None, month: int, day: int
) -> Iterator[tuple[str, re.Match[str], str, str]]:
    if not 1 <= month <= 12:
        yield "wording.date", found, f"没有{month}月", "核对日期"
        return
    most = calendar.monthrange(year, month)[1] if year else MOST[month - 1]
    if not 1 <= day <= most:
        yield (
            "wording.date",
            found,
            f"{f'{year}年' if year else ''}{month}月没有{day}日",
            f"最后一天是{most}日",
        )


def _weekdays(text: str) -> Iterator[tuple[str, re.Match[str], str, str]]:
    for found in WEEKDAY.finditer(text):
        day = _date(found[1], found[2], found[3])
        if day is None:
            continue
        right = DAYS[day.weekday()]
        if right != found[4].replace("天", "日"):
            yield (
                "wording.weekday",
                found,
                f"{day.year}年{day.month}月{day.day}日是星期{right}",
                f"星期{right}",
            )


def _ranges(text: str) -> Iterator[tuple[str, re.Match[str], str, str]]:
    for found in RANGE.finditer(text):
        start, end = _date(*found.group(1, 2, 3)), _date(found[4] or found[1], found[5], found[6])
        if start is None or end is None or end >= start:
            continue
        if found[4] is None and start.month >= 9 and end.month <= 5:
            continue  # over the turn of the year, with the second year left out
        yield "wording.range", found, "结束日期早于开始日期", "核对起止日期"


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
