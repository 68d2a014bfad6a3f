"""The ladder: who else hears of a finding the longer it lasts past its deadline. Unit, its leader,
the 约谈 list. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crawler.model import Addressee, ContactRole, Unit
from monitor.letters.parts import Matter, deadline, overdue
from monitor.settings.letters import LetterSettings
from monitor.words.plain import clean


@dataclass(frozen=True, slots=True)
class Talk:
    """A unit for the 约谈 list: how many findings, the most working days past a deadline, repeats
    (回潮)."""

    unit: str
    findings: int
    days: int
    recurrences: int
    names: tuple[str, ...] = ()


def addressed(unit: Unit, day: date) -> Unit:
    """``unit`` with the addresses that get its letters on ``day``: its own, and its contacts that
    hold."""
    return replace(
        unit, emails=_merged(unit.emails, emails(unit.contacts, day, ContactRole.CONTACT))
    )


def leaders(unit: Unit, day: date) -> tuple[str, ...]:
    """The addresses of the unit's leader on ``day``."""
    return emails(unit.contacts, day, ContactRole.LEADER)


def emails(
    people: Iterable[Addressee], day: date, role: ContactRole | None = None
) -> tuple[str, ...]:
    """The addresses of ``people`` that hold on ``day``, of one role or of all."""
    return tuple(
        p.email for p in people if p.email and p.on(day) and (role is None or p.role is role)
    )


def _merged(first: Sequence[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def late(matter: Matter, day: date, settings: LetterSettings) -> int:
    """Working days past the matter's deadline on ``day``; an appeal that waits holds the ladder at
    0, and so does a finding that no look of now bears out."""
    if matter.appealed or matter.held:
        return 0
    return settings.calendar.between(deadline(matter, day, settings), day)


def to_leader(
    matters: Iterable[Matter], day: date, settings: LetterSettings, knows: Collection[int]
) -> bool:
    """Whether today's letter goes to the leader too: for something new to him, and once a week
    after that."""
    reached = [
        m
        for m in matters
        if overdue(m, day, settings) and late(m, day, settings) >= settings.leader_after
    ]
    return any(m.finding.id not in knows for m in reached) or (
        bool(reached) and week_begins(day, settings)
    )


def talk(unit: Unit, matters: Iterable[Matter], day: date, settings: LetterSettings) -> Talk | None:
    """The unit's line on the 约谈 list, where it belongs there."""
    reached = [
        m
        for m in matters
        if overdue(m, day, settings) and late(m, day, settings) >= settings.talk_after
    ]
    if not reached:
        return None
    return Talk(
        clean(unit.short, 40),
        len(reached),
        max(late(m, day, settings) for m in reached),
        sum(m.finding.recurrence for m in reached),
        tuple(clean(m.finding.name, 80) for m in reached),
    )


def entered(matters: Iterable[Matter], since: date, day: date, settings: LetterSettings) -> bool:
    """Whether one of the matters came onto the 约谈 list after ``since``."""
    return any(
        overdue(m, day, settings)
        and late(m, since, settings) < settings.talk_after <= late(m, day, settings)
        for m in matters
    )


def week_begins(day: date, settings: LetterSettings) -> bool:
    """Whether ``day`` is its week's first working day."""
    monday = day - timedelta(days=day.weekday())
    calendar = settings.calendar
    earlier = (monday + timedelta(days=n) for n in range(day.weekday()))
    return calendar.works(day) and not any(calendar.works(one) for one in earlier)
