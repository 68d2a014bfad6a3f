"""A 通讯录 goes into the register: first as a proposal that says what would change, then whole or not
at all.

The book is the whole list of every unit it names: whoever is no longer in it is taken out. Units
that it does not name stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from crawler.model import ROLE_NAMES, Addressee, ContactRole, shanghai_day, utc
from crawler.register.account_cards import CONFIG
from crawler.register.books.grid import Fault
from crawler.register.books.proposal import Outrun, Proposal, must_be_whole, told
from crawler.register.books.units import Units
from crawler.register.contact_book import BookRow, ContactBook
from crawler.register.contacts import masked
from crawler.register.unit_contacts import HOMES, KeptContact, UnitContactRow, everybody, said
from crawler.store.tables import UnitRow

FIELDS: Mapping[str, str] = {
    "role": "角色", "name": "姓名", "phone": "手机", "email": "邮箱", "valid_from": "起", "valid_to": "止",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContactChange:
    """What happens to one person of a unit: ``old`` and ``new`` are empty where there is none.
    ``cell`` is the line's."""

    unit: str
    unit_name: str
    old: KeptContact | None = field(default=None, repr=False)
    new: Addressee | None = field(default=None, repr=False)
    cell: str = ""

    @property
    def kind(self) -> str:
        """``added``, ``changed``, ``ended`` or ``same``."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "ended"
        return "same" if self.new == self.old.person else "changed"

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """(name, before, after) of what differs, phones masked."""
        if self.old is None or self.new is None:
            return ()
        pairs = ((name, getattr(self.old.person, name), getattr(self.new, name)) for name in FIELDS)
        return tuple((FIELDS[n], *_shown_pair(n, a, b)) for n, a, b in pairs if a != b)

    @property
    def line(self) -> str:
        """The change as one Chinese line, phones masked."""
        if self.kind == "added" and self.new:
            return f"新增 {self.cell}：{self.unit_name} {said(self.new)}"
        if self.kind == "ended" and self.old:
            return f"停用：{self.unit_name} {said(self.old.person)}（原登记在{HOMES[self.old.kept_in]}，表上没有）"
        who = f"{self.unit_name} {said(self.new)}" if self.new else self.unit_name
        fields = self.fields
        return f"变更 {self.cell}：{who}：{told(fields)}" if fields else f"不变 {self.cell}：{who}"


def propose(
    connection: Connection, book: ContactBook, now: datetime, units: Units
) -> Proposal[ContactChange]:
    """What ``book`` would do to the register; reads only."""
    faults, wanted = list(book.faults), defaultdict[str, list[BookRow]](list)
    for row in book.rows:
        unit = units.find(row.unit)
        if unit is None:
            faults.append(Fault(row.unit_cell, units.unknown(row.unit)))
        else:
            wanted[unit].append(row)
    known = everybody(connection)
    changes = [
        change
        for unit, lines in wanted.items()
        for change in _changes(unit, units.short(unit), lines, known.get(unit, ()))
        if book.whole or change.new is not None
    ]
    rows = connection.execute(select(UnitRow.id, UnitRow.emails))
    mailboxes = {row.id: tuple(row.emails) for row in rows}
    notes = (*book.notes, *_notes(changes, units, mailboxes, shanghai_day(now)))
    return Proposal(tuple(changes), tuple(dict.fromkeys(faults)), notes)


def apply(
    connection: Connection, proposal: Proposal[ContactChange], now: datetime, proof: str
) -> tuple[int, ...]:
    """Write ``proposal`` in the caller's transaction; returns the ids of the new rows.

    Raises ``ValueError`` where it has faults, :class:`Outrun` where the register is no longer what
    it was made from.
    """
    must_be_whole(proposal)
    gone = [
        c.old.id for c in proposal.changes if c.old is not None and c.old.id and c.kind != "same"
    ]
    for number in gone:
        held = update(UnitContactRow).where(
            UnitContactRow.id == number, UnitContactRow.replaced.is_(None)
        )
        if connection.execute(held.values(replaced=utc(now))).rowcount != 1:
            raise Outrun("通讯录刚才被别人改过，请重新导入一次，核对变化后再写入")
    new = [
        c for c in proposal.changes if c.new is not None and not (c.kind == "same" and _in_book(c))
    ]
    if not new:
        return ()
    statement = insert(UnitContactRow).returning(UnitContactRow.id, sort_by_parameter_order=True)
    return tuple(connection.execute(statement, [_row(c, now, proof) for c in new]).scalars())


def _in_book(change: ContactChange) -> bool:
    return change.old is not None and change.old.kept_in != CONFIG


def _row(change: ContactChange, now: datetime, proof: str) -> dict[str, Any]:
    if change.new is None:
        raise ValueError(f"{change.unit}: nobody to enter")
    person = change.new
    return {
        "unit_id": change.unit,
        "role": person.role.value,
        "name": person.name,
        "phone": person.phone,
        "email": person.email,
        "valid_from": person.valid_from,
        "valid_to": person.valid_to,
        "proof": f"{proof} {change.cell}",
        "entered": utc(now),
        "replaced": None,
    }


def _changes(
    unit: str, name: str, lines: Sequence[BookRow], known: Iterable[KeptContact]
) -> Iterator[ContactChange]:
    """Lines beside the people they speak of: the same in all, else by role and name, else by role
    and address."""
    left = list(known)
    pairs: dict[int, KeptContact] = {}
    for alike in (_equal, _same_name, _same_address):
        for at, line in enumerate(lines):
            old = next(
                (one for one in left if at not in pairs and alike(one.person, line.person)), None
            )
            if old is not None:
                left.remove(old)
                pairs[at] = old
    for at, line in enumerate(lines):
        yield ContactChange(unit, name, pairs.get(at), line.person, line.cell)
    yield from (ContactChange(unit, name, old) for old in left)


def _equal(one: Addressee, other: Addressee) -> bool:
    return one == other


def _same_name(one: Addressee, other: Addressee) -> bool:
    return (one.role, one.name) == (other.role, other.name)


def _same_address(one: Addressee, other: Addressee) -> bool:
    return bool(one.email) and (one.role, one.email) == (other.role, other.email)


def _notes(
    changes: Iterable[ContactChange],
    units: Units,
    mailboxes: Mapping[str, Sequence[str]],
    day: date,
) -> Iterator[str]:
    """What a clerk may have overlooked; none of it stops the import."""
    people: dict[str, list[Addressee]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        people[change.unit] += [change.new] if change.new else []
    for unit, own in people.items():
        holding = [one for one in own if one.on(day)]
        if not mailboxes[unit] and not any(
            p.email for p in holding if p.role is ContactRole.CONTACT
        ):
            yield f"{units.short(unit)}：今天没有带邮箱的联系人，通知将无处可发"
        leaders = [one.name for one in holding if one.role is ContactRole.LEADER]
        if len(leaders) > 1:
            yield f"{units.short(unit)}：今天有 {len(leaders)} 位负责人：{'、'.join(leaders)}；换人时请给前任填“止”"
        for one in own:
            if one.email:
                owners[one.email.lower()].add(unit)
    for email, own_by in sorted(owners.items()):
        if len(own_by) > 1:
            names = "、".join(units.short(unit) for unit in sorted(own_by))
            yield f"{email} 登记在 {len(own_by)} 个单位名下：{names}"


def _shown_pair(name: str, before: Any, after: Any) -> tuple[str, str]:
    if name == "phone":
        one, other = masked(before), masked(after)
        return (one, other) if one != other else (one, f"{other}（号码有变）")
    if name == "role":
        return ROLE_NAMES[before], ROLE_NAMES[after]
    return str(before or ""), str(after or "")
