"""Numbers that were given out and that the store itself no longer knows: after a restore none is
used for something else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.record.chain import AuditRow, Entry, append

SUBJECT = "store:numbers"
FINDINGS, ORDERS = "findings", "orders"


def reserve(
    connection: Connection, kind: str, highest: Mapping[int, int], moment: datetime
) -> None:
    """Put on the record that numbers of ``kind`` up to ``highest`` (year -> number) are used."""
    news = {year: n for year, n in sorted(highest.items()) if n > reserved(connection, kind, year)}
    if news:
        data = {"kind": kind, "used": {str(year): number for year, number in news.items()}}
        append(connection, moment, [Entry("numbers_reserved", SUBJECT, data=data)])


def reserved(connection: Connection, kind: str, year: int) -> int:
    """The highest number of ``kind`` in ``year`` that the record reserves; 0: none."""
    rows = connection.execute(select(AuditRow.data).where(AuditRow.subject == SUBJECT)).scalars()
    said = [json.loads(row) for row in rows]
    return max(
        (int(one["used"].get(str(year), 0)) for one in said if one["kind"] == kind), default=0
    )
