"""The command ``gengxin``. Exit codes: 0 done; 2 refused (bad input, said in one sentence); 3 the
night failed (nobody was accused); 4 letters could not be sent; 5 a bulletin contradicts itself; 1 a
fault of ours.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.doors.recheck import UnknownOutlet
from crawler.net.guard_trial import GuardOff, try_guard
from monitor.commands import screen
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.judging.evaluate import explain as explain_outlet
from monitor.judging.now import judge_now
from monitor.night import jobs
from monitor.night.clocks import WrongClock
from monitor.night.path import nightly as guarded_nightly
from monitor.night.path import recheck as guarded_recheck
from monitor.night.told import night_data, night_lines
from monitor.office import enter_catalogue, open_office, read_settings
from monitor.words.exits import DONE, FAULT, NIGHT_FAILED, REFUSED, UNSENT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gengxin", prog_name="gengxin")
def cli() -> None:
    """更新：政府网站栏目与政务新媒体更新监测。"""
    try_guard()  # whatever the command is: one that fetches cannot be forgotten here


@cli.command()
@with_config
@with_as_of
@with_json
def nightly(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """夜间任务：抓取、复看、判定、写信、发信。"""
    with open_office(path) as office, screen.progress(quiet=as_json) as bar:
        try:
            night = guarded_nightly(office, clock(as_of), as_of=as_of, on_progress=bar)
        except WrongClock as error:
            tell(as_json, {"failed": True, "fault": str(error)}, [f"今晚不算数：{error}。"])
            return NIGHT_FAILED
    tell(as_json, night_data(night), night_lines(night))
    if night.failed:
        return NIGHT_FAILED
    return UNSENT if night.sent.failed or night.sent.refused else DONE


@cli.command()
@click.argument("columns", nargs=-1, required=True)
@with_config
@with_as_of
@with_json
def recheck(columns: Sequence[str], path: Path, as_of: datetime | None, as_json: bool) -> int:
    """立即复查一个或几个栏目（账号），当场判定。"""
    with open_office(path) as office:
        now = clock(as_of)
        enter_catalogue(office, now())
        visits, judgement = guarded_recheck(office, now, list(dict.fromkeys(columns)), as_of=as_of)
    tell(as_json, screen.recheck_data(visits, judgement), screen.recheck_lines(visits, judgement))
    return DONE


@cli.command()
@with_config
@with_as_of
@with_json
def status(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """当前状态：单位、栏目、账号与判定。"""
    with open_office(path, looking=True) as office:
        now = clock(as_of)()
        judgement = judge_now(office, now, record=False)
        tell(as_json, screen.status_data(office, judgement), screen.status_lines(office, judgement))
    return DONE


@cli.command()
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


@cli.command("check-config")
@with_config
@with_json
def check_config(path: Path, as_json: bool) -> int:
    """检查配置文件，不动数据。"""
    settings = read_settings(path)
    tell(as_json, screen.settings_data(settings), screen.settings_lines(settings))
    return DONE


def attach() -> None:
    """The commands that live in files of their own."""
    from monitor.commands import accounts as accounts_commands
    from monitor.commands import columns as columns_commands
    from monitor.commands import contacts as contacts_commands
    from monitor.commands import content as content_commands
    from monitor.commands import units as units_commands
    from monitor.commands.accept import accept
    from monitor.commands.attribution import attribution
    from monitor.commands.audit import audit, proof
    from monitor.commands.bulletin import bulletin
    from monitor.commands.checklist import checklist
    from monitor.commands.demo import demo
    from monitor.commands.discover import discover_columns
    from monitor.commands.dispense import dispense
    from monitor.commands.due import due
    from monitor.commands.entries import entries
    from monitor.commands.judge import judge
    from monitor.commands.mail import mail
    from monitor.commands.migrate import migrate
    from monitor.commands.order import order
    from monitor.commands.read import read
    from monitor.commands.serve import serve
    from monitor.commands.users import users

    commands: tuple[click.Command, ...] = (
        checklist,
        accept,
        *accounts_commands.COMMANDS,
        attribution,
        audit,
        bulletin,
        *columns_commands.COMMANDS,
        *contacts_commands.COMMANDS,
        *content_commands.COMMANDS,
        demo,
        discover_columns,
        dispense,
        due,
        entries,
        judge,
        mail,
        migrate,
        order,
        proof,
        read,
        serve,
        *units_commands.COMMANDS,
        users,
    )
    for command in commands:
        cli.add_command(command)


def main() -> int:
    """Run the command line; faults that a person can mend are one sentence and exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    attach()
    try:
        result = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        return FAULT
    except GuardOff as error:
        click.echo(str(error), err=True)
        return FAULT
    except click.ClickException as error:
        return refuse(f"{error.format_message()}（用法见 gengxin --help）")
    except UnknownOutlet as error:
        return refuse(f"台账里没有这个栏目或账号：{error}；gengxin status 列出全部编号")
    except (BadConfig, jobs.Busy, WrongClock) as error:
        return refuse(str(error))
    except DBAPIError as error:
        return refuse(
            f"数据库打不开或写不进：{str(error.orig or error).splitlines()[0][:200]}；检查 config.yaml 的 store"
        )
    return int(result or DONE)


def refuse(sentence: str) -> int:
    """Say why nothing was done."""
    click.echo(sentence, err=True)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
