"""``gengxin columns data``: data addresses of columns whose page shows no list, listed, taken,
refused, given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.clock import clock
from crawler.config import BadConfig
from crawler.model import Deed
from crawler.walking.offers import Offer
from crawler.walking.offers.store import offers
from monitor.commands.options import signed, tell, with_as_of, with_by, with_config, with_json
from monitor.desk.column_words import WordRefused
from monitor.desk.offers import back, refuse, take
from monitor.office import enter_catalogue, open_office
from monitor.words.exits import DONE
from monitor.words.plain import clean

Act = Callable[..., Offer]
LONGEST = 300


@click.group()
def data() -> None:
    """网页读不出列表、数据地址读得出的栏目：核对后采用，不是的排除；都留经办人和理由。"""


@data.command("list")
@with_config
@with_json
def list_offers(path: Path, as_json: bool) -> int:
    """列出待采用的数据地址。"""
    with open_office(path) as office, office.reader.connect() as connection:
        found = [one for _, one in sorted(offers(connection).items()) if one.url]
    tell(
        as_json,
        [_data(one) for one in found],
        [_line(one) for one in found] or ["没有待采用的数据地址"],
    )
    return DONE


@data.command("take")
@click.argument("columns", nargs=-1, required=True)
@click.option("--reason", required=True, help="核对的情况，如“与网页一致，是本栏目的信息”")
@with_by()
@with_config
@with_as_of
def take_some(
    columns: tuple[str, ...], reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """采用数据地址：从下次抓取起按它读取；有一个栏目不能采用就一个也不写。"""
    deed = Deed(signed(by), clock(as_of)(), reason)
    for one in _decide(take, columns, deed, path):
        click.echo(f"{one.outlet}：已采用数据地址 {clean(one.url, LONGEST)}")
    click.echo(f"接着可运行 gengxin recheck {' '.join(columns)}")
    return DONE


@data.command("refuse")
@click.argument("columns", nargs=-1, required=True)
@click.option("--reason", required=True, help="理由，如“这是全站的热点列表”")
@with_by()
@with_config
@with_as_of
def refuse_some(
    columns: tuple[str, ...], reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """排除数据地址：以后不再建议。"""
    deed = Deed(signed(by), clock(as_of)(), reason)
    for one in _decide(refuse, columns, deed, path):
        click.echo(f"{one.outlet}：已排除 {clean(one.url, LONGEST)}")
    return DONE


@data.command("back")
@click.argument("columns", nargs=-1, required=True)
@click.option("--reason", required=True, help="理由")
@with_by()
@with_config
@with_as_of
def back_some(
    columns: tuple[str, ...], reason: str, by: str, path: Path, as_of: datetime | None
) -> int:
    """改回网页地址：不再按数据地址读取。"""
    deed = Deed(signed(by), clock(as_of)(), reason)
    for one in _decide(back, columns, deed, path):
        click.echo(f"{one.outlet}：已改回 {clean(one.page, LONGEST)}")
    return DONE


def _decide(act: Act, columns: tuple[str, ...], deed: Deed, path: Path) -> list[Offer]:
    """What a person decides of these columns, together or not at all."""
    with open_office(path) as office:
        enter_catalogue(office, deed.now)
        try:
            with office.engine.begin() as connection:
                return [act(connection, one, deed=deed) for one in columns]
        except WordRefused as error:
            raise BadConfig(str(error)) from None


def _line(one: Offer) -> str:
    side = one.after
    seen = f"{side.total or side.count} 条，最新 {side.newest}" if side is not None else ""
    return f"{one.outlet} {clean(one.url, LONGEST)}（{seen}）"


def _data(one: Offer) -> dict[str, Any]:
    return {
        "outlet": one.outlet,
        "page": one.page,
        "url": one.url,
        "before": asdict(one.before),
        "after": asdict(one.after) if one.after is not None else None,
        "tried": [asdict(t) for t in one.tried],
    }
