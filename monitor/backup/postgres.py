"""A PostgreSQL store into a back-up and back, by PostgreSQL's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from crawler.system.parent import tied_to
from monitor.backup.manifest import NoBackup, StoreState
from monitor.backup.stores import attachments_of, state_of
from monitor.words.plain import clean

MOST_WORDS = 300


def dumped(url: str, target: Path) -> tuple[StoreState, frozenset[str]]:
    """The store in pg_dump's custom format, what it is, and the attachments that it knows: all of
    one moment.

    Raises :class:`NoBackup` without the tool, and with its word where it fails.
    """
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if "alembic_version" not in inspect(connection).get_table_names():
                raise NoBackup("数据库里还没有本系统的表，没有可备份的内容")
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            words = ("--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges")
            _run("pg_dump", url, *words, "--schema=public", f"--file={target}")
            return state_of(connection), attachments_of(connection)
    finally:
        engine.dispose()


def is_empty(connection: Connection) -> bool:
    """Whether there is no table in it."""
    return not inspect(connection).get_table_names()


def must_fit(engine: Engine, tables: Sequence[str]) -> None:
    """Raises :class:`NoBackup` where the database has tables that the back-up has not: they would
    stay among the restored ones."""
    with engine.connect() as connection:
        more = sorted(set(inspect(connection).get_table_names()) - set(tables))
    if more:
        raise NoBackup(
            f"数据库里有备份中没有的表（{'、'.join(more[:3])}）：请新建一个空的数据库，改 config.yaml 的 store 后再恢复"
        )


def put_back(url: str, dump: Path) -> None:
    """The tables of ``dump`` in the place of those in the database, in one transaction: a kill
    leaves the old ones.

    Raises :class:`NoBackup`.
    """
    words = ("--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges")
    _run("pg_restore", url, *words, str(dump), option="--dbname")


def _run(tool: str, url: str, *words: str, option: str = "--dbname") -> None:
    program = shutil.which(tool)
    if program is None:
        raise NoBackup(f"这台机器上没有 {tool}：请安装 postgresql-client（版本不低于数据库）再试")
    address, environment = _address(url)
    done = subprocess.run(
        [program, f"{option}={address}", "--no-password", *words],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=partial(tied_to, os.getpid()),
    )
    if done.returncode:
        raise NoBackup(f"{tool} 没有做成：{clean(done.stderr, MOST_WORDS)}")


def _address(url: str) -> tuple[str, Mapping[str, str]]:
    """The address without its password, which no list of processes shall show, and the environment
    that has it."""
    parts = make_url(url)
    environment = dict(os.environ)
    if parts.password:
        environment["PGPASSWORD"] = str(parts.password)
    bare = parts.set(drivername="postgresql", password=None)
    return bare.render_as_string(hide_password=False), environment
