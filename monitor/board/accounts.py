"""What the register knows of an account, how each probe fares, and who nobody registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import ROLE_NAMES, AccountCard, Outlet
from crawler.register.account_cards import StateSince, cards, histories, state_on
from crawler.register.contacts import masked
from crawler.store.tables import CandidateRow
from crawler.walking.attestations import Attestation, attestations_of
from monitor.board.outlet_page import last_by_probe
from monitor.rectify.attachments import get


@dataclass(frozen=True, slots=True)
class ProbeLine:
    """One way of looking at an account: ``last`` is its newest look (a row of the visit table), if
    there was one."""

    platform: str
    url: str
    last: Any | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """``people`` are (role, name, masked phone). ``current`` is today's state."""

    card: AccountCard
    people: Sequence[tuple[str, str, str]]
    states: Sequence[StateSince]
    current: StateSince | None
    probes: Sequence[ProbeLine]
    attestations: Sequence[Attestation]


def account_page(connection: Connection, outlet: Outlet, today: date) -> AccountPage:
    """The register's word on ``outlet``, an account or canary."""
    card = cards(connection, outlets=[outlet.id]).get(outlet.id, AccountCard())
    states = histories(connection, [outlet.id]).get(outlet.id, ())
    last = dict(last_by_probe(connection, outlet.id))
    chain = [
        ProbeLine(one.platform, one.url or "", last.pop(one.platform, None))
        for one in _once(outlet)
    ]
    others = [ProbeLine(name, "", row) for name, row in last.items() if name != "none"]
    return AccountPage(
        card,
        [(ROLE_NAMES[one.role], one.name, masked(one.phone)) for one in card.contacts],
        states,
        state_on(states, today),
        [*chain, *others],
        attestations_of(connection, outlet.id),
    )


def _once(outlet: Outlet) -> list[Any]:
    """The chain, each platform once: looks are kept by platform."""
    return list({probe.platform: probe for probe in outlet.probes}.values())


SUFFIXES: Mapping[bytes, str] = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}


def proof_of(
    connection: Connection, outlet: str, number: int, folder: Path
) -> tuple[bytes, str] | None:
    """The file of an attestation and its suffix. Raises ``attachments.Unacceptable`` when it is
    gone or changed."""
    mine = (one for one in attestations_of(connection, outlet) if one.id == number and one.shot)
    found = next(mine, None)
    if found is None:
        return None
    data = get(folder, found.shot)
    return data, next((name for head, name in SUFFIXES.items() if data.startswith(head)), "bin")


def open_candidates(connection: Connection) -> int:
    """How many accounts that the portal shows wait for a person's word."""
    query = select(func.count()).where(CandidateRow.state == "new")
    return int(connection.execute(query).scalar_one())
