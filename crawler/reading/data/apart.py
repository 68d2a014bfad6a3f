"""A day that data writes in parts: year, month and day under keys of their own, Java's dates member
by member, ``[2026, 11, 20]``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_YEAR = re.compile(r"(?:\w{0,12}_?year|nian|y{1,4})\Z", re.I)
"""Scripts and interfaces that hold the year beside month and day, named in English or pinyin."""
_MONTH = re.compile(r"(?:\w{0,12}_?mon(?:th)?|yue|m{1,2})\Z", re.I)
_DAY = re.compile(r"(?:\w{0,12}_?day|ri|d{1,2})\Z", re.I)
_YEAR_MONTH = re.compile(r"(?:\w{0,12}_?year_?mon(?:th)?|y{1,4}_?m{1,2}|nianyue)\Z", re.I)
"""Scripts that hold year and month as one beside the day."""
_MONTH_DAY = re.compile(r"(?:\w{0,12}_?mon(?:th)?_?day|m{1,2}_?d{1,2}|yueri)\Z", re.I)
"""Scripts that hold the year beside month and day as one."""
_OF_ANOTHER = re.compile(
    r"end|expir|dead|stop|close|begin|start|birth|valid|update|modif|edit|creat|cur|today|now|sys|week|sign|write",
    re.I,
)
"""Keys of days that are not the publication's (``endYear``, ``birthDay``, ``curMonth``)."""
_DIGITS = re.compile(r"\s{0,3}(\d{1,4})\s?[年月日号]?\s{0,3}\Z")
_TWO = re.compile(r"\s{0,3}(\d{1,4})\s?[-/.年月]\s?(\d{1,2})\s?[月日]?\s{0,3}\Z")
FIRST, LAST = 1995, 2099
JAVA = 1900
"""Java's old ``Date`` counts its years from here, its months from 0, and calls the day of the week
``day``."""


def whole_day(value: Any) -> str | int | None:
    """The day that an inner object or array says as a whole, as a text or as milliseconds; ``None``
    where it is none."""
    if isinstance(value, list):
        return _of_numbers(value)
    if not isinstance(value, Mapping):
        return None
    moment = value.get("time")
    if isinstance(moment, int | float) and "timezoneOffset" in value:
        return int(moment)
    mongo = value.get("$date")
    if isinstance(mongo, str | int | float) and len(value) == 1:
        return mongo if isinstance(mongo, str) else int(mongo)
    return _of_members(value)


def _of_numbers(value: list[Any]) -> str | None:
    """``[2026, 11, 20, 9, 30]``, as Java's newer dates are written."""
    if not 3 <= len(value) <= 7 or any(
        isinstance(one, bool) or not isinstance(one, int) for one in value
    ):
        return None
    return _text(value[0], value[1], value[2])


def _of_members(value: Mapping[str, Any]) -> str | None:
    year, month = _number(value.get("year")), value.get("monthValue", value.get("month"))
    if year is None:
        return None
    if year < JAVA // 2 and _number(value.get("date")) is not None and "hours" in value:
        return _text(year + JAVA, (_number(month) or 0) + 1, _number(value.get("date")))
    return _text(year, _number(month), _number(value.get("dayOfMonth", value.get("day"))))


def day_apart(row: Mapping[str, Any]) -> str:
    """The day whose parts stand in the row's own members, ``""`` where they make none or more than
    one."""
    if not any("y" in str(key).lower() for key in row):
        return ""
    days: list[int | None]
    years, months, days = list(_said(row, _YEAR)), list(_said(row, _MONTH)), list(_said(row, _DAY))
    found = {_text(year, month, day) for year in years for month in months for day in days}
    found |= {
        _text(year, month, day)
        for year, month in _pairs(row, _YEAR_MONTH)
        for day in (days or [None])
    }
    found |= {_text(year, month, day) for year in years for month, day in _pairs(row, _MONTH_DAY)}
    told = {one for one in found if one}
    return told.pop() if len(told) == 1 else ""


def _said(row: Mapping[str, Any], keys: re.Pattern[str]) -> Iterator[int]:
    for key, value in row.items():
        name = str(key)
        if (
            keys.match(name)
            and not _OF_ANOTHER.search(name)
            and (number := _number(value)) is not None
        ):
            yield number


def _pairs(row: Mapping[str, Any], keys: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for key, value in row.items():
        name = str(key)
        match = _TWO.match(value) if isinstance(value, str) and keys.match(name) else None
        if match is not None and not _OF_ANOTHER.search(name):
            yield int(match[1]), int(match[2])


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = _DIGITS.match(str(value))
    return int(match[1]) if match else None


def _text(year: int | None, month: int | None, day: int | None) -> str | None:
    """``2026-11-20``; ``None`` for parts that are no year, month and day."""
    if year is None or month is None or day is None or not FIRST <= year <= LAST:
        return None
    return f"{year}-{month:02}-{day:02}" if 0 < month < 13 and 0 < day < 32 else None
