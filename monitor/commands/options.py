"""What every command shares: its options, its exit codes, its two ways to print."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from crawler.clock import parse_moment
from crawler.config import BadConfig

F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A moment in Asia/Shanghai unless it says otherwise."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def with_config(command: F) -> F:
    return click.option(
        "--config",
        "path",
        type=click.Path(path_type=Path),
        default=Path("config.yaml"),
        show_default=True,
        help="配置文件",
    )(command)


def with_as_of(command: F) -> F:
    return click.option(
        "--as-of", type=Moment(), help="按这一时刻判定，如 2020-07-20T09:00（北京时间）"
    )(command)


def with_json(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="输出 JSON")(command)


def with_by(help: str = "经办人（写入留痕）；不填为电脑登录名") -> Callable[[F], F]:
    """``--by``: whose deed a command records; :func:`signed` gives the name where it is written."""
    return click.option("--by", default="", help=help)


def signed(by: str) -> str:
    """The person who answers for what is being written: ``by``, else who is signed in to this
    machine.

    That is said when the command ends, unless it failed: what was not written bears no name. Never
    the system's own name: what a person decides is a person's. Raises :class:`BadConfig` where
    there is no such name.
    """
    if by.strip():
        return by.strip()
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise BadConfig("不知道是谁在操作：请用 --by 写明经办人") from None
    click.get_current_context().call_on_close(lambda: _say_signed(name))
    return name


def _say_signed(name: str) -> None:
    if sys.exc_info()[0] is None:
        click.echo(f"留痕记为“{name}”（电脑登录名；要写姓名请加 --by）", err=True)


def tell(as_json: bool, data: object, lines: Sequence[str]) -> None:
    """Print for a program or for a person."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))
    else:
        for line in lines:
            click.echo(line)
