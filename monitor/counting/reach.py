"""How far the posts of a column are known: from which day on, up to which, and what was left unread
meanwhile. Pure.

A month of a column is whole only where every post of its days was seen: the walk over its pages
reached back before it, a whole look came after it, and no row that was left unread may bear a day
of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Reach:
    """One column. ``since``: its posts are known from this day on, ``None``: from no day.
    ``until``: up to, not with, the day of its newest whole look. ``unread``: of each row left
    unread the newest day that it can bear (``None``: any) and the day on which it was seen.
    ``missed``: days of posts that were there and found only later. ``left``: the day on which it
    left the catalogue.
    """

    outlet: str
    name: str = ""
    disclosure: bool = False
    only: str = ""
    address: bool = True
    since: date | None = None
    until: date | None = None
    unread: tuple[tuple[date | None, date], ...] = ()
    missed: tuple[date, ...] = ()
    left: date | None = None

    def stood(self, first: date) -> bool:
        """Whether it was in the catalogue on ``first`` or after."""
        return self.left is None or self.left > first

    def whole(self, first: date, last: date, early: timedelta = timedelta(0)) -> bool:
        """Whether every post of the days from ``first`` to ``last`` is known; of a column that left
        meanwhile, up to then.

        So much ``early`` a post may be dated that came late and counts in these days: the walk must
        have reached it, too.
        """
        oldest = first - early
        if self.since is None or self.until is None or self.since > oldest:
            return False
        end = (
            last + timedelta(days=1)
            if self.left is None
            else min(last + timedelta(days=1), self.left)
        )
        unread = any(day is None or day >= oldest for day, seen in self.unread if seen >= first)
        return (
            self.until >= end
            and not unread
            and not any(oldest <= day <= last for day in self.missed)
        )
