"""What a workbook may cost, checked before anything of it is unpacked: passwords, macros, bombs,
endless sheets and foreign markup are refused in one sentence."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

MOST_BYTES = 10_000_000
MOST_UNPACKED = 64_000_000
MOST_PART = 4_000_000
"""Every part but sheets and pictures: strings, styles, themes. Real forms hold some thousands."""
MOST_PARTS = 400
MOST_SHEETS = 60
MOST_ROWS = 2_000
MOST_LINES = 25_000
"""Rows of a sheet, empty ones included: people fill a colour down some thousand rows."""
MOST_COLUMNS = 40
MOST_CELLS = 400_000
MOST_SPANS = 2_000
LONGEST_TEXT = 2_000
"""No field of any form may hold more; the rest of a cell is left unread."""
MOST_ANSWER = 32_000_000
SECONDS = 20
"""Of processor time, for one workbook."""
PATIENCE = 120.0
"""Seconds of the wall clock, on a machine that is busy with other things."""
MEMORY = 640_000_000
"""Bytes of address space; Python with its libraries takes a third of it."""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PACKED = b"PK"
MACROS = (".xlsm", ".xltm", ".xlsb", ".xlam", ".xla", ".xlt")
LARGE = ("xl/worksheets/", "xl/media/")
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
ROW = re.compile(rb"<(?:\w+:)?row[ />]")


class BadWorkbook(ValueError):
    """One sentence for the person who holds the file: why it is refused and what to do."""


def check_file(path: Path) -> bytes:
    """The first eight bytes of a file that may be opened. Raises :class:`BadWorkbook`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise BadWorkbook(f"{path.name}：打不开（{error.strerror}），请检查文件名") from None
    if path.suffix.lower() in MACROS:
        raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")
    if size > MOST_BYTES:
        raise BadWorkbook(
            f"{path.name}：文件超过 {MOST_BYTES // 1_000_000} MB，调查表不会这么大，请核对"
        )
    return head


def no_workbook(path: Path) -> BadWorkbook:
    """What is said of a file that is nothing of the kind."""
    return BadWorkbook(f"{path.name}：不是 Excel 工作簿（.xlsx），请用原表另存后再导入")


def too_large(path: Path) -> BadWorkbook:
    """What is said of a bomb, whether it was seen before it went off or ended its reader."""
    return BadWorkbook(f"{path.name}：解压后过大，不像一张调查表；请把内容复制到空白表再导入")


def too_many_rows(path: Path, sheet: str, rows: int) -> BadWorkbook:
    """What is said of a sheet that is longer than its form ever is."""
    return BadWorkbook(
        f"{path.name}：工作表“{sheet}”超过 {rows} 行（可能是空行），请删除多余的行再导入"
    )


def check_parts(path: Path, archive: zipfile.ZipFile, rows: int) -> None:
    """Raises :class:`BadWorkbook` for an archive that is no workbook or would cost too much."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise no_workbook(path)
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadWorkbook(f"{path.name}：有密码，请去掉密码后再导入")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")
    if _weighs_too_much(parts):
        raise too_large(path)
    if sum(bool(SHEET.fullmatch(name)) for name in names) > MOST_SHEETS:
        raise BadWorkbook(f"{path.name}：工作表超过 {MOST_SHEETS} 张，请拆开导入")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            _check_markup(path, archive, part)
        if SHEET.fullmatch(part.filename) and len(ROW.findall(archive.read(part))) > MOST_LINES:
            raise too_many_rows(path, Path(part.filename).stem, rows)


def _weighs_too_much(parts: Sequence[zipfile.ZipInfo]) -> bool:
    small = [part for part in parts if not part.filename.startswith(LARGE)]
    return (
        len(parts) > MOST_PARTS
        or len({part.filename for part in parts}) < len(parts)
        or sum(part.file_size for part in parts) > MOST_UNPACKED
        or any(part.file_size > MOST_PART for part in small)
    )


def _check_markup(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as stream:
        head = stream.read(65_536).replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise BadWorkbook(f"{path.name}：工作簿里有外来标记，不能导入，请在 Excel 中另存再导入")
    if b"macroEnabled" in head and part.filename == "[Content_Types].xml":
        raise BadWorkbook(f"{path.name}：带宏的工作簿不能导入，请另存为 .xlsx")
