"""What the portal shows and the register does not know: stored with its page as proof, decided by a
person."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.model import Deed
from crawler.reading.homes import ids_of
from crawler.register.accounts_found import Found
from crawler.store.tables import AccountRow, CandidateRow, OutletRow, QrImageRow

NEW, ACCEPTED, DISMISSED = "new", "accepted", "dismissed"
ALIKE = 0.8
SHORTEST = 4
"""Characters from which on one name inside another means something."""
UNSAID = ("官方", "发布", "微信公众号", "公众号", "官方微博", "微博", "微信", "政务")
CHUNK = 400


class UnknownCandidate(LookupError):
    """No candidate has this number."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An account seen on a page: ``outlet`` is the column whose page it was, ``None`` for a home
    page."""

    found: Found
    page_url: str
    page_hash: str
    outlet: str | None
    moment: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored sighting as it stood at a moment. ``known`` = the register has it by now; ``like``
    names a registered account with a similar name. ``standing`` is ``new``, ``accepted`` or
    ``dismissed``.
    """

    id: int
    platform: str
    number: str
    name: str
    link: str
    place: str
    page_url: str
    page_hash: str
    outlet: str | None
    first_seen: datetime
    last_seen: datetime
    standing: str
    decided_by: str
    reason: str
    known: bool
    like: str

    @property
    def open(self) -> bool:
        """Still to be decided, or decided to be missing from the register and still missing."""
        return not self.known and self.standing != DISMISSED

    @property
    def data(self) -> dict[str, Any]:
        """Plain data for programs."""
        names = [name for name in self.__slots__ if not name.endswith("_seen")]
        seen = {"first_seen": self.first_seen.isoformat(), "last_seen": self.last_seen.isoformat()}
        return {name: getattr(self, name) for name in names} | seen | {"open": self.open}


def record_sightings(connection: Connection, sightings: Sequence[Sighting]) -> None:
    """Write what was seen and is not in the register; an account seen before keeps its first page
    as proof and any decision.
    """
    register = _register(connection)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sightings:
        home = one.found.home
        if register.knows(home.platform, home.number, one.found.name, one.found.link):
            continue
        old = rows.setdefault((home.platform, f"{home.key}:{home.number}"[:100]), _row(one))
        if (
            old["outlet_id"] is None and one.outlet is not None
        ):  # a unit's own column tells whose it is
            rows[home.platform, f"{home.key}:{home.number}"[:100]] = _row(one)
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = list(rows.values())
    for start in range(0, len(values), CHUNK):
        statement = dialect.insert(CandidateRow)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["platform", "number"],
                set_={"last_seen": statement.excluded.last_seen},
            ),
            values[start : start + CHUNK],
        )


def _row(one: Sighting) -> dict[str, Any]:
    home = one.found.home
    return {
        "platform": home.platform,
        "number": f"{home.key}:{home.number}"[:100],
        "name": _clean(one.found.name),
        "link": _clean(one.found.link),
        "place": one.found.place,
        "page_url": _clean(one.page_url),
        "page_hash": one.page_hash,
        "outlet_id": one.outlet,
        "first_seen": one.moment,
        "last_seen": one.moment,
        "state": NEW,
        "decided_by": "",
        "reason": "",
    }


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def candidates(connection: Connection, as_of: datetime) -> tuple[Candidate, ...]:
    """Every account seen by ``as_of``, as it stood then against the register of today."""
    register = _register(connection)
    query = (
        select(CandidateRow.__table__)
        .where(CandidateRow.first_seen <= as_of)
        .order_by(CandidateRow.id)
    )
    return tuple(_candidate(row, as_of, register) for row in connection.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class _Register:
    """Names and ids of the registered accounts. ``open`` are names without an id, by platform."""

    ids: frozenset[tuple[str, str]]
    names: tuple[tuple[str, str], ...]
    open: frozenset[tuple[str, str]]

    def knows(self, platform: str, number: str, name: str, link: str) -> bool:
        """By its id, by the address that the register notes, or by the name of an account without
        an id."""
        named = {(platform, bare(name)), ("other", bare(name))}
        by_id = (platform, number) in self.ids or ("link", link) in self.ids
        return by_id or bool(name and named & self.open)


def _register(connection: Connection) -> _Register:
    links = {
        row.outlet_id: row.link
        for row in connection.execute(select(AccountRow.outlet_id, AccountRow.link))
        if row.link
    }
    query = select(
        OutletRow.id, OutletRow.name, OutletRow.platform, OutletRow.handle, OutletRow.probes
    )
    query = query.where(OutletRow.kind != "column", OutletRow.state != "unregistered")
    ids: set[tuple[str, str]] = set()
    names, unsettled = [], set()
    for row in connection.execute(query.where(OutletRow.retired_at.is_(None))):
        mine = ids_of(row.handle, row.platform)
        for probe in row.probes:
            mine |= ids_of(probe["handle"], row.platform)
        ids |= mine | {("link", links[row.id])} if row.id in links else mine
        names.append((row.platform, row.name))
        if not mine:
            unsettled.add((row.platform, bare(row.name)))
    return _Register(frozenset(ids), tuple(names), frozenset(unsettled))


def _candidate(row: Mapping[Any, Any], as_of: datetime, register: _Register) -> Candidate:
    decided = row["decided_at"] is not None and row["decided_at"] <= as_of
    platform, number = row["platform"], row["number"].partition(":")[2]
    known = register.knows(platform, number, row["name"], row["link"])
    return Candidate(
        id=row["id"],
        platform=platform,
        number=number,
        name=row["name"],
        link=row["link"],
        place=row["place"],
        page_url=row["page_url"],
        page_hash=row["page_hash"],
        outlet=row["outlet_id"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        standing=row["state"] if decided else NEW,
        decided_by=row["decided_by"] if decided else "",
        reason=row["reason"] if decided else "",
        known=known,
        like="" if known else _like(row["name"], register.names),
    )


def _like(name: str, names: Iterable[tuple[str, str]]) -> str:
    """The registered name that ``name`` resembles most, if it does."""
    mine = bare(name)
    if not mine:
        return ""
    scored = [(alike(mine, bare(other)), other) for _, other in names]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= ALIKE else ""


def alike(one: str, other: str) -> float:
    """How alike two bare names are, 0 to 1; one inside the other counts as alike."""
    if min(len(one), len(other)) >= SHORTEST and (one in other or other in one):
        return 1.0
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def bare(name: str) -> str:
    """A name without blanks, marks, width and the words that every account bears."""
    text = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()
    short = text
    for word in UNSAID:
        short = short.removesuffix(word).removeprefix(word)
    return short or text


def decide(connection: Connection, number: int, standing: str, deed: Deed) -> None:
    """A person's decision. Raises :class:`UnknownCandidate`."""
    changed = connection.execute(
        update(CandidateRow)
        .where(CandidateRow.id == number)
        .values(state=standing, decided_at=deed.now, decided_by=deed.by, reason=deed.words)
    )
    if not changed.rowcount:
        raise UnknownCandidate(number)


def new_pictures(connection: Connection, urls: Sequence[str], since: datetime) -> set[str]:
    """Those of ``urls`` that were not looked at since ``since``."""
    query = select(QrImageRow.url).where(QrImageRow.url.in_(list(urls)), QrImageRow.looked >= since)
    return set(urls) - set(connection.execute(query).scalars())


def record_picture(connection: Connection, url: str, text: str, now: datetime) -> None:
    """Remember that a picture was looked at, and what its code said."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(QrImageRow).values(url=url, looked=now, text=_clean(text))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["url"],
            set_={"looked": statement.excluded.looked, "text": statement.excluded.text},
        )
    )
