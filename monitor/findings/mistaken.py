"""Was a finding that ends now a mistake from the beginning? What clears it stood in the list when
it was opened, unread.

A post that came later, whatever day it bears, mends a finding; one that was there before it and was
only dated since shows that the accusation was wrong when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from crawler.model import shanghai_day
from crawler.store.tables import PostRow
from monitor.model import Value, Verdict

CLEARED = (Value.FRESH, Value.DUE_SOON)
POST = PostRow.__table__.c


def mistaken(
    connection: Connection, ending: Iterable[tuple[Mapping[Any, Any], Verdict]]
) -> frozenset[int]:
    """Ids of the findings about units that should not have been opened, of those that ``ending``
    clears."""
    return frozenset(
        int(row["id"])
        for row, verdict in ending
        if not row["ours"]
        and verdict.value in CLEARED
        and _was_there(connection, row["opened"], verdict)
    )


def _was_there(connection: Connection, opened: datetime, verdict: Verdict) -> bool:
    """Whether the newest post was seen before, and with it the limit had not passed on that day."""
    newest, due = verdict.newest, verdict.due
    if newest is None or due is None or not verdict.subject.startswith("outlet:"):
        return False
    if due < shanghai_day(opened):
        return False
    outlet = verdict.subject.removeprefix("outlet:")
    query = select(POST.id).where(
        POST.outlet_id == outlet,
        POST.url == newest.url,
        POST.published == newest.day,
        POST.first_seen <= opened,
    )
    return connection.execute(query.limit(1)).first() is not None
