"""Counting what must not happen too often: wrong passwords per name and per address, rechecks per
unit."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from monitor.access.tables import CountedActRow

KEEP = timedelta(days=2)


def note(connection: Connection, who: str, what: str, now: datetime) -> int:
    """Remember one act of ``who``, whose number is returned; what is older than two days is
    forgotten."""
    made = connection.execute(insert(CountedActRow).values(who=who[:120], what=what, moment=now))
    connection.execute(delete(CountedActRow).where(CountedActRow.moment < now - KEEP))
    return int((made.inserted_primary_key or (0,))[0])


def undo(connection: Connection, number: int) -> None:
    """It was not one of those that count."""
    connection.execute(delete(CountedActRow).where(CountedActRow.id == number))


def count(connection: Connection, who: str, what: str, since: datetime) -> int:
    """How often ``who`` did it since a moment."""
    query = (
        select(func.count())
        .select_from(CountedActRow)
        .where(
            CountedActRow.who == who[:120], CountedActRow.what == what, CountedActRow.moment > since
        )
    )
    return int(connection.execute(query).scalar_one())


def forget(connection: Connection, who: str, what: str) -> None:
    """Start again from nothing: the right password was given."""
    connection.execute(
        delete(CountedActRow).where(CountedActRow.who == who[:120], CountedActRow.what == what)
    )
