"""``gengxin attribution``: whose posts are whose in a month, why, which wait for a person, and the
decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import shanghai_day
from monitor.bulletin.model import Period
from monitor.commands.bulletin import PeriodType
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.counting import counts
from monitor.counting.asked import CountBasis, Stretch
from monitor.counting.attribution import REASON_NAMES, Reason
from monitor.counting.tally import Tally
from monitor.days.calendar import month_of
from monitor.desk.entering import decide_origin
from monitor.entries.forms import NOBODY
from monitor.model import Count, together
from monitor.office import Office, decisions_of, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean

NONE = ("none", "无", NOBODY)
Rows = Mapping[str, Mapping[str, int]]
GAPS = 4
"""So many reasons why a number has no bound are told."""


@click.command()
@click.option(
    "--month", "period", type=PeriodType(), help="月份或时期，如 2020-06、2020Q2；不填为本月"
)
@click.option("--unit", "only", default="", help="只看这个单位（编号或简称），并列出每条信息")
@click.option(
    "--decide",
    "answers",
    multiple=True,
    metavar="来源=单位|none",
    help="认定一个来源，一次认定以后沿用；none 为不归任何单位",
)
@click.option("--why", default="", help="认定的理由")
@with_by("谁认定的（写入留痕）；不填为电脑登录名")
@with_config
@with_as_of
@with_json
def attribution(
    period: Period | None,
    only: str,
    answers: Sequence[str],
    why: str,
    by: str,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """归属：每个单位当月发了多少条、凭什么算它的；来源看不懂的列出来，用 --decide 认定。"""
    with open_office(path) as office:
        now = clock(as_of)()
        shown = period or Period.parse(month_of(shanghai_day(now)))
        decided = [_decide(office, answer, why, by, now) for answer in answers]
        chosen = _unit(office, only) if only else ""
        with office.reader.connect() as connection:
            found = counts.tally(
                connection,
                Stretch(shown.start, shown.end, now),
                basis=CountBasis(
                    decisions=decisions_of(office), rule=office.settings.monitor.counting
                ),
            )
            names = {unit.id: unit.short for unit in counts.units_of(connection, shown.start)}
            titles = {
                outlet.id: outlet.name
                for outlet in counts.outlets_of(connection, shanghai_day(now))
            }
    lines = [*decided, *attribution_lines(found, names, titles, shown, chosen)]
    tell(as_json, attribution_data(found, names, shown, chosen), lines)
    return DONE


def by_reason(found: Tally) -> dict[str, dict[str, int]]:
    """Unit id (``""`` = nobody's) -> reason -> posts that count."""
    rows: dict[str, Counter[str]] = {}
    for post in found.posts:
        if post.month:
            rows.setdefault(post.whose.unit or "", Counter())[str(post.whose.reason)] += 1
    return {unit: dict(reasons.most_common()) for unit, reasons in rows.items()}


def attribution_lines(
    found: Tally, names: Mapping[str, str], titles: Mapping[str, str], period: Period, only: str
) -> list[str]:
    """Units by their posts, each with the bounds of its number, then what is nobody's, then the
    queue."""
    rows = by_reason(found)
    lines = [
        f"{period.words}：共{found.total.said()}，归属单位{found.attributed.said()}，未归属{found.unattributed.said()}"
    ]
    if not only and found.total.gaps:
        lines.append(f"  没有看全：{'；'.join(found.total.gaps[:GAPS])}；可能还有没看到的信息")
    for unit in sorted(rows, key=lambda u: (not u, -sum(rows[u].values()), u)):
        if only and unit != only:
            continue
        name = names.get(unit, unit) or "未归属"
        lines.append(f"  {name} {count_of(found, unit).said()}：{_said(rows[unit])}")
    if only and only not in rows:
        lines.append(f"  {names.get(only, only)} {count_of(found, only).said()}")
    if only and (gaps := count_of(found, only).gaps):
        lines.append(f"  没有看全：{'；'.join(gaps[:GAPS])}")
    if only:
        lines += [
            f"    {post.day} {clean(post.title)}　来源：{clean(post.origin) or '（无）'}　{post.whose.sentence}"
            f"{'' if post.month else '（疑似倒填日期，不计）'}"
            for post in found.posts
            if post.whose.unit == only
        ]
        return lines
    waiting = sum(doubt.count for doubt in found.doubts)
    if found.doubts:
        lines.append(f"待认定 {len(found.doubts)} 种来源，已见 {waiting} 条")
    elif not found.total.nothing_seen:
        lines.append("看到的信息里没有待认定的来源")
    for doubt in found.doubts:
        origin = clean(doubt.origin) or "（无来源，请在台账中明确栏目的责任单位）"
        where = "、".join(clean(titles.get(outlet, outlet)) for outlet in doubt.outlets[:3])
        lines.append(
            f"  {origin}　{doubt.count} 条　{REASON_NAMES[Reason(doubt.reason)]}　栏目：{where}　例：{clean(doubt.example)} {clean(doubt.url)}"
        )
    if any(doubt.origin for doubt in found.doubts):
        lines.append(
            "  认定：gengxin attribution --decide '来源=单位简称' （不归任何单位：--decide '来源=none'）"
        )
    return lines


def attribution_data(
    found: Tally, names: Mapping[str, str], period: Period, only: str
) -> dict[str, object]:
    """The same for a program."""
    rows: Rows = by_reason(found)
    chosen = {unit: reasons for unit, reasons in rows.items() if not only or unit == only}
    return {
        "period": period.name,
        "total": found.total.figure,
        "attributed": found.attributed.figure,
        "unattributed": found.unattributed.figure,
        "gaps": list(found.total.gaps),
        "units": [
            {
                "unit": unit,
                "name": names.get(unit, unit),
                "posts": count_of(found, unit).figure,
                "seen": sum(reasons.values()),
                "at_most": count_of(found, unit).at_most,
                "gaps": list(count_of(found, unit).gaps),
                "reasons": reasons,
            }
            for unit, reasons in chosen.items()
        ],
        "doubtful": [asdict(doubt) for doubt in found.doubts],
    }


def count_of(found: Tally, unit: str) -> Count:
    """What is known of a unit's posts of the period; ``""``: of nobody's."""
    return (
        found.unattributed
        if not unit
        else together(found.count(unit, month) for month in found.months)
    )


def _said(reasons: Mapping[str, int]) -> str:
    return "；".join(f"{REASON_NAMES[Reason(reason)]} {count}" for reason, count in reasons.items())


def _decide(office: Office, answer: str, why: str, by: str, now: datetime) -> str:
    origin, sign, unit = answer.rpartition("=")
    if not sign or not origin.strip():
        raise BadConfig(
            f"--decide {answer!r}：写成 来源=单位，例如 '区房管所=房管局'，或 '某某网=none'"
        )
    whose = NOBODY if unit.strip() in NONE else _unit(office, unit.strip())
    decide_origin(office, origin=origin, unit=whose, by=signed(by), why=why, now=now)
    return f"已认定：{clean(origin)} → {'不归任何单位' if whose == NOBODY else unit.strip()}（{office.settings.places.decisions}）"


def _unit(office: Office, text: str) -> str:
    """A unit's id from its id, short or full name. Raises ``BadConfig``."""
    units = office.settings.catalogue.units
    found = [unit.id for unit in units if text in (unit.id, unit.short, unit.full)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadConfig(f"{text}：有 {len(found)} 个单位叫这个名字，请写编号：{'、'.join(found)}")
    raise BadConfig(
        f"{text}：台账里没有这个单位；写单位编号或简称，如 {'、'.join(u.short for u in units[:3])}"
    )
