"""Rows of the store as the house's own words: an outlet, what a look left unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from crawler.model import (
    AccountState,
    Addressee,
    ColumnClass,
    ContactRole,
    Outlet,
    OutletKind,
    Probe,
    Purpose,
    Unread,
)


def unread_of(values: Mapping[str, str]) -> Unread:
    """What :func:`unread_values` wrote."""
    day = date.fromisoformat(values["day"]) if values["day"] else None
    return Unread(values["place"], values["why"], values["text"], values["url"], day)


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


def addressees(stored: Iterable[Mapping[str, str]]) -> tuple[Addressee, ...]:
    """The contacts of a stored unit."""
    return tuple(
        Addressee(
            ContactRole(one["role"]),
            one["email"],
            one["name"],
            one["phone"],
            *(
                date.fromisoformat(one[name]) if name in one else None
                for name in ("valid_from", "valid_to")
            ),
        )
        for one in stored
    )
