"""Commands that print bulletins and show the sample district; the command line adds them at its start."""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.clock import clock
from monitor import accounts_commands, screen
from monitor.accepting import accept
from monitor.bulletin import figures
from monitor.bulletin_model import DONE as DONE_WORD
from monitor.bulletin_model import Bulletin, Period
from monitor.demo.district import SAMPLE, load_district
from monitor.discovering import discover_columns
from monitor.dispensing import dispense
from monitor.judging_commands import judge
from monitor.mailing import mail
from monitor.office import open_office
from monitor.options import DONE, FAULT, tell, with_as_of, with_config, with_json
from monitor.printing import compile_bulletin, print_bulletin
from monitor.reading import read
from monitor.serving import serve

if TYPE_CHECKING:
    from monitor.demo.run import Shown


class PeriodType(click.ParamType[Period]):
    """2020Q2, 2020-06 and the like."""

    name = "period"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        try:
            return Period.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("period", type=PeriodType())
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("通报"), show_default=True, help="输出目录"
)
@with_config
@with_as_of
@with_json
def bulletin(period: Period, out: Path, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """季度通报：附件写成 Excel，正文数字写成 JSON。例：gengxin bulletin 2020Q2"""
    with open_office(path) as office:
        printed = print_bulletin(office, compile_bulletin(office, period, clock(as_of)()), out)
    lines = [*bulletin_lines(printed.bulletin), *(f"文件：{file}" for file in printed.files)]
    data = {"figures": figures(printed.bulletin), "files": [str(file) for file in printed.files]}
    tell(as_json, data, lines)
    return DONE


@click.command()
@click.option(
    "--district", type=click.Path(path_type=Path), default=SAMPLE, help="区的数据文件（docs/district.md）"
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-output"), show_default=True)
@click.option("--serve", is_flag=True, help="演示后让样例门户继续开着，按 Ctrl-C 结束")
@with_as_of
@with_json
def demo(district: Path, out: Path, serve: bool, as_of: datetime | None, as_json: bool) -> int:
    """样例区：在本机开一个样例门户，抓取、判定、发信、出附件，全程不联网。"""
    from monitor.demo.run import show, stage  # servers and all: nobody else waits for their import

    facts = load_district(district)
    now = clock(as_of or facts.as_of)
    with stage(facts, now, out) as (sample, office):
        with screen.progress(quiet=as_json) as bar:
            shown = show(facts, office, now, on_progress=bar)
        tell(as_json, demo_data(shown), demo_lines(shown, now()))
        if serve:
            click.echo(
                f"样例门户：{sample.portal_url}/　样例平台：{sample.media_url}/　按 Ctrl-C 结束", err=as_json
            )
            with suppress(KeyboardInterrupt):
                signal.pause()
    return FAULT if shown.wrong or shown.night.failed else DONE


def bulletin_lines(found: Bulletin) -> list[str]:
    """The figures of the bulletin's text, as a clerk reads them."""
    names = "、".join
    lines = [found.title.removeprefix("关于")]
    for group in found.groups:
        lines.append(f"  {group.name} {len(group.rows)} 个，发布 {group.total} 条")
        lines += [f"    {row.short}：{row.completion}" for row in group.rows if row.completion != DONE_WORD]
    portal = found.portal
    lines.append(
        f"  门户共发布 {portal.total} 条：列表单位 {portal.listed} 条，未归属（其他来源）{portal.unattributed} 条"
    )
    lines.append(f"  超期栏目 {len(found.columns)} 个")
    lines += [f"    {row.name}：{names(row.units)}，最新信息 {row.newest}" for row in found.columns]
    idle = [f"{row.name}（{row.newest}）" for row in found.idle]
    lines.append(
        f"  登记账号 {len(found.registered)} 个，超期 {len(idle)} 个" + (f"：{names(idle)}" if idle else "")
    )
    none = found.disclosure.none
    lines.append(
        f"  主动公开 {found.disclosure.total} 条" + (f"，数量为 0 的：{names(none)}" if none else "")
    )
    return lines


def demo_lines(shown: Shown, now: datetime) -> list[str]:
    lines = [f"样例：{shown.district.city}{shown.district.name}，按 {now:%Y-%m-%d} 判定"]
    lines += screen.night_lines(shown.night)
    lines += bulletin_lines(shown.printed.bulletin)
    if shown.differences:
        lines.append("与印发的通报不一致之处（以数据为准）：")
        lines += [f"  {difference.sentence}" for difference in shown.differences]
    lines.append("与样例数据核对：全部一致" if not shown.wrong else "与样例数据核对，不一致：")
    lines += [f"  {line}" for line in shown.wrong]
    lines.append("文件：")
    lines += [f"  {name}：{path}" for name, path in shown.files]
    return lines


def demo_data(shown: Shown) -> dict[str, object]:
    return {
        "night": screen.night_data(shown.night),
        "figures": figures(shown.printed.bulletin),
        "differences": [difference.sentence for difference in shown.differences],
        "wrong": list(shown.wrong),
        "files": {name: str(path) for name, path in shown.files},
    }


COMMANDS: tuple[click.Command, ...] = (
    accept,
    *accounts_commands.COMMANDS,
    bulletin,
    demo,
    discover_columns,
    dispense,
    judge,
    mail,
    read,
    serve,
)
