"""One scheduler per store: an advisory lock on PostgreSQL, a locked file beside the store on
SQLite.

Both are given up by the system when their holder dies, so no crash leaves a store locked. Both can
be lost by one who lives (the server was restarted, the file was taken away), so a holder asks
:meth:`Lock.held` from time to time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

KEY = 0x67656E67
"""``geng`` in ASCII: the number of our advisory lock."""


class Lock(Protocol):
    """A lock that was taken."""

    def held(self) -> bool:
        """Whether it is still ours."""


@contextmanager
def try_lock(engine: Engine, name: str = "scheduler") -> Iterator[Lock | None]:
    """The lock ``name`` if it was free, else ``None``; held until the block ends. Never waits for
    its holder."""
    if engine.dialect.name == "postgresql":
        # No transaction: one that idles for days is ended by careful servers, and holds up their
        # vacuum.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            taken = _advisory(connection, name)
            try:
                yield _Session(connection) if taken else None
            finally:
                if taken:
                    _give_back(connection, name)
                # The lock belongs to the session: a pooled one would carry it on.
                connection.invalidate()
        return
    path = Path(str(engine.url.database) + f".{name}.lock")
    # Never a soft lock: it would outlive a holder that was killed.
    lock = FileLock(path, blocking=False, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        yield None
        return
    try:
        yield _LockFile(path, path.stat())
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Session:
    connection: Connection

    def held(self) -> bool:
        """The lock lives as long as its session."""
        try:
            self.connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _LockFile:
    path: Path
    taken: os.stat_result

    def held(self) -> bool:
        """The lock is on the file of that name, not on one that was moved away."""
        try:
            return os.path.samestat(self.path.stat(), self.taken)
        except OSError:
            return False


def _advisory(connection: Connection, name: str) -> bool:
    taking = text("SELECT pg_try_advisory_lock(:n)")
    return bool(connection.execute(taking, {"n": _number(name)}).scalar())


def _give_back(connection: Connection, name: str) -> None:
    """At once: a server ends a session that was hung up only when it comes to it."""
    with suppress(SQLAlchemyError):  # a session that is lost holds nothing
        connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _number(name)})


def _number(name: str) -> int:
    return KEY + sum(name.encode())
