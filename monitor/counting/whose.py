"""Who may stand in a column? Whom the office's word names, else whom its history shows, else
anybody. Pure.

A column that was not read holds back only those whose posts it can hold. Without a word (``only:``)
and without enough history that is every unit: on real portals units publish in columns that others
answer for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from monitor.days.calendar import first_day, last_day

LEAST = 50
"""Posts of the last year. Fewer say nothing of who may publish in a column next."""
NEWCOMERS = 0.02
"""At most this share of them may be undecided or of a unit that was seen once only: of so many
posts one may be a newcomer's (the estimate of Good and Turing), be it a column of one unit (98 %)
or the whole district's news."""
KNOWN = timedelta(days=60)
"""The history must be whole for so long before the month: who publishes monthly was seen in it."""
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class History:
    """Whom the posts of a column of the last year name (unit -> posts); ``undecided`` have no known
    unit, ``total`` are all."""

    units: Mapping[str, int] = field(default_factory=dict)
    undecided: int = 0
    total: int = 0

    @property
    def speaks(self) -> bool:
        """Whether it tells who publishes there."""
        unsure = self.undecided + sum(1 for number in self.units.values() if number == 1)
        return self.total >= LEAST and unsure <= NEWCOMERS * self.total


@dataclass(frozen=True, slots=True)
class Whose:
    """What is known of a column's publishers. ``duties`` are (unit, since, until excluded)."""

    only: str = ""
    duties: tuple[tuple[str, date, date | None], ...] = ()
    since: date | None = None
    history: History = field(default_factory=History)

    def may(self, month: str) -> frozenset[str] | None:
        """The units whose posts of ``month`` the column may hold, ``None`` = any unit's.

        A unit that was seen there in the last year may stand there again, whatever the word says.
        """
        first, last = first_day(month), last_day(month)
        seen = frozenset(self.history.units)
        if self.only:
            return seen | {self.only}
        if self.since is None or self.since > first - KNOWN or not self.history.speaks:
            return None
        return seen | {
            u
            for u, since, until in self.duties
            if since <= last and (until is None or until > first)
        }


May = Callable[[str, str], frozenset[str] | None]
"""(outlet, month) -> the units whose posts it may hold; ``None`` = any unit's."""


def together(found: list[frozenset[str] | None]) -> frozenset[str] | None:
    """Who may have published what stands in several columns."""
    sets = [one for one in found if one is not None]
    return frozenset().union(*sets) if len(sets) == len(found) else None
