"""What the store holds of bulletins: the frozen ones, and the periods with entries by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from monitor.entries import papers
from monitor.entries.entered import KINDS
from monitor.entries.kept import matters


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A frozen bulletin: its period's name, the day of its print, how many errata it has, where it
    is exported to.

    ``size`` counts the bytes of its data.
    """

    period: str
    printed: date
    file: Path
    errata: int
    size: int


def kept_files(connection: Connection, folder: Path) -> tuple[KeptFile, ...]:
    """The frozen bulletins, the newest print first; ``folder`` is where their files lie."""
    return tuple(
        KeptFile(one.period, one.printed, folder / f"{one.name}.json", one.errata, one.size)
        for one in papers.listed(connection)
    )


def entered_periods(connection: Connection) -> frozenset[str]:
    """The names of the periods for which something was entered by hand."""
    return frozenset(matters(connection, *KINDS))
