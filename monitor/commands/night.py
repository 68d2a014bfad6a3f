"""``gengxin nightly`` and ``gengxin recheck``: what looks at the portal and judges at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from monitor.commands import screen
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.night import path as guarded
from monitor.night.clocks import WrongClock
from monitor.night.told import night_data, night_lines
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE, NIGHT_FAILED, UNSENT


@click.command()
@with_config
@with_as_of
@with_json
def nightly(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """夜间任务：抓取、复看、判定、写信、发信。"""
    with open_office(path) as office, screen.progress(quiet=as_json) as bar:
        try:
            night = guarded.nightly(office, clock(as_of), as_of=as_of, on_progress=bar)
        except WrongClock as error:
            tell(as_json, {"failed": True, "fault": str(error)}, [f"今晚不算数：{error}。"])
            return NIGHT_FAILED
    tell(as_json, night_data(night), night_lines(night))
    if night.failed:
        return NIGHT_FAILED
    return UNSENT if night.sent.failed or night.sent.refused else DONE


@click.command()
@click.argument("columns", nargs=-1, required=True)
@with_config
@with_as_of
@with_json
def recheck(columns: Sequence[str], path: Path, as_of: datetime | None, as_json: bool) -> int:
    """立即复查一个或几个栏目（账号），当场判定。"""
    with open_office(path) as office:
        now = clock(as_of)
        enter_catalogue(office, now())
        wanted = list(dict.fromkeys(columns))
        visits, judgement = guarded.recheck(office, now, wanted, as_of=as_of)
    tell(as_json, screen.recheck_data(visits, judgement), screen.recheck_lines(visits, judgement))
    return DONE
