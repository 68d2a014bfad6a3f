"""``gengxin migrate``: the store brought to the newest form of its tables, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.store.migrate import newest_revision
from monitor.commands.options import with_config
from monitor.office import open_office, shown_store
from monitor.words.exits import DONE


@click.command()
@with_config
def migrate(path: Path) -> int:
    """升级数据库的表结构（SQLite 先在旁边留一份升级前的副本）。"""
    with open_office(path) as office:
        click.echo(f"{shown_store(office.settings.store)} 的表结构是最新的（{newest_revision()}）")
    return DONE
