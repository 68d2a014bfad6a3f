"""Whether the office knows a unit's places to be all in the catalogue: until it does, no count
accuses the unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.store.tables import OutletRow, UnitRow
from monitor.counting.past import left_since
from monitor.counting.word import WholeWord, words_of
from monitor.findings.standing import StandingRow
from monitor.record.tables import JudgementRow
from monitor.words import counts_open
from monitor.words.causes import CATALOGUE_OPEN

OPEN, WHOLE, AGAIN = "open", "whole", "again"
STATES: Mapping[str, str] = {OPEN: "未确认", WHOLE: "已确认", AGAIN: "须重新确认"}
NAMED = 3


@dataclass(frozen=True, slots=True)
class UnitPlaces:
    """What is known of one unit's places. ``state``: ``open`` (nobody vouched), ``whole``, or
    ``again``: somebody did, and a column that may have held its posts left since, one of ``left``.
    ``word`` is the newest in force."""

    unit: str
    short: str
    state: str
    word: WholeWord | None
    left: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return STATES[self.state]


def places(connection: Connection, now: datetime, unit: str = "") -> dict[str, UnitPlaces]:
    """What is known of the places of every unit of the catalogue (or of ``unit`` alone), by its
    id."""
    words: dict[str, WholeWord] = {}
    for one in words_of(connection, unit):
        if one.ended is None and one.moment <= now:
            words.setdefault(one.unit, one)
    judged = connection.execute(select(func.max(JudgementRow.as_of))).scalar()
    held_open = _held_open(connection)
    left = left_since(connection, now)
    names = _names(connection, left)
    query = (
        select(UnitRow.id, UnitRow.short).where(UnitRow.retired_at.is_(None)).order_by(UnitRow.id)
    )
    if unit:
        query = query.where(UnitRow.id == unit)
    found = {}
    for id, short in connection.execute(query):
        word = words.get(id)
        gone = tuple(names[one] for one, moment in left.items() if word and moment > word.known)
        again = word is not None and judged is not None and judged > word.moment and id in held_open
        state = OPEN if word is None else AGAIN if again and gone else WHOLE
        found[id] = UnitPlaces(id, short, state, word, gone[:NAMED] if state == AGAIN else ())
    return found


def open_words(connection: Connection, now: datetime) -> str:
    """Why the counts of some units accuse nobody yet, as a sentence; empty where every unit was
    vouched for."""
    known = places(connection, now).values()
    return counts_open(sum(one.state != WHOLE for one in known), len(known))


def _held_open(connection: Connection) -> frozenset[str]:
    """The units of which the last judgement said that their catalogue may not be whole."""
    query = select(StandingRow.subject).where(
        StandingRow.kind == "unit", StandingRow.cause == CATALOGUE_OPEN
    )
    return frozenset(
        subject.removeprefix("unit:") for subject in connection.execute(query).scalars()
    )


def _names(connection: Connection, ids: Mapping[str, datetime]) -> Mapping[str, str]:
    rows = connection.execute(
        select(OutletRow.id, OutletRow.name).where(OutletRow.retired_at.is_not(None))
    )
    return {row.id: row.name for row in rows if row.id in ids}
