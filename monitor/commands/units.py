"""``gengxin units``: whether each unit's places are known to be all in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import Deed, shanghai_day
from monitor.board.wholes import WHOLE, UnitPlaces, places
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.desk.wholes import WholeRefused, end_whole, give_whole
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean


@click.group()
def units() -> None:
    """单位：每个单位发布信息的栏目是否已全部纳入台账。"""


@units.group()
def whole() -> None:
    """确认单位的发布栏目已齐全；没有确认的，数量不作认定。留经办人和理由，可撤回。"""


@whole.command("add")
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="台账里还没有确认的全部单位")
@click.option("--reason", required=True, help="怎样核对的，如“已与单位逐个栏目核对”")
@with_by()
@with_config
@with_as_of
def add(
    names: Sequence[str], every: bool, reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """确认这些单位（编号、简称或全称）的发布栏目都在台账里。"""
    if bool(names) == every:
        raise BadConfig("请写明是哪些单位（编号或名称），或用 --all 表示全部还没有确认的单位")
    now = clock(as_of)()
    with open_office(path) as office:
        enter_catalogue(office, now)
        with office.engine.begin() as connection:
            wanted = names or [
                one.unit for one in places(connection, now).values() if one.state != WHOLE
            ]
            if not wanted:
                raise BadConfig("台账里的单位都已确认，没有要确认的")
            try:
                done = give_whole(connection, wanted, deed=Deed(signed(by), now, reason))
            except WholeRefused as error:
                raise BadConfig(str(error)) from None
            shown = places(connection, now)
    click.echo(
        f"已确认 {len(done)} 个单位的发布栏目齐全：{'、'.join(shown[one].short for one in done)}"
    )
    click.echo("下一次判定起，它们读全了的月份可以认定数量不足")
    return DONE


@whole.command("end")
@click.argument("names", nargs=-1, required=True)
@click.option("--reason", required=True, help="理由")
@with_by()
@with_config
@with_as_of
def end(names: Sequence[str], reason: str, by: str, path: Path, as_of: datetime | None) -> int:
    """撤回确认；从现在起这些单位的数量不作认定。"""
    now = clock(as_of)()
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            done = end_whole(connection, names, deed=Deed(signed(by), now, reason))
        except WholeRefused as error:
            raise BadConfig(str(error)) from None
        shown = places(connection, now)
    click.echo(f"已撤回 {len(done)} 个单位的确认：{'、'.join(shown[one].short for one in done)}")
    return DONE


@whole.command("list")
@with_config
@with_as_of
@with_json
def list_(path: Path, as_of: datetime | None, as_json: bool) -> int:
    """每个单位是否已确认，谁、何时、怎样核对的。"""
    now = clock(as_of)()
    with open_office(path) as office:
        enter_catalogue(office, now)
        with office.reader.connect() as connection:
            found = list(places(connection, now).values())
    number = sum(one.state == WHOLE for one in found)
    head = f"{len(found)} 个单位，已确认 {number} 个；其余 {len(found) - number} 个的数量不作认定"
    lines = [head, *(_line(one) for one in found)] if found else ["台账里还没有单位"]
    tell(as_json, [_data(one) for one in found], lines)
    return DONE


def _line(one: UnitPlaces) -> str:
    if one.word is None:
        return f"{one.unit} {one.short}：{one.name}"
    told = f"{shanghai_day(one.word.moment)} {clean(one.word.person)}，{clean(one.word.reason)}"
    where = "；写在 config.yaml" if one.word.config else ""
    gone = (
        f"；之后退出台账的栏目：{'、'.join(clean(name, 40) for name in one.left)}"
        if one.left
        else ""
    )
    return f"{one.unit} {one.short}：{one.name}（{told}{where}{gone}）"


def _data(one: UnitPlaces) -> dict[str, object]:
    word = one.word
    return {
        "unit": one.unit,
        "short": one.short,
        "state": one.state,
        "whole": one.state == WHOLE,
        "person": word.person if word else "",
        "reason": word.reason if word else "",
        "moment": word.moment if word else None,
        "config": bool(word and word.config),
        "left": list(one.left),
    }


COMMANDS: tuple[click.Command, ...] = (units,)
