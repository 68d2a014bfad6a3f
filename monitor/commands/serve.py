"""``gengxin serve``: the timetable and the web, two processes under one command."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import click

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.system.parent import tied_to
from monitor.commands.options import with_as_of, with_config
from monitor.night.schedule import serve as run
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE, FAULT

log = logging.getLogger(__name__)
RESTART = 3.0
"""Seconds before a web process that ended by itself is started again."""
END = 8.0


@click.command()
@click.option("--web-only", is_flag=True, help="只开网页，不跑时间表")
@click.option("--schedule-only", is_flag=True, help="只跑时间表，不开网页")
@click.option("--parent", type=int, hidden=True, help="没有这个进程就结束")
@with_config
@with_as_of
def serve(
    path: Path, web_only: bool, schedule_only: bool, parent: int | None, as_of: datetime | None
) -> int:
    """服务：网页，以及按时间表抓取、判定、发信、探测首页、处理复查，直到停止（Ctrl-C 或 SIGTERM）。"""
    if web_only and schedule_only:
        raise BadConfig("--web-only 和 --schedule-only 只能选一个；两样都要就都不写")
    if parent is not None and not tied_to(parent):
        return FAULT
    if as_of and not web_only:
        raise BadConfig("--as-of 只能和 --web-only 一起用：网页按那一刻显示；时间表只认真实时间")
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", force=True
    )
    now = clock(as_of)
    with open_office(path) as office:
        if web_only:
            from monitor.web.run import Taken
            from monitor.web.run import run as run_web

            try:
                run_web(office, now)
            except Taken as error:
                raise BadConfig(str(error)) from None
            return DONE
        enter_catalogue(office, now())
        with _nothing() if schedule_only else web_beside(path):
            run(office, now)
    return DONE


@contextmanager
def web_beside(path: Path) -> Iterator[None]:
    """The web in a process of its own while the block runs; started again when it ends by
    itself."""
    stop = Event()
    keeper = Thread(target=_keep, args=(path, stop), name="web", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(END + 2)


def _keep(path: Path, stop: Event) -> None:
    command = [sys.executable, "-m", "monitor", "serve", "--web-only", "--config", str(path)]
    while not stop.is_set():
        child = subprocess.Popen([*command, "--parent", str(os.getpid())])
        while child.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(child)
            return
        log.error("网页进程退出了（%s），%d 秒后重新启动", child.returncode, RESTART)
        stop.wait(RESTART)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(END)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _nothing() -> Iterator[None]:
    yield
