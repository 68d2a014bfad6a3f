"""An .xlsx of Excel, WPS or LibreOffice -> grids. Formulas are never computed and their stored
results never believed; what is hidden, struck out or a picture is told apart from what is said."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from crawler.register.books.bounds import (
    LONGEST_TEXT,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_SPANS,
    SHEET,
    BadWorkbook,
    check_parts,
    no_workbook,
    too_large,
    too_many_rows,
)
from crawler.register.books.grid import (
    HIDDEN,
    STRUCK,
    Cell,
    CellPicture,
    Formula,
    Grid,
    Place,
    Span,
)
from crawler.register.books.pictures import cell_pictures, codes_of, drawn_pictures

BARE = re.compile(rb"<(?:\w+:)?c\b[^<>]*(?:/>|></(?:\w+:)?c>)")
"""Cells that have a colour and no value: somebody filled it down to row 20,000."""
BARE_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*(?:/>|></(?:\w+:)?row>)")
FILLED = re.compile(rb"<(?:\w+:)?c[ >]")
AREA = re.compile(
    rb"<(?:\w+:)?(?:mergeCell|hyperlink)\b[^<>]{0,2000}?\bref=[\"']([A-Z0-9:$]{2,40})[\"']"
)
MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b")
MOST_COVERED = 300_000
"""Cells under merged areas and links: the library makes one of each."""
STRICT: Mapping[bytes, bytes] = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
}
"""Excel's "Strict Open XML" says the same under other names."""
ADDRESS = re.compile(r'=(?:_xlfn\.)?HYPERLINK\(\s*"([^"]{1,1000})"', re.I)
DISPIMG = re.compile(r'=(?:_xlfn\.)?DISPIMG\(\s*"(\w{1,100})"', re.I)


def read_xlsx(path: Path, rows: int) -> tuple[Grid, ...]:
    """Every sheet, of at most ``rows`` filled rows. Raises :class:`BadWorkbook`."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_parts(path, archive, rows)
            pictures = cell_pictures(archive)
            plain = _plain(path, archive)
    except zipfile.BadZipFile:
        raise no_workbook(path) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of decorations that it does not keep
        book = load_workbook(plain, data_only=False, keep_links=False)
    return tuple(_grid(path, sheet, rows, pictures) for sheet in book.worksheets)


def _plain(path: Path, archive: zipfile.ZipFile) -> BytesIO:
    """A copy without the cells that hold nothing, under the names that the library knows."""
    copy = BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as plain:
        for part in archive.infolist():
            body = archive.read(part)
            if SHEET.fullmatch(part.filename):
                body = BARE_ROW.sub(b"", BARE.sub(b"", body))
                _check_sheet(path, body)
            if part.filename.endswith((".xml", ".rels")):
                for strict, usual in STRICT.items():
                    body = body.replace(strict, usual)
            plain.writestr(part.filename, body)
    return copy


def _check_sheet(path: Path, body: bytes) -> None:
    if len(FILLED.findall(body)) > MOST_CELLS:
        raise too_large(path)
    areas = [found.decode("ascii") for found in AREA.findall(body)]
    if len(MERGE.findall(body)) > MOST_SPANS or sum(map(_covered, areas)) > MOST_COVERED:
        raise BadWorkbook(f"{path.name}：合并单元格或链接的范围过大，请取消整行整列的合并再导入")


def _covered(area: str) -> int:
    """How many cells ``A1:G3`` covers; an open end reaches to the end of the sheet."""
    left, top, right, bottom = range_boundaries(area)
    return ((right or 16_384) - (left or 1) + 1) * ((bottom or 1_048_576) - (top or 1) + 1)


def _grid(path: Path, sheet: Worksheet, rows: int, pictures: Mapping[str, bytes]) -> Grid:
    cells: dict[Place, Cell] = {}
    links: dict[Place, str] = {}
    struck: set[Place] = set()
    if sheet.max_row > MOST_LINES:
        raise too_many_rows(path, sheet.title, rows)
    drawn = drawn_pictures(sheet)
    for row in sheet.iter_rows():
        for one in row:
            value = _value(one, pictures) if isinstance(one, BookCell) else None
            if value is None or not isinstance(one, BookCell):
                continue
            place = (int(one.row or 0), int(one.column or 0))
            cells[place] = value
            if one.hyperlink is not None and one.hyperlink.target:
                links[place] = str(one.hyperlink.target)[:LONGEST_TEXT]
            if one.font is not None and one.font.strike:
                struck.add(place)
    for place, bodies in drawn.items():
        cells.setdefault(place, CellPicture(codes_of(bodies)))
    _check_extent(path, sheet, cells, rows)
    left = _left_rows(sheet, cells, struck)
    return Grid(
        sheet.title,
        cells,
        tuple(_spans(sheet)),
        links,
        left,
        frozenset(place for place in struck if place[0] not in left),
        hidden=sheet.sheet_state != "visible",
    )


def _value(cell: BookCell, pictures: Mapping[str, bytes]) -> Cell | None:
    value = cell.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if cell.data_type in ("f", "e"):  # an error is the result of a formula
        said = str(getattr(value, "text", value) or value)
        found = DISPIMG.match(said)
        if found:
            return CellPicture(codes_of([pictures[found[1]]] if found[1] in pictures else []))
        leads = ADDRESS.match(said)
        return Formula(said[:100], leads[1] if leads else "")
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    return value if isinstance(value, int | float | datetime | date) else str(value)


def _check_extent(path: Path, sheet: Worksheet, cells: Mapping[Place, Cell], rows: int) -> None:
    if len({row for row, _ in cells}) > rows:
        raise too_many_rows(path, sheet.title, rows)
    widest = max((column for _, column in cells), default=0)
    if widest > MOST_COLUMNS:
        raise BadWorkbook(
            f"{path.name}：工作表“{sheet.title}”第 {widest} 栏还有内容，最多 {MOST_COLUMNS} 栏，请删除多余的栏再导入"
        )


def _left_rows(
    sheet: Worksheet, cells: Mapping[Place, Cell], struck: set[Place]
) -> Mapping[int, str]:
    """Rows that a person took out without deleting them: hidden, filtered away, struck through."""
    kept = {row for row, column in cells if (row, column) not in struck}
    left = {row: STRUCK for row, _ in cells if row not in kept}
    for row, look in sheet.row_dimensions.items():
        if look.hidden and any(place[0] == row for place in cells):
            left[row] = HIDDEN
    return left


def _spans(sheet: Worksheet) -> Iterator[Span]:
    for one in sheet.merged_cells.ranges:
        yield Span(one.min_row, one.min_col, one.max_row, one.max_col)
