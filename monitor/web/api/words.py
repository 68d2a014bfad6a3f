"""Every text of the interface's description in Chinese and English, written once where it belongs.

``said`` describes a route, ``told`` a field, ``asked`` a parameter; :func:`in_chinese` and
:func:`in_english` make the two documents out of what FastAPI collects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Path, Query
from pydantic import Field

EN = "x-en"
EN_SUMMARY = "x-en-summary"
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot hold the character NUL, so it is refused everywhere."""
MOST = 2**31 - 1
"""The greatest number of an id: PostgreSQL's integer."""


def said(summary: str, english: str, more: str = "", more_english: str = "") -> dict[str, Any]:
    """For a route's decorator: its summary and description in both languages."""
    return {
        "summary": summary,
        "description": more or summary,
        "openapi_extra": {EN_SUMMARY: english, EN: more_english or english},
    }


def told(chinese: str, english: str, **more: Any) -> Any:
    """A field of an answer or of a request's body."""
    return Field(description=chinese, json_schema_extra={EN: english}, **more)


def asked(chinese: str, english: str, **more: Any) -> Any:
    """A parameter of the query."""
    return Query(description=chinese, json_schema_extra={EN: english}, **more)


def text(chinese: str, english: str, most: int = 100) -> Any:
    """A text of the query."""
    return asked(chinese, english, max_length=most, pattern=NO_NUL)


def part(chinese: str, english: str, **more: Any) -> Any:
    """A part of the path."""
    return Path(description=chinese, json_schema_extra={EN: english}, **more)


def in_chinese(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its English."""
    found: dict[str, Any] = _walked(document, lambda node: node)
    return found


def in_english(document: dict[str, Any]) -> dict[str, Any]:
    """The document with English in the place of Chinese."""
    found: dict[str, Any] = _walked(document, _translated)
    return found


def _translated(node: dict[str, Any]) -> dict[str, Any]:
    changed = dict(node)
    if isinstance(schema := node.get("schema"), dict) and EN in schema:
        changed["description"] = schema[EN]
    if EN in node:
        changed["description"] = node[EN]
    if EN_SUMMARY in node:
        changed["summary"] = node[EN_SUMMARY]
    return changed


def _walked(node: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(node, list):
        return [_walked(one, change) for one in node]
    if not isinstance(node, dict):
        return node
    changed = change(node)
    return {
        name: _walked(one, change) for name, one in changed.items() if name not in (EN, EN_SUMMARY)
    }
