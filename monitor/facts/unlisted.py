"""The query behind ``account_unregistered``: accounts that the portal shows, against the
register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from crawler.register.account_candidates import candidates
from monitor.model import OutletFacts, Unlisted


def unlisted(
    connection: Connection, as_of: datetime, outlets: Iterable[OutletFacts]
) -> tuple[Unlisted, ...]:
    """Every account seen by ``as_of``, with the column that showed it and the units that answer for
    that column."""
    known = {of.outlet.id: of for of in outlets}
    found = []
    for one in candidates(connection, as_of):
        of = known.get(one.outlet or "")
        found.append(
            Unlisted(
                platform=one.platform,
                number=one.number,
                name=one.name,
                page_url=one.page_url,
                page_hash=one.page_hash,
                place=one.place,
                first_seen=one.first_seen,
                standing=one.standing,
                decided_by=one.decided_by,
                reason=one.reason,
                known=one.known,
                like=one.like,
                column=of.outlet.path or of.outlet.name if of else "",
                units=of.units if of else (),
            )
        )
    return tuple(found)
