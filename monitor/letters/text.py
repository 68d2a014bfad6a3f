"""Findings of one unit -> one Letter, in official Chinese, as text and HTML. Pure: no store, no
clock.

The pieces are made harmless in :mod:`monitor.letter_parts`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from crawler.model import Unit
from monitor.letters.parts import (
    Matter,
    cause,
    chinese_day,
    closed_items,
    deadline,
    deadline_text,
    groups,
    moved_items,
    overdue,
    soon_items,
)
from monitor.model import Letter, Value, Verdict
from monitor.settings.letters import LetterSettings as LetterSettings
from monitor.words.plain import clean, safe_link

OFFICE = "_office"
"""The unit id of letters to ourselves."""

MAX_SUBJECT = 120
MAX_SHOWN = 200
"""Findings printed in one letter; the rest are counted and named by number."""


@dataclass(frozen=True, slots=True)
class News:
    """What a unit is told: open findings (``matters``), findings ``closed``, limits that pass
    ``soon``, findings that were handed over with their column (``moved``), and those that wait for
    a look (``waiting``; their numbers alone are told)."""

    matters: Sequence[Matter] = ()
    closed: Sequence[Matter] = ()
    soon: Sequence[Verdict] = ()
    moved: Sequence[Matter] = ()
    waiting: Sequence[Matter] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """``key`` opens the unit's page; ``leader``: the letter goes to the unit's leader too;
    ``weekly``: what passes soon is the list of the week."""

    key: str = ""
    leader: bool = False
    weekly: bool = False


PLAINLY = Manner()


@dataclass(frozen=True, slots=True)
class OfficeNews:
    """What we are told: what we could not read (``matters``), units without an address (``mute``),
    and lines about letters that came back (``returned``), units with ``overdue`` findings and how
    many, units for the 约谈 list (``talks``), what is wrong with ourselves (``notes``), orders that
    ended with the move of their column (``handed``), and findings whose reminders wait for a look
    (``held``)."""

    matters: Sequence[Matter] = ()
    mute: Sequence[str] = ()
    returned: Sequence[str] = ()
    overdue: Sequence[tuple[str, int]] = ()
    talks: Sequence[Talked] = ()
    notes: Sequence[str] = ()
    handed: Sequence[str] = ()
    held: Sequence[str] = ()


def letter(
    unit: Unit, news: News, day: date, settings: LetterSettings, *, manner: Manner = PLAINLY
) -> Letter:
    """The letter of ``day`` to ``unit``, its open findings by cause.

    The deadline of a finding counts working days from the day the unit was first told of it, or is
    that of its order. Raises ``ValueError`` when there is nothing to say.
    """
    if not (news.matters or news.closed or news.soon or news.moved):
        raise ValueError(f"{unit.id}: a letter needs at least one finding")
    context = _context(news.matters, day, settings) | {
        "greeting": clean(unit.full or unit.short),
        "heading": "政府网站与政务新媒体更新提醒",
        "page": _page(settings, unit.id, manner.key),
        "leader": manner.leader,
        "closed": closed_items(news.closed),
        "moved": moved_items(news.moved),
        "soon": soon_items(news.soon),
        "waiting": tuple(
            clean(m.finding.number, 40) for m in news.waiting if m not in news.matters
        ),
    }
    warning = "本周待办" if manner.weekly else "到期提醒"
    kind = (
        "更新提醒"
        if news.matters
        else warning
        if news.soon
        else "整改确认"
        if news.closed
        else "移交告知"
    )
    late = f"（{context['overdue']} 项逾期）" if context["overdue"] else ""
    said = [f"{len(news.matters)} 项问题{late}"] if news.matters else []
    said += [f"{len(news.soon)} 项即将到期"] if news.soon else []
    said += [f"{len(news.closed)} 项已销号"] if news.closed else []
    said += [f"{len(news.moved)} 项已移交"] if news.moved else []
    subject = f"【{kind}】{day.isoformat()} {clean(unit.short, 40)}：{'，'.join(said)}"
    return _render(unit.id, unit.emails, subject, context, day)


def office_letter(news: OfficeNews, day: date, settings: LetterSettings) -> Letter:
    """The letter of ``day`` to ourselves."""
    context = _context(news.matters, day, settings) | {
        "greeting": clean(settings.office),
        "heading": "监测系统待处理事项",
        "page": safe_link(settings.base_url),
        "ours": True,
        "overdue_units": tuple((clean(name, 40), count) for name, count in news.overdue),
        "talks": tuple(news.talks),
        "notes": tuple(clean(line, 300) for line in news.notes),
        "handed": tuple(clean(line, 300) for line in news.handed),
        "held": tuple(clean(line, 300) for line in news.held[:MAX_SHOWN]),
        "held_more": max(0, len(news.held) - MAX_SHOWN),
        "mute": tuple(clean(name, 40) for name in news.mute),
        "returned": tuple(clean(line, 300) for line in news.returned),
    }
    said = [f"{len(news.notes)} 项系统异常"] if news.notes else []
    said += [f"{len(news.matters)} 项{_waits(news.matters)}"] if news.matters else []
    said += [f"{len(news.overdue)} 个单位逾期"] if news.overdue else []
    said += [f"建议约谈 {len(news.talks)} 个单位"] if news.talks else []
    said += [f"{len(news.handed)} 件整改通知随栏目移交"] if news.handed else []
    said += [f"{len(news.held)} 项提醒暂缓"] if news.held else []
    said += [f"{len(news.mute)} 个单位无邮箱"] if news.mute else []
    said += [f"{len(news.returned)} 封通知退回"] if news.returned else []
    subject = f"【系统待办】{day.isoformat()} {'，'.join(said) or '无待办事项'}"
    return _render(OFFICE, settings.office_emails, subject, context, day)


def _waits(matters: Sequence[Matter]) -> str:
    """What the subject calls the office's own findings: some are known, and wait for the office all
    the same."""
    return "无法判定" if all(one.finding.value is Value.UNKNOWN for one in matters) else "待办"


def summary(
    counts: Sequence[tuple[str, Sequence[Matter]]], day: date, settings: LetterSettings, unit: str
) -> Letter:
    """The day's findings of all units in short, for a group robot; ``counts`` pairs a short name
    with its own.

    A joint finding counts once in the subject's total and once at each of its units. ``to`` is
    empty.
    """
    total = len({m.finding.id for _, matters in counts for m in matters})
    lines = []
    for name, matters in sorted(counts, key=lambda pair: -len(pair[1])):
        late = sum(overdue(m, day, settings) for m in matters)
        tail = f"（{late} 项逾期）" if late else ""
        lines.append(f"{clean(name, 40)}：{len(matters)} 项{tail}")
    subject = clean(
        f"【更新提醒】{day.isoformat()} {len(counts)} 个单位 {total} 项问题", MAX_SUBJECT
    )
    return Letter(letter_key(day, unit), unit, (), subject, "\n".join(lines) + "\n", "")


class Talked(Protocol):
    """A line of the 约谈 list (``ladder.Talk``)."""

    @property
    def unit(self) -> str: ...
    @property
    def findings(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def recurrences(self) -> int: ...


def _page(settings: LetterSettings, unit: str, key: str) -> str:
    """The unit's page; opening it changes nothing, with or without the key."""
    if not settings.base_url:
        return ""
    return f"{settings.base_url.rstrip('/')}/units/{quote(unit)}" + (f"?key={key}" if key else "")


def letter_key(day: date, unit_id: str) -> str:
    """``20200720-jsj``: stable, and safe as the left part of a Message-ID whatever the unit's id
    holds."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", unit_id):
        return f"{day:%Y%m%d}-{unit_id}"
    return f"{day:%Y%m%d}-x.{hashlib.sha256(unit_id.encode()).hexdigest()[:24]}"


def _context(matters: Sequence[Matter], day: date, settings: LetterSettings) -> dict[str, Any]:
    shown = sorted(matters, key=lambda m: (*cause(m), m.finding.opened, m.finding.id))
    deadlines = [deadline(m, day, settings) for m in matters]
    return {
        "day": chinese_day(day),
        "count": len(matters),
        "overdue": sum(overdue(m, day, settings) for m in matters),
        "deadline": deadline_text(min((d for d in deadlines if d >= day), default=None), settings),
        "groups": tuple(groups(shown[:MAX_SHOWN], day, settings)),
        "hidden": tuple(clean(m.finding.number, 40) for m in shown[MAX_SHOWN:]),
        "ours": False,
        "mute": (),
        "handed": (),
        "held": (),
        "held_more": 0,
        "waiting": (),
        "returned": (),
        "closed": (),
        "moved": (),
        "soon": (),
        "overdue_units": (),
        "talks": (),
        "notes": (),
        "leader": False,
        "office": clean(settings.office),
        "contact": clean(settings.contact),
        "phone": clean(settings.phone),
    }


def _render(
    unit: str, to: tuple[str, ...], subject: str, context: Mapping[str, Any], day: date
) -> Letter:
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
