"""How a sheet of ours looks: formats, A4, frozen and repeated heads, row heights; and how crawled
text gets in.

Rows are written in order, because the workbook keeps only one in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

BODY, HEAD = "仿宋_GB2312", "黑体"
"""Fonts are named, never shipped; a machine without them shows its own 仿宋 or default."""
RISKY = re.compile(r"^[\s\x00-\x20]*(?:[=+\-@＝＋－＠]|\t)")
BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST = 32_000
LINE, MOST_LINES = 18, 6
"""Points of a line of 12-point text, and the tallest row."""
Cell = str | int | float | Decimal | date | None
"""A float is a share (97%), a Decimal a number with decimals."""


def inert(text: str) -> str:
    """Crawled text made harmless: no control characters, cut to what a cell holds, formulas
    disarmed."""
    if text[:1].isalnum() and len(text) <= LONGEST and text.isprintable():
        return text  # what most texts are; a hundred thousand rows pass here
    plain = BROKEN.sub("", text)[:LONGEST]
    return f"'{plain}" if RISKY.match(plain) else plain


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet, declared once: its head, its width in characters, what it says of a row.
    ``left``: running text."""

    head: str
    width: int
    value: Callable[[Any], Cell]
    left: bool = False


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet of rows: its name, its title, its columns. Rows are numbered from ``first`` on in a
    column of ``number_width``, 0 for none; without ``tall`` every row has one height; ``landscape``
    is told by the widths where nothing is said."""

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: Iterable[Any]
    first: int = 1
    number_width: int = 6
    tall: bool = True
    landscape: bool | None = None

    @property
    def widths(self) -> tuple[int, ...]:
        own = tuple(column.width for column in self.columns)
        return (self.number_width, *own) if self.number_width else own

    @property
    def head(self) -> tuple[str, ...]:
        own = tuple(column.head for column in self.columns)
        return ("序号", *own) if self.number_width else own

    @property
    def left(self) -> tuple[int, ...]:
        begin = 1 if self.number_width else 0
        return tuple(at for at, column in enumerate(self.columns, begin) if column.left)

    @property
    def cells(self) -> list[tuple[Cell, ...]]:
        own = [tuple(column.value(row) for column in self.columns) for row in self.rows]
        return [(n, *row) for n, row in enumerate(own, self.first)] if self.number_width else own


class Pen:
    """Formats and the few habits that every sheet shares. ``book`` is an XlsxWriter workbook."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.widths: Sequence[int] = ()
        edge = {
            "border": 1,
            "valign": "vcenter",
            "font_name": BODY,
            "font_size": 12,
            "text_wrap": True,
        }
        middle = {**edge, "align": "center"}
        heading = {"font_name": HEAD, "bold": True, "align": "center", "valign": "vcenter"}
        self.title = book.add_format({**heading, "font_size": 16, "text_wrap": True})
        self.head = book.add_format({**edge, **heading, "bg_color": "#E7E6E6"})
        self.left = book.add_format({**edge, "indent": 1})
        self.text = book.add_format(middle)
        self.flat = book.add_format({**middle, "text_wrap": False})
        self.flat_left = book.add_format({**edge, "indent": 1, "text_wrap": False})
        self.number = book.add_format({**middle, "num_format": "#,##0"})
        self.decimal = book.add_format({**middle, "num_format": "0.##"})
        self.share = book.add_format({**middle, "num_format": "0%"})
        self.day = book.add_format({**middle, "num_format": "yyyy-mm-dd"})
        self.bad = book.add_format(
            {**middle, "num_format": "#,##0", "font_color": "#C00000", "bold": True}
        )
        self.sum = book.add_format({**middle, "num_format": "#,##0", "bold": True, "top": 2})
        self.note = book.add_format({"font_name": BODY, "font_size": 12})
        self.wrapped = book.add_format(
            {"font_name": BODY, "font_size": 12, "text_wrap": True, "valign": "top"}
        )

    def sheet(
        self, name: str, title: str, widths: Sequence[int], *, landscape: bool = False
    ) -> Any:
        """A sheet with its title in the first row, ready for A4. ``widths`` are characters of a
        column."""
        sheet = self.book.add_worksheet(
            re.sub(r"[\[\]:*?/\\']", "", BROKEN.sub("", name))[:28].strip()
        )
        self.widths = widths
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        sheet.center_horizontally()
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        sheet.set_row(0, 36 if wide(title) * 1.5 < sum(widths) else 60)
        sheet.merge_range(0, 0, 0, len(widths) - 1, inert(title), self.title)
        return sheet

    def page(self, page: SheetPage) -> tuple[Any, int]:
        """The sheet of ``page``, and its next free row."""
        wide_ = sum(page.widths) > 100 if page.landscape is None else page.landscape
        sheet = self.sheet(page.name, page.title, page.widths, landscape=wide_)
        return sheet, self.table(sheet, page.head, page.cells, left=page.left, tall=page.tall)

    def table(
        self,
        sheet: Any,
        head: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        *,
        at: int = 1,
        bad: Collection[tuple[int, int]] = (),
        left: Collection[int] = (),
        tall: bool = True,
    ) -> int:
        """A table with a frozen, repeated and filtered head. Returns the next free row.

        ``bad`` are (row, column) printed in red, ``left`` the columns of running text; without
        ``tall`` every row has one height (for sheets of a hundred thousand rows).
        """
        if not tall:
            sheet.set_default_row(LINE + 4)
        running, other = (self.left, None) if tall else (self.flat_left, self.flat)
        self.height(sheet, at, head)
        for column, word in enumerate(head):
            sheet.write_string(at, column, word, self.head)
        for number, row in enumerate(rows, at + 1):
            if tall:
                self.height(sheet, number, row)
            for column, value in enumerate(row):
                style = self.bad if (number - at - 1, column) in bad else None
                self.cell(
                    sheet, number, column, value, style or (running if column in left else other)
                )
        sheet.freeze_panes(at + 1, 0)
        sheet.repeat_rows(at)
        if rows:
            sheet.autofilter(at, 0, at + len(rows), len(head) - 1)
        return at + 1 + len(rows)

    def height(self, sheet: Any, row: int, values: Sequence[Cell]) -> None:
        """Make the row as tall as its longest text needs: not every program does so itself."""
        texts = zip(values, self.widths, strict=False)
        lines = max(
            [
                1,
                *(
                    -(-wide(v) // max(1, w - 2))
                    for v, w in texts
                    if isinstance(v, str) and len(v) * 2 > w - 2
                ),
            ]
        )
        sheet.set_row(row, LINE * min(MOST_LINES, lines) + 4)

    def remark(self, sheet: Any, row: int, text: str) -> None:
        """A note over the whole width, as tall as it needs."""
        lines = -(-wide(text) // max(1, sum(self.widths) - 4))
        sheet.set_row(row, LINE * min(MOST_LINES, lines) + 4)
        sheet.merge_range(row, 0, row, len(self.widths) - 1, inert(text), self.wrapped)

    def cell(self, sheet: Any, row: int, column: int, value: Cell, style: Any = None) -> None:
        """One cell in the format of its kind; dates and numbers keep theirs unless ``style`` is not
        for text."""
        plain = None if style in (self.left, self.flat, self.flat_left) else style
        if isinstance(value, str) and value:
            sheet.write_string(row, column, inert(value), style or self.text)
        elif value is None or value == "":
            sheet.write_blank(row, column, None, style or self.text)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, plain or self.day)
        elif isinstance(value, Decimal):
            sheet.write_number(row, column, float(value), plain or self.decimal)
        elif isinstance(value, int | float):
            sheet.write_number(
                row, column, value, plain or (self.number if isinstance(value, int) else self.share)
            )


def wide(text: str) -> int:
    """The width of ``text`` in characters of a column at 12 points: Chinese ones take two and a
    bit."""
    return sum(1 if char.isascii() else 2 for char in text) * 12 // 11
