"""Walk the chain of the record and name the first row that is not as it was written."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from crawler.store.tables import Base
from monitor.record.chain import SEALED, START, AuditRow, link_hash, row_digests

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Checked:
    """``rows`` were walked; ``broken`` says what is wrong with the first bad one (number ``seq``),
    or is empty.

    ``root`` is the hash of the last good row.
    """

    rows: int
    root: str
    broken: str = ""
    seq: int = 0


def verify(connection: Connection) -> Checked:
    """The whole chain: every link, every sealed row as it is now, and no sealed table's row outside
    of it."""
    prev, rows = START, 0
    inside: dict[str, set[int]] = defaultdict(set)
    links = connection.execute(
        select(AuditRow.__table__).order_by(AuditRow.seq), execution_options={"yield_per": BATCH}
    )
    for batch in _batches(links.mappings()):
        broken = _seals(connection, batch, inside)
        for row in batch:
            fault = _link_fault(row, rows + 1, prev) or broken.get(row["seq"], "")
            if fault:
                return Checked(rows, prev, fault, rows + 1)
            prev, rows = row["hash"], rows + 1
    return _outside(connection, inside) or Checked(rows, prev)


def papers(connection: Connection, folder: Path) -> str:
    """What is wrong with the first frozen bulletin in ``folder`` that is not as the record says;
    empty: nothing is."""
    query = (
        select(AuditRow.seq, AuditRow.data)
        .where(AuditRow.what == "bulletin_frozen")
        .order_by(AuditRow.seq)
    )
    for row in connection.execute(query):
        after = _data(row.data).get("after") or {}
        name, sha256 = str(after.get("file", "")), after.get("sha256")
        file = folder / Path(name).name
        if not file.is_file():
            return f"第{row.seq}条所记的封存通报 {name} 不在 {folder}，请从备份恢复，或用 gengxin entries export 重写"
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            return f"第{row.seq}条所记的封存通报 {name} 被改动过，请从备份恢复，或用 gengxin entries export 重写"
    return ""


def where_is(connection: Connection, root: str) -> AuditRow | Any | None:
    """The row whose hash is ``root``, or begins with it as a bulletin prints it (16 digits or
    more), or none."""
    head = root.strip().rstrip("…. ").lower()
    if not re.fullmatch(r"[0-9a-f]{16,64}", head):
        return None
    query = select(AuditRow.__table__).where(AuditRow.hash.startswith(head, autoescape=True))
    return connection.execute(query.order_by(AuditRow.seq)).first()


def _batches(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    kept: list[Any] = []
    for row in rows:
        kept.append(row)
        if len(kept) == BATCH:
            yield kept
            kept = []
    if kept:
        yield kept


def _link_fault(row: Any, expected: int, prev: str) -> str:
    where = f"第{row['seq']}条（{row['moment']:%Y-%m-%d %H:%M}，{row['who']}，{row['what']}，{row['subject']}）"
    if row["seq"] != expected:
        return f"第{expected}条缺失，其后是第{row['seq']}条"
    if row["prev"] != prev:
        return f"{where}与前一条不衔接"
    return "" if row["hash"] == link_hash(row) else f"{where}的内容与校验值不符，被改动过"


def _seals(
    connection: Connection, batch: Sequence[Any], inside: dict[str, set[int]]
) -> dict[int, str]:
    """Faults by seq: sealed rows that are gone or are not as they were."""
    wanted: dict[tuple[str, tuple[str, ...]], list[tuple[int, int, str]]] = defaultdict(list)
    for row in batch:
        data = _data(row["data"])
        # A link that tells of another subject than its row names the row besides.
        told: Any = str(data.get("row") or row["subject"])
        table, _, number = told.partition(":")
        if "digest" in data and table in Base.metadata.tables and number.isdigit():
            key = (table, tuple(data["columns"]))
            wanted[key].append((row["seq"], int(number), data["digest"]))
            inside[table].add(int(number))
    broken: dict[int, str] = {}
    for (table, names), seals in wanted.items():
        known = set(names) <= set(Base.metadata.tables[table].c.keys())
        now = row_digests(connection, table, {i for _, i, _ in seals}, names) if known else {}
        for seq, number, digest in seals:
            if now.get(number) != digest:
                how = "被改动过" if number in now else "不见了"
                broken[seq] = f"第{seq}条所记的 {table} 表第{number}行{how}"
    return broken


def _data(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _outside(connection: Connection, inside: dict[str, set[int]]) -> Checked | None:
    for name in SEALED:
        table = Base.metadata.tables.get(name)
        if table is None:
            continue
        extra = set(connection.execute(select(table.c.id)).scalars()) - inside[name]
        if extra:
            return Checked(0, "", f"{name} 表第{min(extra)}行没有记入留痕链，是从外面加进来的")
    return None
