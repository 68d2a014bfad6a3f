"""What the commands print, for people (Chinese lines) and for programs (plain data)."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from crawler.model import SHANGHAI, Outlet, OutletKind, Visit
from crawler.platforms import titles
from crawler.reading.rendering import PLACE_NAMES
from monitor.board.wholes import open_words
from monitor.judging.evaluate import Explanation, Judgement
from monitor.model import VALUE_NAMES, Finding, Value, Verdict
from monitor.model.verdicts import gravity
from monitor.night.child import Progress as Step
from monitor.night.jobs import LastNight, last_night
from monitor.night.told import (
    outlets_share,
    value_counts,
    values_line,
    verdict_data,
    verdict_word,
    visit_data,
)
from monitor.office import Office, Settings, outlets_now
from monitor.rules.units.unit_quota import NAME as QUOTA
from monitor.rules.units.unit_quota import count_of
from monitor.words import Sight
from monitor.words.causes import looked_like
from monitor.words.outcomes import OUTCOMES
from monitor.words.plain import clean

LINE_EVERY = 50


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Step], None]]:
    """A bar on a terminal, a plain line every fifty outlets in a log, nothing when ``quiet``."""
    if quiet:
        yield lambda step: None
    elif sys.stderr.isatty():
        columns = (TextColumn("抓取"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("抓取", total=None)
            yield lambda step: bar.update(task, total=step.planned, completed=step.looked)
    else:
        yield _line


def _line(step: Step) -> None:
    if step.looked == step.planned or step.looked % LINE_EVERY == 0:
        sys.stderr.write(f"抓取 {step.looked}/{step.planned}\n")


def rendered(table: Table) -> list[str]:
    """A table as lines of text, no wider than the terminal (or 120 columns in a file)."""
    console = Console(width=None if sys.stdout.isatty() else 120, file=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip("\n").split("\n")


def recheck_data(visits: Sequence[Visit], judgement: Judgement) -> dict[str, Any]:
    return {
        "visits": [visit_data(visit) for visit in visits],
        "verdicts": [verdict_data(verdict) for verdict in judgement.verdicts],
    }


def recheck_lines(visits: Sequence[Visit], judgement: Judgement) -> list[str]:
    lines = []
    for visit in visits:
        lines.append(f"{visit.outlet}：{visit_line(visit)}")
        subject = f"outlet:{visit.outlet}"
        lines += [f"  {verdict_line(v)}" for v in judgement.verdicts if v.subject == subject]
    return lines


def visit_line(visit: Any) -> str:
    """One look in a line: when, what came of it, what it showed."""
    moment = visit.moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    said = OUTCOMES[str(visit.outcome)]
    why = f"（{looked_like(visit.reason, getattr(visit, 'mark', ''))}）" if visit.reason else ""
    newest = f"，最新信息 {visit.newest}" if visit.newest else ""
    return f"{moment} {said}{why}{newest}"


def verdict_line(verdict: Verdict) -> str:
    return f"[{VALUE_NAMES[verdict.value]}] {verdict.sentence}依据：{verdict.clause}。"


def status_data(office: Office, judgement: Judgement) -> dict[str, Any]:
    return {
        "as_of": judgement.as_of.isoformat(),
        "failed_night": judgement.failed_night,
        "verdicts": [verdict_data(verdict) for verdict in judgement.verdicts],
        "counts": value_counts(judgement.verdicts),
        "share": asdict(outlets_share(judgement.verdicts)),
        "night": asdict(night) if (night := last_night(office)) else None,
    }


def status_lines(office: Office, judgement: Judgement) -> list[str]:
    """Columns, accounts and units in tables: what is wrong first."""
    catalogue = office.settings.catalogue
    names = {unit.id: unit.short for unit in catalogue.units}
    outlets = outlets_now(office, judgement.as_of)
    by_subject: dict[str, list[Verdict]] = {}
    for verdict in judgement.verdicts:
        by_subject.setdefault(verdict.subject, []).append(verdict)
    lines = []
    for kind, title in ((OutletKind.COLUMN, "栏目"), (OutletKind.ACCOUNT, "政务新媒体账号")):
        table = Table(
            "编号", title, "判定", "最新信息", "责任单位", "说明", title=None, show_lines=False
        )
        rows = [o for o in outlets if o.kind is kind]
        rows.sort(
            key=lambda o: (
                -max((gravity(v) for v in by_subject.get(f"outlet:{o.id}", ())), default=0)
            )
        )
        for outlet in rows:
            verdicts = by_subject.get(f"outlet:{outlet.id}", [])
            worst = max(verdicts, key=gravity, default=None)
            if worst is None:
                continue
            newest = str(worst.newest.day) if worst.newest else "—"
            units = "、".join(names.get(unit, unit) for unit in outlet.units)
            sentence = worst.sentence if worst.value is not Value.FRESH else ""
            table.add_row(
                outlet.id,
                clean(outlet.name),
                VALUE_NAMES[worst.value],
                newest,
                units,
                clean(sentence),
            )
        lines += rendered(table)
    table = Table("编号", "单位", "类别", "每月信息")
    for unit in catalogue.units:
        verdicts = by_subject.get(f"unit:{unit.id}", [])
        if verdicts:
            table.add_row(unit.id, unit.short, unit.group, "；".join(_month(v) for v in verdicts))
    lines += rendered(table)
    with office.reader.connect() as connection:
        lines += [said] if (said := open_words(connection, judgement.as_of)) else []
    lines.append(_night_line(last_night(office)))
    lines.append("合计：" + (values_line(judgement.verdicts) or "没有可判定的"))
    lines.append(f"栏目和账号在期限内：{outlets_share(judgement.verdicts).text}")
    return lines


def _night_line(night: LastNight | None) -> str:
    if night is None:
        return "还没有夜间抓取的记录"
    began = night.started.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    seen = Sight(night.planned, night.looked, night.unknown).text if night.ended else "没有跑完"
    return f"最近一次夜间抓取 {began}：{seen}"


def _month(verdict: Verdict) -> str:
    """A unit's month: what is known of the number; a month that is not over is never called in
    order for that."""
    if verdict.rule != QUOTA or "count" not in verdict.numbers:
        return f"{verdict.period} {VALUE_NAMES[verdict.value]}".strip()
    count = count_of(verdict.numbers)
    word = (
        "未判定" if count.nothing_seen and verdict.value is Value.UNKNOWN else verdict_word(verdict)
    )
    return f"{verdict.period} {'' if count.nothing_seen else f'{count.said()} '}{word}"


def explain_data(found: Explanation) -> dict[str, Any]:
    return {
        "outlet": asdict(found.facts.outlet),
        "units": list(found.facts.units),
        "verdicts": [verdict_data(verdict) for verdict in found.verdicts],
        "looks": [asdict(look) for look in found.facts.looks],
        "posts": [asdict(post) for post in found.posts],
        "findings": [asdict(finding) for finding in found.findings],
        "rhythm": asdict(found.rhythm) if found.rhythm else None,
    }


def explain_lines(found: Explanation, names: Mapping[str, str] | None = None) -> list[str]:
    """Verdicts with their clause, then the posts with their proof, then the looks."""
    outlet = found.facts.outlet
    lines = [
        f"{outlet.name}（{outlet.id}）{outlet.url or _ways(outlet)}",
        f"责任单位：{'、'.join((names or {}).get(unit, unit) for unit in found.facts.units) or '未登记'}",
    ]
    lines += [verdict_line(verdict) for verdict in found.verdicts]
    lines += [finding_line(finding) for finding in found.findings]
    if found.rhythm is not None:
        lines.append(f"更新情况：{found.rhythm.line}")
    lines.append("最近信息（日期　标题　依据）：")
    for post in found.posts:
        proof = f"{PLACE_NAMES.get(post.place, post.place)}「{clean(post.raw)}」" + (
            f"，{post.why}" if post.why else ""
        )
        lines.append(f"  {post.published or '无日期'}  {clean(post.title)}  依据 {proof}")
        lines.append(f"    {clean(post.url)}")
    lines.append("最近抓取：")
    lines += [f"  {visit_line(look)}" for look in found.facts.looks]
    return lines


def _ways(outlet: Outlet) -> str:
    """How an account is looked at, where it has no address of its own."""
    names = dict.fromkeys(titles().get(probe.platform, probe.platform) for probe in outlet.probes)
    return f"查看渠道：{'、'.join(names)}" if names else "没有地址"


def finding_line(finding: Finding) -> str:
    """An open finding: number, since when, whether it came back or keeps coming, and what it
    says."""
    again = f"（回潮，第{finding.recurrence + 1}次）" if finding.recurrence else ""
    again += "（反复出现，按一个问题登记）" if finding.flapping else ""
    return f"问题 {finding.number}：{finding.opened.astimezone(SHANGHAI):%Y-%m-%d} 起{again}，{finding.sentence}依据：{finding.clause}。"


def settings_data(settings: Settings) -> dict[str, Any]:
    catalogue = settings.catalogue
    kinds = Counter(outlet.kind.value for outlet in catalogue.outlets)
    return {
        "config": str(settings.path),
        "units": len(catalogue.units),
        "sites": len(catalogue.sites),
        "columns": kinds["column"],
        "accounts": kinds["account"],
        "canaries": kinds["canary"],
        "without_address": without_address(settings),
        "rules": sorted(settings.monitor.rules),
    }


def without_address(settings: Settings) -> list[str]:
    return [o.id for o in settings.catalogue.outlets if not o.url and not o.probes]


def settings_lines(settings: Settings) -> list[str]:
    data: Mapping[str, Any] = settings_data(settings)
    lines = [
        f"配置可用：{settings.path.name}",
        f"单位 {data['units']} 个，站点 {data['sites']} 个，栏目 {data['columns']} 个，账号 {data['accounts']} 个",
        f"规则：{'、'.join(data['rules'])}",
    ]
    if data["without_address"]:
        lines.append(f"还没有地址、因此只能判为“未知”的：{'、'.join(data['without_address'])}")
    return lines
