"""``gengxin entries``: the files that tell what people entered: how they stand, have one count,
write them anew."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.entries import exports
from monitor.entries.by_hand import exports_of, take_in
from monitor.entries.exports import State
from monitor.office import known_units, open_office
from monitor.words.exits import DONE, FOUND


@click.group()
def entries() -> None:
    """人工登记（表扬、删补、找错、来源认定、更正、封存）都在库中，旁边的文件是导出的；手工改了文件用这里的命令。"""


@entries.command("check")
@with_config
@with_json
def check(path: Path, as_json: bool) -> int:
    """核对导出的文件：哪些被手工改过、不见了、没有接收。有不一致时退出码为 5。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = exports.look(connection, office.settings.places)
    wrong = [one for one in found if one.state is not State.SAME]
    data = [
        {"file": str(one.file), "state": one.state.value, "told": one.sentence} for one in found
    ]
    lines = [one.sentence for one in wrong] or [f"{len(found)} 个文件都与库中一致"]
    tell(as_json, data, lines)
    return FOUND if wrong else DONE


@entries.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@with_by("谁采用的（写入留痕）；不填为电脑登录名")
@with_config
@with_as_of
def import_(file: Path, by: str, path: Path, as_of: datetime | None) -> int:
    """采用手工改过的文件：库中改成与文件一致，逐条写入留痕。例：gengxin entries import decisions.yaml"""
    with open_office(path) as office:
        units, who = known_units(office), signed(by)
        with office.engine.begin() as connection:
            changes = take_in(connection, file, units, by=who, now=clock(as_of)())
        exports.adopt(office.reader, office.settings.places, exports_of(file), file)
    click.echo(f"已采用 {file.name}：改动 {changes} 条，已写入库和留痕")
    return DONE


@entries.command("export")
@with_config
def export(path: Path) -> int:
    """按库中内容重写全部文件；手工改过的改名另存，不丢失。"""
    with open_office(path) as office:
        written = exports.rewrite(office.reader, office.settings.places)
    for file in written:
        click.echo(f"已重写 {file}")
    if not written:
        click.echo("全部文件都与库中一致，没有重写")
    return DONE
