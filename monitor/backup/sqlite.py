"""A SQLite store into a back-up and back: copied while others write, switched in one step."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from crawler.store.copying import copy_store, damage, flush
from crawler.store.tables import open_store
from monitor.backup.manifest import NoBackup, StoreState
from monitor.backup.stores import attachments_of, state_of

SIDES = ("-wal", "-shm", "-journal")
PATIENCE = 5.0
"""Seconds that a reader who is just leaving is waited for."""


def copied(store: Path, target: Path) -> tuple[StoreState, frozenset[str]]:
    """The store as one sound file of its own, what it is, and the attachments that it knows.

    Raises :class:`NoBackup` for a store that is gone or damaged.
    """
    if not store.exists():
        raise NoBackup(f"没有数据库 {store}：检查 config.yaml 的 store")
    try:
        copy_store(store, target)
    except sqlite3.Error as error:
        raise NoBackup(
            f"数据库 {store} 读不出（{error}），没有备份：停止服务，用 gengxin restore 从以前的备份恢复"
        ) from None
    if fault := damage(target):
        raise NoBackup(
            f"数据库 {store} 有损坏的页（{fault}），没有备份：停止服务，用 gengxin restore 从以前的备份恢复"
        )
    reader = open_store(f"sqlite:///{target}", readonly=True)
    try:
        with reader.connect() as connection:
            return state_of(connection), attachments_of(connection)
    finally:
        reader.dispose()


def is_empty(store: Path) -> bool:
    """Whether there is nothing that could be lost."""
    return not store.exists() or not store.stat().st_size


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """A store that only we have open as one file, on the disk: what its ``-wal`` held is in it, and
    nobody else opens it before the block ends.

    Raises :class:`NoBackup` while another process has it open. A damaged store stays as it is.
    """
    with closing(sqlite3.connect(store, timeout=PATIENCE, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise NoBackup(
                    f"数据库 {store} 还被别的程序打开着：请先停止服务和正在看它的程序，再恢复"
                ) from None
            connection.close()
        except sqlite3.DatabaseError:
            connection.close()  # or its end would carry the -wal into a store that is put aside
        flush(store)
        yield


def switch(new: Path, store: Path, moment: datetime) -> Path | None:
    """Put ``new`` in the place of ``store``; where the old store is now, ``None``: there was none.

    A kill leaves the one or the other whole under the name. A damaged old store, whose ``-wal``
    cannot be brought into it, is put aside with it.
    """
    kept = store.with_name(f"{store.name}.before-restore-{moment:%Y%m%dT%H%M%SZ}")
    there = not is_empty(store)
    with alone(store) if there else nullcontext():
        if there:
            _second_name(store, kept)
        for side in SIDES:
            stale = store.with_name(store.name + side)
            if stale.exists():
                # A -wal that stays would be read into the new store.
                stale.replace(kept.with_name(kept.name + side))
        os.replace(new, store)
    flush(store.parent)
    return kept if there else None


def _second_name(store: Path, kept: Path) -> None:
    kept.unlink(missing_ok=True)
    try:
        os.link(store, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(store, kept)
        flush(kept)
    flush(kept.parent)
