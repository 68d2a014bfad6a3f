"""The book of what left the house (寄信台账): a file beside the store that is only ever added to.

A store that is put back to an older day has forgotten the letters since; this file has not. A letter
is written down before its end mark, so one that is not here never left. One JSON object a line:
``leaves`` before a letter leaves, ``ends`` when its channel has answered. A line that a kill tore is
no line.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crawler.model import utc

TAIL = 262_144
"""Bytes from the end of the file in which the newest letter is looked for; a line has some 600."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The newest number of a finding and of an order that were given out; empty: none was."""

    finding: str = ""
    order: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A letter that is about to leave. ``key`` is its number, ``sha256`` over its text,
    ``findings`` are the numbers of what it tells, ``numbers`` those given out by then."""

    id: str
    key: str
    message_id: str
    unit: str
    day: date
    to: tuple[str, ...]
    subject: str
    sha256: str
    moment: datetime
    findings: tuple[str, ...]
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a :class:`Leaving`: the words of an attempt, and the letter's ``state`` after
    it."""

    id: str
    state: str
    result: str
    answer: str
    refused: tuple[tuple[str, bool, str], ...]
    moment: datetime


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter that left, with its end; ``None``: nobody knows whether it arrived."""

    leaving: Leaving
    ending: Ending | None


def new_id() -> str:
    """What a leaving and its end have in common."""
    return secrets.token_hex(8)


def text_hash(text: str) -> str:
    """The hash that stands for a letter's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def add(book: Path, line: Leaving | Ending) -> None:
    """Write ``line``; it is on the disk when this returns. Raises ``OSError``."""
    word = "leaves" if isinstance(line, Leaving) else "ends"
    data = json.dumps({word: asdict(line)}, ensure_ascii=True, default=_plain) + "\n"
    book.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(book, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # Behind a torn line a new one is begun; two writers at once leave an empty one at worst.
        whole = os.write(handle, ("\n" if _torn(handle) else "").encode() + data.encode())
        os.fsync(handle)
        if whole < len(data):
            raise OSError(f"only {whole} bytes were written")
    finally:
        os.close(handle)


def posted(book: Path) -> list[PostedLetter]:
    """Every letter that left, in the order they left; none where there is no book.

    Raises ``OSError`` where the book cannot be read.
    """
    try:
        with book.open("rb") as file:
            return _paired(list(_lines(file)))
    except FileNotFoundError:
        return []


def newest(book: Path) -> Leaving | None:
    """The letter that left last, whatever the size of the book."""
    try:
        with book.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - TAIL))
            left = [line for line in _lines(file) if isinstance(line, Leaving)]
    except FileNotFoundError:
        return None
    return left[-1] if left else None


def merged(ours: bytes, other: bytes) -> bytes:
    """``ours`` and the lines of ``other`` that it has not: two books of one store as one."""
    known = set(ours.splitlines())
    more = [line for line in other.splitlines() if line and line not in known]
    if not more:
        return ours
    joint = b"" if not ours or ours.endswith(b"\n") else b"\n"
    return ours + joint + b"\n".join(more) + b"\n"


def _paired(lines: Sequence[Leaving | Ending]) -> list[PostedLetter]:
    ends = {line.id: line for line in lines if isinstance(line, Ending)}
    return [PostedLetter(line, ends.get(line.id)) for line in lines if isinstance(line, Leaving)]


def _torn(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _lines(file: Iterator[bytes]) -> Iterator[Leaving | Ending]:
    for raw in file:
        try:
            data = json.loads(raw)
            if "leaves" in data:
                yield _leaving(data["leaves"])
            elif "ends" in data:
                yield _ending(data["ends"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue


def _leaving(data: Mapping[str, Any]) -> Leaving:
    numbers = data["numbers"]
    order = numbers["order"]
    return Leaving(
        **{name: str(data[name]) for name in _texts(Leaving)},
        day=date.fromisoformat(data["day"]),
        to=tuple(map(str, data["to"])),
        moment=utc(datetime.fromisoformat(data["moment"])),
        findings=tuple(map(str, data["findings"])),
        numbers=Numbers(str(numbers["finding"]), (int(order[0]), int(order[1])) if order else None),
    )


def _ending(data: Mapping[str, Any]) -> Ending:
    refused = tuple((str(a), bool(permanent), str(why)) for a, permanent, why in data["refused"])
    return Ending(
        **{name: str(data[name]) for name in _texts(Ending)},
        refused=refused,
        moment=utc(datetime.fromisoformat(data["moment"])),
    )


def _texts(kind: type[Leaving | Ending]) -> list[str]:
    return [field.name for field in fields(kind) if field.type == "str"]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return utc(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot stand in the book")
