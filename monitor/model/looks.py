"""What a look at a column or an account showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crawler.model import Evidence, Outcome, Unread, upper_bound


@dataclass(frozen=True, slots=True)
class Look:
    """One visit as the rules see it (first pages only).

    ``seen`` is the moment its evidence stands for where that is earlier (a person's entry).
    ``mark`` is what gave ``reason`` away.
    """

    moment: datetime
    outcome: Outcome
    evidence: Evidence
    probe: str
    newest: date | None = None
    newest_url: str = ""
    dated: int = 0
    reason: str = ""
    seen: datetime | None = None
    mark: str = ""
    unread: tuple[Unread, ...] = ()
    total: int | None = None
    conditional: bool = False
    door: str = "spider"
    path: str = ""

    @property
    def upper(self) -> date | None:
        """The newest day that the page could hold; ``None`` where nothing bounds it."""
        return upper_bound(self.newest, self.unread)

    @property
    def stands_for(self) -> datetime:
        """The moment of which the look tells: what happened later it cannot know."""
        return self.seen or self.moment


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest post known of an outlet, with the proof of its day."""

    day: date
    title: str
    url: str
    raw: str
    place: str
