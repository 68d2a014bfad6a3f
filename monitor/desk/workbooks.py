"""The three workbooks of the catalogue (分工表, 附件4, 通讯录) behind one counter: looked at, then entered
as shown, or given out.

What was looked at is bound by a token to the very file and to the catalogue as it stood: whatever
changes in between, the entry is refused and the difference has to be looked at again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from crawler.model import GONE
from crawler.register.account_import import registered
from crawler.register.books.bounds import OLE, PACKED, BadWorkbook
from crawler.register.books.proposal import SAME, Outrun
from monitor.desk import columns as columns_desk
from monitor.desk import contacts as contacts_desk
from monitor.desk.counters import COUNTERS, KINDS, WorkbookLine, notes_of
from monitor.facts.unit_names import unit_names
from monitor.rectify.attachments import Unacceptable, accept
from monitor.sheets.survey import write_annex3, write_annex4
from monitor.words.plain import clean

SUFFIXES = (".xlsx", ".xls", ".csv")
MOST_BYTES = 10_000_000
MOST_KEPT = 20
SHA = re.compile(r"[0-9a-f]{64}")


class WorkbookRefused(ValueError):
    """One sentence: why a workbook is not taken."""


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A kept workbook as its rows were read; ``sha`` stands for the very file."""

    kind: str
    sha: str
    name: str
    book: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeenWorkbook:
    """A workbook held against the catalogue. ``token`` stands for this file and this catalogue
    together."""

    kind: str
    file: str
    name: str
    lines: Sequence[WorkbookLine]
    same: int
    faults: Sequence[tuple[str, str]]
    notes: Sequence[str]
    token: str
    proposal: Any = field(repr=False)

    def of(self, kind: str) -> Sequence[WorkbookLine]:
        """The lines of one kind."""
        return [line for line in self.lines if line.kind == kind]


def keep(folder: Path, name: str, data: bytes) -> str:
    """Put an uploaded workbook aside under its hash, readable for us alone; only the newest few
    stay.

    Raises :class:`WorkbookRefused` when it is no workbook.
    """
    suffix = _suffix(name, data)
    sha = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sha}{suffix}"
    path.touch(mode=0o600)
    path.write_bytes(data)
    kept = [one for one in folder.iterdir() if one.suffix in SUFFIXES]
    for old in sorted(kept, key=lambda one: one.stat().st_mtime_ns)[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
    return sha


def _suffix(name: str, data: bytes) -> str:
    """What the file is: an old workbook by its mark, a CSV by its name, else what it holds."""
    shown = clean(name, 80)
    given = Path(shown).suffix.lower()
    if len(data) <= MOST_BYTES and data.startswith(OLE):
        return ".xls"
    if 0 < len(data) <= MOST_BYTES and given == ".csv" and not data.startswith(PACKED):
        return ".csv"
    try:
        found = accept(name, data, MOST_BYTES)
    except Unacceptable as error:
        raise WorkbookRefused(str(error)) from None
    if found.kind != "xlsx":
        raise WorkbookRefused(f"{found.name}：不是 Excel 工作簿（.xlsx）")
    return ".xlsx"


def drop(folder: Path, file: str) -> None:
    """Forget an uploaded workbook: it may hold phone numbers."""
    _path(folder, file).unlink(missing_ok=True)


def open_kept(folder: Path, kind: str, file: str, name: str) -> OpenedWorkbook:
    """The kept workbook ``file`` read as ``kind``. It takes a child and seconds: never inside a
    transaction. Raises :class:`WorkbookRefused`."""
    path, shown = _path(folder, file), clean(name, 80) or "工作簿.xlsx"
    if kind not in COUNTERS:
        raise WorkbookRefused(f"只能导入：{'、'.join(KINDS.values())}")
    try:
        return OpenedWorkbook(kind, file, shown, COUNTERS[kind].read(path))
    except BadWorkbook as error:
        raise WorkbookRefused(str(error).replace(path.name, shown)) from None


def look(
    connection: Connection, opened: OpenedWorkbook, now: datetime, *, allow_loopback: bool = False
) -> SeenWorkbook:
    """What a workbook would do; reads only."""
    counter = COUNTERS[opened.kind]
    proposal = counter.propose(connection, opened.book, now, allow_loopback)
    names = unit_names(connection, retired=True)
    moved = [*proposal.added, *proposal.changed, *proposal.ended]
    said = json.dumps(asdict(proposal), default=str, sort_keys=True, ensure_ascii=False)
    return SeenWorkbook(
        opened.kind,
        opened.sha,
        opened.name,
        [counter.told(one, names) for one in moved],
        len(proposal.of(SAME)),
        [(fault.cell, fault.sentence) for fault in proposal.faults],
        notes_of(proposal),
        hashlib.sha256(f"{opened.kind}|{opened.sha}|{said}".encode()).hexdigest(),
        proposal,
    )


def enter(
    connection: Connection, seen: SeenWorkbook, token: str, now: datetime, *, by: str
) -> None:
    """Write what was shown, whole, on the record. ``seen`` was made in this very transaction,
    ``token`` is what the person was shown. Raises :class:`WorkbookRefused`.
    """
    if seen.faults:
        raise WorkbookRefused(f"有 {len(seen.faults)} 处不合格，没有写入；请改好工作簿再上传")
    if token != seen.token:
        raise WorkbookRefused("您核对之后台账有了变化，没有写入；请核对下面新的变化再确认")
    proof = f"{seen.name} {seen.file[:16]}"
    try:
        COUNTERS[seen.kind].enter(connection, seen.proposal, now, by=by, proof=proof)
    except Outrun as error:
        raise WorkbookRefused(str(error)) from None


def proof_of(path: Path) -> str:
    """What the record keeps of a workbook: its name and the head of its hash."""
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"


def given_out(connection: Connection, kind: str, now: datetime) -> bytes:
    """The workbook ``kind`` as it stands: ``columns``, ``contacts`` (phones in full), ``annex3`` or
    the empty ``annex4``."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        if kind == "columns":
            columns_desk.export(connection, path)
        elif kind == "contacts":
            contacts_desk.export(connection, path)
        elif kind == "annex3":
            write_annex3(path, _in_use(connection, now))
        else:
            write_annex4(path)
        return path.read_bytes()


def _in_use(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    names = unit_names(connection, retired=True)
    return [
        ("、".join(clean(names.get(unit, unit)) for unit in one.units), clean(one.outlet.name))
        for one in registered(connection, now)
        if one.state not in GONE
    ]


def _path(folder: Path, file: str) -> Path:
    found = [folder / f"{file}{suffix}" for suffix in SUFFIXES]
    kept = next((path for path in found if path.is_file()), None)
    if not SHA.fullmatch(file) or kept is None:
        raise WorkbookRefused("上传的工作簿已经不在了，请重新上传")
    return kept
