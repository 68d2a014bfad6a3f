"""Whether the system itself is well, for the health door and the metrics: counts that an index
answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, inspect, select, text

from crawler.store.tables import RunRow
from monitor.record.tables import FindingRow, LetterRow
from monitor.rectify.orders import OPEN, OrderRow
from monitor.words import Sight


@dataclass(frozen=True, slots=True)
class RunningNight:
    """The newest night."""

    started: datetime
    ended: datetime | None
    planned: int
    looked: int
    unknown: int

    @property
    def sight(self) -> Sight:
        """What it saw of what was due."""
        return Sight(self.planned, self.looked, self.unknown)


def revision(connection: Connection) -> str:
    """The form that the store's tables have. Raises the database's error where it does not
    answer."""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def revision_or_none(connection: Connection) -> str:
    """The same, and an empty text for a store whose tables no migration made (a test's)."""
    return revision(connection) if inspect(connection).has_table("alembic_version") else ""


def last_night(connection: Connection) -> RunningNight | None:
    """The newest night, or none yet."""
    query = select(RunRow.started, RunRow.ended, RunRow.planned, RunRow.looked, RunRow.unknown)
    row = connection.execute(
        query.where(RunRow.kind == "nightly").order_by(RunRow.id.desc()).limit(1)
    ).first()
    return RunningNight(*row) if row else None


def letters(connection: Connection) -> Mapping[str, int]:
    """How many letters are in each state."""
    query = select(LetterRow.state, func.count().label("n")).group_by(LetterRow.state)
    return {row.state: row.n for row in connection.execute(query)}


def open_findings(connection: Connection) -> Mapping[bool, int]:
    """How many findings are open: of units (``False``), and our own (``True``)."""
    query = (
        select(FindingRow.ours, func.count().label("n"))
        .where(FindingRow.closed.is_(None))
        .group_by(FindingRow.ours)
    )
    return {bool(row.ours): row.n for row in connection.execute(query)}


def open_orders(connection: Connection) -> int:
    """How many orders are not ended."""
    query = select(func.count()).select_from(OrderRow).where(OrderRow.state.in_(OPEN))
    return int(connection.execute(query).scalar_one())
