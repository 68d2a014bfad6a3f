"""The filter of origins that wait for a word on whose they are."""

from __future__ import annotations

from monitor.board.filters._filter import Filter
from monitor.judging.unit_rhythm import DoubtRow

FILTERS = (
    Filter(
        "text",
        where=lambda ask: DoubtRow.origin.contains(ask.value, autoescape=True),
        label="来源",
    ),
)
LISTS = {"/attribution": FILTERS}
