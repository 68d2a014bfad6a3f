"""People's words in the store: each written together with its link in the record, the last one on a
matter counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from crawler.model import utc
from monitor.entries.tables import EntryFileRow, EntryRow
from monitor.record.chain import Entry, append_sealing

ENTRY, FILE = EntryRow.__table__.c, EntryFileRow.__table__.c


class WordKind(StrEnum):
    """What a word is; its value stands in the store."""

    ORIGIN = "origin"
    EDIT = "edit"
    COMMENDED = "commended"
    ERRORS = "errors"
    ERRATUM = "erratum"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of ``key`` in the matter ``about``. No ``data``: the word before it is
    taken back."""

    kind: WordKind
    about: str
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


def enter(connection: Connection, word: Word, told: Entry, now: datetime) -> int:
    """Keep ``word`` and its link ``told``, in the caller's transaction; returns the number of its
    row.

    Whoever reads a word before it writes one takes :func:`monitor.audit.hold` first, so that no
    other comes between.
    """
    values: dict[str, Any] = {
        "kind": word.kind.value,
        "about": word.about,
        "key": word.key,
        "data": dict(word.data),
    }
    values |= {"by": word.by[:100], "moment": utc(now)}
    made = connection.execute(insert(EntryRow).values(values).returning(EntryRow.id)).scalar_one()
    append_sealing(connection, now, told, "entry", made)
    return int(made)


def history(connection: Connection, kind: WordKind, about: str = "") -> tuple[Word, ...]:
    """Every word of ``kind`` in the matter ``about``, the oldest first."""
    query = select(EntryRow.__table__).where(ENTRY.kind == kind.value, ENTRY.about == about)
    rows = connection.execute(query.order_by(ENTRY.id))
    return tuple(Word(kind, about, row.key, row.data, row.by) for row in rows)


def current(connection: Connection, kind: WordKind, about: str = "") -> tuple[Word, ...]:
    """The words that count, in the order in which they were said."""
    return last_words(history(connection, kind, about))


def last_words(words: Iterable[Word]) -> tuple[Word, ...]:
    """Of each key the last word, in the order in which they were said; those taken back are left
    out."""
    found: dict[str, Word] = {}
    for word in words:
        # The one that counts stands where it was said, not where its key was named first.
        found.pop(word.key, None)
        found[word.key] = word
    return tuple(word for word in found.values() if word.data)


def matters(connection: Connection, *kinds: WordKind) -> tuple[str, ...]:
    """Of what something was ever said."""
    query = select(ENTRY.about).where(ENTRY.kind.in_([kind.value for kind in kinds])).distinct()
    return tuple(connection.execute(query.order_by(ENTRY.about)).scalars())


def settle(connection: Connection, name: str) -> None:
    """The file ``name`` of the version before waits no more: somebody had it taken in."""
    connection.execute(delete(EntryFileRow).where(FILE.name == name, FILE.fault != ""))


def waiting(connection: Connection, name: str = "") -> dict[str, str]:
    """The files of the version before that could not be taken over, each with why; ``name`` asks
    for one."""
    query = select(FILE.name, FILE.fault).where(FILE.fault != "").order_by(FILE.name)
    if name:
        query = query.where(FILE.name == name)
    return {row.name: row.fault for row in connection.execute(query)}
