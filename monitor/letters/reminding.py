"""When a unit is written to again: at once for news, otherwise every few working days. A letter
always says everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from monitor.letters.parts import Matter, deadline, overdue
from monitor.record.tables import EventRow, LetterFindingRow, LetterRow
from monitor.settings.letters import LetterSettings

TOLD = ("waiting", "claimed", "sent")
"""Letters that reached, or still may reach, their unit; a refused one told nobody."""
NEWS = ("ordered", "withdrawn", "reopened", "decided", "transferred")
"""Events of a finding that its unit hears of with the next letters' day, not with the next
reminder."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What units last heard: day and moment of the newest letter, and the newest news, by finding
    (and unit)."""

    letters: dict[tuple[int, str], tuple[date, datetime]] = field(default_factory=dict)
    news: dict[int, datetime] = field(default_factory=dict)

    def day(self, matter: Matter, unit: str) -> date | None:
        """The day of the last letter that told ``unit`` of the matter."""
        found = self.letters.get((matter.finding.id, unit))
        return found[0] if found else None

    def outrun(self, matter: Matter, unit: str) -> bool:
        """Whether something happened to the matter since that letter was written."""
        found, news = self.letters.get((matter.finding.id, unit)), self.news.get(matter.finding.id)
        return found is not None and news is not None and news > found[1]

    def sendable(self, matter: Matter, unit: str) -> bool:
        """Whether a letter may speak of the matter: a look of now bears it out, or people did
        something about it."""
        if not matter.held or self.outrun(matter, unit):
            return True
        return (matter.finding.id, unit) not in self.letters and matter.finding.id in self.news


def heard(connection: Connection, day: date) -> Heard:
    """What every unit had heard before ``day``."""
    letters = (
        select(LetterFindingRow.finding_id, LetterFindingRow.unit_id)
        .add_columns(func.max(LetterFindingRow.day), func.max(LetterRow.written))
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), LetterFindingRow.day < day)
        .group_by(LetterFindingRow.finding_id, LetterFindingRow.unit_id)
    )
    events = select(EventRow.finding_id, func.max(EventRow.moment).label("newest")).where(
        EventRow.kind.in_(NEWS)
    )
    events = events.group_by(EventRow.finding_id)
    return Heard(
        {
            (finding, unit): (last, written)
            for finding, unit, last, written in connection.execute(letters)
        },
        {row.finding_id: row.newest for row in connection.execute(events)},
    )


def first_told(
    connection: Connection, day: date, unit: str = "", findings: Collection[int] | None = None
) -> dict[tuple[int, str], date]:
    """The first day each unit (or one) was told of each finding (or of these), by a letter that had
    somewhere to go."""
    query = (
        select(
            LetterFindingRow.finding_id, LetterFindingRow.unit_id, func.min(LetterFindingRow.day)
        )
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), LetterFindingRow.day <= day)
        .group_by(LetterFindingRow.finding_id, LetterFindingRow.unit_id)
    )
    if unit:
        query = query.where(LetterRow.unit_id == unit)
    if findings is not None:
        query = query.where(LetterFindingRow.finding_id.in_(findings))
    return {(finding, unit): first for finding, unit, first in connection.execute(query)}


def is_due(
    unit: str, matters: Sequence[Matter], day: date, settings: LetterSettings, known: Heard
) -> bool:
    """Whether open ``matters`` are reason enough for a letter to ``unit`` on ``day``.

    They are where one is new to it, something happened to one, one's deadline has passed since the
    last letter, or that letter is ``remind_every`` working days old.
    """
    days = [last for matter in matters if (last := known.day(matter, unit)) is not None]
    if len(days) < len(matters) or any(known.outrun(matter, unit) for matter in matters):
        return True
    if not days:
        return False
    last = max(days)
    if any(overdue(m, day, settings) and deadline(m, day, settings) >= last for m in matters):
        return True
    return settings.calendar.between(last, day) >= settings.remind_every
