"""One trial: the story lived in full sight once, and once with things hidden; what the second says
more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hidings.claims import Said
from tests.hidings.compare import violations
from tests.hidings.hiding import Hiding
from tests.hidings.story import CALM, FIRST, LAST, days
from tests.hidings.watch import Begun, live, papers, watching

EVERY = 4
"""Of a hidden run's nights each so-many-th is judged, the others only look: a run costs a second or
two."""
PAPERS = 3
"""Days of which full sight's papers are known: a run's last look may be two days old."""


@dataclass(frozen=True)
class Trial:
    """How a trial ended: what was said that full sight does not say, and how many accusations were
    left of its."""

    violations: tuple[str, ...]
    accusations: int
    missing: int


@cache
def full_sight() -> Said:
    """Every night whole, nothing hidden."""
    with TemporaryDirectory() as folder, watching(Path(folder)) as watched:
        live(watched, last=LAST - timedelta(days=PAPERS - 1))
        papers(watched, LAST - timedelta(days=PAPERS - 1))
        for back in range(PAPERS - 2, -1, -1):
            day = LAST - timedelta(days=back)
            watched.day(day, whole=True)
            papers(watched, day)
        return watched.said


def tried(hidings: Sequence[Hiding], *, phase: int = 0) -> Trial:
    """The story with ``hidings``; of its nights each :data:`EVERY`-th is judged.

    Until the first of them hides anything the run is one in full sight, and goes on from where that
    one was.
    """
    full = full_sight()
    missing = tuple(
        sorted({place for one in hidings if one.kind == "catalogue" for place in one.places})
    )
    first = min((one.first for one in hidings if one.kind != "catalogue"), default=CALM)
    begin = None
    if not missing and first:
        begin = _until(phase)[first - 1]
    elif first >= CALM:
        begin = _calm(missing)
    with TemporaryDirectory() as folder, watching(Path(folder), hidings, begin=begin) as watched:
        live(watched, begin.next if begin else FIRST, every=EVERY, phase=phase)
        papers(watched, LAST)
        less = watched.said
    found = [
        line for line in violations(full, less) if not (seen_more(hidings) and BRIDGED.search(line))
    ]
    return Trial(tuple(found), len(less.ever()), len(full.ever() - less.ever()))


BRIDGED = re.compile(
    r"outlet:wx\b|样例盖山|letter gsz|\bidle\b|leader_open account_idle|leader_stale account\b"
)


def seen_more(hidings: Sequence[Hiding]) -> bool:
    """Whether a person looked at the account that but one bridge can see: two paths tell then that
    it is silent, and it is."""
    return any(one.kind == "proof" and "wx" in one.places for one in hidings)


@cache
def _until(phase: int) -> tuple[Begun, ...]:
    """How a run in full sight stands after each of its nights."""
    found = []
    with TemporaryDirectory() as folder, watching(Path(folder)) as watched:
        for day in days(FIRST, LAST):
            live(watched, day, day, every=EVERY, phase=phase)
            found.append(watched.stands(day))
    return tuple(found)


@cache
def _calm(missing: tuple[str, ...]) -> Begun:
    """How a run stands after the calm nights, of which nothing was hidden but what the catalogue
    lacks."""
    last = FIRST + timedelta(days=CALM - 1)
    with (
        TemporaryDirectory() as folder,
        watching(Path(folder), [Hiding("catalogue", missing)]) as watched,
    ):
        live(watched, last=last, every=EVERY)
        return watched.stands(last)


def least(hidings: Sequence[Hiding], *, phase: int = 0) -> tuple[Hiding, ...]:
    """The fewest of ``hidings`` that still show a violation, each for as few nights as still do."""
    found = list(hidings)
    for one in hidings:
        rest = [other for other in found if other is not one]
        if tried(rest, phase=phase).violations:
            found = rest
    return tuple(found)
