"""A clerk decides once about a column: the word is kept with person and reason, on the record, in
one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from crawler.model import Deed, OutletKind, Unread, utc
from crawler.store.proof_tables import ColumnWordRow
from crawler.store.rows import unread_of
from crawler.store.tables import OutletRow
from monitor.looks.column_words import BACKWARDS, KINDS, PART, ColumnWord, word_of
from monitor.looks.crosscheck_rows import as_row
from monitor.looks.crosschecks import elsewhere
from monitor.looks.places import place_name
from monitor.record.chain import Entry, append

ROW, OUTLET = ColumnWordRow.__table__.c, OutletRow.__table__.c
LONGEST = 400


class WordRefused(ValueError):
    """One sentence for the person who decides."""


@dataclass(frozen=True, slots=True)
class WordAbout:
    """What a word is about: its ``kind``, a part's place or an address (``key``), and the mark
    (:func:`seen_as`) of the rows that the person looked at, where that is known."""

    kind: str
    key: str
    seen: str = ""


def seen_as(rows: Iterable[Unread]) -> str:
    """A short mark of the rows at a place: the same as long as a person looks at the same rows."""
    told = sorted(f"{one.place}\n{one.url}\n{one.text}" for one in rows)
    return hashlib.sha256("\n\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]


def unread_at(connection: Connection, column: str) -> tuple[Unread, ...]:
    """What the last look that was believed left unread: a word about a part is about one of
    these."""
    rows = connection.execute(select(OUTLET.unread).where(OUTLET.id == column)).scalar()
    return tuple(unread_of(one) for one in rows or ())


def give_word(connection: Connection, column: str, about: WordAbout, *, deed: Deed) -> int:
    """Keep a word on ``column``; for a part the rows that stand there now are kept with it. Returns
    its number.

    A part is named by its place or by the place's Chinese name. ``seen`` is the mark
    (:func:`seen_as`) of the rows that the person looked at, where that is known. Raises
    :class:`WordRefused`: no such column or part, other rows than those that were looked at, no
    reason, or the same word is in force."""
    if not deed.words.strip() or not deed.by.strip():
        raise WordRefused("请写明理由和经办人")
    if about.kind not in KINDS:
        raise WordRefused(f"没有“{about.kind}”这一种认定；可选：{'、'.join(KINDS)}")
    row = connection.execute(
        select(OUTLET.kind, OUTLET.unread).where(OUTLET.id == column, OUTLET.retired_at.is_(None))
    ).first()
    if row is None or row.kind != OutletKind.COLUMN.value:
        raise WordRefused(f"台账里没有在用的栏目 {column}")
    unread = [unread_of(one) for one in row.unread]
    unread += [as_row(one) for one in elsewhere(connection, deed.now, [column]).get(column, ())]
    if about.kind == PART:
        about = replace(about, key=_place(unread, about.key))
        if about.seen and about.seen != seen_as(one for one in unread if one.place == about.key):
            raise WordRefused("这一处的内容在您查看之后变了，请看清现在的内容再认定")
    rows = [
        {"url": one.url, "text": one.text}
        for one in unread
        if about.kind == PART and one.place == about.key
    ]
    if about.kind == PART and not rows:
        places = "、".join(dict.fromkeys(one.place for one in unread)) or "没有"
        raise WordRefused(f"栏目 {column} 最近一次抓取没有未读出的“{about.key}”；现有：{places}")
    same = [
        word
        for word in column_words(connection, column)
        if (word.kind, word.key) == (about.kind, about.key)
    ]
    # A list may go back again, for another reason: that is said anew.
    if about.kind != BACKWARDS and any(word.shown.get("rows", []) == rows for word in same):
        raise WordRefused("这一处已经认定过")
    values = {
        "outlet_id": column,
        "kind": about.kind,
        "key": about.key,
        "shown": {"rows": rows},
        "person": deed.by.strip()[:100],
    }
    made = connection.execute(
        insert(ColumnWordRow).values(
            values | {"reason": deed.words.strip()[:LONGEST], "moment": utc(deed.now)}
        )
    )
    number = int((made.inserted_primary_key or (0,))[0])
    told = {
        "number": number,
        "kind": about.kind,
        "key": about.key,
        "rows": rows,
        "reason": deed.words.strip(),
        "after": "认定",
    }
    append(connection, deed.now, [Entry("column_word", f"outlet:{column}", deed.by, told)])
    return number


def _place(unread: Iterable[Unread], said: str) -> str:
    """The one place that bears this Chinese name; else what was said."""
    named = {one.place for one in unread if place_name(one.place) == said}
    return named.pop() if len(named) == 1 else said


def end_word(connection: Connection, number: int, *, deed: Deed) -> None:
    """Take a word back: from now on it counts no more. Raises :class:`WordRefused`."""
    if not deed.words.strip() or not deed.by.strip():
        raise WordRefused("请写明理由和经办人")
    row = connection.execute(
        select(ColumnWordRow.__table__).where(ROW.id == number, ROW.ended.is_(None))
    ).first()
    if row is None:
        raise WordRefused(f"没有第 {number} 号认定，或已经撤回")
    connection.execute(update(ColumnWordRow).where(ROW.id == number).values(ended=utc(deed.now)))
    told = {"number": number, "before": "认定", "after": "撤回", "reason": deed.words.strip()}
    append(
        connection, deed.now, [Entry("column_word_ended", f"outlet:{row.outlet_id}", deed.by, told)]
    )


def column_words(connection: Connection, column: str = "") -> tuple[ColumnWord, ...]:
    """The words that are in force, of one ``column`` where it is given, oldest first."""
    query = select(ColumnWordRow.__table__).where(ROW.ended.is_(None)).order_by(ROW.id)
    if column:
        query = query.where(ROW.outlet_id == column)
    return tuple(word_of(row) for row in connection.execute(query))
