"""Whom a search for data is owed: columns whose newest look found no list, each once a night at
most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import Outcome, OutletKind, utc
from crawler.net.guard import host_of
from crawler.reading.keys import keys
from crawler.store.proof_tables import ColumnOfferRow
from crawler.store.rows import outlet_of
from crawler.store.tables import OutletRow, SiteRow, VisitRow
from crawler.walking.offers import REFUSED, Offer, Wanted
from crawler.walking.offers.store import offers

OFFER, OUTLET, VISIT = ColumnOfferRow.__table__.c, OutletRow.__table__.c, VisitRow.__table__.c
NO_LIST = ("script_list", "no_list", "no_dates", "redesigned", "frameset", "emptied")
"""Why a page is unreadable whose list may stand in data: not a wall, a jump or an article."""
RECENT = timedelta(hours=48)
NIGHTLY, AGAIN = timedelta(hours=12), timedelta(days=7)
"""An offer is looked at again after so long; a page that named nothing that fits is searched
again."""


def wanted_at(connection: Connection, now: datetime) -> list[Wanted]:
    """The columns whose newest first page showed no list, and that were not searched of late."""
    newest = (
        select(func.max(VISIT.id))
        .where(VISIT.page_no == 1, VISIT.moment > utc(now) - RECENT, VISIT.moment <= utc(now))
        .group_by(VISIT.outlet_id)
    )
    query = (
        select(OutletRow.__table__)
        .join(VisitRow.__table__, VISIT.outlet_id == OUTLET.id)
        .where(
            VISIT.id.in_(newest),
            VISIT.outcome == Outcome.UNREADABLE.value,
            VISIT.reason.in_(NO_LIST),
        )
        .where(
            OUTLET.kind == OutletKind.COLUMN.value,
            OUTLET.retired_at.is_(None),
            OUTLET.url.is_not(None),
        )
    )
    rows = connection.execute(query.order_by(OUTLET.id)).mappings().all()
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    open_, refused, sites = offers(connection, ids), _refused(connection, ids), _hosts(connection)
    return [
        _wanted(row, open_.get(row["id"]), refused, sites)
        for row in rows
        if _due(open_.get(row["id"]), row["url"], now)
    ]


def _due(offer: Offer | None, url: str, now: datetime) -> bool:
    if offer is None or offer.page != url:
        return True
    return utc(now) - offer.last_seen >= (NIGHTLY if offer.url else AGAIN)


def _wanted(
    row: Any,
    offer: Offer | None,
    refused: Mapping[str, frozenset[str]],
    sites: Mapping[str, frozenset[str]],
) -> Wanted:
    hosts = sites.get(row["site_id"], frozenset()) | {host_of(row["url"])}
    kept = offer if offer is not None and offer.page == row["url"] else None
    return Wanted(
        outlet_of(row),
        hosts,
        kept.url if kept else "",
        kept.how if kept else None,
        refused.get(row["id"], frozenset()),
        keys(row["front"]),
    )


def _hosts(connection: Connection) -> dict[str, frozenset[str]]:
    rows = connection.execute(select(SiteRow.id, SiteRow.home, SiteRow.hosts))
    return {
        row.id: frozenset({host_of(row.home), *(str(one).partition(":")[0] for one in row.hosts)})
        - {""}
        for row in rows
    }


def _refused(connection: Connection, outlets: Collection[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    query = select(OFFER.outlet_id, OFFER.url).where(
        OFFER.outlet_id.in_(sorted(outlets)), OFFER.state == REFUSED
    )
    for outlet, url in connection.execute(query):
        found.setdefault(outlet, set()).add(url)
    return {outlet: frozenset(urls) for outlet, urls in found.items()}
