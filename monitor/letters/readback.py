"""After a store was put back to an older day: the letters of the time between are read back from the
book beside it.

What it promises: no letter that left, or may have left, is sent again by itself, and no number that
stood in one is given out again. A letter whose end the book does not know has told nobody and is
``failed``: a person decides whether it goes once more.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from crawler.store.durable import durable
from monitor.letters.outbox import AttemptRow
from monitor.letters.postbook import Leaving, PostedLetter, newest, posted, text_hash
from monitor.record.chain import Entry, add_events, append, seal
from monitor.record.numbers import FINDINGS, ORDERS, reserve
from monitor.record.tables import FindingRow, LetterFindingRow, LetterRow

log = logging.getLogger(__name__)

UNKNOWN = (
    "库恢复到备份以前，此信已交给服务器、答复不明，没有重发；请核实对方是否收到，再决定是否重新投递"
)
LOST = "库恢复到备份以前发出的信，只从寄信台账补回了登记（正文校验值 {sha256}）。"
UNSENT = "库恢复到备份以前没有投递成功，正文已不在库中，由以后的通知代替"


def catch_up(engine: Engine, book: Path, now: datetime) -> int:
    """Read the letters back if the store has forgotten the one that left last; how many were.

    Costs a glance at the end of the book: asked for before every night and every sending, so that a
    store that was put back by hand is found out, too. Raises ``OSError``.
    """
    last = newest(book)
    if last is None:
        return 0
    with engine.connect() as connection:
        if (last.key, last.moment) in _left(connection, [last.key]):
            return 0
    with durable(engine) as connection:
        count = read_back(connection, posted(book), now)
    log.error("库比寄信台账旧（恢复过备份）：从台账补回 %d 封信的登记，其编号不再使用", count)
    return count


def read_back(connection: Connection, letters: Sequence[PostedLetter], now: datetime) -> int:
    """Bring the store's letters to what the book knows of them; how many were not as it says.

    What the store has wholly is left alone, so a second reading changes nothing.
    """
    known = _left(connection, None)
    open_ones = _unended(connection)
    by_key: dict[str, list[PostedLetter]] = defaultdict(list)
    for one in letters:
        mark = (one.leaving.key, one.leaving.moment)
        if mark not in known or mark in open_ones:
            by_key[one.leaving.key].append(one)
    for key, forgotten in by_key.items():
        _letter(connection, key, forgotten, now)
    reserve(connection, FINDINGS, _highest_findings(letters), now)
    reserve(connection, ORDERS, _highest_orders(letters), now)
    if by_key:
        data = {"letters": len(by_key), "last": max(one.leaving.moment for one in letters)}
        append(connection, now, [Entry("letters_read_back", "store:letters", data=data)])
    return len(by_key)


def _left(connection: Connection, keys: Collection[str] | None) -> set[tuple[str, datetime]]:
    """Key and moment of every hand-over that the store knows, of ``keys`` or of all."""
    query = (
        select(LetterRow.key, AttemptRow.handed_over)
        .join(AttemptRow, AttemptRow.letter_id == LetterRow.id)
        .where(AttemptRow.handed_over.is_not(None))
    )
    if keys is not None:
        query = query.where(LetterRow.key.in_(keys))
    return {(row.key, row.handed_over) for row in connection.execute(query)}


def _unended(connection: Connection) -> set[tuple[str, datetime]]:
    query = (
        select(LetterRow.key, AttemptRow.handed_over)
        .join(AttemptRow, AttemptRow.letter_id == LetterRow.id)
        .where(AttemptRow.handed_over.is_not(None), AttemptRow.ended.is_(None))
    )
    return {(row.key, row.handed_over) for row in connection.execute(query)}


def _letter(
    connection: Connection, key: str, forgotten: Sequence[PostedLetter], now: datetime
) -> None:
    """One letter with the tries that the store has forgotten."""
    row = connection.execute(select(LetterRow.__table__).where(LetterRow.key == key)).first()
    first = forgotten[0].leaving
    ours = row is not None and text_hash(row.text_body) == first.sha256
    letter_id = row.id if row is not None else _insert(connection, forgotten, now)
    _end_open(connection, letter_id, now)
    for one in forgotten:
        connection.execute(insert(AttemptRow).values(_attempt(letter_id, one, now)))
    state, answer = _state(forgotten, ours)
    values: dict[str, Any] = {"state": state, "answer": answer, "claimed": None}
    if state == "sent":
        values["sent"] = _ended(forgotten[-1], now)
    connection.execute(update(LetterRow).where(LetterRow.id == letter_id).values(values))
    if row is None:
        _findings(connection, letter_id, first, state, now)


def _insert(connection: Connection, forgotten: Sequence[PostedLetter], now: datetime) -> int:
    first = forgotten[0].leaving
    values = {
        "key": first.key,
        "unit_id": first.unit,
        "day": first.day,
        "recipients": list(dict.fromkeys(a for one in forgotten for a in one.leaving.to)),
        "subject": first.subject,
        "text_body": LOST.format(sha256=first.sha256),
        "html_body": "",
        "state": "failed",
        "written": first.moment,
        "tries": len(forgotten),
    }
    letter_id = connection.execute(
        insert(LetterRow).values(values).returning(LetterRow.id)
    ).scalar_one()
    seal(connection, "letter", [letter_id], now)
    return letter_id


def _end_open(connection: Connection, letter_id: int, now: datetime) -> None:
    """Tries that were under way when the back-up was made: the book tells better how they ended."""
    connection.execute(
        update(AttemptRow)
        .where(AttemptRow.letter_id == letter_id, AttemptRow.ended.is_(None))
        .values(ended=now, result="died", answer="备份时正在投递，结果见寄信台账", handed_over=None)
    )


def _attempt(letter_id: int, one: PostedLetter, now: datetime) -> dict[str, Any]:
    end = one.ending
    return {
        "letter_id": letter_id,
        "recipients": list(one.leaving.to),
        "started": one.leaving.moment,
        "handed_over": one.leaving.moment,
        "ended": _ended(one, now),
        "result": end.result if end else "doubtful",
        "answer": end.answer if end else UNKNOWN,
        "refused": [list(no) for no in end.refused] if end else [],
        "next_try": None,
    }


def _ended(one: PostedLetter, now: datetime) -> datetime:
    return one.ending.moment if one.ending else now


def _state(forgotten: Sequence[PostedLetter], ours: bool) -> tuple[str, str]:
    """The letter's state and answer. ``ours``: its text is in the store, so that who refused it for
    the moment may still get it."""
    end = forgotten[-1].ending
    if end is None or end.result == "doubtful":
        return "failed", UNKNOWN
    if end.state != "waiting":
        return end.state, end.answer
    return ("waiting", end.answer) if ours else ("failed", UNSENT)


def _findings(
    connection: Connection, letter_id: int, letter: Leaving, state: str, now: datetime
) -> None:
    """Which of the findings that the store has the letter told: they are reminded of in time, not
    anew."""
    query = select(FindingRow.id).where(
        FindingRow.number.in_(letter.findings), FindingRow.opened <= letter.moment
    )
    ids = connection.execute(query.order_by(FindingRow.id)).scalars().all()
    links = [
        {"letter_id": letter_id, "finding_id": f, "unit_id": letter.unit, "day": letter.day}
        for f in ids
    ]
    if not links:
        return
    connection.execute(insert(LetterFindingRow), links)
    if state == "sent":
        detail = {"unit": letter.unit, "letter": letter.key}
        rows = [
            {"finding_id": f, "kind": "told", "moment": letter.moment, "detail": detail}
            for f in ids
        ]
        add_events(connection, rows)


def _highest_findings(letters: Sequence[PostedLetter]) -> Mapping[int, int]:
    highest: dict[int, int] = {}
    for one in letters:
        for number in (*one.leaving.findings, one.leaving.numbers.finding):
            year, _, serial = number.partition("-")
            if year.isdigit() and serial.isdigit():
                highest[int(year)] = max(highest.get(int(year), 0), int(serial))
    return highest


def _highest_orders(letters: Sequence[PostedLetter]) -> Mapping[int, int]:
    highest: dict[int, int] = {}
    for one in letters:
        if one.leaving.numbers.order is not None:
            year, serial = one.leaving.numbers.order
            highest[year] = max(highest.get(year, 0), serial)
    return highest
