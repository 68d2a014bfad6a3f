"""``gengxin contacts``: the 通讯录 in and out. Phones are masked but where they are asked for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import shanghai_day
from monitor.commands import screen
from monitor.commands.imports import Telling, importing, noted, notes_data
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean

TELLING = Telling(
    "contacts",
    "导入工作簿（工作表“通讯录”）；有一处不合格就一条也不写。",
    "通讯录",
    "人",
    "ended",
    lambda change: change.line,
    noted,
    notes_data,
)


@click.group(commands=[importing(TELLING)])
def contacts() -> None:
    """通讯录：各单位的联系人和负责人，从哪天到哪天；从工作簿导入，改动先看后写。"""


@contacts.command("list")
@click.option("--unit", default="", help="只看这个单位（编号）")
@click.option("--phones", is_flag=True, help="显示完整电话号码（只给有权查看的人）")
@with_config
@with_as_of
@with_json
def list_(unit: str, phones: bool, path: Path, as_of: datetime | None, as_json: bool) -> int:
    """各单位的联系人和负责人，电话号码默认打码；不在任的也列出。"""
    from monitor.desk import contacts as contacting

    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        with office.reader.connect() as connection:
            found = contacting.listing(connection, shanghai_day(now), unit=unit, phones=phones)
            gone = contacting.orphans(connection)
    table = Table("单位", "角色", "姓名", "手机", "邮箱", "起", "止", "今天", "登记在")
    for one in found:
        cells = (
            one.unit_name,
            one.role,
            one.name,
            one.phone,
            one.email,
            one.since or "",
            one.until or "",
        )
        table.add_row(
            *(clean(str(c)) for c in cells), "在任" if one.holds else "不在任", one.kept_in
        )
    lines = (
        screen.rendered(table)
        if found
        else ["还没有登记联系人；单位的公用邮箱见 config.yaml 的 emails。"]
    )
    lines += [
        f"{clean(name)} 已撤并，通讯录里还有：{clean('、'.join(people))}"
        for name, people in gone.items()
    ]
    tell(as_json, [asdict(one) for one in found], lines)
    return DONE


@contacts.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("通讯录.xlsx"), show_default=True
)
@with_config
@with_as_of
def export(out: Path, path: Path, as_of: datetime | None) -> int:
    """导出通讯录工作簿（含完整电话号码，注意保管）；改好后可再导入。"""
    from monitor.desk import contacts as contacting

    with open_office(path) as office:
        enter_catalogue(office, clock(as_of)())
        with office.reader.connect() as connection:
            try:
                count = contacting.export(connection, out)
            except OSError as error:
                raise BadConfig(
                    f"{out}：写不进去，请换一个目录或关闭已打开的文件（{error}）"
                ) from None
    click.echo(f"{out}：{count} 人；文件里有完整的电话号码，请妥善保管")
    return DONE


COMMANDS: tuple[click.Command, ...] = (contacts,)
