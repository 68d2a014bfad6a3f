"""What lies in the archive of bulletins: frozen ones and periods with entries by hand, told by file names alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

KEPT = re.compile(r"(.+)-(\d{4})(\d{2})(\d{2})\.json")
ENTRIES = ".entries.yaml"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A frozen bulletin's file: its period's name, the day of its print, how many errata lie beside it."""

    period: str
    printed: date
    file: Path
    errata: int


def kept_files(folder: Path) -> tuple[KeptFile, ...]:
    """The frozen bulletins in ``folder``, the newest print first."""
    found = []
    for file in folder.glob("*.json"):
        named = KEPT.fullmatch(file.name)
        if named:
            try:
                day = date(int(named[2]), int(named[3]), int(named[4]))
            except ValueError:
                continue
            found.append(KeptFile(named[1].replace("至", ".."), day, file, _errata(file)))
    return tuple(sorted(found, key=lambda one: (one.printed, one.period), reverse=True))


def entered_periods(folder: Path) -> frozenset[str]:
    """The names of the periods for which something was entered by hand."""
    return frozenset(
        file.name.removesuffix(ENTRIES).replace("至", "..") for file in folder.glob(f"*{ENTRIES}")
    )


def _errata(file: Path) -> int:
    beside = file.with_suffix(".errata.jsonl")
    if not beside.exists():
        return 0
    with beside.open("rb") as lines:
        return sum(1 for line in lines if line.strip())
