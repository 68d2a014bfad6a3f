"""``gengxin accept``: a person found a redesigned or shortened column healthy; it learns its page
anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.clock import clock
from crawler.model import UnknownOutlet
from crawler.register.enter import Learned
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.desk.entering import learn_anew
from monitor.looks.shapes import told
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE


@click.command()
@click.argument("column")
@click.option("--by", required=True, help="谁核实的")
@click.option("--reason", required=True, help="看到了什么，如“栏目改版，列表正常”")
@with_config
@with_as_of
@with_json
def accept(
    column: str, by: str, reason: str, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """人工核实栏目改版（或信息减少）属正常：采用新版式；接不上以前信息的，清除以前学到的条数和页面特征，下次抓取重新学习。"""
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        with office.engine.begin() as connection:
            learned = learn_anew(connection, column, by=by, reason=reason, now=now)
    if learned is None:
        raise UnknownOutlet(column)
    tell(as_json, _data(column, learned), [*_lines(column, learned, by, reason)])
    return DONE


def _lines(column: str, learned: Learned, by: str, reason: str) -> Iterator[str]:
    if learned.drift is not None:
        shown = "；".join(f"{name} {how}" for _, name, how in told(learned.drift))
        yield f"{column}：已采用新版式（{shown}）"
    if not learned.kept:
        family = learned.family or "未记"
        yield f"{column}：已清除以前学到的内容（首页有日期的信息 {learned.dated} 条，建站系统 {family}）"
    yield f"核实人 {by}，原因：{reason}；已记入抓取记录"
    if learned.floor > 1:
        yield f"台账中的下限（floor: {learned.floor}）仍然有效，要改请改 config.yaml"
    yield f"接着可运行 gengxin recheck {column}"


def _data(column: str, learned: Learned) -> dict[str, Any]:
    shape = asdict(learned.drift.shape) if learned.drift is not None else None
    return {
        "outlet": column,
        "dated": learned.dated,
        "family": learned.family,
        "floor": learned.floor,
        "adopted": shape,
        "forgotten": not learned.kept,
    }
