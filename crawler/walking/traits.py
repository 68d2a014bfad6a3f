"""What hosts were caught at: a server that says "unchanged" of a page that changed is not asked so
again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from crawler.model import utc
from crawler.store.proof_tables import HostTraitRow

LIAR = "liar_304"
"""Its 304 does not mean that nothing changed."""
ROW = HostTraitRow.__table__.c


def mark(connection: Connection, host: str, kind: str, moment: datetime, detail: str) -> None:
    """``host`` (``host:port``) was caught at ``kind``; the first time and its proof stay."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {
        "host": host[:260],
        "kind": kind,
        "since": moment,
        "last_seen": moment,
        "detail": detail[:1000],
    }
    statement = make(HostTraitRow).values(values)
    newer = func.max if connection.dialect.name == "sqlite" else func.greatest
    later = newer(ROW.last_seen, statement.excluded.last_seen)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["host", "kind"], set_={"last_seen": later})
    )


def caught(connection: Connection, as_of: datetime | None = None) -> dict[str, datetime]:
    """The hosts that lied (by ``as_of``), and when each was last caught as far as that is known
    now."""
    query = select(ROW.host, ROW.last_seen).where(ROW.kind == LIAR)
    if as_of is not None:
        query = query.where(ROW.since <= utc(as_of))
    return {row.host: row.last_seen for row in connection.execute(query)}


def liars(connection: Connection, as_of: datetime | None = None) -> dict[str, datetime]:
    """The hosts (``host:port``, see :func:`crawler.hosts.host_key`) whose 304 proves nothing, and
    since when that is known.

    Whatever a conditional look at one of them was answered with 304, before or after, says nothing
    of the page.
    """
    query = select(ROW.host, ROW.since).where(ROW.kind == LIAR)
    if as_of is not None:
        query = query.where(ROW.since <= utc(as_of))
    return {row.host: row.since for row in connection.execute(query)}
