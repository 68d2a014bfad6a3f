"""What the content checks found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """What the content checks know of one column: open ``suspects``, and ``faults`` that a person
    confirmed, with the posts that have them. ``kinds`` counts the faults by family in Chinese,
    ``blamed`` by the unit that published the post (id, short name, how many), the most first;
    ``unowned`` more were confirmed without anybody saying whose.
    """

    outlet: str
    name: str
    suspects: int = 0
    suspect_posts: int = 0
    faults: int = 0
    fault_posts: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    blamed: tuple[tuple[str, str, int], ...] = ()
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One confirmed fault as its unit is told of it; ``said`` is masked where personal, and hostile
    text like all that was crawled."""

    outlet: str
    unit: str
    kind: str
    title: str
    url: str
    place: str
    said: str
    hint: str
    found: datetime


@dataclass(frozen=True, slots=True)
class ContentFault:
    """One content fault that a person confirmed; ``unit`` is the short name of who published the
    post, empty while that is open. ``mended`` is the day on which a look found it gone. ``said`` is
    masked where personal."""

    unit: str
    family: str
    kind: str
    title: str
    url: str
    column: str
    place: str
    said: str
    found: date
    mended: date | None = None


@dataclass(frozen=True, slots=True)
class ContentCheck:
    """The content checks (信息内容) up to this bulletin: ``posts`` looked at, the faults that people
    confirmed since the bulletin before or that still stand, and how many suspects wait for a person
    (``suspects`` by family): those are laid to nobody.
    """

    posts: int
    faults: tuple[ContentFault, ...] = ()
    suspects: tuple[tuple[str, int], ...] = ()

    @property
    def blamed(self) -> tuple[str, ...]:
        """The units with a fault, the most first."""
        counted = Counter(fault.unit for fault in self.faults if fault.unit)
        return tuple(unit for unit, _ in counted.most_common())

    def of(self, unit: str) -> tuple[ContentFault, ...]:
        """The faults of ``unit``; of nobody with an empty text."""
        return tuple(fault for fault in self.faults if fault.unit == unit)
