"""The menu of a page that a script draws: names and addresses in the page's first state
(``__INITIAL_STATE__``), no anchor anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from crawler.reading.data.datalist import values_in

NAMES = ("name", "title", "label", "text", "menuName", "columnName", "channelName")
ADDRESSES = ("path", "url", "href", "link", "linkUrl", "to")
NAMED = re.compile("|".join(NAMES))
DEEPEST = 12


def menus_in(scripts: Iterable[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Address as written, name, and the names above it, of every entry of data in ``scripts`` that
    has both."""
    for value in values_in(scripts, NAMED):
        yield from _entries(value, (), 0)


def _entries(
    value: Any, above: tuple[str, ...], depth: int
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _entries(one, above, depth + 1)
    elif isinstance(value, dict):
        name, href = _said(value, NAMES), _said(value, ADDRESSES)
        if name and href:
            yield href, name, above
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _entries(
                    one, (*above, name) if name and isinstance(one, list) else above, depth + 1
                )


def _said(row: dict[str, Any], keys: Iterable[str]) -> str:
    found = (row[key] for key in keys if isinstance(row.get(key), str))
    return next((value.strip() for value in found if value.strip()), "")
