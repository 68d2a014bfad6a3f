"""Whether every page of a store is as SQLite wrote it, looked at within a time that is said
beforehand.

A page that a disk or a copy has harmed is seen by nobody until a query comes by it: a list of
letters may be whole and the looks gone. PostgreSQL looks after its pages itself
(``data_checksums``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Timer

MOST_FAULTS = 3
HARMED = (
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
)
"""What SQLite answers of a harmed file. A locked store, or one that we may not open, is none."""
WHAT_TO_DO = "请停止服务，用 gengxin restore 从最近的备份恢复"


class Depth(StrEnum):
    """``QUICK``: every page of every tree. ``FULL``: every index against its table besides, at
    seven times the cost."""

    QUICK = "quick_check"
    FULL = "integrity_check"


@dataclass(frozen=True, slots=True)
class Soundness:
    """``fault`` is what is wrong with the pages, in SQLite's words; empty: nothing was found.
    ``finished``: everything was looked at."""

    fault: str = ""
    finished: bool = True


def soundness(store: Path, depth: Depth, seconds: float | None = None) -> Soundness:
    """The pages of the SQLite store at ``store``, looked at for at most ``seconds``."""
    try:
        found = _asked(store, depth, seconds)
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code not in HARMED:
            return Soundness(finished=False)
        return Soundness(" ".join(str(error).split())[:200])
    except UnicodeDecodeError:
        # Of damaged text SQLite makes its own words, which then are no text.
        return Soundness("unreadable text in the schema")
    return Soundness("" if found == ["ok"] else "；".join(found)[:300] or "no answer")


def sound_sentence(url: str, depth: Depth, seconds: float) -> str:
    """What is wrong with the pages of the store at ``url`` and what to do, in one sentence; empty
    where nothing was found, nothing is there, or the store is no SQLite."""
    store = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not store.is_file() or not store.stat().st_size:
        return ""
    fault = soundness(store, depth, seconds).fault
    return f"数据库 {store} 有损坏的页（{fault}），它说的不能作准：{WHAT_TO_DO}" if fault else ""


def _asked(store: Path, depth: Depth, seconds: float | None) -> list[str]:
    """What SQLite answers. Raises its error, ``interrupted`` when the time is over."""
    address, patience = f"{store.resolve().as_uri()}?mode=ro", min(30.0, seconds or 30.0)
    with closing(
        sqlite3.connect(address, uri=True, timeout=patience, check_same_thread=False)
    ) as connection:
        connection.text_factory = _text
        with _interrupted_after(connection, seconds):
            rows = connection.execute(f"PRAGMA {depth.value}({MOST_FAULTS})").fetchall()
    return [" ".join(str(row[0]).split()) for row in rows]


@contextmanager
def _interrupted_after(connection: sqlite3.Connection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    # From a thread: no progress handler is called inside the check before SQLite 3.41.
    timer = Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
