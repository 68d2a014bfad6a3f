"""Whether anything is new: a few words that change with every judgement, look, recheck and recorded
act."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.model import shanghai_day
from crawler.store.tables import RunRow, VisitRow
from monitor.record.chain import AuditRow
from monitor.record.tables import JudgementRow
from monitor.rectify.rechecks import RecheckRow


def newness(connection: Connection, now: datetime) -> str:
    """A text that stays the same while every list would; each of its parts is one step into an
    index.

    Days since the newest post change at midnight, so the day is part of it.
    """
    run = connection.execute(
        select(
            RunRow.id, RunRow.ended, RunRow.planned, RunRow.looked, RunRow.unknown, RunRow.new_posts
        )
        .order_by(RunRow.id.desc())
        .limit(1)
    ).first()
    recheck = connection.execute(
        select(RecheckRow.id, RecheckRow.state, RecheckRow.ended)
        .order_by(RecheckRow.id.desc())
        .limit(1)
    ).first()
    last = [
        connection.execute(select(func.max(column))).scalar()
        for column in (JudgementRow.id, VisitRow.id, AuditRow.seq)
    ]
    return "|".join(
        str(part) for part in (shanghai_day(now), *(run or ()), *(recheck or ()), *last)
    )
