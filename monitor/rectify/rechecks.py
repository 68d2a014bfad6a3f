"""Rechecks that somebody asked for: a queue in the store, at most one per outlet, its result
kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base, OutletRow
from monitor.record.chain import Entry, append

MOST_TRIES = 2
GIVEN_UP = "这个栏目的复查两次使程序中断，不再自动重试；请告诉维护人员，查明以后可以再要求复查"


class RecheckRow(Base):
    """One request. ``state`` is ``waiting``, ``running``, ``done`` or ``failed``; ``asked_by`` a
    name or address.

    ``tries`` are looks that ended with the whole process.
    """

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
    tries: Mapped[int] = mapped_column(default=0)
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
class RecheckRequest:
    """A request as it stands."""

    id: int
    outlet: str
    asked_by: str
    asked: datetime
    state: str
    result: dict[str, Any]


def ask(connection: Connection, outlet: str, asked_by: str, now: datetime) -> tuple[int, bool]:
    """The id of the open request for ``outlet``, and whether it is a new one: one at a time is
    enough.

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


def claim(connection: Connection, now: datetime, limit: int = 20) -> list[RecheckRequest]:
    """Waiting requests, now running and this caller's alone, the oldest first.

    One whose look ended with the process is claimed alone, after all others: it takes nobody with
    it.
    """
    query = select(RecheckRow).where(RecheckRow.state == "waiting").order_by(RecheckRow.id)
    waiting = connection.execute(query.where(RecheckRow.tries == 0).limit(limit)).all()
    waiting = waiting or connection.execute(query.where(RecheckRow.tries > 0).limit(1)).all()
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
    """Requests that were left running wait again, uncounted; returns how many. Only the lock's
    holder calls this."""
    return connection.execute(
        update(RecheckRow)
        .where(RecheckRow.state == "running")
        .values(state="waiting", started=None)
    ).rowcount


def survived(connection: Connection, now: datetime) -> int:
    """A process that begins finds requests running: they ended with the one before it. They are
    counted and wait again, or are given up; returns how many were given up. Only the lock's holder
    calls this."""
    running = RecheckRow.state == "running"
    connection.execute(update(RecheckRow).where(running).values(tries=RecheckRow.tries + 1))
    dead = update(RecheckRow).where(running, RecheckRow.tries >= MOST_TRIES)
    given_up = connection.execute(dead.values(state="failed", ended=now, note=GIVEN_UP)).rowcount
    release(connection)
    return given_up


def given_up(connection: Connection, since: datetime, now: datetime) -> list[str]:
    """The columns whose recheck was given up after ``since``, by name."""
    query = select(OutletRow.name).join(RecheckRow, RecheckRow.outlet_id == OutletRow.id)
    query = query.where(RecheckRow.state == "failed", RecheckRow.tries >= MOST_TRIES)
    query = query.where(RecheckRow.ended > since, RecheckRow.ended <= now)
    return sorted(set(connection.scalars(query)))


def one(connection: Connection, id: int) -> RecheckRequest | None:
    """A request by its id."""
    row = connection.execute(select(RecheckRow).where(RecheckRow.id == id)).first()
    return _asked(row) if row else None


def plain(results: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Results as JSON keeps them: days and moments as text."""
    kept: dict[str, dict[str, Any]] = json.loads(
        json.dumps(results, default=str, ensure_ascii=False)
    )
    return kept


def _asked(row: Any) -> RecheckRequest:
    return RecheckRequest(row.id, row.outlet_id, row.asked_by, row.asked, row.state, row.result)
