"""Data of an interface -> the array that is the list: navigation, hot lists and settings stand
beside it.

Keys differ by maker; what they mean does not. A list's rows have a title, mostly a date, and
addresses of articles; the navigation's rows have titles and addresses of columns, and at some
makers a ``releaseTime`` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.reading.data.apart import day_apart, whole_day

MAX_DEPTH, MAX_NODES = 12, 200_000
"""Whole states of applications stand in a page's script; a list lies near their top."""
MOST = 0.6
"""Share of an array's members that must be rows for it to be a list."""
HALF = 0.5
"""Navigation with ``releaseTime`` beside its titles: only its addresses tell it from the list."""
Row = Mapping[str, Any]

TITLES = re.compile(
    r"(?:doc|info|news|article|content|art|list|full|main|file)?_?(?:title|biaoti|bt|headline|subject)|mc|name\Z",
    re.I,
)
"""Keys of titles of many makers' interfaces (TRS ``doctitle``), in English, pinyin and initials
(bt, mc)."""
URLS = re.compile(
    r"(?:doc|info|news|article|content|page|detail|view|art|pub|visit|web|link|chnldoc)?_?(?:pub)?_?"
    r"(?:url|link|href|path|address|linkurl)s?\Z",
    re.I,
)
"""Keys of addresses: TRS ``docpuburl`` and ``chnldocurl``, others ``url``, ``href``,
``linkurl``."""
DATES = re.compile(
    r"(?:(?:pub\w{0,7}|release\w{0,2}|info|doc\w{0,5}|show|display|issue\w?|write|sign|deploy|online|web|art|news|post|fb"
    r"|save|add|input|insert|edit|oper|modif\w{0,3}|first\w{0,7}|last\w{0,7}|cr|gen\w{0,6})_?(?:date|time|sj|rq|at|on)\w{0,3}"
    r"|date|time|(?:date|time)_?(?:pub|release|post)\w{0,8}|fbsj|fbrq|pubtime|pubdate|trs_time"
    r"|created?_?(?:date|time|at|on)|create\w{0,4}(?:time|date)|update\w?_?(?:time|date|at|on)|cwrq|sj|rq)\Z",
    re.I,
)
"""Keys of days: TRS ``docreltime``, initials of 发布时间 and 发布日期 (fbsj, fbrq), of work on an entry."""
TOTALS = re.compile(
    r"(?:total|count|totalcount|total_?(?:num|record|row|element|size|hit)s?|recordcount|records_?(?:total|filtered)|totals?"
    r"|num_?found|row_?count|data_?count|all_?count)\Z",
    re.I,
)
"""Keys that count all posts; JSON answers without rows are empty only where one says 0."""
PAGES = re.compile(
    r"(?:pagecount|page_?total|total_?pages?|pages|pagesum|max_?page|page_?count|last_?page)\Z",
    re.I,
)
"""The province's interface counts its pages (``pageCount``), others name it anew."""
_NUMBERED = re.compile(r"\d{3,}|[0-9a-f]{16,}|[?&]\w{0,20}id=\w", re.I)
"""Articles of all makers bear a number, a hash or an id; a menu's columns mostly do not."""
_COLUMN = re.compile(r"(?:index|default|list|main|home|more)[\w-]{0,20}(?:\.\w{2,6})?\Z", re.I)
"""First pages of columns as navigation in the data names them."""


@dataclass(frozen=True, slots=True)
class Array:
    """One array of the data as ``rows``; ``strays`` are its members that are none. ``beside`` are
    its own object's members."""

    name: str
    rows: Sequence[Row]
    strays: Sequence[Row]
    beside: Mapping[str, Any] = field(default_factory=dict)

    def share(self, count: int) -> float:
        return count / len(self.rows)

    @property
    def dated(self) -> float:
        """Share of the rows with a date."""
        return self.share(sum(1 for row in self.rows if date_keys(row)))

    @property
    def navigates(self) -> bool:
        """Whether most addresses are those of columns."""
        urls = [url for row in self.rows if (url := pick(row, URLS))]
        return bool(urls) and sum(map(is_column, urls)) > HALF * len(urls)

    @property
    def numbered(self) -> bool:
        """Whether most addresses hold a number or a hash as articles do."""
        urls = [url for row in self.rows if (url := pick(row, URLS))]
        return bool(urls) and sum(_NUMBERED.search(url) is not None for url in urls) > HALF * len(
            urls
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The array that is the list, ``None`` where none can be told to be; ``mark`` says why.
    ``others`` may hold posts too."""

    best: Array | None
    others: tuple[Array, ...] = ()
    mark: str = ""


def choose(*values: Any) -> Choice:
    """The list among all arrays of ``values``.

    Addresses of articles go before addresses of columns; where the navigation has more rows than
    the list, neither is believed.
    """
    found = [array for value in values for array in arrays_of(value)]
    told = [array for array in found if array.dated >= MOST]
    lists = [array for array in told if not array.navigates]
    if any(array.numbered for array in lists):
        lists = [array for array in lists if array.numbered]
    menus = [array for array in found if array.navigates or (array in told and array not in lists)]
    if not lists:
        plain = [array for array in found if array not in menus]
        if told or not plain:
            return Choice(None, mark="navigation" if menus else "")
        return Choice(max(plain, key=lambda array: len(array.rows)))
    best = max(lists, key=lambda array: len(array.rows))
    if any(len(menu.rows) > len(best.rows) for menu in menus if menu.dated >= MOST):
        return Choice(None, mark="navigation with more rows than the list")
    return Choice(best, tuple(array for array in lists if array is not best))


def arrays_of(data: Any) -> Iterator[Array]:
    """Every array of objects most of which are rows, with the members of the object it stands
    in."""
    if isinstance(data, list):
        yield from _array("", data, {})
    for holder in _objects(data):
        for key, value in holder.items():
            if isinstance(value, list):
                yield from _array(str(key), value, holder)


def _array(name: str, members: list[Any], beside: Mapping[str, Any]) -> Iterator[Array]:
    flat = [flattened(member) for member in members if isinstance(member, dict)]
    rows = [row for row in flat if is_row(row)]
    if rows and len(rows) >= MOST * len(members):
        yield Array(name, rows, [row for row in flat if not is_row(row)], beside)


def is_row(row: Row) -> bool:
    """Whether an object has a title, and a date or an address."""
    return bool(pick(row, TITLES)) and (bool(date_keys(row)) or bool(pick(row, URLS)))


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """Every object at any depth, breadth first, within limits."""
    for value in _nodes(data):
        if isinstance(value, dict):
            yield value


def members(data: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value at any depth, breadth first, within limits."""
    for value in _nodes(data):
        yield from (
            ((str(k), v) for k, v in value.items())
            if isinstance(value, dict)
            else (("", v) for v in value)
        )


def _nodes(data: Any) -> Iterator[Any]:
    """The objects and arrays of the data, breadth first."""
    level, seen = [data] if isinstance(data, dict | list) else [], 0
    for _ in range(MAX_DEPTH):
        following: list[Any] = []
        for value in level:
            yield value
            inner = value.values() if isinstance(value, dict) else value
            seen += len(value)
            if seen > MAX_NODES:
                return
            following.extend(one for one in inner if isinstance(one, dict | list))
        level = following


def flattened(row: Row) -> dict[str, Any]:
    """One object with the members of its inner objects: some makers wrap a row in ``_source`` or
    ``data``.

    A date written member by member, or year, month and day apart, stands in it as one text.
    """
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict | list):
            day = whole_day(value)
            if day is not None:
                flat[str(key)] = day
            elif isinstance(value, dict):
                flat.update({str(k): v for k, v in value.items() if not isinstance(v, dict | list)})
    flat.update({str(k): v for k, v in row.items() if not isinstance(v, dict | list)})
    if "date" not in flat and (apart := day_apart(row)):
        flat["date"] = apart
    return flat


def pick(row: Row, keys: re.Pattern[str]) -> str:
    """The first text of ``row`` whose key is one of ``keys``."""
    for key, value in row.items():
        if isinstance(value, str) and value.strip() and keys.fullmatch(key):
            return value
    return ""


def date_keys(row: Row) -> list[str]:
    """The keys that hold dates, in their order."""
    return [
        key
        for key, value in row.items()
        if value and isinstance(value, str | int | float) and DATES.fullmatch(key)
    ]


def is_column(url: str) -> bool:
    """Whether an address is a column's, a folder's or a menu's rather than an article's."""
    path = url.partition("?")[0].partition("#")[0]
    if "?" in url and re.search(r"[?&]\w*id=\w", url):
        return False
    name = path.rstrip("/").rpartition("/")[2]
    return (
        path.endswith("/")
        or not name
        or _COLUMN.match(name) is not None
        or not re.search(r"[\d.]", name)
    )


def number(beside: Mapping[str, Any], data: Any, keys: re.Pattern[str]) -> int | None:
    """The number that the list's own object says for one of ``keys``, else the only one said
    anywhere."""
    own = [
        count
        for key, value in beside.items()
        if keys.match(str(key)) and (count := as_count(value)) is not None
    ]
    if own:
        return max(own)
    said = {
        count
        for key, value in members(data)
        if keys.match(key) and (count := as_count(value)) is not None
    }
    return said.pop() if len(said) == 1 else None


def as_count(value: Any) -> int | None:
    """A count as a number or as digits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return int(text) if text.isdigit() and len(text) < 10 else None
