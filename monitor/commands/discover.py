"""``gengxin discover``: a portal's columns from its home page, as a proposal that a person
confirms."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.clock import clock
from crawler.config import BadConfig
from monitor.commands.options import tell, with_json
from monitor.words.exits import DONE

PAGES = 400


@click.command("discover")
@click.argument("url")
@click.option(
    "--depth",
    type=click.IntRange(1, 4),
    default=2,
    show_default=True,
    help="从首页起最多走几层链接",
)
@click.option(
    "--pages",
    type=click.IntRange(1, 5000),
    default=PAGES,
    show_default=True,
    help="最多看多少个网页",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="写成 .yaml（并入 config.yaml）或 .xlsx（栏目维护分工表）",
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    help="与这份 config.yaml 的台账比对，并按其中的礼貌间隔抓取",
)
@click.option(
    "--contact",
    default="office@example.org",
    show_default=True,
    help="没有 --config 时，留给对方的联系方式",
)
@click.option("--allow-loopback", is_flag=True, help="允许看本机的样例门户")
@with_json
def discover_columns(
    url: str,
    depth: int,
    pages: int,
    out: Path | None,
    path: Path | None,
    contact: str,
    allow_loopback: bool,
    as_json: bool,
) -> int:
    """从门户首页找出全部栏目：名称、层级、网址、建议类别、最新信息；与台账比对。须人工确认，不会自动生效。"""
    if out is not None and out.suffix not in (".yaml", ".yml", ".xlsx"):
        raise BadConfig(f"{out}：--out 只能写成 .yaml 或 .xlsx")
    from monitor.commands import (
        discovered,  # BeautifulSoup and all: nobody else waits for its import
    )

    ground = discovered.ground_of(url, path, contact, allow_loopback)
    found = discovered.survey(url, ground, clock(), depth=depth, pages=pages)
    if out is not None:
        discovered.save(found, out, ground)
    lines = discovered.lines_of(found)
    tell(as_json, discovered.data_of(found), [*lines, *([f"文件：{out}"] if out else [])])
    return DONE
