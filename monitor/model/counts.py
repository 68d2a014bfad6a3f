"""How many posts, as far as that is known; how much was seen of what was to be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many were seen, with what was not: at least ``at_least``; at most ``at_most`` (``None``:
    nobody knows).

    ``gaps`` say in Chinese what was not seen and why, ``cause`` the first of them as a word of
    ``causes.py``, ``places`` are the outlets that were not read through. Without a gap the count is
    complete. It is no number: a rule asks :meth:`meets` or :meth:`falls_short`, a sentence prints
    :attr:`text`, so neither can forget what was not seen.
    """

    at_least: int = 0
    at_most: int | None = None
    gaps: tuple[str, ...] = ()
    cause: str = ""
    places: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it is exactly ``at_least``."""
        return not self.gaps and self.at_most == self.at_least

    @property
    def nothing_seen(self) -> bool:
        """None was seen of nobody knows how many: there is no number to say."""
        return not self.at_least and self.at_most is None

    @property
    def undecided(self) -> int:
        """How many more may turn out to belong to it, as far as they were seen."""
        return 0 if self.at_most is None else self.at_most - self.at_least

    @property
    def text(self) -> str:
        """``12`` where it is complete, ``12至14`` where two may still belong to it, ``不少于12`` where
        nobody knows how many more there are, ``未作判定`` where none was seen of so many."""
        if self.complete:
            return str(self.at_least)
        if self.at_most is not None:
            return f"{self.at_least}至{self.at_most}"
        return f"不少于{self.at_least}" if self.at_least else "未作判定"

    def __str__(self) -> str:
        return self.text

    @property
    def sign(self) -> str:
        """The same for a narrow cell: ``12``, ``12–14``, ``≥12`` or ``未判定``."""
        if self.complete:
            return str(self.at_least)
        if self.at_most is not None:
            return f"{self.at_least}–{self.at_most}"
        return f"≥{self.at_least}" if self.at_least else "未判定"

    def said(self, measure: str = "条") -> str:
        """With its measure, as a sentence has it: ``12条``, ``不少于12条``; without a number, only
        ``未作判定``."""
        return self.text if self.nothing_seen else f"{self.text}{measure}"

    @property
    def figure(self) -> int | str:
        """The number where it is complete, else :attr:`text`: what a table's cell or a JSON field
        holds."""
        return self.at_least if self.complete else self.text

    def meets(self, needed: int) -> bool:
        """Whether it is ``needed`` or more, whatever was not seen."""
        return self.at_least >= needed

    def falls_short(self, needed: int) -> bool:
        """Whether it is less than ``needed``, whatever was not seen. Only this may accuse."""
        return self.at_most is not None and self.at_most < needed

    def lacking(self, needed: int) -> int:
        """How many it surely lacks of ``needed``; 0 where nobody knows."""
        return max(0, needed - self.at_most) if self.at_most is not None else 0

    def __add__(self, other: Count) -> Count:
        """Both together; what one of them did not see the sum did not see."""
        most = (
            None if self.at_most is None or other.at_most is None else self.at_most + other.at_most
        )
        return Count(
            self.at_least + other.at_least,
            most,
            tuple(dict.fromkeys((*self.gaps, *other.gaps))),
            self.cause or other.cause,
            tuple(dict.fromkeys((*self.places, *other.places))),
        )


def exactly(number: int) -> Count:
    """A complete count."""
    return Count(number, number)


NOT_COUNTED = Count()
"""Of what nobody counted nothing is known."""


ZERO = exactly(0)
"""A zero that was seen."""


def together(counts: Iterable[Count]) -> Count:
    """The sum; of no counts at all a complete zero."""
    return sum(counts, ZERO)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what had to be looked at was looked at in the check window. ``known`` = had an
    address.

    ``after`` of them were seen after the period's end; ``last`` is when anything was seen at all.
    """

    outlets: int
    known: int
    looked: int
    failed: bool = False
    after: int | None = None
    last: datetime | None = None
