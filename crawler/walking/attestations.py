"""A person's dated word on an account that no probe can see: who looked when, what stood there, the
proof, until when.

An entry becomes the account's ``manual`` probe (``platforms/manual.py``): the next look, or a
recheck, reads it. Entries are withdrawn, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Text, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import Outlet, Probe, utc
from crawler.store.tables import Base

MANUAL = "manual"


class AttestationRow(Base):
    """``published`` is the newest post's moment as the person saw it at ``looked``; ``shot`` the
    sha256 of a kept file."""

    __tablename__ = "attestation"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    published: Mapped[datetime]
    looked: Mapped[datetime]
    until: Mapped[date]
    url: Mapped[str] = mapped_column(Text, default="")
    shot: Mapped[str] = mapped_column(String(64), default="")
    file_name: Mapped[str] = mapped_column(String(200), default="")
    seen_by: Mapped[str] = mapped_column(String(100))
    entered: Mapped[datetime]
    withdrawn: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(100), default="")


@dataclass(frozen=True, slots=True)
class Attestation:
    """One entry as it stands."""

    id: int
    outlet: str
    published: datetime
    looked: datetime
    until: date
    url: str
    shot: str
    file_name: str
    seen_by: str
    entered: datetime
    withdrawn: datetime | None

    @property
    def probe(self) -> Probe:
        """The way of looking that the entry is."""
        handle = {
            "published": self.published.isoformat(),
            "looked": self.looked.isoformat(),
            "until": self.until.isoformat(),
            "by": self.seen_by,
            "url": self.url,
            "shot": self.shot,
        }
        return Probe(MANUAL, None, {name: value for name, value in handle.items() if value})


def enter(connection: Connection, entry: Attestation) -> int:
    """Write an entry (its ``id`` is given here); returns the id."""
    values = {
        "outlet_id": entry.outlet,
        "published": utc(entry.published),
        "looked": utc(entry.looked),
        "until": entry.until,
        "url": entry.url,
        "shot": entry.shot,
        "file_name": entry.file_name,
        "seen_by": entry.seen_by,
        "entered": utc(entry.entered),
    }
    made = connection.execute(insert(AttestationRow).values(values))
    return int((made.inserted_primary_key or (0,))[0])


def withdraw(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """End an entry; ``False`` where none stands under that number."""
    mine = (AttestationRow.id == number) & AttestationRow.withdrawn.is_(None)
    done = connection.execute(
        update(AttestationRow).where(mine).values(withdrawn=utc(now), withdrawn_by=by[:100])
    )
    return bool(done.rowcount)


def attestations_of(connection: Connection, outlet: str) -> tuple[Attestation, ...]:
    """All entries about an account, the newest first."""
    query = select(AttestationRow.__table__).where(AttestationRow.outlet_id == outlet)
    return tuple(
        _entry(row) for row in connection.execute(query.order_by(AttestationRow.id.desc()))
    )


def attested(
    connection: Connection, outlets: Sequence[str] | None = None, *, as_of: datetime | None = None
) -> Mapping[str, Probe]:
    """The newest standing entry of each account (of ``outlets`` where given), as it stood at
    ``as_of``."""
    query = select(AttestationRow.__table__).order_by(AttestationRow.id)
    if as_of is None:
        query = query.where(AttestationRow.withdrawn.is_(None))
    else:
        gone = or_(AttestationRow.withdrawn.is_(None), AttestationRow.withdrawn > as_of)
        query = query.where(AttestationRow.entered <= as_of, gone)
    wanted = None if outlets is None else frozenset(outlets)
    if wanted is not None and len(wanted) <= 500:
        query = query.where(AttestationRow.outlet_id.in_(wanted))
    return {
        row.outlet_id: _entry(row).probe
        for row in connection.execute(query)
        if wanted is None or row.outlet_id in wanted
    }


def with_word(outlet: Outlet, word: Probe | None) -> Outlet:
    """``outlet`` with a person's word as its ``manual`` probe, in the place of the one config.yaml
    gives, else last."""
    if word is None:
        return outlet
    if any(probe.platform == MANUAL for probe in outlet.probes):
        probes = tuple(word if probe.platform == MANUAL else probe for probe in outlet.probes)
        return replace(outlet, probes=probes)
    return replace(outlet, probes=(*outlet.probes, word))


def _entry(row: Any) -> Attestation:
    return Attestation(
        row.id,
        row.outlet_id,
        row.published,
        row.looked,
        row.until,
        row.url,
        row.shot,
        row.file_name,
        row.seen_by,
        row.entered,
        row.withdrawn,
    )
