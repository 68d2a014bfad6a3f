"""The people of units as the clerk's 通讯录 names them, beside those of config.yaml: who holds which
post on a day.

A unit that the 通讯录 names takes its people from there; any other one those of config.yaml. Rows are
replaced by a later import, never changed. Phones stand here, in config.yaml and in the workbook,
and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import ROLE_NAMES, Addressee, ContactRole, Unit
from crawler.register.account_cards import CONFIG, WORKBOOK
from crawler.register.contacts import masked
from crawler.store.rows import addressees
from crawler.store.tables import Base, UnitRow

HOMES: Mapping[str, str] = {CONFIG: "config.yaml", WORKBOOK: "通讯录"}


class UnitContactRow(Base):
    """One line of the 通讯录: a person's post from ``valid_from`` to ``valid_to``, both days included,
    empty = open.

    ``entered`` and ``replaced`` are the moments between which the register said so. ``proof`` names
    file and cell.
    """

    __tablename__ = "unit_contact"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(50))
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    proof: Mapped[str] = mapped_column(Text, default="")
    entered: Mapped[datetime]
    replaced: Mapped[datetime | None]
    __table_args__ = (Index("ix_unit_contact_unit_id_replaced", "unit_id", "replaced"),)


@dataclass(frozen=True, slots=True)
class KeptContact:
    """A person of a unit with where the entry lives; ``id`` is the row's, 0 for one of
    config.yaml."""

    person: Addressee
    kept_in: str
    id: int = 0


def kept(connection: Connection, unit: str = "") -> dict[str, tuple[KeptContact, ...]]:
    """Everybody of the 通讯录 by unit (or of one), past and future posts too, in the order they were
    entered."""
    query = select(UnitContactRow.__table__).where(UnitContactRow.replaced.is_(None))
    if unit:
        query = query.where(UnitContactRow.unit_id == unit)
    found: dict[str, list[KeptContact]] = defaultdict(list)
    for row in connection.execute(query.order_by(UnitContactRow.id)):
        found[row.unit_id].append(KeptContact(_person(row), WORKBOOK, row.id))
    return {unit: tuple(people) for unit, people in found.items()}


def everybody(connection: Connection, unit: str = "") -> dict[str, tuple[KeptContact, ...]]:
    """The people of every unit that is in the catalogue (or of one), each unit's from its one
    home."""
    own = kept(connection, unit)
    query = (
        select(UnitRow.id, UnitRow.contacts)
        .where(UnitRow.retired_at.is_(None))
        .order_by(UnitRow.id)
    )
    if unit:
        query = query.where(UnitRow.id == unit)
    return {
        row.id: own.get(row.id)
        or tuple(KeptContact(one, CONFIG) for one in addressees(row.contacts or ()))
        for row in connection.execute(query)
    }


def with_people(connection: Connection, units: Iterable[Unit]) -> tuple[Unit, ...]:
    """``units``, those that the 通讯录 names with the people it names."""
    own = kept(connection)
    return tuple(
        replace(unit, contacts=tuple(one.person for one in own[unit.id]))
        if unit.id in own
        else unit
        for unit in units
    )


def said(person: Addressee, *, phones: bool = False) -> str:
    """One person as a line, the phone masked unless it is asked for: ``负责人 张三 138****1234 …``."""
    days = (
        f"{person.valid_from or ''}至{person.valid_to or ''}"
        if person.valid_from or person.valid_to
        else ""
    )
    phone = person.phone if phones else masked(person.phone)
    return " ".join(
        t for t in (ROLE_NAMES[person.role], person.name, phone, person.email, days) if t
    )


def _person(row: Any) -> Addressee:
    return Addressee(
        ContactRole(row.role), row.email, row.name, row.phone, row.valid_from, row.valid_to
    )
