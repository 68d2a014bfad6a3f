"""Rechecks that somebody asked for: a queue in the store, at most one per outlet, its result kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base
from monitor.record.chain import Entry, append


class RecheckRow(Base):
    """One request. ``state`` is ``waiting``, ``running``, ``done`` or ``failed``; ``asked_by`` a name or address."""

    __tablename__ = "recheck"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    result: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index(
            "uq_recheck_open",
            "outlet_id",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands."""

    id: int
    outlet: str
    asked_by: str
    asked: datetime
    state: str
    result: dict[str, Any]


def ask(connection: Connection, outlet: str, asked_by: str, now: datetime) -> tuple[int, bool]:
    """The id of the open request for ``outlet``, and whether it is a new one: one at a time is enough.

    Only a new one is put on the record.
    """
    try:
        with connection.begin_nested():
            made = connection.execute(
                insert(RecheckRow).values(
                    outlet_id=outlet, asked_by=asked_by, asked=now, state="waiting", result={}
                )
            )
        id = int((made.inserted_primary_key or (0,))[0])
    except IntegrityError:
        query = select(RecheckRow.id).where(
            RecheckRow.outlet_id == outlet, RecheckRow.state.in_(("waiting", "running"))
        )
        found = connection.execute(query).scalar()
        if found is None:
            raise
        return found, False
    data = {"recheck": id, "before": None, "after": "waiting"}
    append(connection, now, [Entry("recheck_asked", f"outlet:{outlet}", asked_by, data)])
    return id, True


def claim(connection: Connection, now: datetime, limit: int = 20) -> list[Asked]:
    """Waiting requests, now running and this caller's alone, the oldest first."""
    waiting = connection.execute(
        select(RecheckRow).where(RecheckRow.state == "waiting").order_by(RecheckRow.id).limit(limit)
    ).all()
    mine = []
    for row in waiting:
        taken = connection.execute(
            update(RecheckRow)
            .where(RecheckRow.id == row.id, RecheckRow.state == "waiting")
            .values(state="running", started=now)
        )
        if taken.rowcount:
            mine.append(_asked(row))
    return mine


def settle(
    connection: Connection,
    ids: Sequence[int],
    now: datetime,
    results: dict[int, dict[str, Any]],
    note: str = "",
) -> None:
    """Keep each request's result; one without a result failed, and ``note`` says why."""
    for id in ids:
        result = results.get(id)
        connection.execute(
            update(RecheckRow)
            .where(RecheckRow.id == id, RecheckRow.state == "running")
            .values(state="done" if result else "failed", ended=now, result=result or {}, note=note)
        )


def release(connection: Connection) -> int:
    """Requests that a dead service left running wait again; returns how many. Only the lock's holder calls this."""
    return connection.execute(
        update(RecheckRow).where(RecheckRow.state == "running").values(state="waiting", started=None)
    ).rowcount


def one(connection: Connection, id: int) -> Asked | None:
    """A request by its id."""
    row = connection.execute(select(RecheckRow).where(RecheckRow.id == id)).first()
    return _asked(row) if row else None


def plain(results: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Results as JSON keeps them: days and moments as text."""
    kept: dict[str, dict[str, Any]] = json.loads(json.dumps(results, default=str, ensure_ascii=False))
    return kept


def _asked(row: Any) -> Asked:
    return Asked(row.id, row.outlet_id, row.asked_by, row.asked, row.state, row.result)
