"""Rows of a list that an old page's script puts together statement by statement: ``arr.push({…})``, ``arr[0] = new Array(…)``,
``JSON.parse('[…]')``, arrays of plain texts (title, address, day). Read, never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from crawler.days.parts import parts, plain
from crawler.reading.data.jsonish import text_at, value_at

MOST, WHOLE = 400, 60
"""Statements that add a row, and those that hold a whole list, of one script at most."""
ROW = 4000
"""Characters of one row at most."""
LONGEST = 80
_ADDED = re.compile(
    r"(?<![\w$])([\w$]{1,40}+)\s{0,3}(?:\.\s?push\s?\(|\[\s?[\w$.+]{1,12}\s?\]\s{0,3}=)\s{0,9}(?=[\[{]|new\s{1,3}Array\b)"
)
"""``arr.push({``, ``arr[3] = new Array(``, ``arr[i++] = {``."""
_BEGINS = re.compile(
    r"=\s{0,9}(?=\[\s{0,9}(?:[\[\"'`]|new\s{1,3}Array)|new\s{1,3}Array\s?\(\s{0,9}(?:\[|\{|new\s))"
)
"""Old pages' lists of arrays: ``= [['title','address','day'], …]``, ``new Array(new Array(…``."""
_PARSED = re.compile(r"""(?:JSON\.parse|eval)\s?\(\s{0,3}(?=["'])""")
"""Scripts that hold their list as a text and parse it."""
_ADDRESS = re.compile(
    r"(?:https?:/|\.{0,2}/)?[\w./%~-]{0,200}(?:/|\.s?html?\Z|\?[\w&=./%-]{1,200}\Z)[\w./?&=%-]{0,200}\Z"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
"""The title among a row's texts: neither day nor address, and in Chinese."""


def rows_by_statements(scripts: Iterable[str]) -> Iterator[list[Mapping[str, Any]]]:
    """The arrays of rows that statements build, each as a list of objects."""
    for script in scripts:
        if "[" in script or "Array" in script:
            yield from _added(script)
            for match in islice(_BEGINS.finditer(script), WHOLE):
                if not commented(script, match.start()):
                    yield from _as_rows(value_at(script, match.end()))
        if "parse" in script or "eval" in script:
            for match in islice(_PARSED.finditer(script), WHOLE):
                value = None if commented(script, match.start()) else text_at(script, match.end())
                yield from _as_rows(value_at(value, 0) if value else None)


def commented(script: str, at: int) -> bool:
    """Whether what stands ``at`` is commented out: behind ``//`` in its line, or in ``/* … */``."""
    line = script[max(script.rfind("\n", 0, at) + 1, at - 500) : at]
    slashes = line.replace("://", "").find("//")
    return slashes >= 0 or script.rfind("/*", 0, at) > script.rfind("*/", 0, at)


def _added(script: str) -> Iterator[list[Mapping[str, Any]]]:
    held: dict[str, list[Any]] = {}
    for match in islice(_ADDED.finditer(script), MOST):
        if not commented(script, match.start()):
            held.setdefault(match[1], []).append(
                value_at(script[match.end() : match.end() + ROW], 0)
            )
    for members in held.values():
        yield from _as_rows(members)


def _as_rows(value: Any) -> Iterator[list[Mapping[str, Any]]]:
    if not isinstance(value, list) or not value:
        return
    if all(isinstance(one, str) for one in value):  # one row by itself: a headline
        value = [value]
    if all(isinstance(one, Mapping) for one in value):
        yield value
    elif all(isinstance(one, list) for one in value):
        rows = _of_texts(value)
        if rows:
            yield rows


def _of_texts(arrays: Sequence[list[Any]]) -> list[Mapping[str, Any]]:
    """Arrays of texts as rows, where one place in all holds a day, one an address and one the
    title; with two days none is told."""
    width = min(len(one) for one in arrays)
    columns = [[str(one[i]) for one in arrays] for i in range(width)]
    days = [i for i, texts in enumerate(columns) if all(map(_is_day, texts))]
    links = [
        i
        for i, texts in enumerate(columns)
        if all(_ADDRESS.match(one) and not _is_day(one) for one in texts)
    ]
    titles = [
        i
        for i, texts in enumerate(columns)
        if i not in (*days, *links) and all(map(_CHINESE.search, texts))
    ]
    if len(days) != 1 or len(links) != 1 or not titles:
        return []
    title = max(titles, key=lambda i: sum(map(len, columns[i])))
    return [
        {"title": columns[title][n], "url": columns[links[0]][n], "date": columns[days[0]][n]}
        for n in range(len(arrays))
    ]


def _is_day(text: str) -> bool:
    told = list(parts(plain(text))) if len(text) < LONGEST else []
    return len(told) == 1 and told[0].alone and told[0].year is not None
