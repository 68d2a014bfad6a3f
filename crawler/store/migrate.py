"""The store brought to the newest form of its tables, from nothing or from any earlier release."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from crawler.config import BadConfig
from crawler.store.copying import copy_store, damage
from crawler.system.shipped import shipped

REVISION = re.compile(r"^(down_)?revision = ['\"](\w+)['\"]", re.MULTILINE)
KEY = 0x6D696772
"""``migr`` in ASCII: the number of our advisory lock."""


class UnfitStore(BadConfig):
    """A store that this program cannot work with as it is, said in one sentence."""


def migrations_folder() -> Path:
    """Where the migrations are, in a checkout and when installed."""
    return shipped("alembic")


def migrate(engine: Engine) -> None:
    """All tables at head, in one transaction; of two who migrate at once the second waits and finds
    it done.

    A SQLite store of an earlier release is copied beside itself first (``….before-REVISION``).
    Raises :class:`UnfitStore` for a store that a newer program has brought forward, and for one
    that is damaged.
    """
    if _is_newest(stored_revision(engine)):
        return
    # Alembic takes most of a second to load: too dear for a recheck on a store that needs nothing.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY})
        stored = _stored(connection)
        if _is_newest(stored):
            return
        if stored is not None and engine.dialect.name == "sqlite":
            # No other process writes now: SQLite's transactions begin IMMEDIATE.
            _keep(Path(str(engine.url.database)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def must_be_newest(engine: Engine) -> None:
    """For those who only look: raises :class:`UnfitStore` for a store of an earlier or a later
    release."""
    stored = stored_revision(engine)
    if stored is not None and not _is_newest(stored):
        raise UnfitStore(
            f"数据库还是旧版的表结构（{stored}），看的命令不改它：请先备份，再用 gengxin migrate 升级"
        )


def newest_revision() -> str:
    """The revision that no other one follows. Raises ``LookupError`` unless there is exactly
    one."""
    own, followed = _revisions()
    (newest,) = own - followed or {""}
    if not newest:
        raise LookupError(f"no migrations in {migrations_folder()}: the installation is incomplete")
    return newest


def known_revisions() -> frozenset[str]:
    """Every form of the tables that this program knows."""
    return frozenset(_revisions()[0])


def stored_revision(engine: Engine) -> str | None:
    """The form that the store's tables have; ``None``: it has none of ours."""
    with engine.connect() as connection:
        return _stored(connection)


def _is_newest(stored: str | None) -> bool:
    if stored is not None and stored not in known_revisions():
        raise UnfitStore(
            f"数据库是更新版本的程序升级过的（{stored}），本程序只认到 {newest_revision()}：请升级程序，或恢复升级前的备份"
        )
    return stored == newest_revision()


def _revisions() -> tuple[set[str], set[str]]:
    own: set[str] = set()
    followed: set[str] = set()
    for path in (migrations_folder() / "versions").glob("*.py"):
        for down, revision in REVISION.findall(path.read_text(encoding="utf-8")):
            (followed if down else own).add(revision)
    return own, followed


def _stored(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _keep(store: Path) -> None:
    """A sound copy of ``store`` beside it, before its tables change."""
    kept = store.with_name(f"{store.name}.before-{newest_revision()}")
    partial = kept.with_name(f".{kept.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        copy_store(store, partial)
    except (sqlite3.Error, OSError) as error:
        raise UnfitStore(
            f"升级前的副本 {kept} 写不成（{error}），没有升级：请检查磁盘和数据库"
        ) from None
    if fault := damage(partial):
        raise UnfitStore(f"数据库有损坏的页（{fault}），没有升级：请从备份恢复")
    os.replace(partial, kept)
