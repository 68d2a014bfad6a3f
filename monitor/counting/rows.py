"""What counting takes: the rows that columns showed, what it must know of a column, and the rules
of counting. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class ShownRow(NamedTuple):
    """One row of what an outlet showed, since ``shown``. ``prior`` is the day of the last look that
    did not show it.

    ``unread``: it prints no origin and its article page, which may, was not read. ``own``: it has
    an article page of the portal; of one that lies on another host nobody asks whose it is.
    ``weak``: its day stands where no proof does (in its address, in a comment), and may be off.
    ``begun`` is the day on which its outlet was first asked.
    """

    id: int
    outlet: str
    url: str
    title: str
    day: date
    origin: str | None
    prior: date | None
    shown: date | None = None
    unread: bool = False
    own: bool = True
    weak: bool = False
    begun: date | None = None


class Undated(NamedTuple):
    """A row whose date could not be believed: it may be of any month in which it may have
    appeared."""

    id: int
    outlet: str
    url: str
    title: str
    origin: str | None
    prior: date | None
    shown: date
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """What counting must know of an outlet; ``duties`` are (unit, since, until excluded), the lead
    first. ``only`` is the one unit whose posts it can hold, where the office says so; ``news``: it
    shows what any unit publishes. ``begun``: the day on which it was first asked, whatever came of
    it."""

    id: str
    site: str
    name: str
    path: str
    disclosure: bool
    duties: tuple[tuple[str, date, date | None], ...] = ()
    only: str = ""
    news: bool = False
    begun: date | None = None

    def units_on(self, day: date) -> tuple[str, ...]:
        """Who answered on ``day``; before the first recorded duty, those it names (nobody recorded
        earlier)."""
        if self.only:
            return (self.only,)
        day = max([day, *([min(since for _, since, _ in self.duties)] if self.duties else [])])
        return tuple(
            u for u, since, until in self.duties if since <= day and (until is None or day < until)
        )

    @property
    def steady(self) -> bool:
        """Whether the same units answered on every day."""
        if self.only:
            return True
        return len({since for _, since, _ in self.duties}) <= 1 and not any(
            u for _, _, u in self.duties
        )
