"""One scheduler per store: an advisory lock on PostgreSQL, a locked file beside the store on SQLite.

Both are given up by the system when their holder dies, so no crash leaves a store locked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, text

KEY = 0x67656E67
"""``geng`` in ASCII: the number of our advisory lock."""


@contextmanager
def try_lock(engine: Engine, name: str = "scheduler") -> Iterator[bool]:
    """Whether the lock ``name`` was free; held until the block ends. Never waits."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            mine = _advisory(connection, name)
            try:
                yield mine
            finally:
                # The lock belongs to the session: a pooled one would carry it on.
                connection.invalidate()
        return
    path = Path(str(engine.url.database) + f".{name}.lock")
    with path.open("a+") as handle:
        yield _flock(handle)


def _advisory(connection: Connection, name: str) -> bool:
    number = KEY + sum(name.encode())
    return bool(connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar())


def _flock(handle: IO[str]) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
