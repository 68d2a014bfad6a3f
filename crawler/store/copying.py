"""A SQLite store copied while it is written to, and whether a file is a whole store: its ``-wal``
is taken care of."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from crawler.store.soundness import Depth, soundness

PAGES = 2000
"""Pages a step: other writers get their turn between two steps of a big store."""


def copy_store(source: Path, target: Path) -> None:
    """What ``source`` holds at one moment, with its ``-wal``, as one file of its own, on the disk
    when this returns.

    Raises ``sqlite3.Error`` where the store cannot be read, ``OSError`` where the copy cannot be
    written.
    """
    with (
        closing(
            sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=30)
        ) as reader,
        closing(sqlite3.connect(target, isolation_level=None)) as writer,
    ):
        # One snapshot: without it every commit of another process would begin the copy anew.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(writer, pages=PAGES)
        # The header says WAL as the source's does; a copy is one file.
        writer.execute("PRAGMA journal_mode=DELETE")
    flush(target)


def flush(path: Path) -> None:
    """Put a file (or a folder's names) on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():  # folders cannot be flushed everywhere
            raise
    finally:
        os.close(handle)


def damage(path: Path) -> str:
    """What is wrong with the pages of the SQLite store at ``path``, in SQLite's words; empty: every
    page is sound."""
    found = soundness(path, Depth.FULL)
    return found.fault or ("" if found.finished else "unable to read")
