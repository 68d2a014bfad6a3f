"""What was found beside a column's list, as the rows that stand against it, and in words for who
checks it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.crosscheck.model import Crosscheck, Deposition, Where, Witness
from crawler.model import SHANGHAI, Unread
from monitor.days.calendar import chinese_day
from monitor.words.causes import cause_name
from monitor.words.plain import clean, safe_link

ELSEWHERE = "elsewhere"
"""Why of a row that stands beside the list: not a part of the list's page."""
TITLE = 40
PLACES: Mapping[Where, str] = {
    Where.HOME: "网站首页",
    Where.SHOWN: "首页上的链接",
    Where.ROW: "列表中日期不明的信息",
    Where.OUTSIDE: "列表之外的链接",
    Where.FURTHER: "列表的后续页",
    Where.DATA: "网页的数据地址里",
}


def as_row(one: Witness) -> Unread:
    """The page that was found, as a row of the list that is missing there: a clerk may say that it
    is not the column's."""
    return Unread(f"{ELSEWHERE} {one.where.value}", ELSEWHERE, one.title, one.url, one.day)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One page that was looked at: when, what, with what result, where. For letters, pages and the
    annex."""

    moment: datetime
    what: str
    said: str
    link: str
    seen: bool

    @property
    def text(self) -> str:
        return f"{self.what}：{self.said}"


def lines_of(check: Crosscheck) -> tuple[CheckLine, ...]:
    """What was looked at, in its order. Crawled text is made harmless."""
    return tuple(
        CheckLine(
            one.moment,
            _what(one),
            _said(one),
            safe_link(one.url),
            one.found is not Deposition.FAILED,
        )
        for one in check.looked
    )


def _what(one: Witness) -> str:
    title = clean(one.title, TITLE)
    return (
        f"{PLACES[one.where]}“{title}”"
        if title and one.where not in (Where.HOME, Where.FURTHER)
        else PLACES[one.where]
    )


def _said(one: Witness) -> str:
    if one.found is Deposition.FAILED:
        return f"未能查看（{cause_name(one.reason)}）"
    if one.where is Where.HOME:
        return (
            "有可能属于本栏目的较新信息"
            if one.found is Deposition.NEWER
            else "未见本栏目较新的信息"
        )
    if one.where is Where.FURTHER:
        return _of_further(one)
    day = f"日期为{chinese_day(one.day)}" if one.day else "没有可信的日期"
    return {
        Deposition.NEWER: f"本栏目的信息，{day}，列表中没有"
        if one.where is not Where.ROW
        else f"其网页所印{day}",
        Deposition.UNDATED: "其网页没有可信的日期",
        Deposition.OTHER: "不是本栏目的信息",
        Deposition.NOTHING: f"其网页所印{day}",
    }[one.found]


def _of_further(one: Witness) -> str:
    if one.found is Deposition.UNDATED:
        return f"没有看到（{cause_name(one.reason)}）"
    if one.day is None:
        return "没有信息"
    newer = "，比第一页的更新" if one.found is Deposition.NEWER else "，没有更新的"
    return f"最近一条日期为{chinese_day(one.day)}{newer}"


def summary(checks: Iterable[CheckLine]) -> str:
    """One line of what was looked at: the annex has one a column."""
    every = list(checks)
    return "；".join(f"{one.moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}{one.text}" for one in every)
