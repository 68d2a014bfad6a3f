"""``gengxin checklist``: what a person has to judge, the answers, and what each site and account
comes to."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from crawler.clock import clock
from crawler.model import Deed, shanghai_day
from monitor.commands.bulletin import PeriodType
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.commands.screen import rendered
from monitor.days.calendar import quarter_name
from monitor.days.period import Period
from monitor.facts.facts import gather
from monitor.findings.dispensations import in_force
from monitor.judging.checklist import (
    ANSWER_NAMES,
    OVERALL_NAMES,
    Answered,
    AnswerRefused,
    AskedOf,
    ChecklistResult,
    Indicator,
    IndicatorAnswer,
    answer,
    answers,
    items,
    kind_of,
    results,
    subjects,
)
from monitor.judging.evaluate import judge
from monitor.model import Facts, Verdict
from monitor.office import Office, counter, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean


@click.group()
def checklist() -> None:
    """只有人能判的指标：逐项核对、留名留据，并汇总每个站点和账号的结果。"""


@checklist.command("list")
@click.option("--period", type=PeriodType(), help="考核期，如 2020Q2；默认本季度")
@click.option("--subject", help="只看一个对象：site:编号 或 outlet:账号编号")
@with_config
@with_as_of
@with_json
def show(
    period: Period | None, subject: str | None, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """列出核对表和已有的回答。"""
    now = clock(as_of)()
    chosen = _name(period, now)
    with open_office(path) as office:
        facts, _ = _judged(office, now)
        with office.reader.connect() as connection:
            given = answers(connection, chosen, now)
    wanted = [pair for pair in subjects(facts) if subject in (None, pair[0])]
    if subject is not None and not wanted:
        raise click.ClickException(f"没有对象{subject}；写成 site:编号 或 outlet:账号编号")
    rows = [
        (name, target, item, given.get((target, item.id)))
        for target, name in wanted
        for item in items()
        if item.applies == kind_of(target)
    ]
    data = [
        {"subject": t, "name": n, "item": i.model_dump(), "answer": asdict(a) if a else None}
        for n, t, i, a in rows
    ]
    tell(as_json, {"period": chosen, "checklist": data}, _table(chosen, rows))
    return DONE


@checklist.command("answer")
@click.argument("subject")
@click.argument("indicator")
@click.argument("given", type=click.Choice([one.value for one in IndicatorAnswer]))
@click.option("--period", type=PeriodType(), help="考核期，如 2020Q2；默认本季度")
@click.option("--by", required=True, help="判定人")
@click.option("--proof", required=True, help="依据：截图编号、网址、文号等")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="查看日期，默认今天")
@with_config
@with_as_of
@with_json
def give(
    subject: str,
    indicator: str,
    given: str,
    period: Period | None,
    by: str,
    proof: str,
    day: datetime | None,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """登记一项人工判定：pass 合格、fail 不合格、not_applicable 不适用。"""
    now = clock(as_of)()
    with open_office(path) as office:
        facts, _ = _judged(office, now)
        if subject not in [target for target, _ in subjects(facts)]:
            raise click.ClickException(f"没有对象{subject}；gengxin checklist list 列出全部")
        try:
            with office.engine.begin() as connection:
                made = answer(
                    connection,
                    asked=AskedOf(indicator, subject, _name(period, now)),
                    given=IndicatorAnswer(given),
                    deed=Deed(by, now, proof),
                    day=day.date() if day else None,
                )
        except AnswerRefused as error:
            raise click.ClickException(str(error)) from None
    said = f"已登记：{made.period} {made.subject} {made.indicator} {ANSWER_NAMES[made.answer]}，{made.by}，{made.day}"
    tell(as_json, asdict(made), [said])
    return DONE


@checklist.command("result")
@click.option("--period", type=PeriodType(), help="考核期，如 2020Q2；默认本季度")
@with_config
@with_as_of
@with_json
def result(period: Period | None, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """每个站点、账号的总结果：合格、不合格（哪一项否决）、待人工、无证据。"""
    now = clock(as_of)()
    chosen = _name(period, now)
    with open_office(path) as office:
        facts, verdicts = _judged(office, now)
        with office.reader.connect() as connection:
            found = results(facts, verdicts, answers(connection, chosen, now))
    data = [{**asdict(one), "overall": one.overall.value} for one in found]
    tell(as_json, {"period": chosen, "results": data}, result_lines(chosen, found))
    return DONE


def _name(period: Period | None, now: datetime) -> str:
    return period.name if period else quarter_name(shanghai_day(now))


def _judged(office: Office, now: datetime) -> tuple[Facts, tuple[Verdict, ...]]:
    """The facts and verdicts of now; nothing is written."""
    settings = office.settings
    with office.reader.connect() as connection:
        facts = gather(
            connection,
            now,
            count=counter(office),
            horizon=settings.crawl.backfill_from,
            coverage=settings.monitor.coverage,
        )
        return facts, judge(facts, settings.monitor, in_force(connection, facts.as_of))


def _table(period: str, rows: list[tuple[str, str, Indicator, Answered | None]]) -> list[str]:
    table = Table("对象", "指标编号", "类别", "指标", "回答", title=f"{period} 人工核对表")
    for name, target, item, given in rows:
        kind = ("单项否决" if item.kind == "veto" else "扣分") + (
            "，需查原文" if item.original else ""
        )
        said = f"{ANSWER_NAMES[given.answer]}（{given.by}，{given.day}）" if given else "待判"
        table.add_row(
            f"{clean(name)} {target}", item.id, kind, f"{item.name}：{item.ask}", clean(said)
        )
    return rendered(table)


def result_lines(period: str, found: tuple[ChecklistResult, ...]) -> list[str]:
    """A line for each site and account, with what decided it."""
    lines = [f"{period} 结果："]
    for one in found:
        why = f"：{'；'.join(clean(reason) for reason in one.why)}" if one.why else ""
        lines.append(f"  {clean(one.name)}（{one.subject}） {OVERALL_NAMES[one.overall]}{why}")
        if one.findings:
            lines.append(f"    扣分项（分值需查原文）：{'、'.join(one.findings)}")
    return lines
