"""What a survey form says, as plain data: its rows, and what keeps it out of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crawler.model import Contact
from crawler.register.books.grid import Fault


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One account as a unit filled it in. ``cell`` is the address of its name, ``unit_cell`` that
    of its unit."""

    cell: str
    unit: str
    unit_cell: str
    platform: str
    printed: str
    name: str
    body: str
    link: str
    handle: Mapping[str, str]
    review: bool | None
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """All forms of a workbook. ``ignored`` are sheets without a form; with ``faults`` nothing may
    be taken. ``notes`` say what else was not read."""

    rows: tuple[SurveyRow, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()
    forms: int = 0
    notes: tuple[str, ...] = ()
