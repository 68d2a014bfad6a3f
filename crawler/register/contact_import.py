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
from crawler.register.account_import import unit_named, unknown_unit
from crawler.register.contact_book import BookRow, ContactBook, shown
from crawler.register.contacts import masked
from crawler.register.survey_rows import Fault
from crawler.register.unit_contacts import HOMES, KeptContact, UnitContactRow, everybody, said
from crawler.store.tables import UnitRow

FIELDS: Mapping[str, str] = {
    "role": "角色", "name": "姓名", "phone": "手机", "email": "邮箱", "valid_from": "起", "valid_to": "止",
}  # fmt: skip


class ContactsOutrun(ValueError):
    """One sentence: somebody changed the register between the proposal and its entry."""


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
        told = "，".join(
            f"{name} {before or '（空）'} → {after or '（空）'}"
            for name, before, after in self.fields
        )
        return f"变更 {self.cell}：{who}：{told}" if self.fields else f"不变 {self.cell}：{who}"


@dataclass(frozen=True, slots=True)
class ContactProposal:
    """What an import would do; with ``faults`` nothing may be applied. ``notes`` are for a person
    to look at."""

    changes: tuple[ContactChange, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[ContactChange, ...]:
        return self._of("added")

    @property
    def changed(self) -> tuple[ContactChange, ...]:
        return self._of("changed")

    @property
    def ended(self) -> tuple[ContactChange, ...]:
        return self._of("ended")

    @property
    def same(self) -> tuple[ContactChange, ...]:
        return self._of("same")

    def _of(self, kind: str) -> tuple[ContactChange, ...]:
        return tuple(change for change in self.changes if change.kind == kind)


def propose(connection: Connection, book: ContactBook, now: datetime) -> ContactProposal:
    """What ``book`` would do to the register; reads only."""
    query = select(UnitRow.id, UnitRow.short, UnitRow.full, UnitRow.aliases, UnitRow.emails)
    rows = connection.execute(query.where(UnitRow.retired_at.is_(None)).order_by(UnitRow.id)).all()
    names = {row.id: [row.short, row.full, *row.aliases] for row in rows}
    faults, wanted = list(book.faults), defaultdict[str, list[BookRow]](list)
    for row in book.rows:
        unit = unit_named(row.unit, names)
        if unit is None:
            faults.append(Fault(row.unit_cell, unknown_unit(shown(row.unit), names)))
        else:
            wanted[unit].append(row)
    known = everybody(connection)
    changes = [
        change
        for unit, lines in wanted.items()
        for change in _changes(unit, names[unit][0], lines, known.get(unit, ()))
    ]
    mailboxes = {row.id: tuple(row.emails) for row in rows}
    notes = tuple(_notes(changes, names, mailboxes, shanghai_day(now)))
    return ContactProposal(tuple(changes), tuple(dict.fromkeys(faults)), notes)


def apply(
    connection: Connection, proposal: ContactProposal, now: datetime, proof: str
) -> tuple[int, ...]:
    """Write ``proposal`` in the caller's transaction; returns the ids of the new rows.

    Raises ``ValueError`` where it has faults, :class:`ContactsOutrun` where the register is no
    longer what it was made from."""
    if proposal.faults:
        raise ValueError("a proposal with faults is never applied")
    gone = [
        c.old.id for c in proposal.changes if c.old is not None and c.old.id and c.kind != "same"
    ]
    for number in gone:
        held = update(UnitContactRow).where(
            UnitContactRow.id == number, UnitContactRow.replaced.is_(None)
        )
        if connection.execute(held.values(replaced=utc(now))).rowcount != 1:
            raise ContactsOutrun("通讯录刚才被别人改过，请重新导入一次，核对变化后再写入")
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
    names: Mapping[str, Sequence[str]],
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
            yield f"{names[unit][0]}：今天没有带邮箱的联系人，通知将无处可发"
        leaders = [one.name for one in holding if one.role is ContactRole.LEADER]
        if len(leaders) > 1:
            yield f"{names[unit][0]}：今天有 {len(leaders)} 位负责人：{'、'.join(leaders)}；换人时请给前任填“止”"
        for one in own:
            if one.email:
                owners[one.email.lower()].add(unit)
    for email, units in sorted(owners.items()):
        if len(units) > 1:
            yield f"{email} 登记在 {len(units)} 个单位名下：{'、'.join(names[u][0] for u in sorted(units))}"


def _shown_pair(name: str, before: Any, after: Any) -> tuple[str, str]:
    if name == "phone":
        one, other = masked(before), masked(after)
        return (one, other) if one != other else (one, f"{other}（号码有变）")
    if name == "role":
        return ROLE_NAMES[before], ROLE_NAMES[after]
    return str(before or ""), str(after or "")
