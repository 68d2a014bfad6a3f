"""``gengxin dispense``: enter, list and withdraw silences, exemptions and reported maintenance."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import Connection, select

from crawler.clock import clock
from crawler.model import Deed, shanghai_day
from crawler.store.tables import OutletRow, SiteRow, UnitRow
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.findings.dispensations import (
    KIND_NAMES,
    Bounds,
    Dispensation,
    DispensationKind,
    DispensationRefused,
    grant,
    in_force,
    withdraw,
)
from monitor.office import open_office
from monitor.rules import rule_names
from monitor.words.exits import DONE

DAY = click.DateTime(["%Y-%m-%d"])
TABLES = {"outlet": OutletRow, "unit": UnitRow, "site": SiteRow}


@click.group()
def dispense() -> None:
    """静默、豁免、报备：谁批准、什么事由、到哪一天为止。"""


@dispense.command()
@click.argument("kind", type=click.Choice([kind.value for kind in DispensationKind]))
@click.argument("subject")
@click.option("--rule", default="", help="只对这一条规则；不写则对全部规则")
@click.option("--reason", required=True, help="事由")
@click.option("--by", "approved_by", required=True, help="批准人")
@click.option("--until", type=DAY, required=True, help="截止日（含）")
@click.option("--since", type=DAY, help="开始日，默认今天")
@with_config
@with_as_of
@with_json
def add(
    kind: str,
    subject: str,
    rule: str,
    reason: str,
    approved_by: str,
    until: datetime,
    since: datetime | None,
    path: Path,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """登记一项：exemption 豁免、maintenance 报备、silence 静默。例：add exemption outlet:zlaq …"""
    if rule and rule not in rule_names():
        raise click.ClickException(f"没有规则 {rule}；可选：{'、'.join(rule_names())}")
    now = clock(as_of)()
    start = since.date() if since else shanghai_day(now)
    with open_office(path) as office, office.engine.begin() as connection:
        if not _exists(connection, subject):
            raise click.ClickException(f"台账里没有对象{subject}；gengxin status 列出全部编号")
        try:
            made = grant(
                connection,
                DispensationKind(kind),
                subject,
                deed=Deed(approved_by, now, reason),
                bounds=Bounds(start, until.date(), rule),
            )
        except DispensationRefused as error:
            raise click.ClickException(str(error)) from None
    tell(as_json, asdict(made), [f"已登记：{line(made)}"])
    return DONE


@dispense.command("list")
@with_config
@with_as_of
@with_json
def show(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """现行有效的静默、豁免、报备。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = in_force(connection, clock(as_of)())
    tell(
        as_json,
        [asdict(one) for one in found],
        [line(one) for one in found] or ["没有现行有效的静默、豁免、报备。"],
    )
    return DONE


@dispense.command("withdraw")
@click.argument("number", type=int)
@click.option("--by", required=True, help="撤销人")
@with_config
@with_as_of
@with_json
def take_back(number: int, by: str, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """撤销一项；原记录保留。"""
    with open_office(path) as office, office.engine.begin() as connection:
        if not withdraw(connection, number, by, clock(as_of)()):
            raise click.ClickException(
                f"没有编号为{number}的有效记录；gengxin dispense list 列出全部"
            )
    tell(as_json, {"withdrawn": number}, [f"已撤销第{number}号。"])
    return DONE


def _exists(connection: Connection, subject: str) -> bool:
    """Whether the catalogue has the subject, or any that a trailing ``*`` stands for; other kinds
    are not looked up."""
    kind, _, name = subject.partition(":")
    if kind not in TABLES or not name:
        return True
    id_ = TABLES[kind].__table__.c.id
    meant = id_.startswith(name[:-1], autoescape=True) if name.endswith("*") else id_ == name
    return connection.execute(select(id_).where(meant).limit(1)).first() is not None


def line(one: Dispensation) -> str:
    """One decision as a line: number, kind, subject, rule, days, reason, approver."""
    days: tuple[date, date] = (one.since, one.until)
    rule = one.rule or "全部规则"
    return (
        f"{one.id} {KIND_NAMES[one.kind]} {one.subject}（{rule}）{days[0]} 至 {days[1]}，"
        f"批准人：{one.approved_by}，事由：{one.reason}"
    )
