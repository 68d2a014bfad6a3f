"""Findings of one unit -> one Letter, in official Chinese, as text and HTML. Pure: no store, no clock.

Everything that was crawled passes :func:`monitor.plain.clean` or :func:`monitor.plain.safe_link` first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from pydantic import Field, model_validator

from crawler.config import Strict
from crawler.model import SHANGHAI, Unit, utc
from monitor.model import Finding, Letter, Value
from monitor.plain import clean, safe_link
from monitor.workdays import Calendar, Hours

OFFICE = "_office"
"""The unit id of letters to ourselves."""

MAX_SUBJECT = 120
MAX_SHOWN = 200
"""Findings printed in one letter; the rest are counted and named by number."""

WEEKDAYS = "一二三四五六日"

ADVICE: Mapping[str, str] = {
    "column": "请尽快发布符合栏目主题的新信息。确无内容可更新的，请报我办研究归并或停用栏目；"
    "不得以修改旧信息日期代替更新。系统下一次检查看到新信息即自动销号，无需回复。",
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
    ("account", Value.STALE): "政务新媒体超期未更新",
    ("account", Value.BLANK): "政务新媒体内容空白",
    ("unit", Value.STALE): "信息发布数量不足",
    ("site", Value.STALE): "网站运行问题",
    ("ours", Value.UNKNOWN): "无法判定",
}
"""The heading of a cause, by the kind of subject and the verdict."""


class LetterSettings(Strict):
    """Who signs, whom to call, how long a unit has, and when letters may leave."""

    office: str = Field(default="政务公开工作机构", min_length=2, max_length=60)
    contact: str = Field(default="", max_length=60)
    phone: str = Field(default="", max_length=60)
    office_emails: tuple[str, ...] = ()
    deadline_days: int = Field(default=5, ge=1, le=60, description="working days")
    deadline_time: time = time(17, 30)
    base_url: str = Field(default="", description="address of the web pages, for links to a unit's page")
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    workdays_only: bool = False
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _links(self) -> Self:
        if self.base_url and not safe_link(self.base_url):
            raise ValueError(f"base_url {self.base_url[:60]!r} must be an http or https address")
        return self

    @property
    def calendar(self) -> Calendar:
        return Calendar(frozenset(self.holidays), frozenset(self.workdays))

    @property
    def hours(self) -> Hours:
        return Hours(self.quiet_from, self.quiet_until, self.workdays_only)


@dataclass(frozen=True, slots=True)
class Matter:
    """A finding as one unit is told of it.

    ``kind`` is ``column``, ``account``, ``unit``, ``site`` or ``ours``. ``link`` is the outlet's own page,
    ``looked`` our last conclusive look, ``units`` the short names of all who answer for it (lead first),
    ``told`` the first day this unit was told (its deadline counts from there; ``None`` = today).
    """

    finding: Finding
    kind: str
    link: str = ""
    looked: datetime | None = None
    units: tuple[str, ...] = ()
    told: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one cause: the rule's sentence, the clause, what to do."""

    title: str
    clause: str
    advice: str
    items: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)


def letter(unit: Unit, matters: Sequence[Matter], day: date, settings: LetterSettings) -> Letter:
    """The letter of ``day`` to ``unit``, its findings grouped by cause.

    Its deadline per finding counts working days from the day the unit was first told of it.
    Raises ``ValueError`` for a letter without findings: there is nothing to say.
    """
    if not matters:
        raise ValueError(f"{unit.id}: a letter needs at least one finding")
    context = _context(matters, day, settings)
    context |= {
        "greeting": clean(unit.full or unit.short),
        "heading": "政府网站与政务新媒体更新提醒",
        "page": f"{settings.base_url.rstrip('/')}/units/{unit.id}" if settings.base_url else "",
        "ours": False,
        "mute": (),
        "returned": (),
    }
    tail = f"（{context['overdue']} 项逾期）" if context["overdue"] else ""
    subject = f"【更新提醒】{day.isoformat()} {clean(unit.short, 40)}：{len(matters)} 项问题{tail}"
    return _render(unit.id, unit.emails, subject, context, day)


def office_letter(
    matters: Sequence[Matter],
    day: date,
    settings: LetterSettings,
    mute: Sequence[str] = (),
    returned: Sequence[str] = (),
) -> Letter:
    """The letter of ``day`` to ourselves: what we could not read, units without an address (``mute``), and
    lines about letters that came back (``returned``).
    """
    context = _context(matters, day, settings)
    context |= {
        "greeting": clean(settings.office),
        "heading": "监测系统待处理事项",
        "page": safe_link(settings.base_url),
        "ours": True,
        "mute": tuple(clean(name, 40) for name in mute),
        "returned": tuple(clean(line, 300) for line in returned),
    }
    subject = f"【系统待办】{day.isoformat()} {len(matters)} 项无法判定"
    subject += f"，{len(mute)} 个单位无邮箱" if mute else ""
    subject += f"，{len(returned)} 封通知退回" if returned else ""
    return _render(OFFICE, settings.office_emails, subject, context, day)


def summary(
    counts: Sequence[tuple[str, Sequence[Matter]]], day: date, settings: LetterSettings, unit: str
) -> Letter:
    """The day's findings of all units in short, for a group robot; ``counts`` pairs a short name with its own.

    A joint finding counts once in the subject's total and once at each of its units. ``to`` is empty.
    """
    total = len({m.finding.id for _, matters in counts for m in matters})
    lines = []
    for name, matters in sorted(counts, key=lambda pair: -len(pair[1])):
        late = sum(_deadline(m, day, settings) < day for m in matters)
        tail = f"（{late} 项逾期）" if late else ""
        lines.append(f"{clean(name, 40)}：{len(matters)} 项{tail}")
    subject = clean(f"【更新提醒】{day.isoformat()} {len(counts)} 个单位 {total} 项问题", MAX_SUBJECT)
    return Letter(letter_key(day, unit), unit, (), subject, "\n".join(lines) + "\n", "")


def letter_key(day: date, unit_id: str) -> str:
    """``20200720-jsj``: stable, and safe as the left part of a Message-ID whatever the unit's id holds."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", unit_id):
        return f"{day:%Y%m%d}-{unit_id}"
    return f"{day:%Y%m%d}-x.{hashlib.sha256(unit_id.encode()).hexdigest()[:24]}"


def chinese_day(day: date) -> str:
    """``2020年7月20日（周一）``."""
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def chinese_moment(moment: datetime) -> str:
    """``2020年7月20日 02:14``, in Asia/Shanghai."""
    local = utc(moment).astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _context(matters: Sequence[Matter], day: date, settings: LetterSettings) -> dict[str, Any]:
    shown = sorted(matters, key=lambda m: (*_cause(m), m.finding.opened, m.finding.id))
    groups = tuple(_groups(shown[:MAX_SHOWN], day, settings))
    deadlines = [_deadline(m, day, settings) for m in matters]
    return {
        "day": chinese_day(day),
        "count": len(matters),
        "overdue": sum(deadline < day for deadline in deadlines),
        "deadline": _deadline_text(min((d for d in deadlines if d >= day), default=None), settings),
        "groups": groups,
        "hidden": tuple(clean(m.finding.number, 40) for m in shown[MAX_SHOWN:]),
        "office": clean(settings.office),
        "contact": clean(settings.contact),
        "phone": clean(settings.phone),
    }


def _cause(matter: Matter) -> tuple[int, str, str, str]:
    order = list(ADVICE).index(matter.kind) if matter.kind in ADVICE else len(ADVICE)
    return order, matter.kind, matter.finding.value, matter.finding.clause


def _groups(matters: Iterable[Matter], day: date, settings: LetterSettings) -> Iterable[Group]:
    for (_, kind, value, clause), members in groupby(matters, key=_cause):
        yield Group(
            title=TITLES.get((kind, Value(value)), "更新问题"),
            clause=clean(clause, 300),
            advice=ADVICE.get(kind, ADVICE["column"]),
            items=tuple(_item(matter, day, settings) for matter in members),
        )


def _item(matter: Matter, day: date, settings: LetterSettings) -> dict[str, Any]:
    finding = matter.finding
    newest = finding.newest
    deadline = _deadline(matter, day, settings)
    return {
        "name": clean(finding.name, 80),
        "number": clean(finding.number, 40),
        "sentence": clean(finding.sentence, 300),
        "link": safe_link(matter.link),
        "since": chinese_day(utc(finding.opened).astimezone(SHANGHAI).date()),
        "due": chinese_day(finding.due) if finding.due else "",
        "late": (day - finding.due).days if finding.due and finding.due < day else 0,
        "newest_day": chinese_day(newest.day) if newest else "",
        "newest_title": clean(newest.title, 80) if newest else "",
        "newest_link": safe_link(newest.url) if newest else "",
        "newest_raw": clean(newest.raw, 60) if newest else "",
        "published_here": matter.kind in ("column", "account"),
        "looked": chinese_moment(matter.looked) if matter.looked else "",
        "units": tuple(clean(name, 40) for name in matter.units),
        "deadline": _deadline_text(deadline, settings),
        "overdue": deadline < day,
        "reminder": matter.told is not None and matter.told < day <= deadline,
    }


def _deadline(matter: Matter, day: date, settings: LetterSettings) -> date:
    return settings.calendar.after(matter.told or day, settings.deadline_days)


def _deadline_text(day: date | None, settings: LetterSettings) -> str:
    return f"{chinese_day(day)} {settings.deadline_time:%H:%M}" if day else ""


def _render(unit: str, to: tuple[str, ...], subject: str, context: Mapping[str, Any], day: date) -> Letter:
    return Letter(
        key=letter_key(day, unit),
        unit=unit,
        to=to,
        subject=clean(subject, MAX_SUBJECT),
        text=_template("letter.txt.j2").render(context),
        html=_template("letter.html.j2").render(context, subject=clean(subject, MAX_SUBJECT)),
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
