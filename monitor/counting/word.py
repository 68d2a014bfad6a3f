"""The office's word that the catalogue holds every place where a unit publishes. Until it is given
no count accuses the unit.

A word has its person, its reason and its moment; it is ended, never deleted. What config.yaml says
of all its units (``catalogue: whole:``) is kept beside what people said of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from crawler.model import SHANGHAI
from crawler.register.catalogue import Catalogue
from crawler.store.proof_tables import WholeWordRow

ROW = WholeWordRow.__table__.c
CONFIG, OFFICE = "config", "office"


@dataclass(frozen=True, slots=True)
class WholeWord:
    """One word. ``config``: it stands in config.yaml and is ended there."""

    id: int
    unit: str
    person: str
    reason: str
    moment: datetime
    ended: datetime | None = None
    config: bool = False

    @property
    def known(self) -> datetime:
        """Up to which moment the word knew the catalogue: config.yaml's bears a day, and speaks of
        the file as it stood in the evening."""
        return self.moment + timedelta(days=1) if self.config else self.moment


def words_in_force(connection: Connection, as_of: datetime) -> Mapping[str, datetime]:
    """The units whose places were vouched for at ``as_of``, with the moment up to which the newest
    word knew the catalogue.

    config.yaml's word bears a day: it speaks of the file as it stood in the evening.
    """
    query = select(ROW.unit_id, ROW.moment, ROW.kept_in).where(
        ROW.moment <= as_of, or_(ROW.ended.is_(None), ROW.ended > as_of)
    )
    found: dict[str, datetime] = {}
    for unit, moment, kept_in in connection.execute(query):
        known = moment + timedelta(days=1) if kept_in == CONFIG else moment
        found[unit] = max(known, found.get(unit, known))
    return found


def keep_config(connection: Connection, catalogue: Catalogue, now: datetime) -> None:
    """Keep what config.yaml says of its units. The same word again changes nothing: units that
    joined since are not in it."""
    whole = catalogue.whole
    said = (
        {}
        if whole is None
        else {"person": whole.by, "reason": whole.reason, "moment": _morning(whole.day)}
    )
    mine = (ROW.kept_in == CONFIG) & ROW.ended.is_(None)
    query = select(ROW.id, ROW.person, ROW.reason, ROW.moment).where(mine)
    rows = connection.execute(query).mappings().all()
    same = [
        row["id"]
        for row in rows
        if said and all(row[name] == value for name, value in said.items())
    ]
    if len(same) < len(rows):
        connection.execute(update(WholeWordRow).where(mine, ROW.id.not_in(same)).values(ended=now))
    if said and not same and catalogue.units:
        entries = [{"unit_id": unit.id, "kept_in": CONFIG, **said} for unit in catalogue.units]
        connection.execute(insert(WholeWordRow), entries)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)


def words_of(connection: Connection, unit: str = "") -> tuple[WholeWord, ...]:
    """Every word about ``unit`` (or all units), the newest first."""
    query = select(WholeWordRow.__table__).order_by(ROW.moment.desc(), ROW.id.desc())
    if unit:
        query = query.where(ROW.unit_id == unit)
    return tuple(
        WholeWord(r.id, r.unit_id, r.person, r.reason, r.moment, r.ended, r.kept_in == CONFIG)
        for r in connection.execute(query)
    )


def vouch(
    connection: Connection, units: Sequence[str], *, person: str, reason: str, moment: datetime
) -> None:
    """Keep a person's word about ``units``; an earlier one of a person is ended by it."""
    end(connection, units, moment)
    rows = [
        {"unit_id": unit, "person": person, "reason": reason, "moment": moment, "kept_in": OFFICE}
        for unit in units
    ]
    if rows:
        connection.execute(insert(WholeWordRow), rows)


def end(connection: Connection, units: Sequence[str], moment: datetime) -> int:
    """End what people said about ``units``; returns how many words that were. config.yaml's own
    stand."""
    return connection.execute(
        update(WholeWordRow)
        .where(ROW.unit_id.in_(list(units)), ROW.ended.is_(None), ROW.kept_in != CONFIG)
        .values(ended=moment)
    ).rowcount
