"""A survey goes into the register: first as a proposal that says what would change, then whole or
not at all."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, insert, select, update

from crawler.model import (
    GONE,
    ROLE_NAMES,
    AccountCard,
    AccountState,
    Contact,
    Outlet,
    OutletKind,
    shanghai_day,
)
from crawler.reading.homes import ids_of
from crawler.reading.media import MEDIA_NAMES
from crawler.register.account_cards import (
    CONFIG,
    UNKNOWN_PLACE,
    WORKBOOK,
    cards,
    histories,
    overlaid,
    put_card,
    put_states,
    state_on,
)
from crawler.register.books.grid import Fault
from crawler.register.books.proposal import (
    ADDED,
    CHANGED,
    SAME,
    Fields,
    Proposal,
    must_be_whole,
)
from crawler.register.books.units import Units, plain, same_name
from crawler.register.contacts import masked
from crawler.register.enter import outlet_values, sync_duty
from crawler.register.survey_rows import Survey, SurveyRow
from crawler.store.rows import outlet_of
from crawler.store.tables import DutyRow, OutletRow, SiteRow

STATE_NAMES: Mapping[AccountState, str] = {
    AccountState.REGISTERED: "在用", AccountState.UNREGISTERED: "未登记", AccountState.CLOSING: "注销中",
    AccountState.CLOSED: "已注销", AccountState.MERGED: "已合并",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Registered:
    """An account of the register. ``units`` are ids, the lead first; ``own`` is what config.yaml
    says of its card, ``card`` that and the workbook's word together.
    """

    outlet: Outlet
    units: tuple[str, ...]
    card: AccountCard
    own: AccountCard
    kept_in: str
    state: AccountState


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What one row of the survey does to the register: ``fields`` are (name, before, after), phones
    masked."""

    row: SurveyRow
    id: str
    unit: str
    unit_name: str
    new: bool
    fields: Fields = ()
    old: Registered | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """``added``, ``changed`` or ``same``: a survey ends nothing."""
        return ADDED if self.new else CHANGED if self.fields else SAME

    @property
    def same(self) -> bool:
        return self.kind == SAME

    @property
    def cell(self) -> str:
        return self.row.cell

    @property
    def line(self) -> str:
        """The change as one Chinese line, what differs on lines of its own."""
        place = MEDIA_NAMES[self.row.platform] if self.new else ""
        kind = "新增" if self.new else "变更"
        head = f"{kind} {self.cell}：{self.unit_name} {place}“{self.row.name}”（编号 {self.id}）"
        more = [f"  {n}：{old or '（空）'} → {new or '（空）'}" for n, old, new in self.fields]
        return "\n".join([head, *more])


@dataclass(frozen=True, slots=True)
class AccountProposal(Proposal[AccountChange]):
    """What a survey would do. ``twice`` names bodies with several accounts on one platform,
    ``absent`` accounts of the surveyed units that the form does not list (they stay)."""

    twice: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def registered(connection: Connection, now: datetime) -> tuple[Registered, ...]:
    """Every account that is not retired, in the order of its id, in its state of today."""
    known, own = cards(connection), cards(connection, [CONFIG])
    states, day = histories(connection), shanghai_day(now)
    duty: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(DutyRow.outlet_id, DutyRow.unit_id)
        .where(DutyRow.until.is_(None))
        .order_by(DutyRow.position)
    )
    for outlet, unit in rows:
        duty[outlet].append(unit)
    query = select(OutletRow.__table__).where(
        OutletRow.retired_at.is_(None), OutletRow.kind == OutletKind.ACCOUNT.value
    )
    found = []
    for row in connection.execute(query.order_by(OutletRow.id)).mappings():
        entry, name = outlet_of(row), row["id"]
        since = state_on(states.get(name, ()), day)
        found.append(
            Registered(
                entry,
                tuple(duty.get(name, ())),
                known.get(name, AccountCard()),
                own.get(name, AccountCard()),
                row["kept_in"],
                since.state if since else entry.state,
            )
        )
    return tuple(found)


def propose(connection: Connection, survey: Survey, now: datetime, units: Units) -> AccountProposal:
    """What ``survey`` would do to the register; reads only."""
    known = registered(connection, now)
    changes: list[AccountChange] = []
    faults, notes = list(survey.faults), list(survey.notes)
    taken: dict[str, str] = {}
    for row in survey.rows:
        unit = units.find(row.unit or row.body)
        if unit is None:
            faults.append(Fault(row.unit_cell, units.unknown(row.unit or row.body)))
            continue
        if not row.unit:
            notes.append(
                f"{row.unit_cell} 没有写单位名称，按“运营主体”认作{units.short(unit)}，请核对"
            )
        change = _change(row, unit, units.short(unit), known)
        if isinstance(change, Fault):
            faults.append(change)
        elif change.id in taken:
            faults.append(Fault(row.cell, f"与 {taken[change.id]} 是同一个账号，同一账号只填一行"))
        else:
            taken[change.id] = row.cell
            changes.append(change)
    return AccountProposal(
        tuple(changes),
        tuple(dict.fromkeys(faults)),
        tuple(dict.fromkeys(notes)),
        _twice(changes, known, units),
        tuple(_absent(changes, known, units)),
    )


def _absent(
    changes: Sequence[AccountChange], known: Sequence[Registered], units: Units
) -> Iterable[str]:
    surveyed, listed = {change.unit for change in changes}, {change.id for change in changes}
    for one in known:
        lead = one.units[0] if one.units else ""
        if lead in surveyed and one.outlet.id not in listed and one.state not in GONE:
            yield f"{units.short(lead)} {_named(one.outlet)}"


def apply(
    connection: Connection, proposal: Proposal[AccountChange], now: datetime, proof: str
) -> None:
    """Write ``proposal`` in the caller's transaction. Raises ``ValueError`` where it has faults."""
    must_be_whole(proposal)
    site = connection.execute(
        select(SiteRow.id).where(SiteRow.retired_at.is_(None)).order_by(SiteRow.id).limit(1)
    ).scalar_one()
    for change in proposal.changes:
        row = change.row
        if change.new:
            outlet = Outlet(
                change.id,
                OutletKind.ACCOUNT,
                row.name,
                row.platform,
                site,
                (change.unit,),
                handle=row.handle,
                floor=0,
            )
            connection.execute(
                insert(OutletRow).values(**{**outlet_values(outlet), "kept_in": WORKBOOK})
            )
            sync_duty(connection, outlet, now)
            put_states(connection, change.id, AccountState.REGISTERED, {}, now)
        elif change.fields and change.old is not None:
            connection.execute(
                update(OutletRow)
                .where(OutletRow.id == change.id)
                .values(**_outlet_changes(change.old, row))
            )
        put_card(
            connection,
            change.id,
            WORKBOOK,
            card_of(row),
            now,
            platform=row.platform,
            handle=dict(row.handle),
            proof=f"{proof} {row.cell}",
        )


def card_of(row: SurveyRow) -> AccountCard:
    """The card that a row of the survey makes."""
    return AccountCard(row.body, row.review, row.contacts, {}, row.link, row.printed)


def _outlet_changes(old: Registered, row: SurveyRow) -> dict[str, Any]:
    """Columns of the entry that the survey may set: all of its own, what is open of
    config.yaml's."""
    open_place = old.outlet.platform == UNKNOWN_PLACE
    same_place = open_place or old.outlet.platform == row.platform
    values: dict[str, Any] = {}
    if open_place:
        values["platform"] = row.platform
    if same_place and row.handle:
        mine = old.kept_in == WORKBOOK
        values["handle"] = (
            {**old.outlet.handle, **row.handle} if mine else {**row.handle, **old.outlet.handle}
        )
    if old.kept_in == WORKBOOK:
        values["name"] = row.name
    return values or {"name": old.outlet.name}


def _change(
    row: SurveyRow, unit: str, unit_name: str, known: Sequence[Registered]
) -> AccountChange | Fault:
    old = _match(row, unit, known)
    if old is None:
        return AccountChange(
            row, _new_id(row, unit, {one.outlet.id for one in known}), unit, unit_name, True
        )
    if old.units and unit not in old.units:
        return Fault(row.cell, f"这个账号已登记在别的单位名下（编号 {old.outlet.id}），请核对")
    if old.state in GONE:
        return Fault(
            row.cell,
            f"台账中该账号{STATE_NAMES[old.state]}（编号 {old.outlet.id}），如重新启用请先改台账",
        )
    return AccountChange(row, old.outlet.id, unit, unit_name, False, tuple(_fields(row, old)), old)


def _match(row: SurveyRow, unit: str, known: Sequence[Registered]) -> Registered | None:
    """The registered account of a row: by its id on the platform, else by name in its unit."""
    ids = ids_of(row.handle, row.platform)
    for one in known:
        if ids & ids_of(one.outlet.handle, one.outlet.platform):
            return one
    named = [
        one
        for one in known
        if unit in one.units
        and same_name(one.outlet.name, row.name)
        and not (ids and ids_of(one.outlet.handle, one.outlet.platform))
    ]
    exact = [one for one in named if one.outlet.platform == row.platform]
    open_place = [
        one for one in named if one.outlet.platform == UNKNOWN_PLACE and not one.card.printed
    ]
    return next(iter([*exact, *open_place]), None)


def _fields(row: SurveyRow, old: Registered) -> Iterable[tuple[str, str, str]]:
    entry, card = _outlet_changes(old, row), card_of(row)
    if old.kept_in == CONFIG:  # what config.yaml says stands
        card = overlaid(old.own, card)
    before = {
        "账号名称": old.outlet.name,
        "平台类型": MEDIA_NAMES.get(old.outlet.platform, old.outlet.platform),
        "账号标识": _ids(old.outlet.handle),
        "运营主体": old.card.body,
        "网址": old.card.link,
        "信息审核机制": _yes(old.card.review),
        "联系人": people(old.card.contacts),
    }
    after = {
        "账号名称": entry.get("name", old.outlet.name),
        "平台类型": MEDIA_NAMES.get(entry.get("platform", old.outlet.platform), ""),
        "账号标识": _ids(entry.get("handle", old.outlet.handle)),
        "运营主体": card.body,
        "网址": card.link,
        "信息审核机制": _yes(card.review),
        "联系人": people(card.contacts),
    }
    for name, value in after.items():
        if value != before[name]:
            yield name, before[name], value
    if card.contacts != old.card.contacts and people(card.contacts) == people(old.card.contacts):
        yield "联系人", "号码", "号码有变"


def people(contacts: Iterable[Contact]) -> str:
    """Contacts in a line, phones masked."""
    return "；".join(f"{ROLE_NAMES[c.role]} {c.name} {masked(c.phone)}".strip() for c in contacts)


def _yes(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def _ids(handle: Mapping[str, str]) -> str:
    return "，".join(f"{key}={value}" for key, value in sorted(handle.items()))


def _new_id(row: SurveyRow, unit: str, taken: Collection[str]) -> str:
    """From the id on the platform where there is one, else from unit, platform and name: the same
    every time."""
    if row.handle.get("uid"):
        wanted = f"wb-{row.handle['uid']}"
    elif row.handle.get("biz"):
        wanted = f"wx-{_decimal(row.handle['biz'])}"
    else:
        seed = f"{unit}|{row.platform}|{row.printed}|{plain(row.name)}"
        wanted = f"zh-{blake2b(seed.encode(), digest_size=5).hexdigest()}"
    return (
        wanted
        if wanted not in taken
        else f"{wanted}-{blake2b(unit.encode(), digest_size=3).hexdigest()}"
    )


def _decimal(biz: str) -> str:
    try:
        number = b64decode(biz, validate=True).decode("ascii")
    except ValueError:
        number = ""
    return number if number.isdigit() else blake2b(biz.encode(), digest_size=5).hexdigest()


def _twice(
    changes: Sequence[AccountChange], known: Sequence[Registered], units: Units
) -> tuple[str, ...]:
    """One body, one platform, one account: who has more, after the import."""
    bodies: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    fresh = {change.id for change in changes}
    for change in changes:
        row = change.row
        bodies[change.unit_name, row.body or change.unit_name, row.platform].append(row.name)
    for one in known:
        if one.outlet.id not in fresh and one.units and one.state not in GONE:
            name = units.short(one.units[0])
            bodies[name, one.card.body or name, one.outlet.platform].append(one.outlet.name)
    return tuple(several(bodies))


def several(bodies: Mapping[tuple[str, str, str], Sequence[str]]) -> Iterable[str]:
    """A sentence for every body with more than one account on a platform that is known."""
    for (unit, body, platform), names in sorted(bodies.items()):
        if len(names) > 1 and platform != UNKNOWN_PLACE:
            who = unit if body == unit else f"{unit}（{body}）"
            yield f"{who}在{MEDIA_NAMES[platform]}有 {len(names)} 个账号：{'、'.join(sorted(names))}"


def _named(outlet: Outlet) -> str:
    return f"{MEDIA_NAMES.get(outlet.platform, outlet.platform)}“{outlet.name}”（{outlet.id}）"
