"""How long a finding's life is: looks in a row before it opens and closes, and when it counts as
flapping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated

from pydantic import Field

from crawler.config import Strict
from crawler.model import SHANGHAI, shanghai_day, utc
from monitor.model.verdicts import Value, Verdict

Looks = Annotated[int, Field(ge=1, le=30)]
CLEARING = (Value.FRESH, Value.DUE_SOON, Value.EXEMPT)
REPAIRED = (Value.FRESH.value, Value.DUE_SOON.value)
"""How a finding ends when the unit mended it: only after these is the next one a recurrence
(回潮)."""


class Life(Strict):
    """When findings of one rule open and close.

    ``open_after`` and ``close_after`` count looks in a row that say the same; a look that proved
    nothing neither counts nor breaks the row. A finding that would open for the ``flap_times``-th
    time within ``flap_days`` is flapping: it stays open, as one finding, until it was calm for
    ``flap_days``. 0 = never.
    """

    open_after: Looks = 1
    close_after: Looks = 1
    flap_times: Annotated[int, Field(ge=0, le=30)] = 0
    flap_days: Annotated[int, Field(ge=1, le=366)] = 14

    @property
    def counts(self) -> bool:
        """Whether anything has to be counted at all."""
        return self.open_after > 1 or self.close_after > 1


@dataclass(frozen=True, slots=True)
class Streak:
    """How many looks in a row said the same. ``opens`` is what they said, ``looked`` the last one
    counted."""

    opens: bool
    count: int
    looked: datetime


def counted(before: Streak | None, verdict: Verdict, as_of: datetime) -> Streak | None:
    """The streak after ``verdict``; the same look judged twice counts once, an unknown changes
    nothing.

    A verdict that rests on no look (a month's count) counts once a day.
    """
    if not verdict.opens and verdict.value not in CLEARING:
        return before
    day = datetime.combine(shanghai_day(as_of), time(0), SHANGHAI)
    looked = utc(verdict.looked or day)
    if before is None or before.opens is not verdict.opens:
        return (
            Streak(verdict.opens, 1, looked) if before is None or looked > before.looked else before
        )
    return Streak(before.opens, before.count + 1, looked) if looked > before.looked else before
