"""``gengxin columns``: the 栏目维护分工表 in and out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import Deed
from monitor.commands.imports import Telling, importing, noted, notes_data
from monitor.commands.offers import data
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.desk.column_words import WordAbout, WordRefused, column_words, end_word, give_word
from monitor.looks.column_words import ADDRESS, BACKWARDS, KINDS, PART
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean


def _row(change: Any) -> dict[str, object]:
    fields = [list(one) for one in change.fields]
    return {"id": change.id, "name": change.name, "cell": change.cell, "fields": fields}


TELLING = Telling(
    "columns",
    "导入栏目维护分工表；有一处不合格就一条也不写。config.yaml 里的栏目仍由 config.yaml 管。",
    "台账",
    "个",
    "retired",
    _row,
    noted,
    notes_data,
)


@click.group(commands=[data, importing(TELLING)])
def columns() -> None:
    """栏目台账：导入、导出栏目维护分工表；改动先看后写，停用不删除。"""


@columns.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("栏目维护分工表.xlsx"), show_default=True
)
@with_config
@with_as_of
def export(out: Path, path: Path, as_of: datetime | None) -> int:
    """导出在用栏目的维护分工表；改好后可再导入。"""
    from monitor.desk import columns as columns_desk

    with open_office(path) as office:
        enter_catalogue(office, clock(as_of)())
        with office.reader.connect() as connection:
            try:
                count = columns_desk.export(connection, out)
            except OSError as error:
                raise BadConfig(
                    f"{out}：写不进去，请换一个目录或关闭已打开的文件（{error}）"
                ) from None
    click.echo(f"{out}：栏目 {count} 个")
    return DONE


@columns.group()
def word() -> None:
    """对栏目的一次性认定：某处内容不属于本栏目等；留经办人和理由，可撤回。"""


@word.command("add")
@click.argument("column")
@click.option(
    "--part", default="", help="未读出内容的位置，如 row 1、beside the list（判定的句子里有）"
)
@click.option("--not-ours", "foreign", is_flag=True, help="认定该处不属于本栏目，不再影响判定")
@click.option("--backwards", is_flag=True, help="认定列表变旧属实（如撤下了最新信息），不是旧备份")
@click.option("--address", default="", help="认定栏目跳转到的这个地址属实")
@click.option("--reason", required=True, help="理由")
@with_by()
@with_config
@with_as_of
def add_word(
    column: str,
    part: str,
    foreign: bool,
    backwards: bool,
    address: str,
    reason: str,
    by: str,
    path: Path,
    as_of: datetime | None,
) -> int:
    """认定一处；认定一行的，只管那一行。"""
    said = [(PART, part)] * (bool(part) and foreign)
    said += [(BACKWARDS, "")] * backwards + [(ADDRESS, address)] * bool(address)
    if len(said) != 1:
        raise BadConfig(
            "请认定且只认定一样：--part 位置 --not-ours，或 --backwards，或 --address 网址"
        )
    (kind, key) = said[0]
    now = clock(as_of)()
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            number = give_word(
                connection, column, WordAbout(kind, key), deed=Deed(signed(by), now, reason)
            )
        except WordRefused as error:
            raise BadConfig(str(error)) from None
    click.echo(f"第 {number} 号认定：{column}，{KINDS[kind]}{clean(key)}")
    return DONE


@word.command("end")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="理由")
@with_by()
@with_config
@with_as_of
def end_one(number: int, reason: str, by: str, path: Path, as_of: datetime | None) -> int:
    """撤回一次认定；从现在起不再算数。"""
    now = clock(as_of)()
    with open_office(path) as office, office.engine.begin() as connection:
        try:
            end_word(connection, number, deed=Deed(signed(by), now, reason))
        except WordRefused as error:
            raise BadConfig(str(error)) from None
    click.echo(f"第 {number} 号认定已撤回")
    return DONE


@word.command("list")
@with_config
@with_json
def list_words(path: Path, as_json: bool) -> int:
    """列出有效的认定。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = column_words(connection)
    lines = [
        f"{one.id} {one.outlet} {KINDS[one.kind]}{clean(one.key)}；{clean(one.reason)}（{clean(one.person)}）"
        for one in found
    ]
    names = ("id", "outlet", "kind", "key", "person", "reason", "moment")
    data = [{name: getattr(one, name) for name in names} for one in found]
    tell(as_json, data, lines or ["没有有效的认定"])
    return DONE


COMMANDS: tuple[click.Command, ...] = (columns,)
