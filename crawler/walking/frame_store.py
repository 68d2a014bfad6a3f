"""The frame of a site as its columns show it: links beside the lists, and which columns showed
them.

Learned from every first page that is read; what no page has shown for :data:`KEPT` is forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.model import utc
from crawler.reading.frames import COLUMNS, frame_key
from crawler.store.bulk import execute_many
from crawler.store.proof_tables import FrameLinkRow
from crawler.walking.address_store import once, same_lists
from crawler.walking.model import Looked

MOST_COLUMNS = 4
"""As many columns that showed a link are kept: one more than make it the site's, since two of them
may be one list."""
KEPT = timedelta(days=60)
"""A link that no page showed for so long is no furniture of the site any more."""
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
            empty = FrameLinkRow(outlets=[], since=[])
            values = {
                "site_id": site,
                "key": name,
                "first_seen": min(outlets.values()),
                "last_seen": last,
            }
            new.append(values | _together(empty, outlets))
        elif (together := _together(row, outlets))[
            "outlets"
        ] != row.outlets or last - row.last_seen > TOUCHED:
            told = {f"b_{field}": value for field, value in together.items()}
            changed.append({"b_id": row.id, "last_seen": max(last, row.last_seen), **told})
    if new:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        entering = make(FrameLinkRow).on_conflict_do_nothing(index_elements=["site_id", "key"])
        connection.execute(entering, new)
    execute_many(connection, _CHANGED, changed)


_CHANGED = (
    update(FrameLinkRow)
    .where(ROW.id == bindparam("b_id"))
    .values(
        outlets=bindparam("b_outlets"), since=bindparam("b_since"), last_seen=bindparam("last_seen")
    )
)


def _together(row: Any, shown: Mapping[str, datetime]) -> dict[str, list[str]]:
    """The columns that showed the link, each with its moment: those that did before, and then the
    new ones."""
    fresh = sorted(
        (moment, outlet) for outlet, moment in shown.items() if outlet not in row.outlets
    )
    outlets = [*row.outlets, *(outlet for _, outlet in fresh)]
    since = [*row.since, *(utc(moment).isoformat() for moment, _ in fresh)]
    return {"outlets": outlets[:MOST_COLUMNS], "since": since[:MOST_COLUMNS]}


def frame_of(
    connection: Connection, site_ids: Collection[str], as_of: datetime | None = None
) -> dict[str, frozenset[str]]:
    """By site: the links that are its frame, as :func:`crawler.frames.frame_key` names them.

    A link is frame where enough of the site's columns had shown it beside their lists by ``as_of``
    (``None``: by now); columns that show one list now count once. A site that is not known is there
    and has none.
    """
    groups = same_lists(connection)
    found: dict[str, set[str]] = {site: set() for site in site_ids}
    query = select(ROW.site_id, ROW.key, ROW.outlets, ROW.since).where(
        ROW.site_id.in_(site_ids), func.json_array_length(ROW.outlets) >= COLUMNS
    )
    for site, name, outlets, since in connection.execute(query):
        shown = [one for one, moment in zip(outlets, since, strict=True) if _by(moment, as_of)]
        if len(once(shown, groups)) >= COLUMNS:
            found[site].add(name)
    return {site: frozenset(names) for site, names in found.items()}


def _by(moment: str, as_of: datetime | None) -> bool:
    return as_of is None or datetime.fromisoformat(moment) <= as_of


def forget(connection: Connection, now: datetime) -> int:
    """Let go of links that no page has shown for long; returns how many."""
    return connection.execute(delete(FrameLinkRow).where(ROW.last_seen < now - KEPT)).rowcount
