"""What a person would take for a date though none can be believed: 2026-11-31, 2O26-11-20,
2026年11月, 10:32.

A row that prints such a thing is no row without a date: it may be the newest, and nobody knows of
when. Linear: every repetition is bounded.
"""

from __future__ import annotations

import re

from crawler.days.parts import plain

LONGEST = 60
"""Characters of a text in which a date may stand for itself; longer ones are sentences."""

_LETTERS = str.maketrans("OoОоI|!l", "00001111")
"""Letters that stand for digits in dates typed by hand: O and Cyrillic О for 0, l and I for 1."""
_ONE_FOR_DASH = re.compile(r"(?<=\d)一(?=\d)")
"""Days typed by hand with 一 for the dash: 2026一11一20."""
_YEAR = r"(?:(?:1[89]|2[0-9])\d\d|20\d|2\d{4}|(?:中[华華])?民[国國] {0,2}\d{2,3})"
"""Years with a slip (202, 20266) and years of the republic, besides right ones."""
_FULL = re.compile(
    rf"(?<![0-9A-Za-z.]){_YEAR} ?(?:[-/.,_]|年) ?\d{{1,3}} ?(?:[-/.,_]|月) ?\d{{1,3}}(?:[日号]|(?![0-9A-Za-z]))"
    r"|(?<![0-9A-Za-z.])\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d(?![0-9A-Za-z])"
    r"|[〇○零一二三四五六七八九0]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
)
"""A year, a month and a day, be they possible or not."""
_ALONE = re.compile(
    r"(?:19|20)\d{6}|(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月]?|(?:19|20)\d\d ?[-/.年] ?\d{0,2} ?[-/.月] ?\d{0,2}日?"
    r"|\d{1,2} ?[-/.] ?\d{1,2}|\d{1,2} ?月 ?\d{0,2} ?[日号]?|\d{1,2}日"
    r"|\d{1,2}:\d\d(?::\d\d)?|\d{2,3}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
    r"|[今昨前][天日][ \d:]{0,12}|刚[刚才]|半?\d{0,3} ?个?(?:秒|分|小时|时|天|日|周|星期|月|年)钟?[以之]?前"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z.]{0,7} ?\d{0,2},? ?\d{0,4}",
    re.I,
)
"""Parts of a date, and forms that are one only where nothing else stands beside them."""
_LABEL = re.compile(r"\W{0,9}(?:[\u4e00-\u9fff] ?){0,8}?(?:时间|日期|发布|更新|发表)于? ?:? ?")
"""Rows that print label and day in one text (发布时间：2O26-11-20): the label is no sentence."""
_FRAME = " ()-|·,;、:*"
"""What stands around a day in a row: brackets, bars, points."""


def looks_dated(text: str) -> bool:
    """Whether ``text`` shows a date, or what was meant for one, alone or at its beginning or end.

    True for real dates too: ask where none could be believed. A date inside a sentence is not meant
    for the row.
    """
    if len(text) > LONGEST:
        return False
    words = plain(text).strip(_FRAME)
    bare = _ONE_FOR_DASH.sub("-", words.translate(_LETTERS))
    for said in (words, bare, _LABEL.sub("", bare, count=1)):
        if _ALONE.fullmatch(said.strip(_FRAME)):
            return True
    return any(_at_the_edge(match, bare) for match in _FULL.finditer(bare))


def _at_the_edge(match: re.Match[str], text: str) -> bool:
    """Whether only a label stands before the date, or only a time of day behind it."""
    before, after = text[: match.start()].strip(_FRAME), text[match.end() :].strip(_FRAME)
    return not before or _LABEL.fullmatch(before) is not None or not after or _is_clock(after)


def _is_clock(text: str) -> bool:
    return re.fullmatch(r"[T ]?\d{1,2}[:时]\d{1,2}.{0,8}", text) is not None
