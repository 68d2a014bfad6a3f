"""What a count is asked for: days as they were known at a moment, and by what it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.counting.names import Place
from monitor.settings.counting import CountRule


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from ``start`` to ``end``, both included, as far as they were seen by the aware
    moment ``as_of``."""

    start: date
    end: date
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CountBasis:
    """By what posts are counted: the district's ``place`` (``None``: read off the units' full
    names), people's ``decisions`` about origins (origin -> unit id, ``None`` for nobody's), the
    ``rule`` of months and repeats (``None``: the usual one)."""

    place: Place | None = None
    decisions: Mapping[str, str | None] | None = None
    rule: CountRule | None = None


USUAL = CountBasis()
"""No decisions, the usual rule."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a period: posts, or the documents of ``disclosure`` columns, from ``start`` to
    ``end`` under ``rule``. Without ``keep`` only the ledger is made: the posts of a large district
    are many."""

    start: date
    end: date
    rule: CountRule
    disclosure: bool = False
    keep: bool = True
