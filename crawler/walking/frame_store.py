"""The frame of a site as its columns show it: links beside the lists, and which columns showed them.

Learned from every first page that is read; what no page has shown for :data:`KEPT` is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.bulk import execute_many
from crawler.frames import frame_key, needed
from crawler.model import OutletKind
from crawler.proof_store import FrameLinkRow
from crawler.store import OutletRow
from crawler.visit import Looked
from crawler.walking.address_store import once, same_lists

MOST_COLUMNS = 4
"""As many columns that showed a link are kept: on that many of them it is the site's."""
KEPT = timedelta(days=60)
TOUCHED = timedelta(days=7)
"""``last_seen`` moves in steps of this: a frame that stands costs a night no writing."""
MOST_LINKS = 400
CHUNK = 400
ROW = FrameLinkRow.__table__.c


def learn(connection: Connection, looks: Sequence[Looked]) -> None:
    """Add what the pages of ``looks`` showed beside their lists, in the caller's transaction."""
    shown: dict[str, dict[str, dict[str, datetime]]] = defaultdict(lambda: defaultdict(dict))
    for looked in looks:
        for url in looked.around[:MOST_LINKS]:
            shown[looked.site][frame_key(url)][looked.visit.outlet] = looked.visit.moment
    for site, links in shown.items():
        names = list(links)
        for start in range(0, len(names), CHUNK):
            _learn(connection, site, {name: links[name] for name in names[start : start + CHUNK]})


def _learn(connection: Connection, site: str, links: Mapping[str, Mapping[str, datetime]]) -> None:
    query = select(FrameLinkRow.__table__).where(ROW.site_id == site, ROW.key.in_(links))
    known = {row.key: row for row in connection.execute(query)}
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for name, outlets in links.items():
        last, row = max(outlets.values()), known.get(name)
        if row is None:
            values = {"site_id": site, "key": name, "outlets": sorted(outlets)[:MOST_COLUMNS]}
            new.append({**values, "first_seen": min(outlets.values()), "last_seen": last})
            continue
        together = _together(row.outlets, outlets)
        if len(together) > len(row.outlets) or last - row.last_seen > TOUCHED:
            changed.append({"b_id": row.id, "outlets": together, "last_seen": max(last, row.last_seen)})
    if new:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        entering = make(FrameLinkRow).on_conflict_do_nothing(index_elements=["site_id", "key"])
        connection.execute(entering, new)
    execute_many(connection, _CHANGED, changed)


_CHANGED = (
    update(FrameLinkRow)
    .where(ROW.id == bindparam("b_id"))
    .values(outlets=bindparam("outlets"), last_seen=bindparam("last_seen"))
)


def _together(known: Iterable[str], shown: Collection[str]) -> list[str]:
    old = list(known)
    return [*old, *(one for one in sorted(shown) if one not in old)][:MOST_COLUMNS]


def frame_of(connection: Connection, site_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """By site: the links that are its frame, as :func:`crawler.frames.frame_key` names them.

    A link is frame where enough of the site's columns showed it beside their lists; columns that show one list count
    once. A site that is not known is there and has none.
    """
    groups = same_lists(connection)
    columns: defaultdict[str, list[str]] = defaultdict(list)
    seen = select(OutletRow.site_id, OutletRow.id).where(
        OutletRow.site_id.in_(site_ids),
        OutletRow.kind == OutletKind.COLUMN.value,
        OutletRow.retired_at.is_(None),
        OutletRow.last_conclusive.is_not(None),
    )
    for site, outlet in connection.execute(seen):
        columns[site].append(outlet)
    wanted = {site: needed(len(once(columns[site], groups))) for site in site_ids}
    found: dict[str, set[str]] = {site: set() for site in site_ids}
    query = select(ROW.site_id, ROW.key, ROW.outlets).where(
        ROW.site_id.in_(site_ids), func.json_array_length(ROW.outlets) > 1
    )
    for site, name, outlets in connection.execute(query):
        if len(once(outlets, groups)) >= wanted[site]:
            found[site].add(name)
    return {site: frozenset(names) for site, names in found.items()}


def forget(connection: Connection, now: datetime) -> int:
    """Let go of links that no page has shown for long; returns how many."""
    return connection.execute(delete(FrameLinkRow).where(ROW.last_seen < now - KEPT)).rowcount
