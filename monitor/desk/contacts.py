"""The 通讯录 for whoever keeps it, at a desk or on a page: read, propose, enter, list, export. Phones
are masked unless asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.model import ROLE_NAMES
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.proposal import SAME, Proposal
from crawler.register.books.reading import read_workbook
from crawler.register.contact_book import ContactBook, read_book
from crawler.register.contact_import import ContactChange, apply, propose
from crawler.register.contacts import masked
from crawler.register.unit_contacts import HOMES, UnitContactRow, everybody, said
from crawler.store.tables import UnitRow
from monitor.desk.naming import office_units
from monitor.record.chain import Entry, Seal, append, seal
from monitor.sheets.contacts import write_contacts


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A person of a unit as a list shows them; ``holds``: the post is held on the day that was
    asked for."""

    unit: str
    unit_name: str
    role: str
    name: str
    phone: str = field(repr=False)
    email: str
    since: date | None
    until: date | None
    holds: bool
    kept_in: str


def read(path: Path) -> ContactBook:
    """The workbook at ``path``. Raises :class:`BadWorkbook`, one sentence with the file's name."""
    grids = read_workbook(path)
    try:
        return read_book(grids)
    except BadWorkbook as error:
        raise BadWorkbook(f"{path.name}：{error}") from None


def proposed(connection: Connection, book: ContactBook, now: datetime) -> Proposal[ContactChange]:
    """What ``book`` would change; reads only."""
    return propose(connection, book, now, office_units(connection, now))


def enter(
    connection: Connection, proposal: Proposal[ContactChange], now: datetime, *, by: str, proof: str
) -> None:
    """Write ``proposal`` whole, on the record with before and after of each unit.

    Raises ``ValueError`` where it has faults, :class:`Outrun` where the register changed since it
    was made.
    """
    before = everybody(connection)
    made = apply(connection, proposal, now, proof)
    after = everybody(connection)
    if made:
        seal(connection, "unit_contact", made, now, told=Seal(by))
    units = dict.fromkeys(change.unit for change in proposal.changes if change.kind != SAME)
    entries = [
        Entry(
            "contacts",
            f"unit:{unit}",
            by,
            {
                "proof": proof,
                "before": [said(one.person) for one in before.get(unit, ())],
                "after": [said(one.person) for one in after.get(unit, ())],
            },
        )
        for unit in units
    ]
    append(
        connection, now, entries or [Entry("contacts", "unit:", by, {"proof": proof, "changed": 0})]
    )


def listing(
    connection: Connection, day: date, *, unit: str = "", phones: bool = False
) -> tuple[ContactLine, ...]:
    """Everybody of the catalogue's units (or of one), by unit; ``phones`` in full only for those
    who may see them."""
    query = (
        select(UnitRow.id, UnitRow.short).where(UnitRow.retired_at.is_(None)).order_by(UnitRow.id)
    )
    names = {row.id: row.short for row in connection.execute(query)}
    return tuple(
        ContactLine(
            id,
            names[id],
            ROLE_NAMES[p.role],
            p.name,
            p.phone if phones else masked(p.phone),
            p.email,
            p.valid_from,
            p.valid_to,
            p.on(day),
            HOMES[one.kept_in],
        )
        for id, people in everybody(connection).items()
        if unit in ("", id)
        for one in people
        for p in (one.person,)
    )


def export(connection: Connection, path: Path) -> int:
    """Write everybody into a workbook that can be imported again; phones in full. Returns how many
    people.

    Raises ``OSError`` where the file cannot be written.
    """
    query = select(UnitRow.id, UnitRow.short).where(UnitRow.retired_at.is_(None))
    names = {row.id: row.short for row in connection.execute(query)}
    people = [
        (names[unit], one.person) for unit, own in everybody(connection).items() for one in own
    ]
    write_contacts(path, people)
    return len(people)


def orphans(connection: Connection) -> dict[str, Sequence[str]]:
    """Units that the 通讯录 names and the catalogue no longer does, with their people's names: after a
    reform."""
    query = select(UnitContactRow.name, UnitRow.short).join(
        UnitRow, UnitRow.id == UnitContactRow.unit_id
    )
    rows = connection.execute(
        query.where(UnitContactRow.replaced.is_(None), UnitRow.retired_at.is_not(None))
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.short].append(row.name)
    return dict(found)
