"""``gengxin audit``: is the record as it was written, and ``gengxin proof``: the page behind a
finding."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.store.soundness import Depth
from monitor.bulletin.printing import archive
from monitor.commands.desk.order import DAY
from monitor.commands.options import tell, with_as_of, with_config, with_json
from monitor.days.chinese import chinese_moment
from monitor.entries.papers import unsound
from monitor.office import must_be_sound, open_office, read_settings
from monitor.record.chain import root_of_day
from monitor.record.check import papers, verify, where_is
from monitor.rectify.kept import kept_fault
from monitor.rectify.proof import FindingProof, NoProof, proof_of, to_html, to_warc
from monitor.words.exits import DONE, FAULT, FOUND

PATIENCE = 600.0
"""Seconds that the pages of the store are looked at."""


@click.group()
def audit() -> None:
    """留痕：事件、通知、核定和修改环环相扣，改动一处即可查出。"""


@audit.command("verify")
@click.option("--root", default="", help="通报页脚印的记录根值（前 16 位即可），查它在不在留痕链上")
@with_config
@with_json
def check(root: str, path: Path, as_json: bool) -> int:
    """从头核对留痕链，指出第一处被改动的记录。"""
    must_be_sound(read_settings(path), Depth.FULL, PATIENCE)
    with open_office(path) as office, office.reader.connect() as connection:
        found = verify(connection)
        row = where_is(connection, root) if root else None
        if not found.broken:
            # The links are whole: now what they speak of.
            paper = unsound(connection) or papers(connection, archive(office))
            found = replace(found, broken=paper or kept_fault(connection))
    lines = (
        [found.broken]
        if found.broken
        else [f"{found.rows} 条记录全部相符，末条校验值 {found.root}"]
    )
    if root:
        lines.append(
            f"通报所印的根值是第 {row.seq} 条（{chinese_moment(row.moment)}）"
            if row
            else "通报所印的根值不在链上：印发以后有记录被改动或删去"
        )
    tell(as_json, asdict(found) | ({"root_found": row is not None} if root else {}), lines)
    return FAULT if found.broken or (root and row is None) else DONE


@audit.command("root")
@click.argument("day", type=DAY)
@with_config
@with_json
def show_root(day: datetime, path: Path, as_json: bool) -> int:
    """截至某日末的记录根值；通报页脚印的是封存时的根值。"""
    with open_office(path) as office, office.reader.connect() as connection:
        root = root_of_day(connection, day.date())
    tell(
        as_json, {"day": f"{day:%Y-%m-%d}", "root": root}, [root or f"{day:%Y-%m-%d} 以前没有记录"]
    )
    return DONE


@click.command()
@click.argument("finding")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="X.warc.gz、X.html，有截图的 X.png",
)
@with_config
@with_as_of
def proof(finding: str, out: Path, path: Path, as_of: datetime | None) -> int:
    """导出一个问题的网页存档，网页以后改了也能出示。例：proof 2020-0001 --out 存档.warc.gz"""
    kinds = {".warc.gz": "warc", ".html": "html", ".png": "png"}
    kind = next((kinds[end] for end in kinds if out.name.endswith(end)), "")
    if not kind:
        raise click.ClickException(f"{out.name}：文件名须以 .warc.gz、.html 或 .png 结尾")
    with open_office(path) as office, office.reader.connect() as connection:
        try:
            found = proof_of(connection, finding)
        except NoProof as error:
            raise click.ClickException(str(error.args[0])) from None
    if kind == "png":
        out.write_bytes(_picture(found))
        sha256 = found.shot.sha256 if found.shot else ""
        click.echo(f"{out}：{chinese_moment(found.page.moment)}网页的截图，SHA-256 {sha256}")
        return DONE
    data = to_warc(found, clock(as_of)()) if kind == "warc" else to_html(found)
    out.write_bytes(data)
    known = "已记入留痕" if found.recorded else "未记入留痕"
    whole = found.page.sound
    state = (
        "与保存时的校验值相符" if whole else "与保存时的校验值不符，被换过或已损坏，不能作为依据"
    )
    click.echo(
        f"{out}：{chinese_moment(found.page.moment)}的网页，SHA-256 {found.page.hash}（{known}），{state}"
    )
    return DONE if whole else FOUND


def _picture(found: FindingProof) -> bytes:
    if found.shot is None:
        raise click.ClickException(
            "这个问题没有截图：没有启用 monitor.proof.screenshots，或当时没有浏览器；可导出 .html 或 .warc.gz"
        )
    if not found.shot.sound:
        raise click.ClickException("截图与保存时的校验值不符，被改动过，请从备份恢复")
    return found.shot.picture
