"""What a cell says, as one line of plain text: the same tolerance for every field of every form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from crawler.register.books.grid import Cell, CellPicture, Formula
from crawler.register.contacts import plain_number

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How a spreadsheet stores signs that its markup cannot hold: ``_x000D_`` is a carriage return."""
DISARMED = re.compile(r"'[=+\-@]")
"""How our own export wrote a name that a spreadsheet would have computed."""
HAS_NONE = frozenset(
    {
        "无",
        "暂无",
        "没有",
        "未有",
        "/",
        "//",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "~",
        "n/a",
        "na",
        "none",
        "null",
        "空",
    }
)
T = TypeVar("T")
DASHES = frozenset("-—–―－/\\~ ")


def clear(text: str) -> str:
    """One line of what can be seen: no invisible signs, blanks collapsed."""
    return " ".join("".join(_seen(sign) for sign in ESCAPED.sub(_sign, text)).split())


def flat(text: str) -> str:
    """The same with full-width forms made plain."""
    return " ".join(unicodedata.normalize("NFKC", clear(text)).split())


def _sign(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code < 0x20 or code == ord("_") else found[0]


def _seen(sign: str) -> str:
    """Zero-width signs come along when people copy from web pages and chats."""
    kind = unicodedata.category(sign)
    return "" if kind == "Cf" or sign == "\ufffc" else " " if kind == "Cc" else sign


def close(text: str) -> str:
    """Without any blanks: what headings and choices are compared by."""
    return re.sub(r"\s+", "", flat(text))


def said(value: Cell | None) -> str:
    """The text of a cell; nothing of what would have to be computed or looked at."""
    if value is None or isinstance(value, Formula | CellPicture):
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = flat(plain_number(value) if number else str(value))
    return text[1:] if DISARMED.match(text) else text


def has_none(text: str) -> bool:
    """``无``, ``/`` and ``——`` say that there is nothing to fill in."""
    return text.casefold() in HAS_NONE or (bool(text) and set(text) <= DASHES)


def chosen(text: str, known: Mapping[str, T]) -> T | None:
    """What ``text`` chooses, whatever blanks stand in it."""
    return known.get(text, known.get(close(text)))
