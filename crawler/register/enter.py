"""The catalogue goes into the store: what is new enters, what changed is updated, what is gone is
retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from crawler.model import (
    AccountCard,
    Addressee,
    Outcome,
    Outlet,
    OutletKind,
    Site,
    Unit,
    shanghai_day,
)
from crawler.register.account_cards import (
    CONFIG,
    WORKBOOK,
    drop_card,
    filled,
    fills,
    put_card,
    put_states,
)
from crawler.register.catalogue import Catalogue
from crawler.store.tables import DutyRow, OutletRow, RunRow, SiteRow, UnitRow
from crawler.walking.address_store import note_address
from crawler.walking.offers.store import reading_at, taken
from crawler.walking.shape_store import adopt, opened
from crawler.walking.shapes import DRIFTING, KeptShape

Row = type[UnitRow] | type[SiteRow] | type[OutletRow]
WATCH = ("url", "probes", "platform", "render")
"""A change of these starts an outlet's memory afresh: the old page's validators say nothing of the
new."""
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

    Accounts that a workbook brought stay, also those that config.yaml no longer names. A column
    that a person reads at its data (:func:`crawler.walking.offers.store.taken`) stays there while
    config.yaml says the page that it was found on.
    """
    added: list[str] = []
    changed: list[str] = []
    retired: list[str] = []
    known, own = fills(connection), taken(connection)
    outlets = [reading_at(filled(o, known.get(o.id)), own.get(o.id)) for o in catalogue.outlets]
    for row, kind, wanted in (
        (UnitRow, "unit", [_unit(u) for u in catalogue.units]),
        (SiteRow, "site", [_site(s) for s in catalogue.sites]),
        (OutletRow, "outlet", [outlet_values(one) for one in outlets]),
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
                update(row)
                .where(row.id == values["id"])
                .values({**values, **anew, "retired_at": None})
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
    """A unit that comes to others, or comes back, begins that day unless config.yaml names
    another."""
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
    """Duties end and begin on the day of the change; a same-day correction leaves no trace of one
    day."""
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
            insert(DutyRow).values(
                outlet_id=outlet.id, unit_id=unit, position=position, since=today
            )
        )
    return True


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "short": unit.short,
        "full": unit.full,
        "group_name": unit.group,
        "aliases": list(unit.aliases),
        "quota": unit.quota,
        "emails": list(unit.emails),
        "contacts": [_addressee(one) for one in unit.contacts],
        "since": unit.since,
    }


def _addressee(one: Addressee) -> dict[str, str]:
    days = {"valid_from": one.valid_from, "valid_to": one.valid_to}
    return {
        "role": one.role.value,
        "email": one.email,
        "name": one.name,
        "phone": one.phone,
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "home": site.home,
        "code": site.code,
        "hosts": list(site.hosts),
        **asdict(site.manners),
    }


def outlet_values(outlet: Outlet) -> dict[str, Any]:
    """The columns of an entry of config.yaml."""
    return {
        "id": outlet.id,
        "kind": outlet.kind.value,
        "name": outlet.name,
        "platform": outlet.platform,
        "site_id": outlet.site,
        "url": outlet.url,
        "cls": outlet.cls.value,
        "path": outlet.path,
        "level": outlet.level,
        "floor": outlet.floor,
        "render": outlet.render,
        "state": outlet.state.value,
        "handle": dict(outlet.handle),
        "kept_in": CONFIG,
        "purpose": outlet.purpose.value,
        "only": outlet.only,
        "probes": [
            {"platform": p.platform, "url": p.url, "handle": dict(p.handle)} for p in outlet.probes
        ],
    }


@dataclass(frozen=True, slots=True)
class Learned:
    """What an outlet had learned of its page: how many dated posts it showed, and of which family.

    ``drift`` is the page built anew that became its golden reading; ``kept``: what was learned was
    of that page already, and stays.
    """

    dated: int
    family: str
    floor: int
    drift: KeptShape | None = None
    kept: bool = False


def accept(
    connection: Connection, outlet: str, now: datetime, *, person: str, reason: str
) -> Learned | None:
    """Let an outlet learn its page anew, because a person found it healthy: what was learned is
    forgotten.

    A page that was built anew becomes its golden reading; where it led on from the known posts,
    nothing need be forgotten. Its posts and visits stay. Returns what was learned, ``None`` for an
    unknown outlet. Who and why stands in a run of kind ``accept``.
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
    connection.execute(
        insert(RunRow).values(kind="accept", started=now, ended=now, note=said[:2000])
    )
    return Learned(row.dated, row.family, row.floor, drift, kept)


def move(connection: Connection, outlet: str, url: str, render: str, now: datetime) -> bool:
    """A person's word gives a column another address: its memory of the page starts afresh, its
    posts and looks stay.

    Whether there is such a column.
    """
    row = connection.execute(
        select(OutletRow.url).where(OutletRow.id == outlet, OutletRow.retired_at.is_(None))
    ).first()
    if row is None:
        return False
    note_address(connection, outlet, row.url, url, now)
    connection.execute(
        update(OutletRow).where(OutletRow.id == outlet).values(url=url, render=render, **FRESH)
    )
    return True
