"""``gengxin read``: what the readers make of a saved page, a folder of them, or an address, and
why."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.accounts.answers import read_answer, read_answers, readable
from crawler.clock import clock
from crawler.config import BadConfig, CrawlConfig
from crawler.doors.recheck import HttpDoor
from crawler.model import Ask, Page
from crawler.net.guard import host_of, refusal_of
from crawler.reading.reader import read_folder, read_page, read_saved, read_urls
from crawler.reading.rendering import render
from monitor.commands.options import Moment, with_as_of, with_json
from monitor.words.exits import DONE


@click.command()
@click.argument("target")
@click.option("--url", default="", help="网页的原地址，用来补全链接")
@click.option(
    "--kind", type=click.Choice(["list", "article", "auto"]), default="auto", show_default=True
)
@click.option(
    "--urls", type=click.Path(path_type=Path), help='目录里各文件的原地址：每行 {"file", "url"}'
)
@click.option("--platform", type=click.Choice(readable()), help="按新媒体平台的格式读")
@click.option("--id", "account", help="账号：微博 uid 或微信 __biz")
@click.option("--fetched-at", type=Moment(), help="这份回答是何时取得的")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help='目录里各文件：每行 {"file", "platform", "id", "fetched_at"}',
)
@click.option(
    "--contact",
    default="office@example.org",
    show_default=True,
    help="抓取网址时留给对方的联系方式",
)
@click.option("--allow-loopback", is_flag=True, help="允许读本机的样例门户")
@with_as_of
@with_json
def read(
    target: str,
    url: str,
    kind: str,
    urls: Path | None,
    platform: str | None,
    account: str | None,
    fetched_at: datetime | None,
    labels: Path | None,
    contact: str,
    allow_loopback: bool,
    as_of: datetime | None,
    as_json: bool,
) -> int:
    """读一个网页（文件、目录或网址）：读到哪些信息、依据是什么、为什么不信某个日期。"""
    moment = clock(as_of)()
    if labels is not None:
        answers: Iterator[dict[str, Any]] = read_answers(folder(target), labels)
    elif platform is not None:
        answers = iter(
            [read_answer(body(target), platform=platform, id=account, fetched_at=fetched_at)]
        )
    elif target.startswith(("http://", "https://")):
        page = asyncio.run(
            fetch(target, CrawlConfig(contact=contact, allow_loopback=allow_loopback))
        )
        answers = iter([read_page(page, kind=kind)])
    elif Path(target).is_dir():
        known = read_urls(urls) if urls else {}
        answers = read_folder(Path(target), known, as_of=moment, kind=kind)
    else:
        answers = iter([read_saved(body(target), url=url, as_of=moment, kind=kind)])
    try:
        for answer in answers:
            show(answer, as_json=as_json)
    except (ValueError, OSError) as error:
        raise BadConfig(str(error)) from None
    return DONE


def show(answer: dict[str, Any], *, as_json: bool) -> None:
    """One line of JSON, or the account for a person."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    elif "evidence" in answer:
        click.echo("\n".join(f"{key}：{value}" for key, value in answer.items()))
    else:
        click.echo(render(answer))


def body(target: str) -> bytes:
    """The bytes of a saved answer. Raises ``BadConfig`` when there is no such file."""
    try:
        return Path(target).read_bytes()
    except OSError as error:
        raise BadConfig(f"{target}：读不到这个文件（{error.strerror}）") from None


def folder(target: str) -> Path:
    if not Path(target).is_dir():
        raise BadConfig(f"{target}：--labels 要和一个目录一起用")
    return Path(target)


async def fetch(url: str, config: CrawlConfig) -> Page:
    """The page at a public address. Raises ``BadConfig`` for one that may not be fetched."""
    hosts = frozenset({host_of(url)})
    if reason := refusal_of(url, hosts, allow_loopback=config.allow_loopback):
        raise BadConfig(f"{url}：不能抓取这个地址（{reason}）")
    async with HttpDoor(config, hosts, clock()) as door:
        return await door.fetch(Ask(url))
