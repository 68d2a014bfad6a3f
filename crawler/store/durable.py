"""Transactions that outlast a loss of power: for what left the house and cannot be called back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def durable(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that is on the disk when the block has ended.

    SQLite's other commits wait for the next checkpoint (``synchronous=NORMAL``): a night that a
    loss of power takes back is looked at again, a letter that left would be written again.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = on"))
            yield connection
        return
    with engine.connect() as connection:
        _synchronous(connection, "FULL")
        try:
            with connection.begin():
                yield connection
        finally:
            if not connection.invalidated:
                _synchronous(connection, "NORMAL")


def _synchronous(connection: Connection, level: str) -> None:
    # By the driver: SQLAlchemy would begin a transaction, in which SQLite refuses to change it.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA synchronous={level}")
