"""``gengxin due``: what turns late when, as a table, a calendar file or plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from crawler.clock import clock
from crawler.model import shanghai_day
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.commands.screen import rendered
from monitor.days.official_days import KNOWN
from monitor.judging.ahead import Ahead, ahead
from monitor.judging.now import judge_now
from monitor.model import VALUE_NAMES, Verdict
from monitor.night.told import outlets_share
from monitor.office import open_office
from monitor.sheets.calendar_file import ics
from monitor.words.exits import DONE
from monitor.words.plain import clean


@click.command()
@click.option("--unit", help="只看这个单位（编号）")
@click.option("--within", type=click.IntRange(0, 3660), help="只看多少天内到期的（含已超期的）")
@click.option(
    "--ics", "file", type=click.Path(path_type=Path, dir_okay=False), help="另存为日历文件"
)
@with_config
@with_as_of
@with_json
def due(
    unit: str | None,
    within: int | None,
    file: Path | None,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """哪一天到期：各栏目、账号的提醒日、期限和最后一个工作日。"""
    now = clock(as_of)()
    day = shanghai_day(now)
    with open_office(path) as office:
        names = {one.id: one.short for one in office.settings.catalogue.units}
        if unit is not None and unit not in names:
            raise click.ClickException(f"台账里没有单位 {unit}；gengxin status 列出全部编号")
        calendar = office.settings.monitor.alerts.letters.calendar
        verdicts = judge_now(office, now, record=False).verdicts
    found = [
        one
        for one in ahead(verdicts, day, calendar)
        if (unit is None or unit in one.units)
        and (within is None or (one.due - day).days <= within)
    ]
    unknown = sorted({one.due.year for one in found if one.due >= day} - KNOWN)
    if file is not None:
        file.write_text(ics(found, now), encoding="utf-8", newline="")
    lines = [
        *due_lines(found, names),
        *_unjudged([v for v in verdicts if unit is None or unit in v.units]),
        *_remarks(unknown),
        *([f"日历文件：{file}"] if file else []),
    ]
    tell(
        as_json,
        {"day": day, "due": [due_data(one) for one in found], "unknown_years": unknown},
        lines,
    )
    return DONE


def due_data(one: Ahead) -> dict[str, object]:
    return {**asdict(one), "late": one.late, "sentence": one.sentence}


def due_lines(found: Sequence[Ahead], names: dict[str, str]) -> list[str]:
    """A table, the most urgent first."""
    if not found:
        return ["没有推算出到期日的栏目或账号。"]
    table = Table(
        "栏目、账号", "责任单位", "判定", "最新信息", "提醒日", "期限", "最后工作日", "剩余工作日"
    )
    for one in found:
        units = "、".join(names.get(unit, unit) for unit in one.units)
        act_by = f"{one.act_by}（长假）" if one.long_holiday else str(one.act_by)
        table.add_row(
            clean(one.name),
            units,
            VALUE_NAMES[one.value],
            str(one.newest),
            str(one.soon),
            str(one.due),
            act_by,
            str(one.left),
        )
    return rendered(table)


def _unjudged(verdicts: Sequence[Verdict]) -> list[str]:
    """Those of which no day can be told."""
    share = outlets_share(verdicts)
    return [f"另有 {share.unjudged} 个未能判定，没有推算。"] if share.unjudged else []


def _remarks(years: Sequence[int]) -> list[str]:
    return [
        f"{year}年的放假安排尚不掌握，只按周末推算；公布后请写入 letters.holidays 和 letters.workdays。"
        for year in years
    ]
