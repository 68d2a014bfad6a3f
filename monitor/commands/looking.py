"""``gengxin status``, ``explain`` and ``check-config``: what looks into the store or the settings
and changes nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.model import UnknownOutlet
from crawler.store.soundness import Depth
from monitor.commands import screen
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.judging.evaluate import explain as explain_outlet
from monitor.judging.now import judge_now
from monitor.office import must_be_sound, open_office, read_settings
from monitor.words.exits import DONE

GLANCE = 10.0
"""Seconds that the pages of the store are looked at: some 2 GB. The self-check has more time."""


@click.command()
@with_config
@with_as_of
@with_json
def status(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """当前状态：单位、栏目、账号与判定。"""
    must_be_sound(read_settings(path), Depth.QUICK, GLANCE)
    with open_office(path, looking=True) as office:
        now = clock(as_of)()
        judgement = judge_now(office, now, record=False)
        tell(as_json, screen.status_data(office, judgement), screen.status_lines(office, judgement))
    return DONE


@click.command()
@click.argument("column")
@with_config
@with_as_of
@with_json
def explain(column: str, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """一个栏目（账号）为什么这样判定：信息、依据、条款、抓取记录。"""
    with open_office(path) as office:
        found = explain_outlet(
            office.reader,
            office.settings.monitor,
            column,
            clock(as_of)(),
            horizon=office.settings.crawl.backfill_from,
        )
        names = {unit.id: unit.short for unit in office.settings.catalogue.units}
    if found is None:
        raise UnknownOutlet(column)
    tell(as_json, screen.explain_data(found), screen.explain_lines(found, names))
    return DONE


@click.command("check-config")
@with_config
@with_json
def check_config(path: Path, as_json: bool) -> int:
    """检查配置文件，不动数据。"""
    settings = read_settings(path)
    tell(as_json, screen.settings_data(settings), screen.settings_lines(settings))
    return DONE
