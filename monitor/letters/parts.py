"""What a letter holds, as plain words for the templates: findings by cause, warnings, closures.

Everything that was crawled passes :func:`monitor.plain.clean` or :func:`monitor.plain.safe_link`
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from crawler.model import shanghai_day
from monitor.days.chinese import chinese_moment
from monitor.looks.crosscheck_rows import CheckLine
from monitor.model import FaultLine, Finding, Value, Verdict, Witness
from monitor.rules import rule_name, traits
from monitor.settings.letters import LetterSettings
from monitor.verdicts.sentences import DOORS
from monitor.words.ends import OTHER, end_words
from monitor.words.plain import clean, safe_link

WEEKDAYS = "一二三四五六日"

ADVICE: Mapping[str, str] = {
    "column": "请尽快发布符合栏目主题的新信息。确无内容可更新的，请报我办研究归并或停用栏目；"
    "不得以修改旧信息日期代替更新。系统下一次检查看到新信息即自动销号，无需回复。",
    "content": "请逐处核对、改正，附件和图片重新上传，泄露的个人信息立即撤下，并按“三审”制度完善发布审核。"
    "系统下一次检查看到已改正即自动销号，无需回复；认为有误的，请向我办申诉。",
    "account": "请尽快登录账号发布信息。无力维护的，请按规定关停注销并报备；注销完成前仍按在用账号检查。"
    "系统下一次检查看到新信息即自动销号，无需回复。",
    "unit": "请对照要求安排本月信息发布。已过月份的数量不能补计，请说明原因。",
    "site": "请核查网站运行情况，恢复后系统会自动复查。",
    "ours": "请核查页面结构、网络或识别规则；查清之前不对责任单位作出判定。",
}
"""What to do, by the kind of subject, so that a new rule needs no words here."""

TITLES: Mapping[tuple[str, Value], str] = {
    ("column", Value.STALE): "栏目超期未更新",
    ("column", Value.BLANK): "空白栏目",
    ("content", Value.STALE): "信息内容问题",
    ("account", Value.STALE): "政务新媒体超期未更新",
    ("account", Value.BLANK): "政务新媒体内容空白",
    ("unit", Value.STALE): "信息发布数量不足",
    ("site", Value.STALE): "网站运行问题",
}
"""The heading of a cause, by the kind of subject and the verdict."""
MOST_LINES = 20
"""Faults, or pages looked at, of one finding that a letter spells out."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A finding as one unit is told of it.

    ``kind`` is ``column``, ``account``, ``unit``, ``site`` or ``ours``. ``link`` is the outlet's
    own page,
    ``looked`` our last conclusive look, ``units`` the short names of all who answer for it (lead
    first),
    ``told`` the first day this unit was told (its deadline counts from there; ``None`` = today).
    ``ended``
    is the reason of its closing, for a closed one. ``order`` is the number of its 整改通知 and
    ``until`` that one's
    last day; ``appealed`` = its appeal waits. ``held`` = why it waits for a look that bears it out
    (empty: it is borne out);
    ``looks`` are the looks that it rests on, the newest first, ``checked`` what was looked at
    beside the list. ``moved_to`` are the short names of those who took it over. ``lines`` are the
    places that this unit has to mend.
    """

    finding: Finding
    kind: str
    link: str = ""
    looked: datetime | None = None
    units: tuple[str, ...] = ()
    told: date | None = None
    ended: str = ""
    order: str = ""
    until: date | None = None
    appealed: bool = False
    held: str = ""
    looks: tuple[Witness, ...] = ()
    checked: tuple[CheckLine, ...] = ()
    moved_to: tuple[str, ...] = ()
    lines: tuple[FaultLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """Findings of one cause: the rule's sentence, the clause, what to do."""

    title: str
    clause: str
    advice: str
    items: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


def chinese_day(day: date) -> str:
    """``2020年7月20日（周一）``."""
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def cause(matter: Matter) -> tuple[int, str, str, str, str]:
    """What findings of one heading have in common; the office's own stand by their rule."""
    order = list(ADVICE).index(matter.kind) if matter.kind in ADVICE else len(ADVICE)
    rule = matter.finding.rule if matter.kind == "ours" else ""
    return order, matter.kind, rule, matter.finding.value, matter.finding.clause


def groups(matters: Iterable[Matter], day: date, settings: LetterSettings) -> Iterator[CauseGroup]:
    for (_, kind, rule, value, clause), members in groupby(matters, key=cause):
        yield CauseGroup(
            title=rule_name(rule) if rule else TITLES.get((kind, Value(value)), "更新问题"),
            clause=clean(clause, 300),
            advice=traits(rule).advice or ADVICE.get(kind, ADVICE["column"]),
            items=tuple(_item(matter, day, settings) for matter in members),
        )


def _item(matter: Matter, day: date, settings: LetterSettings) -> dict[str, Any]:
    finding = matter.finding
    newest = finding.newest
    until = deadline(matter, day, settings)
    return {
        "name": _name(finding),
        "number": clean(finding.number, 40),
        "sentence": clean(finding.sentence, 300),
        "link": safe_link(matter.link),
        "since": chinese_day(shanghai_day(finding.opened)),
        "due": chinese_day(finding.due) if finding.due else "",
        "late": (day - finding.due).days
        if finding.due and finding.due < day and not matter.held
        else 0,
        "newest_day": chinese_day(newest.day) if newest else "",
        "newest_title": clean(newest.title, 80) if newest else "",
        "newest_link": safe_link(newest.url) if newest else "",
        "newest_raw": clean(newest.raw, 60) if newest else "",
        "published_here": matter.kind in ("column", "account"),
        "looked": chinese_moment(matter.looked) if matter.looked else "",
        # Who published what stands in the sentence; nobody leads among them.
        "units": ()
        if matter.kind == "content"
        else tuple(clean(name, 40) for name in matter.units),
        "deadline": deadline_text(until, settings),
        "order": clean(matter.order, 60),
        "appealed": matter.appealed,
        "held": clean(matter.held, 120),
        "looks": tuple(_look(one) for one in matter.looks),
        "checked": tuple(_check(one) for one in matter.checked[:MOST_LINES]),
        "recurrence": finding.recurrence,
        "flapping": finding.flapping,
        "lines": tuple(_line(line) for line in matter.lines[:MOST_LINES]),
        "more_lines": max(0, len(matter.lines) - MOST_LINES),
        "overdue": overdue(matter, day, settings),
        "reminder": matter.told is not None and matter.told < day <= until,
    }


def _look(one: Witness) -> dict[str, str]:
    """A look as its unit can check it: when, how, what it showed, where."""
    entered = (
        f"{chinese_moment(one.seen)}人工查看，{chinese_moment(one.moment)}登记" if one.seen else ""
    )
    newest = f"，所示最新日期为{chinese_day(one.newest)}" if one.newest else ""
    shown = "列表为空" if not one.dated else f"列表有{one.dated}条带日期的信息{newest}"
    return {
        "when": entered or f"{chinese_moment(one.moment)}{DOORS.get(one.door, '')}",
        "shown": shown,
        "link": safe_link(one.url),
    }


def _check(one: CheckLine) -> dict[str, str]:
    """What was looked at before the accusation, as its unit can look again."""
    return {"when": chinese_moment(one.moment), "said": one.text, "link": one.link}


def _line(line: FaultLine) -> dict[str, str]:
    """One place to mend. What is personal in it was masked before it was stored."""
    return {
        "kind": clean(line.kind, 40),
        "title": clean(line.title, 80),
        "link": safe_link(line.url),
        "place": clean(line.place, 80),
        "said": clean(line.said, 200),
        "hint": clean(line.hint, 80),
    }


def deadline(matter: Matter, day: date, settings: LetterSettings) -> date:
    """Its order's last day; without an order so many working days after the unit was first told."""
    return matter.until or deadline_from(matter.told or day, settings)


def deadline_from(told: date, settings: LetterSettings) -> date:
    """The last day of what a unit was first told of on ``told``, where no order names another."""
    return settings.calendar.after(told, settings.deadline_days)


def overdue(matter: Matter, day: date, settings: LetterSettings) -> bool:
    """Whether its deadline has passed; while an appeal waits, or no look of now bears it out,
    nobody is late."""
    return not (matter.appealed or matter.held) and deadline(matter, day, settings) < day


def deadline_text(day: date | None, settings: LetterSettings) -> str:
    return f"{chinese_day(day)} {settings.deadline_time:%H:%M}" if day else ""


def soon_items(verdicts: Sequence[Verdict]) -> tuple[Mapping[str, str], ...]:
    """Limits that will pass soon, the nearest first."""
    ordered = sorted(verdicts, key=lambda v: (v.due or date.max, v.name))
    return tuple(
        {
            "name": clean(v.name, 80),
            "sentence": clean(v.sentence, 300),
            "due": chinese_day(v.due) if v.due else "",
        }
        for v in ordered
    )


def closed_items(matters: Sequence[Matter]) -> tuple[Mapping[str, Any], ...]:
    """Findings that ended, with how long they lasted in days."""
    items = []
    for matter in sorted(matters, key=lambda m: m.finding.id):
        opened, closed = (
            shanghai_day(m) for m in (matter.finding.opened, matter.finding.closed) if m
        )
        items.append(
            {
                "name": _name(matter.finding),
                "number": clean(matter.finding.number, 40),
                "how": _how(matter),
                "opened": chinese_day(opened),
                "closed": chinese_day(closed),
                "days": (closed - opened).days,
            }
        )
    return tuple(items)


def _how(matter: Matter) -> str:
    mended = traits(matter.finding.rule).mended if matter.ended in ("fresh", "due_soon") else ""
    return mended or end_words(matter.ended) or OTHER


def moved_items(matters: Sequence[Matter]) -> tuple[Mapping[str, Any], ...]:
    """Findings that are another unit's now, with the order that ended by it."""
    return tuple(
        {
            "name": _name(matter.finding),
            "number": clean(matter.finding.number, 40),
            "to": "、".join(clean(name, 40) for name in matter.moved_to),
            "order": clean(matter.order, 60),
        }
        for matter in sorted(matters, key=lambda m: m.finding.id)
    )


def _name(finding: Finding) -> str:
    """The subject's name, with the month where the rule judges months."""
    month = re.fullmatch(r"(\d{4})-(\d{2})", finding.period)
    name = clean(finding.name, 80)
    return f"{name} {int(month[1])}年{int(month[2])}月" if month else name
