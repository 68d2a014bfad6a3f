"""``gengxin demo``: the sample district, from its first night to the printed bulletin."""

from __future__ import annotations

import signal
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.clock import Clock, clock
from monitor.access.roles import ROLES
from monitor.bulletin.compile import figures
from monitor.bulletin.screen import bulletin_lines
from monitor.commands import screen
from monitor.commands.options import tell, with_as_of, with_json
from monitor.demo.district import PROVINCE, SAMPLE, TRS, load_district
from monitor.night.told import night_data, night_lines
from monitor.words.exits import DONE, FAULT

if TYPE_CHECKING:
    from monitor.demo.run import Demonstration
    from monitor.demo.server import Sample
    from monitor.office import Office


@click.command()
@click.option(
    "--district",
    type=click.Path(path_type=Path),
    default=SAMPLE,
    help="区的数据文件（docs/district.md）",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("demo-output"), show_default=True
)
@click.option(
    "--manner",
    type=click.Choice([PROVINCE, TRS]),
    default=PROVINCE,
    show_default=True,
    help="样例门户的建站方式：province 省统一平台，trs 普通 TRS",
)
@click.option(
    "--serve", is_flag=True, help="演示后打开样例的网页，样例门户也继续开着，按 Ctrl-C 结束"
)
@with_as_of
@with_json
def demo(
    district: Path, out: Path, manner: str, serve: bool, as_of: datetime | None, as_json: bool
) -> int:
    """样例区：在本机开一个样例门户，抓取、判定、发信、出附件，全程不联网。"""
    from monitor.demo.run import show, stage  # servers and all: nobody else waits for their import

    facts = load_district(district)
    now = clock(as_of or facts.as_of)
    with stage(facts, now, out, manner=manner) as (sample, office):
        with screen.progress(quiet=as_json) as bar:
            shown = show(facts, office, now, on_progress=bar, sample=sample)
        tell(as_json, demo_data(shown), demo_lines(shown, now()))
        if serve:
            _keep_open(sample, office, now, as_json)
    return FAULT if shown.wrong or shown.night.failed else DONE


def _keep_open(sample: Sample, office: Office, now: Clock, as_json: bool) -> None:
    """Serve the pages over what the demonstration left, until Ctrl-C."""
    from monitor.demo.web import add_sample_users, sample_web

    password = add_sample_users(office, now)
    with sample_web(office, now) as address:
        names = "、".join(f"{role.sample}（{role.title}）" for role in ROLES.values())
        for line in (
            f"网页：{address}/",
            f"登录名：{names}；密码都是 {password}",
            f"样例门户：{sample.portal_url}/　样例平台：{sample.media_url}/　按 Ctrl-C 结束",
        ):
            click.echo(line, err=as_json)
        with suppress(KeyboardInterrupt):
            signal.pause()


def demo_lines(shown: Demonstration, now: datetime) -> list[str]:
    lines = [f"样例：{shown.district.city}{shown.district.name}，按 {now:%Y-%m-%d} 判定"]
    lines += night_lines(shown.night)
    lines += bulletin_lines(shown.printed.bulletin)
    lines += shown.content
    if shown.differences:
        lines.append("与印发的通报不一致之处（以数据为准）：")
        lines += [f"  {difference}" for difference in shown.differences]
    lines.append("与样例数据核对：全部一致" if not shown.wrong else "与样例数据核对，不一致：")
    lines += [f"  {line}" for line in shown.wrong]
    lines.append("文件：")
    lines += [f"  {name}：{path}" for name, path in shown.files]
    lines += [f"  {sentence}" for sentence in shown.printed.missing]
    return lines


def demo_data(shown: Demonstration) -> dict[str, object]:
    return {
        "night": night_data(shown.night),
        "figures": figures(shown.printed.bulletin),
        "differences": list(shown.differences),
        "content": list(shown.content),
        "wrong": list(shown.wrong),
        "files": {name: str(path) for name, path in shown.files},
    }
