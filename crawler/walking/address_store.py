"""Which address an outlet had and when; whose address a page is; which columns show one list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from crawler.model import OutletKind, utc
from crawler.reading.keys import HASH, keys
from crawler.store.proof_tables import OutletAddressRow
from crawler.store.tables import OutletRow, VisitRow
from crawler.walking.addresses import same_place

ALIKE = 3
"""As many posts in common order make two lists one: shorter ones may be alike by chance."""


def note_address(
    connection: Connection, outlet: str, old: str | None, new: str | None, now: datetime
) -> None:
    """The outlet's address is ``new`` from ``now`` on; ``old`` is what it was. The same one again
    changes nothing."""
    row = OutletAddressRow
    current = connection.execute(
        select(row).where(row.outlet_id == outlet, row.until.is_(None))
    ).first()
    if (current.url if current else None) == new:
        return
    if current is not None:
        connection.execute(update(row).where(row.id == current.id).values(until=utc(now)))
    elif old is not None and old != new:  # entered before addresses were kept
        first = select(func.min(VisitRow.moment)).where(VisitRow.outlet_id == outlet)
        since = connection.execute(first).scalar() or utc(now)
        connection.execute(
            insert(row).values(outlet_id=outlet, url=old, since=since, until=utc(now))
        )
    if new is not None:
        connection.execute(insert(row).values(outlet_id=outlet, url=new, since=utc(now)))


def addresses_of(
    connection: Connection, outlet: str
) -> list[tuple[str, datetime, datetime | None]]:
    """The outlet's addresses, the oldest first: address, since when, until when (``None``: now)."""
    row = OutletAddressRow
    query = (
        select(row.url, row.since, row.until)
        .where(row.outlet_id == outlet)
        .order_by(row.since, row.id)
    )
    return [(one.url, one.since, one.until) for one in connection.execute(query)]


def column_at(connection: Connection, landed: str, beside: str) -> str:
    """The column (its id) other than ``beside`` whose registered address is ``landed``; empty where
    there is none."""
    query = select(OutletRow.id, OutletRow.url).where(
        OutletRow.kind == OutletKind.COLUMN.value,
        OutletRow.retired_at.is_(None),
        OutletRow.id != beside,
    )
    rows = connection.execute(query.where(OutletRow.url.is_not(None)).order_by(OutletRow.id))
    return next((row.id for row in rows if same_place(row.url, landed)), "")


def same_lists(connection: Connection) -> tuple[tuple[str, ...], ...]:
    """Groups of columns whose first pages last showed one list of at least three posts: two
    columns, one list."""
    query = select(OutletRow.id, OutletRow.front).where(
        OutletRow.kind == OutletKind.COLUMN.value,
        OutletRow.retired_at.is_(None),
        func.length(OutletRow.front) >= ALIKE * HASH,
    )
    groups: defaultdict[frozenset[bytes], list[str]] = defaultdict(list)
    for row in connection.execute(query.order_by(OutletRow.id)):
        groups[keys(row.front)].append(row.id)
    return tuple(
        tuple(ids) for shown, ids in groups.items() if len(ids) > 1 and len(shown) >= ALIKE
    )


def once(ids: Iterable[str], groups: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """``ids`` without the columns that show another one's list: the first of each group stands for
    it."""
    others = {one for group in groups for one in group[1:]}
    return frozenset(ids) - others
