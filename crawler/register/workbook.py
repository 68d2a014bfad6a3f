"""A workbook from outside -> plain grids of cells, within bounds of size, time and trust.

Everything is refused before it can cost anything: passwords, macros, bombs, endless sheets.
Formulas are never computed and their stored results never believed; hidden markup is never
resolved.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

MOST_BYTES = 10_000_000
MOST_UNPACKED = 64_000_000
MOST_PART = 4_000_000
"""Every part but sheets and pictures: strings, styles, themes. Real forms hold some thousands."""
MOST_PARTS = 400
MOST_SHEETS = 60
MOST_ROWS = 2_000
MOST_COLUMNS = 40
MOST_SPANS = 2_000
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SPAN = re.compile(rb"<(?:[A-Za-z0-9]+:)?mergeCell\b[^>]{0,200}?\bref=[\"']([A-Z0-9:$]{2,40})[\"']")
READ = ("xl/worksheets/", "xl/media/")

Value = str | int | float | bool | date


class BadWorkbook(ValueError):
    """One sentence for the person who holds the file: why it is refused and what to do."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that would have to be computed."""

    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """Merged cells, rows and columns counted from 1, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its filled cells by (row, column), counted from 1, and its merged areas."""

    name: str
    cells: Mapping[tuple[int, int], Value | Formula]
    spans: tuple[Span, ...]

    def address(self, row: int, column: int) -> str:
        """``附件4!B7``."""
        return f"{self.name}!{get_column_letter(column)}{row}"


def read_workbook(path: Path, rows: int = MOST_ROWS) -> tuple[Grid, ...]:
    """Every visible or hidden sheet as a grid, of at most ``rows`` rows. Raises
    :class:`BadWorkbook`; nothing is half-read."""
    _check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(path, archive)
            return tuple(_grids(path, archive, rows))
    except BadWorkbook:
        raise
    except zipfile.BadZipFile:
        raise BadWorkbook(
            f"{path.name}：不是 Excel 工作簿（.xlsx），请用原表另存后再导入"
        ) from None
    except Exception as error:  # a broken workbook breaks its reader in ways nobody can list
        raise BadWorkbook(
            f"{path.name}：工作簿已损坏，读不出来（{type(error).__name__}），请在 Excel 中打开后另存再导入"
        ) from error


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise BadWorkbook(f"{path.name}：打不开（{error.strerror}），请检查文件名") from None
    if path.suffix.lower() in (".xlsm", ".xltm", ".xlsb", ".xlam"):
        raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")
    if head == OLE:
        raise BadWorkbook(f"{path.name}：有打开密码，或是旧版 .xls，请去掉密码并另存为 .xlsx")
    if size > MOST_BYTES:
        raise BadWorkbook(
            f"{path.name}：文件超过 {MOST_BYTES // 1_000_000} MB，调查表不会这么大，请核对"
        )


def _check_parts(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise BadWorkbook(f"{path.name}：不是 Excel 工作簿（.xlsx），请用原表另存后再导入")
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadWorkbook(f"{path.name}：有密码，请去掉密码后再导入")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")
    small = [part for part in parts if not part.filename.startswith(READ)]
    if (
        len(parts) > MOST_PARTS
        or len(set(names)) < len(names)
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or any(part.file_size > MOST_PART for part in small)
    ):
        raise BadWorkbook(f"{path.name}：解压后过大，不像一张调查表；请把内容复制到空白表再导入")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                head = stream.read(65_536).replace(b"\x00", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise BadWorkbook(
                    f"{path.name}：工作簿里有外来标记，不能导入，请在 Excel 中另存再导入"
                )
            if b"macroEnabled" in head and part.filename == "[Content_Types].xml":
                raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")


def _grids(path: Path, archive: zipfile.ZipFile, rows: int) -> Iterator[Grid]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of decorations that it does not keep
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            if len(book.worksheets) > MOST_SHEETS:
                raise BadWorkbook(f"{path.name}：工作表超过 {MOST_SHEETS} 张，请拆开导入")
            for sheet in book.worksheets:
                cells = dict(_cells(path, sheet, rows))
                yield Grid(sheet.title, cells, tuple(_spans(path, archive, sheet)))
        finally:
            book.close()


def _cells(
    path: Path, sheet: object, most: int
) -> Iterator[tuple[tuple[int, int], Value | Formula]]:
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # a file may claim a million columns
    rows = sheet.iter_rows(max_row=most + 1, max_col=MOST_COLUMNS)  # type: ignore[attr-defined]
    for at, row in enumerate(rows, 1):
        if at > most:
            raise BadWorkbook(
                f"{path.name}：工作表“{sheet.title}”超过 {most} 行（可能是空行），请删除多余的行再导入"  # type: ignore[attr-defined]
            )
        for column, cell in enumerate(row, 1):
            value = cell.value
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            if cell.data_type == "f":
                yield (at, column), Formula(str(value)[:100])
            elif isinstance(value, str | int | float | datetime | date):
                yield (at, column), value
            else:
                yield (at, column), str(value)


def _spans(path: Path, archive: zipfile.ZipFile, sheet: object) -> Iterator[Span]:
    with archive.open(str(sheet._worksheet_path).lstrip("/")) as stream:  # type: ignore[attr-defined]
        found = SPAN.findall(stream.read(MOST_UNPACKED))
    if len(found) > MOST_SPANS:
        raise BadWorkbook(
            f"{path.name}：工作表“{sheet.title}”的合并单元格过多，请取消合并再导入"  # type: ignore[attr-defined]
        )
    for ref in found:
        left, top, right, bottom = range_boundaries(ref.decode("ascii"))
        if None not in (left, top, right, bottom):
            yield Span(int(top or 0), int(left or 0), int(bottom or 0), int(right or 0))
