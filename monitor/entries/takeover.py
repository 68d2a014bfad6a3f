"""The files of the version before are read once, when a store of the new form is opened for the
first time.

A migration knows no folder, so it happens here. Each file is taken over whole, with its links in
the record, or not at all: one that is broken waits, what needs it says why in one sentence, and the
next opening tries again.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from crawler.config import BadConfig
from crawler.model import utc
from monitor.entries import decided, exports, papers
from monitor.entries.entered import words_of
from monitor.entries.exports import Places
from monitor.entries.forms import DECISIONS, period_of, read_decisions, read_entries
from monitor.entries.kept import FILE, Word, enter
from monitor.entries.papers import Paper
from monitor.entries.sealing import Unsound, beside_of, read_errata, read_sealed, root_of
from monitor.entries.tables import EntryFileRow
from monitor.record.chain import SYSTEM, AuditRow, Entry, hold

log = logging.getLogger(__name__)

TAKEN_OVER = "taken_over"
Units = Callable[[Connection], Collection[str]]
"""The ids of every unit that is or was in the catalogue."""


def take_over(engine: Engine, places: Places, units: Units, clock: Callable[[], datetime]) -> None:
    """Read the files of the version before that were not read yet; ``clock`` is asked only where
    there are any."""
    with engine.connect() as connection:
        left = _left(connection, places)
    if left is None:
        return
    with engine.begin() as connection:
        hold(connection)
        # Another process may have been here while this one waited.
        left = _left(connection, places)
        if left is None:
            return
        now = clock()
        connection.execute(delete(EntryFileRow).where(FILE.fault != ""))
        for file in left:
            _take(connection, file, units(connection), now)
        if not connection.execute(select(FILE.name).where(FILE.name == "")).first():
            _note(connection, "", "", "", now)
    if left:
        exports.write(engine, places, exports.everything)


def _left(connection: Connection, places: Places) -> list[Path] | None:
    """The files to read now; ``None``: there is nothing to do."""
    known = {row.name: row.fault for row in connection.execute(select(FILE.name, FILE.fault))}
    if "" not in known:
        return list(exports.legacy_files(places))
    broken = {name for name, fault in known.items() if fault}
    return (
        [file for file in exports.legacy_files(places) if file.name in broken] if broken else None
    )


def _take(connection: Connection, file: Path, units: Collection[str], now: datetime) -> None:
    sha256 = ""
    try:
        sha256 = exports.file_hash(file)
        take(connection, file, units, now)
    except (BadConfig, Unsound) as error:
        fault = f"{file}：没有接收，请改好或从备份恢复：{error}"
    except OSError as error:
        fault = f"{file}：读不了（{error.strerror or error}），没有接收；请检查权限"
    else:
        _note(connection, file.name, sha256, "", now)
        return
    log.warning("%s", fault)
    _note(connection, file.name, sha256, fault, now)


def take(
    connection: Connection, file: Path, units: Collection[str], now: datetime, *, by: str = SYSTEM
) -> None:
    """Everything in ``file`` into the store, each word with its link by ``by``; nothing where it
    raises.

    Raises ``BadConfig``, ``Unsound``, ``OSError``, all before the first row.
    """
    if file.name == DECISIONS:
        found = read_decisions(file, units)
        _words(connection, file, [decided.word_of(one) for one in found], by, now)
    elif file.suffix == ".json":
        _paper(connection, file, by, now)
    else:
        words = words_of(read_entries(file), period_of(file.name))
        _words(connection, file, list(words), by, now)


def _words(connection: Connection, file: Path, words: list[Word], by: str, now: datetime) -> None:
    for word in words:
        data: dict[str, Any] = {"file": file.name, "after": {**word.data, "by": word.by}}
        about = f"bulletin:{word.about}" if word.about else f"origin:{word.key}"
        enter(connection, word, Entry(TAKEN_OVER, about, by, data), now)


def _paper(connection: Connection, file: Path, by: str, now: datetime) -> None:
    text = read_sealed(file)
    paper, root = _paper_of(file, text), root_of(text)
    corrections, recorded = read_errata(file, root), _recorded(connection, paper.name)
    if recorded and root not in recorded:
        raise Unsound(f"{file.name}：与留痕链所记的校验值不符，印发后被改动过；请从备份恢复")
    told = Entry(TAKEN_OVER, f"bulletin:{paper.name}", by, {"file": file.name, "sha256": root})
    papers.put(connection, paper, told, by=by, now=now)
    words = [papers.word_of(paper.name, one) for one in corrections]
    _words(connection, beside_of(file), words, by, now)


def _paper_of(file: Path, text: str) -> Paper:
    """The paper in a kept text, as its own data and its file's name tell alike."""
    try:
        data = json.loads(text)
        found = Paper(data["period"]["name"], date.fromisoformat(data["printed"]), text)
    except (ValueError, KeyError, TypeError) as error:
        raise Unsound(
            f"{file.name}：不是本系统封存的通报数据（{error.__class__.__name__}）"
        ) from None
    if found.name != file.stem or not re.fullmatch(r"[0-9A-Za-z.至-]{1,60}", found.name):
        raise Unsound(f"{file.name}：文件名与封存的统计期、印发日期不符，应为 {found.name}.json")
    return found


def _recorded(connection: Connection, name: str) -> set[str]:
    """The hashes under which the record tells that this bulletin was frozen."""
    query = select(AuditRow.data).where(
        AuditRow.what == "bulletin_frozen", AuditRow.subject == f"bulletin:{name}"
    )
    said = [json.loads(data) for data in connection.execute(query).scalars()]
    return {str((one.get("after") or {}).get("sha256", "")) for one in said} - {""}


def _note(connection: Connection, name: str, sha256: str, fault: str, now: datetime) -> None:
    values = {"sha256": sha256, "fault": fault, "moment": utc(now)}
    if not connection.execute(
        update(EntryFileRow).where(FILE.name == name).values(values)
    ).rowcount:
        connection.execute(insert(EntryFileRow).values(name=name, **values))
