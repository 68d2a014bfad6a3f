"""What is hidden from a run: where, from which night on, for how many nights, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.hidings.story import FIRST

WHOLE_RUN = 999


@dataclass(frozen=True)
class Hiding:
    """``kind`` says what (see ``drawn.py``), ``places`` where (ids; empty: everywhere), ``first``
    from which night on (0 = :data:`FIRST`), ``nights`` for how long, ``how`` and ``amount`` what
    exactly."""

    kind: str
    places: tuple[str, ...] = ()
    first: int = 0
    nights: int = WHOLE_RUN
    how: str = ""
    amount: int = 1

    def on(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        number = (day - FIRST).days
        return self.first <= number < self.first + self.nights

    def covers(self, place: str, day: date) -> bool:
        """Whether it hides ``place`` on ``day``."""
        return (not self.places or place in self.places) and self.on(day)

    def __str__(self) -> str:
        until = FIRST + timedelta(days=self.first + self.nights - 1)
        span = f"{FIRST + timedelta(days=self.first):%m-%d}" + (
            f"..{until:%m-%d}" if self.nights < WHOLE_RUN else ".."
        )
        return " ".join(
            filter(
                None, (self.kind, ",".join(self.places) or "*", span, self.how, str(self.amount))
            )
        )


def said(hidings: Sequence[Hiding]) -> str:
    """All of them in one line a hiding, as a person reads and repeats them."""
    return "\n".join(str(one) for one in hidings) or "nothing hidden"
