"""A printed bulletin's file -> its texts and tables, in order. Reads .txt, .docx and .xlsx,
carefully.

A file from outside is hostile: size and unpacked size are limited, XML entities stay unresolved,
formulas are read as their stored values.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

MOST_BYTES = 20_000_000
MOST_UNPACKED = 200_000_000
MOST_CELLS = 500_000
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Table = tuple[tuple[str, ...], ...]


class NotRead(ValueError):
    """One sentence for the person who named the file: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``text``) or a table (``rows`` of equally many or fewer cells)."""

    text: str = ""
    rows: Table = ()


def read_file(path: Path) -> tuple[Block, ...]:
    """The blocks of ``path``. Raises :class:`NotRead` for what is no readable .txt, .docx or
    .xlsx."""
    readers = {".txt": _text, ".md": _text, ".docx": _word, ".xlsx": _sheet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NotRead(f"{path.name}：不能读取这种文件；请另存为 .docx、.xlsx 或 .txt 再检查")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise NotRead(f"{path.name}：文件超过 20 MB，不像一份通报；请确认文件")
        return tuple(reader(path))
    except OSError as error:
        raise NotRead(
            f"{path}：打不开（{error.strerror or error.__class__.__name__}）；请检查路径和权限"
        ) from None
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
    ) as error:
        if isinstance(error, NotRead):
            raise
        raise NotRead(
            f"{path.name}：文件已损坏或格式与扩展名不符；请用 Office 打开后另存"
        ) from None


def blocks_of(text: str) -> tuple[Block, ...]:
    """Plain text as blocks: runs of lines with tabs are tables, blank lines between them do not
    part them."""
    found: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for line in text.splitlines():
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if len(cells) > 1:
            rows.append(cells)
        elif line.strip():
            _close(found, rows)
            found.append(Block(text=line.strip()))
    _close(found, rows)
    return tuple(found)


def _close(found: list[Block], rows: list[tuple[str, ...]]) -> None:
    if rows:
        found.append(Block(rows=tuple(rows)))
        rows.clear()


def _text(path: Path) -> tuple[Block, ...]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return blocks_of(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise NotRead(f"{path.name}：不是文本文件；请另存为 UTF-8 文本")


def _guard(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise NotRead(f"{path.name}：解开后过大，拒绝读取；请确认文件来源")


def _word(path: Path) -> Iterator[Block]:
    _guard(path)
    with zipfile.ZipFile(path) as archive:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(archive.read("word/document.xml"), parser)
    body = root.find(f"{W}body")
    for element in body if body is not None else ():
        if element.tag == f"{W}p":
            text = _words(element)
            if text:
                yield Block(text=text)
        elif element.tag == f"{W}tbl":
            yield Block(rows=tuple(_row(row) for row in element.iter(f"{W}tr")))


def _words(element: etree._Element) -> str:
    """Text of a paragraph or cell; breaks, tabs and further paragraphs part words with a blank."""
    nodes = element.iter(*(f"{W}{name}" for name in ("t", "br", "cr", "tab", "p")))
    return "".join((node.text or "") if node.tag == f"{W}t" else " " for node in nodes).strip()


def _row(row: etree._Element) -> tuple[str, ...]:
    """Cells of a row, wide ones padded, so that columns stand under their heads."""
    cells: list[str] = []
    for cell in row.iterfind(f"{W}tc"):
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        width = int(span.get(f"{W}val", "1")) if span is not None else 1
        cells += [_words(cell), *[""] * min(width - 1, 100)]
    return tuple(cells)


def _sheet(path: Path) -> Iterator[Block]:
    _guard(path)
    import openpyxl  # no other command waits for it

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        left = MOST_CELLS
        for sheet in book.worksheets:
            rows: list[tuple[str, ...]] = []
            for values in sheet.iter_rows(values_only=True):
                left -= len(values)
                if left < 0:
                    return
                rows.append(tuple(_cell(value) for value in values))
            yield from _of_sheet(sheet.title, rows)
    finally:
        book.close()


def _of_sheet(title: str, rows: list[tuple[str, ...]]) -> Iterator[Block]:
    """A row with one filled cell is a text (a title over its table)."""
    yield Block(text=title)
    table: list[tuple[str, ...]] = []
    for row in rows:
        filled = [cell for cell in row if cell]
        if len(filled) == 1 and not table:
            yield Block(text=filled[0])
        elif filled:
            table.append(row)
    if table:
        yield Block(rows=tuple(table))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
