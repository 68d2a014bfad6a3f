"""The rows of a form in a whole workbook, with what was left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.register.books.forms import Form
from crawler.register.books.grid import HIDDEN, Fault, Grid
from crawler.register.books.line import Line
from crawler.register.books.walk import walked


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a form in a workbook. ``heads`` counts its tables, ``ignored`` names sheets
    without one. ``unseen``: rows were hidden, so that what is not listed may be listed all the
    same. ``notes`` say what was left out."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...] = ()
    heads: int = 0
    ignored: tuple[str, ...] = ()
    unseen: bool = False
    notes: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()

    def every_fault(self) -> tuple[Fault, ...]:
        """Those of heads and, once the rows were read as data, of their cells."""
        return (*self.faults, *(fault for line in self.lines for fault in line.faults))


def read_table(grids: Sequence[Grid], form: Form) -> Table:
    """The rows of every table of ``form`` that a person can see in ``grids``."""
    seen = [walked(grid, form) for grid in grids if not grid.hidden]
    hidden = [grid.name for grid in grids if grid.hidden and walked(grid, form).heads]
    tables = [walk for walk in seen if walk.heads]
    notes = [f"隐藏的工作表没有读：{'、'.join(name[:20] for name in hidden)}"] if hidden else []
    for walk in tables:
        notes += walk.sheet.grid.notes
        notes += [_told(why, rows) for why, rows in walk.left.items()]
        if walk.unknown and not form.strict:
            notes.append(f"不认识、没有读的栏：{'、'.join(t[:20] for t in walk.unknown)}")
    return Table(
        tuple(line for walk in tables for line in walk.lines),
        tuple(fault for walk in tables for fault in walk.faults),
        sum(walk.heads for walk in tables),
        tuple(walk.sheet.grid.name for walk in seen if not walk.heads),
        bool(hidden) or any(HIDDEN in walk.sheet.grid.left.values() for walk in tables),
        tuple(dict.fromkeys(notes)),
        frozenset(key for walk in tables for key in walk.keys),
    )


def _told(why: str, rows: Sequence[str]) -> str:
    more = f"等 {len(rows)} 行" if len(rows) > 10 else ""
    return f"{why}，没有读：{'、'.join(rows[:10])}{more}"
