"""Workbooks that are no .xlsx: the .xls of old Excel and WPS, and tables as text (CSV)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import xlrd

from crawler.reading.markup import decode
from crawler.register.books.bounds import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_LINES,
    BadWorkbook,
    no_workbook,
    too_many_rows,
)
from crawler.register.books.grid import HIDDEN, STRUCK, Cell, Formula, Grid, Place, Span

OLD_NOTE = "旧版 .xls 看不出哪些单元格是公式，按存下的结果读取，请核对"
TEXTS = (".csv", ".txt", ".tsv")


def read_xls(path: Path, rows: int) -> tuple[Grid, ...]:
    """Every sheet of an .xls. Raises :class:`BadWorkbook`, also for what has a password: both look
    alike from outside."""
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True)
        return tuple(_sheet(path, book, sheet, rows) for sheet in book.sheets())
    except BadWorkbook:
        raise
    except Exception:  # a broken workbook breaks its reader in ways nobody can list
        raise BadWorkbook(
            f"{path.name}：有打开密码，或是读不出来的旧版 .xls，请去掉密码并另存为 .xlsx"
        ) from None


def _sheet(path: Path, book: Any, sheet: Any, rows: int) -> Grid:
    cells: dict[Place, Cell] = {}
    struck: set[Place] = set()
    for at in range(min(sheet.nrows, MOST_LINES + 1)):
        for column, cell in enumerate(sheet.row(at)):
            value = _value(cell, book.datemode)
            if value is not None:
                cells[at + 1, column + 1] = value
                if book.font_list[book.xf_list[cell.xf_index].font_index].struck_out:
                    struck.add((at + 1, column + 1))
    _check(path, sheet.name, cells, rows)
    kept = {row for row, column in cells if (row, column) not in struck}
    left = {row: STRUCK for row, _ in cells if row not in kept}
    left |= {at + 1: HIDDEN for at, look in sheet.rowinfo_map.items() if look.hidden}
    return Grid(
        sheet.name,
        cells,
        tuple(
            Span(top + 1, left_ + 1, bottom, right)
            for top, bottom, left_, right in sheet.merged_cells
        ),
        {place_of(one): str(one.url_or_path) for one in sheet.hyperlink_list if one.url_or_path},
        {row: why for row, why in left.items() if any(place[0] == row for place in cells)},
        frozenset(place for place in struck if place[0] in kept),
        hidden=sheet.visibility != 0,
        notes=(OLD_NOTE,),
    )


def place_of(link: Any) -> Place:
    """Where a hyperlink of an .xls begins."""
    return link.frowx + 1, link.fcolx + 1


def _value(cell: Any, datemode: Literal[0, 1]) -> Cell | None:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _moment(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Formula(xlrd.error_text_from_code.get(cell.value, "#ERR"))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return float(cell.value)
    text = str(cell.value)[:LONGEST_TEXT]
    return text if text.strip() else None


def _moment(value: float, datemode: Literal[0, 1]) -> Cell:
    try:
        found: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, ValueError, OverflowError):
        return float(value)
    return found


def read_text(path: Path, rows: int) -> tuple[Grid, ...]:
    """A table as text, of whatever charset, its cells apart by commas or tabs. Raises
    :class:`BadWorkbook`."""
    text = decode(path.read_bytes(), {}).replace("\x00", "")
    if text.lstrip()[:1] in ("<", "{", ""):  # a page or data that bears another's name
        raise no_workbook(path)
    mark = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        cells = dict(_texts(path, text, mark, rows))
    except csv.Error:
        raise BadWorkbook(f"{path.name}：不是完整的 CSV 表，请在 Excel 中另存为 .xlsx") from None
    _check(path, path.stem[:31], cells, rows)
    return (Grid(path.stem[:31], cells, ()),)


def _texts(path: Path, text: str, mark: str, rows: int) -> Iterator[tuple[Place, Cell]]:
    for at, line in enumerate(csv.reader(StringIO(text, newline=""), delimiter=mark), 1):
        if at > MOST_LINES:
            raise too_many_rows(path, path.stem[:31], rows)
        for column, value in enumerate(line, 1):
            if value.strip():
                yield (at, column), value[:LONGEST_TEXT]


def _check(path: Path, name: str, cells: dict[Place, Cell], rows: int) -> None:
    if len({row for row, _ in cells}) > rows or max((r for r, _ in cells), default=0) > MOST_LINES:
        raise too_many_rows(path, name, rows)
    if max((column for _, column in cells), default=0) > MOST_COLUMNS:
        raise BadWorkbook(
            f"{path.name}：工作表“{name}”超过 {MOST_COLUMNS} 栏，请删除多余的栏再导入"
        )
