"""The three workbooks of the catalogue (分工表, 附件4, 通讯录) behind one counter: looked at, then entered
as shown, or given out.

What was looked at is bound by a token to the very file and to the catalogue as it stood: whatever
changes in between, the entry is refused and the difference has to be looked at again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from crawler.model import GONE
from crawler.reading.media import MEDIA_NAMES
from crawler.register.account_import import propose as propose_accounts
from crawler.register.account_import import registered
from crawler.register.survey import read_survey
from crawler.register.workbook import BadWorkbook, read_workbook
from monitor.desk import columns as columns_desk
from monitor.desk import contacts as contacting
from monitor.desk import entering
from monitor.facts.unit_names import unit_names
from monitor.findings.standing import follow
from monitor.rectify.attachments import Unacceptable, accept
from monitor.sheets.survey import write_annex3, write_annex4
from monitor.words.plain import clean

KINDS: Mapping[str, str] = {
    "columns": "栏目维护分工表",
    "accounts": "附件4 政务新媒体情况调查表",
    "contacts": "通讯录",
}
MOST_BYTES = 10_000_000
MOST_KEPT = 20
SHA = re.compile(r"[0-9a-f]{64}")


class WorkbookRefused(ValueError):
    """One sentence: why a workbook is not taken."""


@dataclass(frozen=True, slots=True)
class WorkbookLine:
    """What one row does: ``kind`` is ``added``, ``changed`` or ``ended``; ``fields`` are (name,
    before, after)."""

    kind: str
    cell: str
    name: str
    detail: str = ""
    fields: Sequence[tuple[str, str, str]] = ()


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
    try:
        found = accept(name, data, MOST_BYTES)
    except Unacceptable as error:
        raise WorkbookRefused(str(error)) from None
    if found.kind != "xlsx":
        raise WorkbookRefused(f"{found.name}：不是 Excel 工作簿（.xlsx）")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.sha256}.xlsx"
    path.touch(mode=0o600)
    path.write_bytes(data)
    for old in sorted(folder.glob("*.xlsx"), key=lambda one: one.stat().st_mtime_ns)[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
    return found.sha256


def drop(folder: Path, file: str) -> None:
    """Forget an uploaded workbook: it may hold phone numbers."""
    _path(folder, file).unlink(missing_ok=True)


def look(
    connection: Connection,
    folder: Path,
    kind: str,
    file: str,
    name: str,
    now: datetime,
    *,
    allow_loopback: bool = False,
) -> SeenWorkbook:
    """What the kept workbook ``file`` would do as ``kind``; reads only. Raises
    :class:`WorkbookRefused`."""
    path, shown = _path(folder, file), clean(name, 80) or "工作簿.xlsx"
    if kind not in KINDS:
        raise WorkbookRefused(f"只能导入：{'、'.join(KINDS.values())}")
    try:
        proposal, lines, notes = PROPOSE[kind](connection, path, now, allow_loopback)
    except BadWorkbook as error:
        raise WorkbookRefused(str(error).replace(path.name, shown)) from None
    said = json.dumps(asdict(proposal), default=str, sort_keys=True, ensure_ascii=False)
    token = hashlib.sha256(f"{kind}|{file}|{said}".encode()).hexdigest()
    faults = [(fault.cell, fault.sentence) for fault in proposal.faults]
    return SeenWorkbook(
        kind, file, shown, lines, len(proposal.same), faults, notes, token, proposal
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
        if seen.kind == "columns":
            columns_desk.enter(connection, seen.proposal, now, by=by, proof=proof)
        elif seen.kind == "contacts":
            contacting.enter(connection, seen.proposal, now, by=by, proof=proof)
        else:
            entering.accounts(connection, seen.proposal, by=by, proof=proof, now=now)
            follow(connection, now)
    except (columns_desk.ColumnsOutrun, contacting.ContactsOutrun) as error:
        raise WorkbookRefused(str(error)) from None


def given_out(connection: Connection, kind: str, now: datetime) -> bytes:
    """The workbook ``kind`` as it stands: ``columns``, ``contacts`` (phones in full), ``annex3`` or
    the empty ``annex4``."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        if kind == "columns":
            columns_desk.export(connection, path)
        elif kind == "contacts":
            contacting.export(connection, path)
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
    if not SHA.fullmatch(file) or not (folder / f"{file}.xlsx").is_file():
        raise WorkbookRefused("上传的工作簿已经不在了，请重新上传")
    return folder / f"{file}.xlsx"


Proposed = tuple[Any, list[WorkbookLine], list[str]]


def _columns(connection: Connection, path: Path, now: datetime, allow_loopback: bool) -> Proposed:
    found = columns_desk.proposed(
        connection, columns_desk.read(path), now, allow_loopback=allow_loopback
    )
    names = unit_names(connection, retired=True)
    lines = []
    for one in (*found.added, *found.changed, *found.retired):
        kind = "ended" if one.kind == "retired" else one.kind
        detail = ""
        if one.new is not None:
            units = "、".join(names.get(unit, unit) for unit in one.new.units) or "没有责任单位"
            detail = f"{one.new.path}；{units}；{one.new.url or '没有网址'}"
        lines.append(
            WorkbookLine(
                kind,
                one.cell,
                f"{one.name}（{one.id}）",
                detail,
                one.fields if kind == "changed" else (),
            )
        )
    return found, lines, list(found.notes)


def _accounts(connection: Connection, path: Path, now: datetime, allow_loopback: bool) -> Proposed:
    survey = read_survey(read_workbook(path))
    if not survey.forms:
        raise BadWorkbook(
            f"{path.name}：没有一张工作表是附件4（表头应有“平台类型”“账号名称”等栏），请用这里下载的空表"
        )
    if not survey.rows and not survey.faults:
        raise BadWorkbook(f"{path.name}：表里没有填写任何账号")
    found = propose_accounts(connection, survey, now)
    lines = [
        WorkbookLine(
            "added" if one.new else "changed",
            one.row.cell,
            f"{one.row.name}（{one.id}）",
            f"{one.unit_name}；{MEDIA_NAMES.get(one.row.platform, one.row.platform)}",
            one.fields,
        )
        for one in (*found.added, *found.changed)
    ]
    notes = [f"{one}（原则上一个主体在一个平台只开一个账号）" for one in found.twice]
    notes += _listed("表上没有、台账里有，保持不动", found.absent)
    return found, lines, [*notes, *_listed("跳过不是附件4的工作表", survey.ignored)]


def _contacts(connection: Connection, path: Path, now: datetime, allow_loopback: bool) -> Proposed:
    found = contacting.proposed(connection, contacting.read(path), now)
    lines = [
        WorkbookLine(
            one.kind,
            one.cell,
            one.unit_name,
            "" if one.fields else one.line.partition("：")[2],
            one.fields,
        )
        for one in (*found.added, *found.changed, *found.ended)
    ]
    return found, lines, list(found.notes)


def _listed(said: str, names: Iterable[str]) -> list[str]:
    known = list(names)
    return [f"{said}（{len(known)}）：{'、'.join(known[:20])}"] if known else []


PROPOSE: Mapping[str, Callable[[Connection, Path, datetime, bool], Proposed]] = {
    "columns": _columns, "accounts": _accounts, "contacts": _contacts,
}  # fmt: skip
