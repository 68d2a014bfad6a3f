"""What a column's page left unread, for the clerk who decides about it: rows by place, doubts,
words in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from crawler.model import Unread
from crawler.walking.doubts import NO_KNOWN_POSTS, TURNED_ROUND, WENT_BACK
from monitor.desk.column_words import column_words, seen_as, unread_at
from monitor.looks.column_words import ADDRESS, BACKWARDS, KINDS, PART, ColumnWord, is_row
from monitor.looks.places import place_name
from monitor.words.plain import clean

BACK = (WENT_BACK, NO_KNOWN_POSTS, TURNED_ROUND)
ELSEWHERE = ("moved_address", "other_column")
LANDED = re.compile(r"(?:^|; )final=([^;]+)")
DAYS = re.compile(r"(\d{4}-\d\d-\d\d) -> (\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True)
class Part:
    """A place of the page with the rows that stand there unread. ``mark`` names just these rows; it
    is empty where nobody can decide about them (another look stands in the store by now). ``row``:
    it is a row of the list, and a word about it is about that row only."""

    place: str
    name: str
    rows: tuple[Unread, ...]
    mark: str
    row: bool


@dataclass(frozen=True, slots=True)
class ColumnDoubt:
    """What the last look was doubted for and a person may say is right: a word's ``kind``, ``key``,
    and the sentences."""

    kind: str
    key: str
    told: str
    choice: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """What there is to decide about a column, and what was decided: each word in force with its
    Chinese name."""

    parts: tuple[Part, ...]
    doubt: ColumnDoubt | None
    words: tuple[tuple[ColumnWord, str], ...]


def decisions(
    connection: Connection, column: str, left: Sequence[Unread], looks: Sequence[Any]
) -> Decisions:
    """``left`` is what remains unread of the look that is judged by, ``looks`` rows of the visit
    table, newest first."""
    words = column_words(connection, column)
    return Decisions(
        parts_of(left, unread_at(connection, column)),
        doubt_of(looks[0], words) if looks else None,
        tuple((word, word_name(word)) for word in words),
    )


def parts_of(left: Iterable[Unread], stored: Sequence[Unread]) -> tuple[Part, ...]:
    """``left`` by place, in the order of the page. What may be decided about is what the store
    holds of the place."""
    places: dict[str, list[Unread]] = {}
    for one in left:
        places.setdefault(one.place, []).append(one)
    known = {place: [one for one in stored if one.place == place] for place in places}
    return tuple(
        Part(
            place,
            place_name(place),
            tuple(rows),
            seen_as(known[place]) if known[place] else "",
            any(is_row(one) for one in rows),
        )
        for place, rows in places.items()
    )


def doubt_of(look: Any, words: Sequence[ColumnWord]) -> ColumnDoubt | None:
    """What the newest look (a row of the visit table) asks a person; nothing where a later word
    answered it."""
    if look.reason in BACK and not _answered(look, words, BACKWARDS, ""):
        days = DAYS.search(look.mark)
        told = f"以前看到的最新是 {days[1]}，这次最新的是 {days[2]}。" if days else ""
        return ColumnDoubt(
            BACKWARDS, "", told, "列表变旧属实（如撤下了最新信息、栏目清空重建），不是旧备份"
        )
    landed = LANDED.search(look.path or "")
    if look.reason in ELSEWHERE and landed and not _answered(look, words, ADDRESS, landed[1]):
        told = f"登记的网址跳转到了 {clean(landed[1], 200)}。"
        return ColumnDoubt(ADDRESS, landed[1], told, "这个地址上的就是本栏目")
    return None


def _answered(look: Any, words: Sequence[ColumnWord], kind: str, key: str) -> bool:
    return any(
        (word.kind, word.key) == (kind, key)
        and (word.moment is not None and word.moment >= look.moment)
        for word in words
    )


def word_name(word: ColumnWord) -> str:
    """A word in Chinese, with the titles of the rows that it is about."""
    if word.kind != PART:
        return f"{KINDS[word.kind]}{clean(word.key, 200)}"
    titles = [
        clean(str(row.get("text", "")), 40) for row in word.shown.get("rows", ()) if row.get("text")
    ]
    told = "".join(f"“{title}”" for title in titles[:3]) + (
        f"等{len(titles)}条" if len(titles) > 3 else ""
    )
    return f"{KINDS[PART]}{place_name(word.key)}{told}"
