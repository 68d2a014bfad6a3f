"""Unread rows and parts in words for a person: where they stand, what they show. Crawled text, made
harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from crawler.model import Unread
from monitor.words.plain import clean

NAMED = 3
"""So many rows are named in a sentence; the rest is counted."""
LONGEST = 40
NUMBERED: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"row (\d+)"), "第{}行"),
    (re.compile(r"tab (\d+)"), "第{}个页签"),
    (re.compile(r"page (\d+)"), "第{}页"),
    (re.compile(r"part (\d+)"), "第{}部分"),
    (re.compile(r"list (\d+)"), "第{}个列表"),
)
PLACES: Mapping[str, str] = {
    "above the list": "列表上方",
    "beside the list": "列表旁边",
    "below the list": "列表下方",
    "outside the list": "列表之外",
    "in the list": "列表中",
    "further pages": "后续页",
    "a frame": "嵌入的框架页",
    "a script's row": "脚本写出的一行",
    "a part of the server": "服务器没有拼好的部分",
    "a column below": "下级栏目",
    "a text without a link": "没有链接的一条",
    "end of the page": "页面末尾",
    "elsewhere on the page": "网页其他地方",
    "elsewhere shown": "网站首页",
    "elsewhere outside": "列表之外的链接",
    "elsewhere further": "列表的后续页",
    "elsewhere row": "列表中日期不明的信息",
}
STARTS: Sequence[tuple[str, str]] = (
    ("row ", "列表中的一行"), ("array ", "网页数据的另一部分"), ("#", "由脚本填写的列表"), ("year ", "按年份另列的栏目页"),
)  # fmt: skip
"""A row is named by its own address, which stands beside it anyway."""
REASONS: Mapping[str, str] = {
    "undated": "没有日期",
    "impossible_date": "日期不可能",
    "future_date": "日期晚于当天",
    "weak_date": "日期不可靠",
    "outside": "列表之外的链接",
    "part": "没有读出的部分",
    "cut": "网页中途截断",
    "behind": "后续页上有比第一页更新的信息",
    "several_dates": "有几个日期，不知哪个是发布日期",
    "total": "页面所示总数多于读到的条数",
    "elsewhere": "本栏目的信息，列表中没有",
}


def place_name(place: str) -> str:
    """``row 1`` as 第1行, ``above the list: div.hot`` as 列表上方（div.hot）; one without a word is shown
    as it is."""
    for pattern, text in NUMBERED:
        if found := pattern.fullmatch(place):
            return text.format(found[1])
    for start, text in STARTS:
        if place.startswith(start):
            return text
    where, _, boxes = place.partition(": ")
    if where not in PLACES:
        return clean(place, LONGEST)
    return f"{PLACES[where]}（{clean(boxes, LONGEST)}）" if boxes else PLACES[where]


def reason_name(why: str) -> str:
    """Why a row or part was not read, in Chinese; an unknown word is shown as it is."""
    return REASONS.get(why, clean(why, LONGEST))


def row_text(one: Unread) -> str:
    """``第1行“标题”（没有日期）``."""
    title = f"“{clean(one.text, LONGEST)}”" if one.text else ""
    return f"{place_name(one.place)}{title}：{reason_name(one.why)}" + (
        f" {one.day.isoformat()}" if one.day else ""
    )


def rows_text(rows: Iterable[Unread]) -> str:
    """The first few rows, and how many there are."""
    every = list(rows)
    named = "；".join(row_text(one) for one in every[:NAMED])
    return f"{named}；等{len(every)}处" if len(every) > NAMED else named
