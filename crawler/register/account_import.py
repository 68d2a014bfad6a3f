"""A survey goes into the register: first as a proposal that says what would change, then whole or
not at all."""

from __future__ import annotations

import difflib
import re
import unicodedata
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
from crawler.register.contacts import masked
from crawler.register.enter import outlet_values, sync_duty
from crawler.register.survey_rows import Fault, Survey, SurveyRow
from crawler.store.rows import outlet_of
from crawler.store.tables import DutyRow, OutletRow, SiteRow, UnitRow

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
    fields: tuple[tuple[str, str, str], ...] = ()
    old: Registered | None = field(default=None, repr=False)

    @property
    def same(self) -> bool:
        return not self.new and not self.fields


@dataclass(frozen=True, slots=True)
class AccountProposal:
    """What an import would do. ``twice`` names bodies with several accounts on one platform,
    ``absent`` accounts of the surveyed units that the form does not list (they stay). With
    ``faults`` nothing may be applied.
    """

    changes: tuple[AccountChange, ...]
    faults: tuple[Fault, ...]
    twice: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[AccountChange, ...]:
        return tuple(change for change in self.changes if change.new)

    @property
    def changed(self) -> tuple[AccountChange, ...]:
        return tuple(change for change in self.changes if not change.new and not change.same)

    @property
    def same(self) -> tuple[AccountChange, ...]:
        return tuple(change for change in self.changes if change.same)


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


def propose(connection: Connection, survey: Survey, now: datetime) -> AccountProposal:
    """What ``survey`` would do to the register; reads only."""
    units = _unit_names(connection)
    known = registered(connection, now)
    changes: list[AccountChange] = []
    faults = list(survey.faults)
    taken: dict[str, str] = {}
    for row in survey.rows:
        unit = unit_named(row.unit, units)
        if unit is None:
            faults.append(Fault(row.unit_cell, unknown_unit(row.unit, units)))
            continue
        change = _change(row, unit, units[unit][0], known)
        if isinstance(change, Fault):
            faults.append(change)
        elif change.id in taken:
            faults.append(Fault(row.cell, f"与 {taken[change.id]} 是同一个账号，同一账号只填一行"))
        else:
            taken[change.id] = row.cell
            changes.append(change)
    surveyed = {change.unit for change in changes}
    absent = tuple(
        f"{units[one.units[0]][0]} {_named(one.outlet)}"
        for one in known
        if one.units
        and one.units[0] in surveyed
        and one.outlet.id not in taken
        and one.state not in GONE
    )
    twice = _twice(changes, known, units)
    return AccountProposal(tuple(changes), tuple(dict.fromkeys(faults)), twice, absent)


def apply(connection: Connection, proposal: AccountProposal, now: datetime, proof: str) -> None:
    """Write ``proposal`` in the caller's transaction. Raises ``ValueError`` where it has faults."""
    if proposal.faults:
        raise ValueError("a proposal with faults is never applied")
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
        seed = f"{unit}|{row.platform}|{row.printed}|{_plain(row.name)}"
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


def _unit_names(connection: Connection) -> dict[str, list[str]]:
    rows = connection.execute(
        select(UnitRow.id, UnitRow.short, UnitRow.full, UnitRow.aliases).where(
            UnitRow.retired_at.is_(None)
        )
    )
    return {row.id: [row.short, row.full, *row.aliases] for row in rows}


def unit_named(said: str, units: Mapping[str, Sequence[str]]) -> str | None:
    """By short name, full name or alias; else a shorter form of one unit's full name, and of one
    only."""
    wanted = _plain(said)
    if len(wanted) < 2:
        return None
    exact = [unit for unit, names in units.items() if wanted in map(_plain, names)]
    if exact:
        return exact[0] if len(exact) == 1 else None
    loose = [
        unit
        for unit, names in units.items()
        if _shortened(wanted, _plain(names[0]), _plain(names[1]))
    ]
    return loose[0] if len(loose) == 1 else None


def _shortened(said: str, short: str, full: str) -> bool:
    """仓山区工信局 for 工信局 of 福州市仓山区…, or the full name without its city."""
    head = said.removesuffix(short)
    return (len(said) >= 4 and full.endswith(said)) or (
        head != said and len(head) >= 2 and head in full
    )


def unknown_unit(said: str, units: Mapping[str, Sequence[str]]) -> str:
    """Why ``said`` is no unit of the catalogue, with the nearest name that is."""
    if not said:
        return "没有写单位名称"
    names = {name for known in units.values() for name in known}
    near = difflib.get_close_matches(said, names, n=1, cutoff=0.5)
    hint = f"，最接近的是“{near[0]}”" if near else ""
    return f"台账里没有单位“{said[:40]}”{hint}；请改成台账中的名称，或在 config.yaml 给该单位加别名"


def _twice(
    changes: Sequence[AccountChange],
    known: Sequence[Registered],
    units: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    """One body, one platform, one account: who has more, after the import."""
    bodies: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    fresh = {change.id for change in changes}
    for change in changes:
        row = change.row
        bodies[change.unit_name, row.body or change.unit_name, row.platform].append(row.name)
    for one in known:
        if one.outlet.id not in fresh and one.units and one.state not in GONE:
            name = units.get(one.units[0], [one.units[0]])[0]
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


def _plain(text: str) -> str:
    return re.sub(r"[\s·•“”\"'()（）]+", "", unicodedata.normalize("NFKC", text)).casefold()


def same_name(one: str, other: str) -> bool:
    """Names equal but for blanks, quotes and width."""
    return _plain(one) == _plain(other)
