"""What a workbook holds, as plain data: sheets of cells, and what stands beside their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Place = tuple[int, int]
"""Row and column, counted from 1."""
HIDDEN, STRUCK = "隐藏", "划了删除线"


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be computed. ``address`` is what a HYPERLINK of plain texts leads
    to."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class CellPicture:
    """A picture in a cell, with what its QR codes say."""

    codes: tuple[str, ...] = ()


Value = str | int | float | bool | date
Cell = Value | Formula | CellPicture


@dataclass(frozen=True, slots=True)
class Span:
    """Merged cells, rows and columns counted from 1, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its filled cells by place, and its merged areas.

    ``links`` are the addresses that cells lead to, ``left`` the rows that a person hid or struck
    out with the reason, ``struck`` single struck-out cells of other rows. ``hidden``: nobody sees
    the whole sheet. ``notes`` are what this kind of file cannot tell.
    """

    name: str
    cells: Mapping[Place, Cell]
    spans: tuple[Span, ...]
    links: Mapping[Place, str] = field(default_factory=dict)
    left: Mapping[int, str] = field(default_factory=dict)
    struck: frozenset[Place] = frozenset()
    hidden: bool = False
    notes: tuple[str, ...] = ()

    def address(self, row: int, column: int) -> str:
        """``附件4!B7``."""
        return f"{self.name}!{letters(column)}{row}"


def letters(column: int) -> str:
    """``A`` for 1, ``AB`` for 28."""
    before, last = divmod(column - 1, 26)
    return (letters(before) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused, and where: ``附件4!B7``."""

    cell: str
    sentence: str

    @property
    def line(self) -> str:
        return f"{self.cell}：{self.sentence}"
