"""The record as pages show it: links by subject, person or kind, the newest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from monitor.record.chain import AuditRow

MOST = 500


@dataclass(frozen=True, slots=True)
class Link:
    """One link. ``data`` is what was recorded, most often with ``before`` and ``after``; its words
    are people's own."""

    seq: int
    moment: datetime
    who: str
    what: str
    subject: str
    data: Mapping[str, Any]


def entries(
    connection: Connection,
    conditions: Iterable[ColumnElement[bool]] = (),
    *,
    limit: int = 50,
    before: int = 0,
) -> tuple[Link, ...]:
    """At most ``limit`` links that meet ``conditions``, older than ``before``."""
    query = select(AuditRow.__table__).where(*conditions)
    query = query.order_by(AuditRow.seq.desc()).limit(min(limit, MOST))
    if before:
        query = query.where(AuditRow.seq < before)
    return tuple(
        Link(row.seq, row.moment, row.who, row.what, row.subject, json.loads(row.data))
        for row in connection.execute(query)
    )
