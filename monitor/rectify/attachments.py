"""Files that come with a reply: judged by what is in them, not by their names; kept under their
hash.

Pure but for :func:`put` and :func:`get`, which touch the one folder they are given.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.words.plain import clean

KIND_NAMES: Mapping[str, str] = {
    "pdf": "PDF",
    "png": "PNG 图片",
    "jpg": "JPEG 图片",
    "docx": "Word 文档",
    "xlsx": "Excel 表格",
    "ofd": "OFD 版式文件",
}
MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
)
PARTS: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("OFD.xml", "ofd"),
)
MACROS = ("vbaproject.bin", "macrosheets/")
UNPACKED = 200_000_000
"""Bytes that an office file may hold when unpacked: more is a bomb."""


class Unacceptable(ValueError):
    """One sentence: which file is refused, why, and what to send instead."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was judged. ``name`` is cleaned and ends as its content asks; ``kind`` is of
    :data:`KIND_NAMES`."""

    name: str
    kind: str
    sha256: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)


def accept(name: str, data: bytes, max_bytes: int) -> Attachment:
    """``data`` as an attachment. Raises :class:`Unacceptable`."""
    shown = clean(name.replace("\\", "/").rpartition("/")[2], 80) or "附件"
    if not data:
        raise Unacceptable(f"{shown}：是空文件")
    if len(data) > max_bytes:
        raise Unacceptable(
            f"{shown}：{len(data) / 1e6:.1f} MB，超过 {max_bytes / 1e6:g} MB；请压缩图片或分成几份"
        )
    kind = _kind(shown, data)
    if not shown.lower().endswith((f".{kind}", ".jpeg") if kind == "jpg" else f".{kind}"):
        shown = f"{shown}.{kind}"
    return Attachment(shown, kind, hashlib.sha256(data).hexdigest(), data)


def _kind(name: str, data: bytes) -> str:
    for mark, kind in MARKS:
        if data.startswith(mark):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(name, data)
    raise Unacceptable(
        f"{name}：不是{'、'.join(KIND_NAMES.values())}；旧版 doc、xls 请另存为 docx、xlsx 或 PDF"
    )


def _office_kind(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            infos = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unacceptable(f"{name}：文件不完整，请重新保存后再发") from None
    names = {info.filename for info in infos}
    if any(mark in one.lower() for one in names for mark in MACROS):
        raise Unacceptable(f"{name}：含有宏，请另存为不带宏的文件或 PDF")
    if sum(info.file_size for info in infos) > UNPACKED:
        raise Unacceptable(f"{name}：解压后过大，请改发 PDF")
    kind = next((kind for part, kind in PARTS if part in names), "")
    if not kind:
        raise Unacceptable(f"{name}：是压缩包，请直接发其中的文件")
    return kind


def put(folder: Path, file: Attachment) -> Path:
    """Keep ``file`` in ``folder`` under its hash; what is there already is the same."""
    path = where(folder, file.sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(file.data)
        partial.replace(path)
    return path


def get(folder: Path, sha256: str) -> bytes:
    """The bytes kept under ``sha256``. Raises :class:`Unacceptable` when they are gone or were
    changed."""
    try:
        data = where(folder, sha256).read_bytes()
    except OSError:
        raise Unacceptable(f"附件 {sha256[:12]} 不在 {folder}，请从备份恢复") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Unacceptable(f"附件 {sha256[:12]} 与登记的校验值不符，被改动过，请从备份恢复")
    return data


def where(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256
