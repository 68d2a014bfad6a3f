"""The catalogue goes into the store: what is new enters, what changed is updated, what is gone is retired."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from crawler.model import (
    AccountCard,
    AccountState,
    Addressee,
    ColumnClass,
    ContactRole,
    Evidence,
    Manners,
    Outcome,
    Outlet,
    OutletKind,
    Probe,
    Purpose,
    Site,
    Unit,
    shanghai_day,
)
from crawler.net.guard import host_of
from crawler.platforms import probes_of
from crawler.register.account_cards import CONFIG, WORKBOOK, drop_card, filled, fills, put_card, put_states
from crawler.register.attestations import attested, with_word
from crawler.register.catalogue import Catalogue
from crawler.store.tables import DutyRow, OutletRow, RunRow, SiteRow, UnitRow
from crawler.walking.address_store import note_address
from crawler.walking.doubt_store import words as words_of_people
from crawler.walking.hosts import host_key
from crawler.walking.record import unread_of
from crawler.walking.shape_store import adopt, opened
from crawler.walking.shapes import DRIFTING, GOLDEN, Kept
from crawler.walking.visit import Known, Planned

Row = type[UnitRow] | type[SiteRow] | type[OutletRow]
WATCH = ("url", "probes", "platform", "render")
"""A change of these starts an outlet's memory afresh: the old page's validators say nothing of the new."""
FRESH: dict[str, Any] = {
    "etag": "", "last_modified": "", "page_hash": "", "front": b"", "dated": 0, "family": "",
    "walk_since": None, "walk_prior": None, "walk_done": False,
    "evidence": "", "unread": [], "total": None, "whole_since": None, "last_plain": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diff:
    """What a catalogue changed in the store, as ``outlet:ID`` and the like."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


def sync(connection: Connection, catalogue: Catalogue, now: datetime) -> Diff:
    """Make the store's catalogue equal to ``catalogue``; nothing is deleted.

    Accounts that a workbook brought stay, also those that config.yaml no longer names.
    """
    added: list[str] = []
    changed: list[str] = []
    retired: list[str] = []
    known = fills(connection)
    for row, kind, wanted in (
        (UnitRow, "unit", [_unit(u) for u in catalogue.units]),
        (SiteRow, "site", [_site(s) for s in catalogue.sites]),
        (OutletRow, "outlet", [outlet_values(filled(o, known.get(o.id))) for o in catalogue.outlets]),
    ):
        new, other, gone = _sync_table(connection, row, wanted, now, known)
        added += [f"{kind}:{name}" for name in new]
        changed += [f"{kind}:{name}" for name in other]
        retired += [f"{kind}:{name}" for name in gone]
    for outlet in catalogue.outlets:
        moved = sync_duty(connection, outlet, now) | _sync_card(connection, outlet, catalogue, now)
        if moved and f"outlet:{outlet.id}" not in [*added, *changed]:
            changed.append(f"outlet:{outlet.id}")
    return Diff(tuple(added), tuple(changed), tuple(retired))


def _sync_table(
    connection: Connection,
    row: Row,
    wanted: Sequence[dict[str, Any]],
    now: datetime,
    surveyed: Mapping[str, object],
) -> tuple[list[str], list[str], list[str]]:
    stored = {found["id"]: found for found in connection.execute(select(row.__table__)).mappings()}
    added, changed = [], []
    for given in wanted:
        old = stored.get(given["id"])
        values = _begun(given, old, now, first=not stored) if row is UnitRow else given
        if old is None:
            connection.execute(insert(row).values(values))
            if row is OutletRow:
                note_address(connection, values["id"], None, values["url"], now)
            added.append(values["id"])
        elif any(old[name] != value for name, value in values.items()) or old["retired_at"]:
            anew = FRESH if row is OutletRow and any(old[n] != values[n] for n in WATCH) else {}
            if row is OutletRow:
                note_address(connection, values["id"], old["url"], values["url"], now)
            connection.execute(
                update(row).where(row.id == values["id"]).values({**values, **anew, "retired_at": None})
            )
            changed.append(values["id"])
    names = {values["id"] for values in wanted}
    left = [
        name
        for name, old in stored.items()
        if name not in names and old["retired_at"] is None and old.get("kept_in", CONFIG) == CONFIG
    ]
    gone = [name for name in left if row is not OutletRow or name not in surveyed]
    for name in gone:
        connection.execute(update(row).where(row.id == name).values(retired_at=now))
    for name in set(left) - set(gone):  # a survey form still names it
        connection.execute(update(OutletRow).where(OutletRow.id == name).values(kept_in=WORKBOOK))
        drop_card(connection, name, CONFIG)
    return added, changed, gone


def _begun(
    values: dict[str, Any], old: Mapping[Any, Any] | None, now: datetime, *, first: bool
) -> dict[str, Any]:
    """A unit that comes to others, or comes back, begins that day unless config.yaml names another."""
    if values["since"] is not None or first:
        return values
    known = old["since"] if old is not None and old["retired_at"] is None else shanghai_day(now)
    return {**values, "since": known}


def _sync_card(connection: Connection, outlet: Outlet, catalogue: Catalogue, now: datetime) -> bool:
    if outlet.kind is not OutletKind.ACCOUNT:
        return False
    card = catalogue.cards.get(outlet.id, AccountCard())
    changed = put_card(connection, outlet.id, CONFIG, card, now)
    return put_states(connection, outlet.id, outlet.state, card.dates, now) or changed


def sync_duty(connection: Connection, outlet: Outlet, now: datetime) -> bool:
    """Duties end and begin on the day of the change; a same-day correction leaves no trace of one day."""
    today = shanghai_day(now)
    current = connection.execute(
        select(DutyRow).where(DutyRow.outlet_id == outlet.id, DutyRow.until.is_(None))
    ).all()
    wanted = {unit: position for position, unit in enumerate(outlet.units)}
    if {row.unit_id: row.position for row in current} == wanted:
        return False
    for row in current:
        if row.since == today:
            connection.execute(delete(DutyRow).where(DutyRow.id == row.id))
        else:
            connection.execute(update(DutyRow).where(DutyRow.id == row.id).values(until=today))
    for unit, position in wanted.items():
        connection.execute(
            insert(DutyRow).values(outlet_id=outlet.id, unit_id=unit, position=position, since=today)
        )
    return True


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id, "short": unit.short, "full": unit.full, "group_name": unit.group,
        "aliases": list(unit.aliases), "quota": unit.quota, "emails": list(unit.emails),
        "contacts": [_addressee(one) for one in unit.contacts], "since": unit.since,
    }  # fmt: skip


def _addressee(one: Addressee) -> dict[str, str]:
    days = {"valid_from": one.valid_from, "valid_to": one.valid_to}
    return {
        "role": one.role.value, "email": one.email, "name": one.name, "phone": one.phone,
        **{name: day.isoformat() for name, day in days.items() if day},
    }  # fmt: skip


def addressees(stored: Iterable[Mapping[str, str]]) -> tuple[Addressee, ...]:
    """The contacts of a stored unit."""
    return tuple(
        Addressee(
            ContactRole(one["role"]), one["email"], one["name"], one["phone"],
            *(date.fromisoformat(one[name]) if name in one else None for name in ("valid_from", "valid_to")),
        )
        for one in stored
    )  # fmt: skip


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": site.id, "name": site.name, "home": site.home, "code": site.code, "hosts": list(site.hosts),
        **asdict(site.manners),
    }  # fmt: skip


def outlet_values(outlet: Outlet) -> dict[str, Any]:
    """The columns of an entry of config.yaml."""
    return {
        "id": outlet.id, "kind": outlet.kind.value, "name": outlet.name, "platform": outlet.platform,
        "site_id": outlet.site, "url": outlet.url, "cls": outlet.cls.value, "path": outlet.path,
        "level": outlet.level, "floor": outlet.floor, "render": outlet.render, "state": outlet.state.value,
        "handle": dict(outlet.handle), "kept_in": CONFIG, "purpose": outlet.purpose.value, "only": outlet.only,
        "probes": [{"platform": p.platform, "url": p.url, "handle": dict(p.handle)} for p in outlet.probes],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learned:
    """What an outlet had learned of its page: how many dated posts it showed, and of which family.

    ``drift`` is the page built anew that became its golden reading; ``kept``: what was learned was of that page already,
    and stays.
    """

    dated: int
    family: str
    floor: int
    drift: Kept | None = None
    kept: bool = False


def accept(connection: Connection, outlet: str, now: datetime, *, person: str, reason: str) -> Learned | None:
    """Let an outlet learn its page anew, because a person found it healthy: what was learned is forgotten.

    A page that was built anew becomes its golden reading; where it led on from the known posts, nothing need be forgotten.
    Its posts and visits stay. Returns what was learned, ``None`` for an unknown outlet. Who and why stands in a run of
    kind ``accept``.
    """
    row = connection.execute(
        select(OutletRow).where(OutletRow.id == outlet, OutletRow.retired_at.is_(None))
    ).first()
    if row is None:
        return None
    drift = opened(connection, [outlet]).get(outlet, {}).get(DRIFTING)
    conclusive = bool(row.last_outcome) and Outcome(row.last_outcome).conclusive
    kept = drift is not None and drift.overlaps and conclusive
    if drift is not None:
        adopt(connection, drift, now, person=person, reason=reason)
    if not kept:
        connection.execute(update(OutletRow).where(OutletRow.id == outlet).values(**FRESH))
    learned = "" if kept else f"dated {row.dated} -> 0, family {row.family or '-'} -> -; "
    said = f"{outlet}: {learned}{'drift adopted; ' if drift else ''}{person}: {reason}"
    connection.execute(insert(RunRow).values(kind="accept", started=now, ended=now, note=said[:2000]))
    return Learned(row.dated, row.family, row.floor, drift, kept)


def outlet_of(row: Any, units: Sequence[str] = ()) -> Outlet:
    """The outlet of a stored row (or mapping), with the ``units`` that answer for it."""
    return Outlet(
        id=row["id"],
        kind=OutletKind(row["kind"]),
        name=row["name"],
        platform=row["platform"],
        site=row["site_id"],
        units=tuple(units),
        url=row["url"],
        cls=ColumnClass(row["cls"]),
        path=row["path"],
        level=row["level"],
        floor=row["floor"],
        render=row["render"],
        state=AccountState(row["state"]),
        handle=row["handle"],
        probes=tuple(Probe(p["platform"], p["url"], p["handle"]) for p in row["probes"]),
        purpose=Purpose(row["purpose"]),
        only=row["only"],
    )


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
    """What the store knows of every outlet in the catalogue (or of ``only`` those), in catalogue order.

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
    """The same outlets in two parts: columns with their address alone, and all others with what is known of them."""
    table = OutletRow
    query = _chosen(select(table.id, table.url, table.site_id, table.kind, table.probes), only, since)
    planned, others = [], []
    for row in connection.execute(query):
        if row.kind == OutletKind.COLUMN and row.url and not row.probes:
            planned.append(Planned(row.id, row.url, sys.intern(row.site_id)))
        else:
            others.append(row.id)
    return planned, known_outlets(connection, others)


def allowed_hosts(connection: Connection) -> frozenset[str]:
    """The hosts of every site that is not retired."""
    rows = connection.execute(select(SiteRow.home, SiteRow.hosts).where(SiteRow.retired_at.is_(None)))
    return frozenset(host for row in rows for host in (host_of(row.home), *row.hosts) if host)


def known_sites(connection: Connection) -> list[Site]:
    """Every site that is not retired."""
    query = select(SiteRow.__table__).where(SiteRow.retired_at.is_(None)).order_by(SiteRow.id)
    rows = connection.execute(query)
    return [Site(row.id, row.name, row.home, row.code, tuple(row.hosts)) for row in rows]


def site_homes(connection: Connection) -> list[str]:
    """The home page of every site that is not retired."""
    return list(connection.execute(select(SiteRow.home).where(SiteRow.retired_at.is_(None))).scalars())


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
