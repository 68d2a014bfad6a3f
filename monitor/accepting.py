"""``gengxin accept``: a person found a redesigned or shortened column healthy; it learns its page anew."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.recheck import UnknownOutlet
from monitor.entering import learn_anew
from monitor.office import enter_catalogue, open_office
from monitor.options import DONE, tell, with_as_of, with_config, with_json


@click.command()
@click.argument("column")
@click.option("--by", required=True, help="谁核实的")
@click.option("--reason", required=True, help="看到了什么，如“栏目改版，列表正常”")
@with_config
@with_as_of
@with_json
def accept(column: str, by: str, reason: str, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """人工核实栏目改版（或信息减少）属正常：清除以前学到的条数和页面特征，下次抓取重新学习。"""
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        with office.engine.begin() as connection:
            forgotten = learn_anew(connection, column, by=by, reason=reason, now=now)
    if forgotten is None:
        raise UnknownOutlet(column)
    lines = [
        f"{column}：已清除以前学到的内容（首页有日期的信息 {forgotten.dated} 条，建站系统 {forgotten.family or '未记'}）",
        f"核实人 {by}，原因：{reason}；已记入抓取记录",
    ]
    if forgotten.floor > 1:
        lines.append(f"台账中的下限（floor: {forgotten.floor}）仍然有效，要改请改 config.yaml")
    lines.append(f"接着可运行 gengxin recheck {column}")
    data = {"outlet": column, "dated": forgotten.dated, "family": forgotten.family, "floor": forgotten.floor}
    tell(as_json, data, lines)
    return DONE
