"""Data as interfaces really write it: JSON, JSONP, ``var list = […];``, object literals with
unquoted keys.

One pass, linear; whatever is no data is ``None``, never an exception.
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST, MOST_LITERAL, DEEPEST = 3_000_000, 400_000, 100
"""Characters of data at most, and of object literals; brackets in brackets at most. More is no
list."""
_WRAPPED = re.compile(r"(?:try\s?\{\s{0,9})?[\w$.]{1,80}\s{0,9}\(\s{0,9}(?=[\[{])")
"""``callback({``: JSONP."""
_ASSIGNED = re.compile(r"(?:(?:var|let|const)\s{1,9})?[\w$.]{1,80}\s{0,9}=\s{0,9}(?=[\[{])")
"""Files that are one statement: ``var list = […];``."""
_COMMENT = re.compile(r"\s{0,9}/\*[^*]{0,200}\*/")
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\$]|\\.|\$(?!\{))*`|new\s{1,9}Date\s?\([^()]{1,80}\)|new\s{1,9}Array\s?\("
    r"|[A-Za-z_$][\w$]*|-?\d[\d.eE+-]*|[{}\[\]:,)]|\s+|/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*",
    re.S,
)
"""Object literals with unquoted keys, single quotes, comments and ``new Date(…)``."""
_DATE_CALL = re.compile(
    r"new\s{1,9}Date\s?\(\s{0,9}(?:(\d{4})\s?,\s?(\d{1,2})\s?(?:-\s?(1)\s?)?,\s?(\d{1,2})\s?[,\d\s]*|(\d{10,13})\s?|[\"']([^\"']{6,40})[\"']\s?)\)"
)
"""``new Date(2026, 10, 20)`` is the 20th of November: its months begin with 0, and ``11 - 1`` says
so in words."""
_WORDS = {"true": "true", "false": "false", "null": "null", "undefined": "null", "NaN": "null"}
_SIMPLE_ESCAPES = re.compile(r"\\(?![\"\\/bfnrtu])(.)", re.S)
_HEX = re.compile(r"(?<!\\)((?:\\\\){0,9})\\x([0-9a-fA-F]{2})")
"""Answers made safe for scripts write ``\\x3c`` for ``<``."""


def looks_like_data(text: str) -> bool:
    """Whether ``text`` begins as data does; quick, asked of every page."""
    head = text[:400].lstrip("\ufeff \t\r\n")
    return head[:1] in ("{", "[") or _start(head) > 0


def loads(text: str) -> Any:
    """The value that ``text`` holds, ``None`` where it is no data (or is ``null``). Never
    raises."""
    text = text.strip("\ufeff \t\r\n")
    if len(text) > MOST:
        return None
    start = 0 if text[:1] in ("{", "[") else _start(text[:400])
    if start == 0 and text[:1] not in ("{", "["):
        return None
    value = _first_value(text, start)
    if value is not None or len(text) - start > MOST_LITERAL:
        return value
    return _first_value(_as_json(text[start:]), 0)


def value_at(text: str, start: int) -> Any:
    """The value that begins at ``start``, as JSON or as an object literal; ``None`` where none
    does."""
    value = _first_value(text, start)
    return (
        value
        if value is not None
        else _first_value(_as_json(text[start : start + MOST_LITERAL]), 0)
    )


def _start(head: str) -> int:
    """Where the value begins behind ``callback(`` or ``var x =``; 0 where there is no such
    beginning."""
    comment = _COMMENT.match(head)
    at = comment.end() if comment else 0
    while head[at : at + 1].isspace():
        at += 1
    match = _WRAPPED.match(head, at) or _ASSIGNED.match(head, at)
    return match.end() if match else (at if comment and head[at : at + 1] in ("{", "[") else 0)


def _first_value(text: str, start: int) -> Any:
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value


def _as_json(text: str) -> str:
    """An object literal of JavaScript as JSON: keys and strings in double quotes, no commas before
    a bracket.

    Stops where the first value ends or where something stands that is no literal.
    """
    out: list[str] = []
    closing: list[str] = []
    at = 0
    while (match := _TOKEN.match(text, at)) is not None:
        at, token = match.end(), match[0]
        mark = token[0]
        if mark.isspace() or token[:2] in ("/*", "//"):
            continue
        opened = "[" if token[-1] == "(" else mark if mark in "{[" else ""
        if opened:
            closing.append(")" if token[-1] == "(" else "]" if mark == "[" else "}")
        elif mark in "}])":
            if not closing or closing.pop() != mark:
                break
            if out and out[-1] == ",":
                out.pop()
        out.append(opened or ("]" if mark == ")" else _literal(token)))
        if not closing or len(closing) > DEEPEST:
            break
    return "".join(out)


def _literal(token: str) -> str:
    if token[0] in "\"'`":
        return _string(token)
    if token[:3] == "new" and token[-1] == ")":
        return _moment(token)
    if token[0].isalpha() or token[0] in "_$":
        return _WORDS.get(token) or json.dumps(token)
    return token


def _string(token: str) -> str:
    inner = _HEX.sub(r"\1\\u00\2", token[1:-1]) if "\\x" in token else token[1:-1]
    inner = _SIMPLE_ESCAPES.sub(r"\1", inner)
    return f'"{inner}"' if token[0] == '"' else '"' + inner.replace('"', '\\"') + '"'


def _moment(call: str) -> str:
    """``new Date(…)`` as the text or number of its day; a call that says none stays a word."""
    match = _DATE_CALL.match(call)
    if match is None:
        return json.dumps("new Date")
    year, month, less, day, stamp, said = match.groups()
    if stamp or said:
        return str(stamp) if stamp else json.dumps(said)
    return json.dumps(f"{year}-{int(month) + (0 if less else 1):02}-{int(day):02}")


def text_at(text: str, start: int) -> str | None:
    """The string literal that begins at ``start``, unescaped; ``None`` where none does."""
    match = _TOKEN.match(text, start)
    if match is None or match[0][0] not in "\"'`":
        return None
    try:
        value = json.loads(_string(match[0]), strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
