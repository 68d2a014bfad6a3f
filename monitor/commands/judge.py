"""``gengxin judge``: a past day judged again, under today's limits or another profile."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.model import SHANGHAI
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.judging.rejudging import Rejudged, rejudge
from monitor.model import Value
from monitor.night.told import value_counts, values_line
from monitor.office import counter, open_office
from monitor.profiles import load_profile, profile_names
from monitor.words.exits import DONE


@click.command()
@click.option(
    "--profile", "name", type=click.Choice(profile_names()), help="按哪一套口径；不写则按配置文件"
)
@with_config
@with_as_of
@with_json
def judge(name: str | None, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """任一天重新判定，说出与当天所说不同之处及原因。例：gengxin judge --as-of 2020-06-30 --profile national"""
    profile = load_profile(name) if name else None
    with open_office(path) as office, office.reader.connect() as connection:
        found = rejudge(
            connection,
            office.settings.monitor,
            clock(as_of)(),
            count=counter(office),
            horizon=office.settings.crawl.backfill_from,
            profile=profile,
        )
    tell(as_json, judge_data(found), judge_lines(found))
    return DONE


def judge_data(found: Rejudged) -> dict[str, object]:
    return {
        "as_of": found.moment.isoformat(),
        "judged_then": found.judged is not None,
        "failed_night": bool(found.judged and found.judged.failed_night),
        "profile": found.profile.name if found.profile else None,
        "not_judged": list(found.profile.not_judged) if found.profile else [],
        "counts": value_counts(found.verdicts),
        "accused": [
            {"rule": v.rule, "subject": v.subject, "period": v.period, "sentence": v.sentence}
            for v in found.verdicts
            if v.value.accuses
        ],
        "differences": [asdict(one) for one in found.differences],
    }


def judge_lines(found: Rejudged) -> list[str]:
    """The day, its profile and counts, what is accused, and every difference with its reason."""
    local = found.moment.astimezone(SHANGHAI)
    who = found.profile.who if found.profile else "配置文件的口径"
    lines = [f"{local:%Y-%m-%d %H:%M} 的判定（{who}）：{values_line(found.verdicts)}"]
    lines += [
        f"  {v.sentence}（{v.clause}）"
        for v in found.verdicts
        if v.value in (Value.STALE, Value.BLANK)
    ]
    if found.profile:
        lines += [f"  需人工或查原文：{demand}" for demand in found.profile.not_judged]
    if found.judged is None:
        return [*lines, "当天没有作出过判定，无从比较。"]
    if found.judged.failed_night:
        lines.append("当晚抓取覆盖不足，没有作新的认定。")
    lines.append(f"与当天所说不同：{len(found.differences)} 项")
    for one in found.differences:
        period = f" {one.period}" if one.period else ""
        lines.append(
            f"  {one.rule} {one.name}{period}：当时{one.said or '没有说'}，现在{one.now or '不判'}；{one.why}"
        )
    return lines
