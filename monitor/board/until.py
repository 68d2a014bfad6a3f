"""The deadline that a letter named, on the office's pages too: one function counts both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from crawler.model import shanghai_day
from monitor.board.findings import ListedFinding
from monitor.letters.parts import deadline_from, deadline_text
from monitor.letters.reminding import first_told
from monitor.settings.letters import LetterSettings


def letter_deadlines(
    connection: Connection,
    lines: Iterable[ListedFinding],
    now: datetime,
    letters: LetterSettings,
    unit: str = "",
) -> Mapping[int, str]:
    """By finding's id, what its letter names as deadline: to ``unit``, else to the unit that was
    told first.

    Only open findings without an order (whose own deadline stands in the line) of which a unit has
    heard.
    """
    wanted = {
        line.id for line in lines if line.closed is None and line.deadline is None and not line.ours
    }
    told: dict[int, date] = {}
    for (finding, _), day in first_told(connection, shanghai_day(now), unit, wanted).items():
        told[finding] = min(day, told.get(finding, day))
    return {id: deadline_text(deadline_from(day, letters), letters) for id, day in told.items()}
