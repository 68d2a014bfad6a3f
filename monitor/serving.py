"""``gengxin serve``: the timetable as one long process."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from crawler.clock import clock
from monitor.office import enter_catalogue, open_office
from monitor.options import DONE, with_config
from monitor.schedule import serve as run


@click.command()
@with_config
def serve(path: Path) -> int:
    """服务：按时间表抓取、判定、发信、探测首页、处理复查，直到停止（Ctrl-C 或 SIGTERM）。"""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", force=True)
    now = clock()
    with open_office(path) as office:
        enter_catalogue(office, now())
        run(office, now)
    return DONE
