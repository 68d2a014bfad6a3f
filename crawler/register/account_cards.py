"""The register of accounts in the store: their cards by home, and their states with the days they
began.

An account may be named in config.yaml and in a survey workbook. config.yaml wins field by field;
what it leaves open the workbook fills, so that a night's sync takes nothing back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from crawler.model import (
    GONE,
    AccountCard,
    AccountState,
    Contact,
    ContactRole,
    Outlet,
    OutletKind,
    shanghai_day,
)
from crawler.store.tables import AccountRow, AccountStateRow

CONFIG, WORKBOOK = "config", "workbook"
UNKNOWN_PLACE = "other"


@dataclass(frozen=True, slots=True)
class StateSince:
    """An account's state from a day on."""

    state: AccountState
    since: date
    note: str = ""


def filled(outlet: Outlet, fill: Mapping[Any, Any] | None) -> Outlet:
    """``outlet`` of config.yaml with platform and ids of its workbook card where config.yaml leaves
    them open."""
    if fill is None or outlet.kind is not OutletKind.ACCOUNT:
        return outlet
    platform = fill["platform"] if outlet.platform == UNKNOWN_PLACE else outlet.platform
    same = fill["platform"] == platform
    handle = {**fill["handle"], **outlet.handle} if same else outlet.handle
    return replace(outlet, platform=platform or UNKNOWN_PLACE, handle=handle)


def fills(connection: Connection) -> dict[str, Mapping[Any, Any]]:
    """The workbooks' cards by outlet id."""
    query = select(AccountRow.__table__).where(AccountRow.kept_in == WORKBOOK)
    return {row["outlet_id"]: row for row in connection.execute(query).mappings()}


def put_card(
    connection: Connection, outlet: str, kept_in: str, card: AccountCard, now: datetime, **more: Any
) -> bool:
    """Write one home's card where it differs; returns whether it did. ``more``: platform, handle,
    proof."""
    values = {**_card_values(card), "handle": {}, **more}
    table = AccountRow.__table__
    mine = (table.c.outlet_id == outlet) & (table.c.kept_in == kept_in)
    old = connection.execute(select(table).where(mine)).mappings().first()
    if old is None:
        connection.execute(
            insert(AccountRow).values(outlet_id=outlet, kept_in=kept_in, entered=now, **values)
        )
        return True
    if all(old[name] == value for name, value in values.items() if name != "proof"):
        return False
    connection.execute(update(AccountRow).where(mine).values(entered=now, **values))
    return True


def drop_card(connection: Connection, outlet: str, kept_in: str) -> None:
    """Forget one home's card: config.yaml says nothing more of the account."""
    connection.execute(
        delete(AccountRow).where(AccountRow.outlet_id == outlet, AccountRow.kept_in == kept_in)
    )


def put_states(
    connection: Connection,
    outlet: str,
    state: AccountState,
    dates: Mapping[AccountState, date],
    now: datetime,
) -> bool:
    """Make the history agree with ``state`` and the days given; a state without a day begins
    today."""
    rows = _state_rows(connection, outlet)
    changed = False
    for one, day in sorted(dates.items(), key=lambda pair: pair[1]):
        row = next((row for row in rows if row.state == one.value), None)
        if row is None:
            _insert_state(connection, outlet, one, day, now)
        elif row.since != day:
            connection.execute(
                update(AccountStateRow)
                .where(AccountStateRow.id == row.id)
                .values(since=day, entered=now)
            )
        changed |= row is None or row.since != day
    if state in dates:
        _yield_to(connection, outlet, dates[state], state)
    rows = _state_rows(connection, outlet)
    if not rows or rows[-1].state != state.value:
        _insert_state(connection, outlet, state, shanghai_day(now), now)
        changed = True
    return changed


def _yield_to(connection: Connection, outlet: str, since: date, state: AccountState) -> None:
    """A state that was taken to begin later than the one now known to hold from ``since`` on began
    before it."""
    table = AccountStateRow.__table__
    later = (table.c.outlet_id == outlet) & (table.c.since > since) & (table.c.state != state.value)
    connection.execute(update(AccountStateRow).where(later).values(since=since))


def _insert_state(
    connection: Connection,
    outlet: str,
    state: AccountState,
    since: date,
    now: datetime,
    note: str = "",
) -> None:
    connection.execute(
        insert(AccountStateRow).values(
            outlet_id=outlet, state=state.value, since=since, entered=now, note=note
        )
    )


def enter_state(
    connection: Connection, outlet: str, state: AccountState, since: date, now: datetime, note: str
) -> None:
    """A person's word that ``outlet`` is in ``state`` from ``since`` on."""
    _yield_to(connection, outlet, since, state)
    _insert_state(connection, outlet, state, since, now, note)


def _state_rows(connection: Connection, outlet: str) -> Sequence[Any]:
    table = AccountStateRow.__table__
    query = select(table).where(table.c.outlet_id == outlet).order_by(table.c.since, table.c.id)
    return connection.execute(query).all()


def histories(
    connection: Connection, outlets: Iterable[str] | None = None
) -> dict[str, tuple[StateSince, ...]]:
    """Every account's states by the day they began, oldest first."""
    table = AccountStateRow.__table__
    query = select(table).order_by(table.c.outlet_id, table.c.since, table.c.id)
    if outlets is not None:
        query = query.where(table.c.outlet_id.in_(list(outlets)))
    found: dict[str, list[StateSince]] = {}
    for row in connection.execute(query):
        found.setdefault(row.outlet_id, []).append(
            StateSince(AccountState(row.state), row.since, row.note)
        )
    return {outlet: tuple(states) for outlet, states in found.items()}


def state_on(history: Sequence[StateSince], day: date) -> StateSince | None:
    """The state in force on ``day``; ``None`` where nothing is known of the account's states.

    Before its first known day an account was what it was then; one first known as closed was still
    to be closed.
    """
    begun = [one for one in history if one.since <= day]
    if begun:
        return begun[-1]
    if not history:
        return None
    first = history[0]
    return replace(first, state=AccountState.CLOSING) if first.state in GONE else first


def cards(
    connection: Connection,
    homes: Collection[str] = (CONFIG, WORKBOOK),
    outlets: Collection[str] | None = None,
) -> dict[str, AccountCard]:
    """Every account's card (or those of ``outlets``) from ``homes``, config.yaml's word before the
    workbook's."""
    rows: dict[str, dict[str, Mapping[Any, Any]]] = {}
    query = select(AccountRow.__table__).where(AccountRow.kept_in.in_(homes))
    if outlets is not None:
        query = query.where(AccountRow.outlet_id.in_(list(outlets)))
    for row in connection.execute(query).mappings():
        rows.setdefault(row["outlet_id"], {})[row["kept_in"]] = row
    known = histories(connection, rows)
    return {
        outlet: replace(
            overlaid(_card(spoken.get(CONFIG)), _card(spoken.get(WORKBOOK))),
            dates={one.state: one.since for one in known.get(outlet, ())},
        )
        for outlet, spoken in rows.items()
    }


def overlaid(first: AccountCard | None, second: AccountCard | None) -> AccountCard:
    """``first`` where it speaks, ``second`` where it does not; days of states left out."""
    if first is None or second is None:
        return first or second or AccountCard()
    return AccountCard(
        body=first.body or second.body,
        review=second.review if first.review is None else first.review,
        contacts=first.contacts or second.contacts,
        link=first.link or second.link,
        printed=first.printed or second.printed,
    )


def _card(row: Mapping[Any, Any] | None) -> AccountCard | None:
    if row is None:
        return None
    people = tuple(Contact(ContactRole(p["role"]), p["name"], p["phone"]) for p in row["contacts"])
    return AccountCard(row["body"], row["review"], people, {}, row["link"], row["printed"])


def _card_values(card: AccountCard) -> dict[str, Any]:
    return {
        "body": card.body,
        "review": card.review,
        "contacts": [
            {"role": c.role.value, "name": c.name, "phone": c.phone} for c in card.contacts
        ],
        "link": card.link,
        "printed": card.printed,
    }
