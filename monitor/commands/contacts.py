"""``gengxin contacts``: the 通讯录 in and out. Phones are masked but where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import shanghai_day
from monitor.commands import screen
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE, REFUSED
from monitor.words.plain import clean


@click.group()
def contacts() -> None:
    """通讯录：各单位的联系人和负责人，从哪天到哪天；从工作簿导入，改动先看后写。"""


@contacts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", "wanted", is_flag=True, help="写入；不加则只显示会有什么变化")
@with_by()
@with_config
@with_as_of
@with_json
def import_(
    file: Path, wanted: bool, by: str, path: Path, as_of: datetime | None, as_json: bool
) -> int:
    """导入工作簿（工作表“通讯录”）；有一处不合格就一条也不写。"""
    from monitor.desk import (
        contacts as contacting,  # the workbook's reader: nobody else waits for its import
    )

    try:
        book = contacting.read(file)
    except contacting.BadWorkbook as error:
        raise BadConfig(str(error)) from None
    with open_office(path) as office:
        now = clock(as_of)()
        enter_catalogue(office, now)
        with office.engine.begin() as connection:
            proposal = contacting.proposed(connection, book, now)
            written = wanted and not proposal.faults
            if written:
                contacting.enter(
                    connection, proposal, now, by=signed(by), proof=contacting.proof_of(file)
                )
    tell(as_json, _data(proposal, written), _lines(proposal, written))
    return REFUSED if proposal.faults else DONE


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


def _lines(proposal: Any, written: bool) -> list[str]:
    moved: Sequence[Any] = (*proposal.added, *proposal.changed, *proposal.ended)
    lines = [clean(change.line, 300) for change in moved]
    lines.append(
        f"新增 {len(proposal.added)} 人，变更 {len(proposal.changed)} 人，停用 {len(proposal.ended)} 人，"
        f"不变 {len(proposal.same)} 人"
    )
    lines += [f"注意：{clean(note, 300)}" for note in proposal.notes]
    lines += [f"不合格 {clean(fault.line, 300)}" for fault in proposal.faults]
    if proposal.faults:
        lines.append(f"有 {len(proposal.faults)} 处不合格，通讯录没有改动；请改好后再导入")
    else:
        lines.append("已写入通讯录" if written else "以上只是预览，通讯录没有改动；加 --apply 写入")
    return lines


def _data(proposal: Any, written: bool) -> dict[str, Any]:
    return {
        "written": written,
        **{
            kind: [c.line for c in getattr(proposal, kind)]
            for kind in ("added", "changed", "ended")
        },
        "same": len(proposal.same),
        "notes": list(proposal.notes),
        "faults": [{"cell": fault.cell, "sentence": fault.sentence} for fault in proposal.faults],
    }


COMMANDS: tuple[click.Command, ...] = (contacts,)
