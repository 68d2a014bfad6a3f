"""The tamper-evident record: a chain of hashes over events, letters, decisions and edits.

Each row's hash covers the row before it, so nothing can be changed, left out or put in between
unseen. A *seal* also holds the digest of a row of another table: whoever edits that row breaks the
seal. Rows are appended in the transaction of what they tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, String, Table, Text, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import SHANGHAI, utc
from crawler.store.tables import Base
from monitor.record.tables import EventRow

SYSTEM, UNSIGNED = "系统", "未署名"
START = "0" * 64
SEALED: Mapping[str, tuple[str, ...]] = {
    "event": ("finding_id", "kind", "moment", "detail"),
    "letter": (
        "key",
        "unit_id",
        "day",
        "recipients",
        "subject",
        "text_body",
        "html_body",
        "written",
    ),
    "person_verdict": ("indicator", "subject", "period", "answer", "by", "proof", "day", "entered"),
    "order_": (
        "number",
        "finding_id",
        "unit_id",
        "units",
        "issued",
        "deadline",
        "issued_by",
        "note",
    ),
    "reply": ("order_id", "unit_id", "moment", "who", "text"),
    "reply_file": ("reply_id", "name", "kind", "size", "sha256"),
    "appeal": ("finding_id", "unit_id", "moment", "who", "reason"),
    "ack": ("finding_id", "unit_id", "who", "text", "until", "entered"),
    "entry": ("kind", "about", "key", "data", "by", "moment"),
    "frozen_bulletin": ("name", "period", "printed", "sha256", "size", "by", "moment"),
    "unit_contact": ("unit_id", "role", "email", "valid_from", "valid_to", "entered"),
    "dispensation": (
        "kind",
        "rule",
        "subject",
        "reason",
        "approved_by",
        "since",
        "until",
        "entered",
    ),
}
"""The columns of a row that never change after it was written; rows of these tables must stand in
the chain."""


class AuditRow(Base):
    """One link. ``data`` is canonical JSON, ``prev`` the hash of the row before, ``hash`` covers
    all but itself."""

    __tablename__ = "audit"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moment: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    data: Mapped[str] = mapped_column(Text)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded: who did what to which subject, with its data (plain JSON)."""

    what: str
    subject: str
    who: str = SYSTEM
    data: Mapping[str, Any] = field(default_factory=dict)


def hold(connection: Connection) -> None:
    """Let nobody else write into the record before this transaction ends; what is read after it
    stays true until then."""
    if connection.dialect.name == "postgresql":
        # SQLite's transactions begin IMMEDIATE; here two writers would take one number.
        connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))


def append(connection: Connection, moment: datetime, entries: Sequence[Entry]) -> None:
    """Add links at the end of the chain, in the caller's transaction."""
    if not entries:
        return
    hold(connection)
    last = connection.execute(
        select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    ).first()
    seq, prev = (last.seq, last.hash) if last else (0, START)
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "moment": utc(moment),
            "who": (entry.who.strip() or UNSIGNED)[:200],
            "what": entry.what[:40],
            "subject": entry.subject[:200],
            "data": canonical(entry.data),
            "prev": prev,
        }
        prev = link_hash(row)
        rows.append({**row, "hash": prev})
    connection.execute(insert(AuditRow), rows)


def link_hash(row: Mapping[str, Any]) -> str:
    """The hash of a link over everything else in it."""
    parts = (
        row["prev"],
        str(row["seq"]),
        utc(row["moment"]).isoformat(),
        row["who"],
        row["what"],
        row["subject"],
        row["data"],
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """What is told with the digests of rows: ``who`` did ``what`` (default: the table's name), over
    which ``columns`` (default: those that never change), and ``data`` that says more: before and
    after of a person's decision."""

    who: str = SYSTEM
    what: str = ""
    columns: Sequence[str] = ()
    data: Mapping[str, Any] | None = None


PLAIN = Seal()


def seal(
    connection: Connection, table: str, ids: Sequence[int], moment: datetime, *, told: Seal = PLAIN
) -> None:
    """Put the digests of rows ``ids`` of ``table`` into the chain."""
    names = tuple(told.columns) or SEALED[table]
    digests = row_digests(connection, table, ids, names)
    append(
        connection,
        moment,
        [
            Entry(
                told.what or table,
                f"{table}:{i}",
                told.who,
                {**(told.data or {}), "columns": list(names), "digest": digests[i]},
            )
            for i in ids
        ],
    )


def append_sealing(
    connection: Connection, moment: datetime, entry: Entry, table: str, row: int
) -> None:
    """Add ``entry`` with the digest of row ``row`` of ``table``, which it tells of: whoever edits
    that row breaks it."""
    names = SEALED[table]
    digest = row_digests(connection, table, [row], names)[row]
    said = {**entry.data, "row": f"{table}:{row}", "columns": list(names), "digest": digest}
    append(connection, moment, [replace(entry, data=said)])


def row_digests(
    connection: Connection, table: str, ids: Iterable[int], names: Sequence[str]
) -> dict[int, str]:
    """The digest of each row that there is, by id."""
    found: dict[int, str] = {}
    wanted, of = list(ids), _table(table)
    for start in range(0, len(wanted), 500):
        query = select(of.c.id, *(of.c[name] for name in names)).where(
            of.c.id.in_(wanted[start : start + 500])
        )
        for row in connection.execute(query).mappings():
            said = canonical({name: row[name] for name in names})
            found[row["id"]] = hashlib.sha256(said.encode("utf-8")).hexdigest()
    return found


def add_events(
    connection: Connection, rows: Sequence[Mapping[str, Any]], *, who: str = SYSTEM
) -> None:
    """Insert rows of the event table and seal them; all of one moment."""
    if not rows:
        return
    statement = insert(EventRow).returning(EventRow.id, sort_by_parameter_order=True)
    ids = connection.execute(statement, [dict(row) for row in rows]).scalars().all()
    seal(connection, "event", ids, rows[0]["moment"], told=Seal(who))


def root_of_day(connection: Connection, day: date) -> str:
    """The hash that stands for everything recorded up to the end of ``day`` (Asia/Shanghai); empty
    before the first.

    Once a later day has a row it never changes: rows entered afterwards come after it.
    """
    end = datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)
    later = select(AuditRow.seq).where(AuditRow.moment >= end).order_by(AuditRow.seq).limit(1)
    first = connection.execute(later).scalar()
    query = select(AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)
    if first is not None:
        query = query.where(AuditRow.seq < first)
    return connection.execute(query).scalar() or ""


def canonical(data: Mapping[str, Any]) -> str:
    """``data`` as the one text that stands for it."""
    return json.dumps(
        data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return utc(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot stand in the record")


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
