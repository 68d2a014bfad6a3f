"""``gengxin mail test``: does the mail server take our letters, and if not, what it says in plain
words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from crawler.clock import clock
from crawler.config import BadConfig
from monitor.channels import Undelivered
from monitor.commands.options import with_as_of, with_config
from monitor.letters.mailtest import explain, mail_test
from monitor.office import read_settings
from monitor.words.exits import DONE, UNSENT


@click.group()
def mail() -> None:
    """邮件：检查发信设置。"""


@mail.command()
@click.option("--to", "recipient", required=True, help="收信地址")
@with_config
@with_as_of
def test(recipient: str, path: Path, as_of: datetime | None) -> int:
    """发一封试验信，说明服务器的答复。"""
    settings = read_settings(path)
    config = settings.monitor.alerts.channels.get("mail")
    if config is None:
        raise BadConfig(f"{path.name}: monitor.mail: 还没有填写发信服务器，见 docs/channels.md")
    try:
        click.echo(mail_test(config, recipient, clock(as_of)()))
    except Undelivered as error:
        click.echo(explain(error, config), err=True)
        return UNSENT
    return DONE
