"""A finding, what is written of it and to whom, and how often a rule was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from crawler.model import Outcome
from monitor.model.looks import Newest
from monitor.model.verdicts import Value


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach that opened, and closes once. ``number`` is stable and may be quoted in letters.

    ``recurrence`` counts the earlier findings of the same kind that were mended before it (回潮);
    ``flapping``
    marks one that stands for a state that keeps coming and going. ``ended`` says how a closed one
    ended.
    """

    id: int
    number: str
    rule: str
    subject: str
    period: str
    opened: datetime
    closed: datetime | None
    sentence: str
    clause: str
    units: tuple[str, ...]
    name: str
    newest: Newest | None = None
    due: date | None = None
    ours: bool = False
    value: Value = Value.STALE
    numbers: Mapping[str, str | int] = field(default_factory=dict)
    recurrence: int = 0
    flapping: bool = False
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A look that an accusation rests on, as its unit can check it: when, where, by which door, and
    what it showed."""

    moment: datetime
    url: str
    door: str
    outcome: Outcome
    newest: date | None = None
    dated: int = 0
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one unit: its findings as text and HTML. ``key`` is stable: the Message-ID's left
    part."""

    key: str
    unit: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often a rule was wrong: ``taken_back`` of the ``opened`` findings, after an appeal or a
    correction."""

    rule: str
    opened: int
    taken_back: int
