"""Our own letter: what we could not read, who does not answer, which letters came back, what is
wrong with ourselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from crawler.model import Unit, shanghai_day
from crawler.store.tables import RunRow
from monitor.days.chinese import chinese_moment
from monitor.days.official_days import KNOWN
from monitor.facts.saw import blind_sentence, saw
from monitor.letters.ladder import entered, talk
from monitor.letters.mailing import Outstanding, Today
from monitor.letters.matters import returned
from monitor.letters.parts import Matter, chinese_day, deadline, overdue
from monitor.letters.reminding import TOLD
from monitor.letters.text import OFFICE, OfficeNews, office_letter
from monitor.model import Letter
from monitor.record.tables import EventRow, FindingRow, JudgementRow, LetterRow
from monitor.rectify.rechecks import given_up
from monitor.settings.letters import LetterSettings
from monitor.words import Sight

NIGHT = timedelta(hours=30)
HELD_UP = timedelta(days=7)
"""Letters older than this are no news."""


def to_us(
    connection: Connection,
    standing: Outstanding,
    today: Today,
    settings: LetterSettings,
    *,
    forced: bool = False,
) -> list[tuple[Letter, list[int]]]:
    """Our letter of ``day``, when there is something for us to do.

    Overdue units are told on the first day after a deadline, and when they come onto the 约谈 list;
    ``forced``
    tells them again, because the letter that did never left.
    """
    units, by_unit = standing.units, standing.by_unit
    day, moment = today.day, today.moment
    mute = [units[unit].short for unit in sorted(by_unit) if not units[unit].emails]
    back = returned(connection, moment, units)
    since = _before(day, settings)
    late = {
        u: [m for m in matters if overdue(m, day, settings)]
        for u, matters in sorted(by_unit.items())
    }
    talks = [
        t for u, m in sorted(by_unit.items()) if (t := talk(units[u], m, day, settings)) is not None
    ]
    news = any(deadline(m, day, settings) >= since for matters in late.values() for m in matters)
    news = news or any(entered(matters, since, day, settings) for matters in by_unit.values())
    known = forced and any((*late.values(), *talks))
    handed = _handed(connection, moment, units)
    waits = _waits(standing.held, units)
    if not (standing.ours or mute or back or today.notes or news or known or handed or waits):
        return []
    counts = [(units[unit].short, len(matters)) for unit, matters in late.items() if matters]
    text = office_letter(
        OfficeNews(
            standing.ours,
            mute=mute,
            returned=back,
            overdue=counts,
            talks=talks,
            notes=today.notes,
            handed=handed,
            held=waits,
        ),
        day,
        settings,
    )
    return [(text, [m.finding.id for m in standing.ours])]


def _waits(held: Mapping[str, Sequence[Matter]], units: Mapping[str, Unit]) -> tuple[str, ...]:
    """A line for each finding whose reminder, overdue mark and ladder wait: whose, which, why, and
    when it was seen last."""
    by_finding: dict[int, tuple[Matter, list[str]]] = {}
    for unit, matters in sorted(held.items()):
        for matter in matters:
            by_finding.setdefault(matter.finding.id, (matter, []))[1].append(units[unit].short)
    lines = []
    for _, (matter, names) in sorted(by_finding.items()):
        seen = f"，最近一次看清 {chinese_moment(matter.looked)}" if matter.looked else ""
        order = f"，{matter.order}" if matter.order else ""
        name = f"{matter.finding.name}（{'、'.join(names)}，问题 {matter.finding.number}{order}）"
        lines.append(f"{name}：{matter.held}{seen}")
    return tuple(lines)


def _handed(connection: Connection, moment: datetime, units: Mapping[str, Unit]) -> tuple[str, ...]:
    """Orders that ended because their column went to another unit, since our own last letter."""
    ours = select(func.max(LetterRow.written)).where(
        LetterRow.unit_id == OFFICE, LetterRow.state.in_(TOLD)
    )
    since = max(connection.scalar(ours) or moment - HELD_UP, moment - HELD_UP)
    query = (
        select(EventRow.detail, FindingRow.name, FindingRow.number)
        .join(FindingRow, FindingRow.id == EventRow.finding_id)
        .where(EventRow.kind == "transferred", EventRow.moment > since, EventRow.moment <= moment)
        .order_by(EventRow.id)
    )
    names = {unit.id: unit.short for unit in units.values()}
    lines = []
    for detail, name, number in connection.execute(query):
        to = "、".join(names.get(unit, unit) for unit in detail["to"]) or "责任单位未明确"
        lines.append(f"{detail['order']}（{name}，问题 {number}）：现责任单位 {to}")
    return tuple(lines)


def _before(day: date, settings: LetterSettings) -> date:
    """The last day before ``day`` that had letters."""
    since = day - timedelta(days=1)
    while settings.workdays_only and not settings.calendar.works(since):
        since -= timedelta(days=1)
    return since


def troubles(connection: Connection, now: datetime, settings: LetterSettings) -> tuple[str, ...]:
    """What the office must know of ourselves: the last night, its coverage, letters held up, next
    year's calendar."""
    return tuple(
        line
        for line in (
            _night(connection, now),
            *_held(connection, now),
            _broke(connection, now),
            _year(now, settings),
        )
        if line
    )


def _broke(connection: Connection, now: datetime) -> str:
    """Rechecks that were given up, since the day before."""
    names = given_up(connection, now - NIGHT, now)
    if not names:
        return ""
    return f"复查{'、'.join(names)}时程序两次中断，已停止重试，没有据此作出认定；请告诉维护人员。"


def _night(connection: Connection, now: datetime) -> str:
    """The last night, where it was not a good one; nothing is said of a store that never had
    one."""
    run = connection.execute(
        select(RunRow.started, RunRow.ended, RunRow.planned, RunRow.looked, RunRow.unknown)
        .where(RunRow.kind == "nightly", RunRow.started <= now)
        .order_by(RunRow.id.desc())
        .limit(1)
    ).first()
    if run is None:
        return ""
    if now - run.started > NIGHT:
        return f"{chinese_day(shanghai_day(run.started))}以后没有夜间抓取，请检查服务是否在运行。"
    sight = Sight(run.planned, run.looked, run.unknown)
    if run.ended is None:
        return f"昨夜抓取没有跑完（计划 {run.planned} 个），下一晚自动补上。"
    found = saw(connection, run.started, now)
    if sight.blind:
        return blind_sentence(run.planned, found.reasons)
    last = select(JudgementRow.failed_night).where(
        JudgementRow.as_of >= run.started, JudgementRow.as_of <= now
    )
    if connection.scalar(last.order_by(JudgementRow.as_of.desc()).limit(1)):
        if not (found.district or run.looked):
            return blind_sentence(run.planned, found.reasons)
        return f"昨夜看到的太少，未对任何单位作出新的认定（{sight.text}）。"
    return ""


def _held(connection: Connection, now: datetime) -> tuple[str, ...]:
    """Letters that were tried and did not leave, since our own last letter left: the mail server
    was down."""
    last = connection.scalar(
        select(func.max(LetterRow.written)).where(
            LetterRow.unit_id == OFFICE, LetterRow.state == "sent"
        )
    )
    stuck = (LetterRow.tries > 0) & LetterRow.state.in_(("waiting", "superseded", "failed"))
    since = max(last or now - HELD_UP, now - HELD_UP)
    count, oldest = connection.execute(
        select(func.count(), func.min(LetterRow.written)).where(stuck, LetterRow.written > since)
    ).one()
    if not count:
        return ()
    return (
        f"{count} 封通知未能按时发出，最早一封写于{chinese_day(shanghai_day(oldest))}，请检查发信服务器。",
    )


def _year(now: datetime, settings: LetterSettings) -> str:
    """In December: next year's days off are not known, so deadlines would be counted wrongly."""
    day = shanghai_day(now)
    listed = {one.year for one in (*settings.holidays, *settings.workdays)}
    if day.month < 12 or day.weekday() or day.year + 1 in KNOWN or day.year + 1 in listed:
        return ""
    return (
        f"{day.year + 1}年放假安排尚未登记，跨年的整改期限暂按周一至周五计算；"
        "请按国务院办公厅通知在 config.yaml 的 monitor.letters 填写 holidays 和 workdays，或升级程序。"
    )
