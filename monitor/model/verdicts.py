"""What a rule says of a subject on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from monitor.model.looks import Newest


class Value(StrEnum):
    """The six values of a verdict. Only STALE and BLANK (and a unit's shortfall, STALE) accuse."""

    FRESH = "fresh"
    DUE_SOON = "due_soon"
    STALE = "stale"
    BLANK = "blank"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"

    @property
    def accuses(self) -> bool:
        return self in (Value.STALE, Value.BLANK)


VALUE_NAMES: Mapping[Value, str] = {
    Value.FRESH: "正常",
    Value.DUE_SOON: "即将超期",
    Value.STALE: "超期",
    Value.BLANK: "空白",
    Value.UNKNOWN: "未知",
    Value.EXEMPT: "豁免",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one rule about one subject at one moment.

    ``subject`` is ``outlet:ID``, ``unit:ID`` or ``site:ID``; ``period`` is a month for rules that
    judge months, else empty. ``units`` are the unit ids answerable (none where the finding is
    ours). ``sentence`` is Chinese and complete; ``clause`` names the document and item. ``due`` is
    the last day that still passes. ``ours`` marks a verdict that we must act on (unreadable
    outlet), never a unit. ``name`` is the subject's name on screen. ``cause`` says why a verdict is
    unknown (``causes.py``). ``looked`` is the newest look it rests on, where it rests on looks.
    """

    rule: str
    subject: str
    value: Value
    sentence: str
    clause: str
    units: tuple[str, ...] = ()
    period: str = ""
    cause: str = ""
    numbers: Mapping[str, str | int] = field(default_factory=dict)
    due: date | None = None
    newest: Newest | None = None
    ours: bool = False
    name: str = ""
    looked: datetime | None = None

    @property
    def opens(self) -> bool:
        """Whether it opens a finding: an accusation, or an unknown that is ours to mend."""
        return self.value.accuses or (self.ours and self.value is Value.UNKNOWN)


def gravity(verdict: Verdict) -> int:
    """What is worst comes first."""
    order = (Value.EXEMPT, Value.FRESH, Value.DUE_SOON, Value.UNKNOWN, Value.BLANK, Value.STALE)
    return order.index(verdict.value)
