"""What the store knows of the outlets that a walk is to look at."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, or_, select

from crawler.model import (
    Evidence,
    Manners,
    OutletKind,
    Site,
    UnknownOutlet,
)
from crawler.net.guard import host_of
from crawler.platforms import probes_of
from crawler.store.rows import outlet_of, unread_of
from crawler.store.tables import OutletRow, SiteRow
from crawler.walking.attestations import attested, with_word
from crawler.walking.doubt_store import words as words_of_people
from crawler.walking.hosts import host_key
from crawler.walking.model import Known, Planned
from crawler.walking.shape_store import opened
from crawler.walking.shapes import DRIFTING, GOLDEN

_KNOWN = (
    "etag", "last_modified", "page_hash", "front", "newest", "newest_url", "dated", "last_conclusive", "family",
    "total", "whole_since", "last_plain",
)  # fmt: skip


_WALK = ("walk_since", "walk_prior", "walk_done")


def _chosen(query: Select[Any], only: Sequence[str] | None, since: datetime | None) -> Select[Any]:
    query = query.where(OutletRow.retired_at.is_(None))
    if only is not None:
        query = query.where(OutletRow.id.in_(only))
    if since is not None:
        unseen = or_(OutletRow.last_look.is_(None), OutletRow.last_look < since)
        query = query.where(or_(unseen, OutletRow.walk_since.is_not(None)))
    return query


def known_outlets(
    connection: Connection,
    only: Sequence[str] | None = None,
    kind: OutletKind | None = None,
    *,
    since: datetime | None = None,
) -> list[Known]:
    """What the store knows of every outlet in the catalogue (or of ``only`` those), in catalogue
    order.

    ``since`` leaves out those that were looked at after that moment and have no walk to finish.
    """
    query = _chosen(select(OutletRow.__table__), only, since)
    if kind is not None:
        query = query.where(OutletRow.kind == kind.value)
    rows = connection.execute(query).mappings().all()
    back, own = words_of_people(connection, [row["id"] for row in rows])
    words = attested(connection, [row["id"] for row in rows if row["kind"] == OutletKind.ACCOUNT])
    shapes = opened(connection, [row["id"] for row in rows if row["kind"] == OutletKind.COLUMN])
    return [
        Known(
            with_word(outlet_of(row), words.get(row["id"])),
            **{name: row[name] for name in (*_KNOWN, *_WALK)},
            evidence=Evidence(row["evidence"] or Evidence.COMPLETE),
            unread=tuple(unread_of(one) for one in row["unread"]),
            backwards=back.get(row["id"]),
            other_addresses=own.get(row["id"], frozenset()),
            golden=shapes[row["id"]][GOLDEN].shape if GOLDEN in shapes.get(row["id"], ()) else None,
            drifting=DRIFTING in shapes.get(row["id"], ()),
        )
        for row in rows
    ]


def planned_outlets(
    connection: Connection, only: Sequence[str] | None = None, *, since: datetime | None = None
) -> tuple[list[Planned], list[Known]]:
    """The same outlets in two parts: columns with their address alone, and all others with what is
    known of them."""
    table = OutletRow
    query = _chosen(
        select(table.id, table.url, table.site_id, table.kind, table.probes), only, since
    )
    planned, others = [], []
    for row in connection.execute(query):
        if row.kind == OutletKind.COLUMN and row.url and not row.probes:
            planned.append(Planned(row.id, row.url, sys.intern(row.site_id)))
        else:
            others.append(row.id)
    return planned, known_outlets(connection, others)


def host_manners(
    connection: Connection, known: Iterable[Known], planned: Iterable[Planned] = ()
) -> dict[str, Manners]:
    """Manners by ``host:port``; where two sites share a host, the more polite ones win."""
    sites = {
        row.id: (row.home, Manners(row.delay, row.concurrency, row.legacy_tls))
        for row in connection.execute(select(SiteRow)).all()
    }
    chosen: dict[str, Manners] = {}
    for home, manners in sites.values():
        _politer(chosen, home, manners)
    for one in known:
        for probe in probes_of(one.outlet):
            if probe.url and urlsplit(probe.url).netloc:
                _politer(chosen, probe.url, sites[one.outlet.site][1])
    for column in planned:
        if urlsplit(column.url).netloc:
            _politer(chosen, column.url, sites[column.site][1])
    return chosen


def _politer(chosen: dict[str, Manners], url: str, manners: Manners) -> None:
    key = host_key(url)
    old = chosen.get(key, manners)
    chosen[key] = Manners(
        max(old.delay, manners.delay),
        min(old.concurrency, manners.concurrency),
        old.legacy_tls or manners.legacy_tls,
    )


def allowed_hosts(connection: Connection) -> frozenset[str]:
    """The hosts of every site that is not retired."""
    rows = connection.execute(
        select(SiteRow.home, SiteRow.hosts).where(SiteRow.retired_at.is_(None))
    )
    return frozenset(host for row in rows for host in (host_of(row.home), *row.hosts) if host)


def known_sites(connection: Connection) -> list[Site]:
    """Every site that is not retired."""
    query = select(SiteRow.__table__).where(SiteRow.retired_at.is_(None)).order_by(SiteRow.id)
    rows = connection.execute(query)
    return [Site(row.id, row.name, row.home, row.code, tuple(row.hosts)) for row in rows]


def site_homes(connection: Connection) -> list[str]:
    """The home page of every site that is not retired."""
    return list(
        connection.execute(select(SiteRow.home).where(SiteRow.retired_at.is_(None))).scalars()
    )


def must_know(known: Iterable[Known], ids: Sequence[str]) -> None:
    """Raises ``UnknownOutlet`` with what of ``ids`` is not among ``known``."""
    found = {one.outlet.id for one in known}
    missing = [name for name in ids if name not in found]
    if missing:
        raise UnknownOutlet(", ".join(missing))
