"""Data as interfaces really write it: JSON, JSONP, ``var list = […];``, object literals with unquoted keys.

One pass, linear; whatever is no data is ``None``, never an exception.
"""

from __future__ import annotations

import json
import re
from typing import Any

MOST, MOST_LITERAL, DEEPEST = 3_000_000, 400_000, 100
"""Characters of data at most, and of object literals; brackets in brackets at most. More is no list."""
_WRAPPED = re.compile(r"(?:try\s?\{\s{0,9})?[\w$.]{1,80}\s{0,9}\(\s{0,9}(?=[\[{])")
"""``callback({``: JSONP."""
_ASSIGNED = re.compile(r"(?:(?:var|let|const)\s{1,9})?[\w$.]{1,80}\s{0,9}=\s{0,9}(?=[\[{])")
_COMMENT = re.compile(r"\s{0,9}/\*[^*]{0,200}\*/")
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[A-Za-z_$][\w$]*|-?\d[\d.eE+-]*|[{}\[\]:,]|\s+|/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*",
    re.S,
)
_WORDS = {"true": "true", "false": "false", "null": "null", "undefined": "null", "NaN": "null"}
_SIMPLE_ESCAPES = re.compile(r"\\(?![\"\\/bfnrtu])(.)", re.S)


def looks_like_data(text: str) -> bool:
    """Whether ``text`` begins as data does; quick, asked of every page."""
    head = text[:400].lstrip("\ufeff \t\r\n")
    return head[:1] in ("{", "[") or _start(head) > 0


def loads(text: str) -> Any:
    """The value that ``text`` holds, ``None`` where it is no data (or is ``null``). Never raises."""
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
    """The value that begins at ``start``, as JSON or as an object literal; ``None`` where none does."""
    value = _first_value(text, start)
    return value if value is not None else _first_value(_as_json(text[start : start + MOST_LITERAL]), 0)


def _start(head: str) -> int:
    """Where the value begins behind ``callback(`` or ``var x =``; 0 where there is no such beginning."""
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
    """An object literal of JavaScript as JSON: keys and strings in double quotes, no commas before a bracket.

    Stops where the first value ends or where something stands that is no literal.
    """
    out: list[str] = []
    depth, at = 0, 0
    while (match := _TOKEN.match(text, at)) is not None:
        at, token = match.end(), match[0]
        mark = token[0]
        if mark.isspace() or token[:2] in ("/*", "//"):
            continue
        if mark in "}]" and out and out[-1] == ",":
            out.pop()
        depth += (mark in "{[") - (mark in "}]")
        out.append(_literal(token))
        if depth == 0 or depth > DEEPEST:
            break
    return "".join(out)


def _literal(token: str) -> str:
    if token[0] == '"':
        return _SIMPLE_ESCAPES.sub(r"\1", token)
    if token[0] == "'":
        inner = _SIMPLE_ESCAPES.sub(r"\1", token[1:-1]).replace('"', '\\"')
        return f'"{inner}"'
    if token[0].isalpha() or token[0] in "_$":
        return _WORDS.get(token) or json.dumps(token)
    return token
