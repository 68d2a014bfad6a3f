"""The inside of a file: does it open, and what does it say. Bounded in size, depth, pages; run it
in a process of its own (``crawler/checking/reading_room.py``), because a hostile file may still eat
time or memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

MOST_TEXT = 200_000
"""Characters of text that are read from one file."""
MOST_PAGES = 200
MOST_UNPACKED = 200_000_000
"""Bytes that all members of an archive may claim together."""
MOST_MEMBER = 60_000_000
MOST_RATIO = 200
"""Unpacked to packed, beyond which an archive of some size is a bomb. Office's own XML stays below
50."""
RATIO_FROM = 5_000_000
MOST_MEMBERS = 20_000
MOST_DEPTH = 2
MOST_NESTED = 5_000_000
SPACE = re.compile(r"[ \t\u3000\xa0]{2,}")
PARTS = {
    "docx": ("word/document.xml",),
    "xlsx": ("xl/workbook.xml",),
    "pptx": ("ppt/presentation.xml",),
    "ofd": ("OFD.xml",),
}
SCAN_LETTERS = 10
"""Letters a page below which a PDF with pages is a scan."""


class Bomb(Exception):
    """The file goes beyond a limit: a bomb, or as dangerous as one."""


class Broken(Exception):
    """The file does not open."""


@dataclass(frozen=True, slots=True)
class Document:
    """``problem`` is ``""``, ``broken``, ``refused`` or ``locked`` with ``why`` in Chinese;
    ``note`` ``scan`` or ``no_reader``."""

    text: str = ""
    pages: int = 0
    problem: str = ""
    why: str = ""
    note: str = ""


def read_document(data: bytes, suffix: str) -> Document:
    """Open ``data`` as the kind that its bytes say; ``suffix`` tells which members a zip must have.
    Never raises."""
    try:
        if data[:2] == b"PK":
            return _read_zip(data, suffix)
        if b"%PDF" in data[:1024]:
            return _read_pdf(data)
    except Bomb as error:
        return Document(problem="refused", why=str(error))
    except Broken as error:
        return Document(problem="broken", why=str(error))
    except MemoryError:
        return Document(problem="refused", why="打开时占用内存超过限度")
    except RecursionError:
        return Document(problem="refused", why="结构嵌套过深")
    except (
        Exception
    ) as error:  # a foreign reader's bug or a damaged file: either way it does not open here
        return Document(problem="broken", why=f"打不开（{type(error).__name__}）")
    return Document(note="no_reader")


def _read_zip(data: bytes, suffix: str) -> Document:
    archive = _opened(data)
    with archive:
        _bounded(archive)
        names = set(archive.namelist())
        if "word/document.xml" in names:
            return Document(_joined(_paragraphs(archive, "word/document.xml", "p", "t")))
        if "xl/workbook.xml" in names:
            return Document(_joined(_cells(archive, names)))
        missing = [name for name in PARTS.get(suffix, ()) if name not in names]
        if missing:
            raise Broken(f"缺少 {missing[0]}，不是 .{suffix} 文件")
        if any(info.flag_bits & 1 for info in archive.infolist()):
            return Document(problem="locked", why="压缩包加了密码")
        if suffix not in PARTS:
            _nested(archive, 1)
            if not names:
                raise Broken("压缩包里没有文件")
            _tested(archive)
        return Document(note="" if suffix in PARTS else "archive")


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Broken("压缩结构损坏或不完整") from error


def _bounded(archive: zipfile.ZipFile) -> None:
    """Raises :class:`Bomb` by what the directory claims; reading keeps to it (``zipfile`` stops
    at the claimed size)."""
    infos = archive.infolist()
    total, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if len(infos) > MOST_MEMBERS:
        raise Bomb(f"含{len(infos)}个文件，超过{MOST_MEMBERS}个的限度")
    if total > MOST_UNPACKED or any(info.file_size > MOST_MEMBER for info in infos):
        raise Bomb(f"解压后达{total // 1_000_000}MB，超过限度")
    if total > RATIO_FROM and total > MOST_RATIO * max(packed, 1):
        raise Bomb("压缩比异常，疑为压缩炸弹")


def _nested(archive: zipfile.ZipFile, depth: int) -> None:
    """Archives in archives, read only as far as the limits go."""
    for info in archive.infolist():
        if not info.filename.lower().endswith((".zip", ".rar", ".7z", ".gz", ".tar")):
            continue
        if depth >= MOST_DEPTH:
            raise Bomb(f"压缩包套压缩包超过{MOST_DEPTH}层")
        if not info.filename.lower().endswith(".zip") or info.file_size > MOST_NESTED:
            continue
        with zipfile.ZipFile(io.BytesIO(archive.read(info))) as inner:
            _bounded(inner)
            _nested(inner, depth + 1)


def _tested(archive: zipfile.ZipFile) -> None:
    """The first members really unpack."""
    budget = 20_000_000
    for info in archive.infolist()[:200]:
        budget -= info.file_size
        if budget < 0:
            return
        try:
            archive.read(info)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
            raise Broken(f"压缩包内的 {info.filename[:60]} 已损坏") from error
        except NotImplementedError:
            return


def _joined(parts: Iterator[str]) -> str:
    kept: list[str] = []
    size = 0
    for part in parts:
        kept.append(part)
        size += len(part) + 1
        if size > MOST_TEXT:
            break
    return SPACE.sub(" ", "\n".join(kept))[:MOST_TEXT]


def _paragraphs(archive: zipfile.ZipFile, name: str, block: str, leaf: str) -> Iterator[str]:
    """The text of each ``block`` of a member, by local names; entities and networks are off."""
    words: list[str] = []
    try:
        with archive.open(name) as member:
            for _, element in etree.iterparse(
                member,
                events=("end",),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                tag = etree.QName(element).localname
                if tag == leaf and element.text:
                    words.append(element.text)
                elif tag == block:
                    if words:
                        yield "".join(words)
                    words = []
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
    except (etree.XMLSyntaxError, zipfile.BadZipFile, EOFError) as error:
        raise Broken(f"{name} 内容损坏") from error
    if words:
        yield "".join(words)


def _cells(archive: zipfile.ZipFile, names: set[str]) -> Iterator[str]:
    """Shared strings are the words of a workbook; numbers come from the sheets (an ID number may be
    one)."""
    if "xl/sharedStrings.xml" in names:
        yield from _paragraphs(archive, "xl/sharedStrings.xml", "si", "t")
    for name in sorted(n for n in names if n.startswith("xl/worksheets/sheet"))[:20]:
        shared = False
        with archive.open(name) as member:
            for _, element in etree.iterparse(
                member, events=("end",), resolve_entities=False, no_network=True
            ):
                tag = etree.QName(element).localname
                if tag == "c":
                    shared = element.get("t") == "s"
                    value = next(
                        (child.text for child in element.iter("{*}v", "{*}t") if child.text), None
                    )
                    if value and not shared:
                        yield value
                elif tag == "row":
                    element.clear()


def _read_pdf(data: bytes) -> Document:
    from pypdf import PdfReader  # loads slowly, and only the reading room needs it
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Document(problem="locked", why="PDF 加了密码")
        pages = len(reader.pages)
    except PyPdfError as error:
        raise Broken(f"PDF 结构损坏（{type(error).__name__}）") from error
    if pages == 0:
        raise Broken("PDF 没有任何页")
    texts: list[str] = []
    size = 0
    for number in range(min(pages, MOST_PAGES)):
        try:
            text = reader.pages[number].extract_text()
        except PyPdfError as error:
            if "limit" in str(error).lower():
                raise Bomb("PDF 内部数据解压后超过限度") from error
            raise Broken(f"PDF 第{number + 1}页损坏") from error
        texts.append(text)
        size += len(text)
        if size > MOST_TEXT:
            break
    joined = "\n".join(texts)[:MOST_TEXT]
    scan = len(re.sub(r"\s", "", joined)) < SCAN_LETTERS * min(pages, MOST_PAGES)
    return Document(joined, pages, note="scan" if scan else "")
