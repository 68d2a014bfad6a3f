"""A JSON answer of a list interface (the platforms that fill their lists by script) -> posts.

Keys differ by maker; what they mean does not. The list is the longest array of objects in which most have a
title and a date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from crawler import markup
from crawler.dates import find_date, find_dates, url_date
from crawler.lists.outline import squeeze
from crawler.model import Dated, Evidence, Outcome, Page, Post, Reading, Refused, shanghai_day

FAMILY = "json"
MAX_DEPTH, MAX_NODES = 12, 200_000
_TITLES = re.compile(
    r"(?:doc|info|news|article|content|art|list|full|main|file)?_?(?:title|biaoti|bt|headline|subject)|mc|name\Z",
    re.I,
)
_URLS = re.compile(
    r"(?:doc|info|news|article|content|page|detail|view|art|pub|visit|web|link)?_?(?:pub)?_?(?:url|link|href|path|address|linkurl)s?\Z",
    re.I,
)
_DATES = re.compile(
    r"(?:(?:pub\w{0,7}|release\w{0,2}|info|doc\w{0,5}|show|display|issue\w?|write|deploy|online|web|art|news|post|fb|save|first\w{0,7})_?(?:date|time|sj|rq|at)\w{0,3}"
    r"|date|time|fbsj|fbrq|pubtime|pubdate|trs_time|created?_?(?:date|time|at)|create\w{0,4}(?:time|date)|update\w?_?(?:time|date)|sj|rq)\Z",
    re.I,
)
_PUBLISHED = re.compile(r"pub|release|fb|show|display|issue|deploy|online|trs_time", re.I)
_ORIGINS = re.compile(
    r"(?:doc|info|art|pub)?_?(?:source|origin|laiyuan|ly|sourcename|comefrom|deptname|pub(?:lish)?_?(?:org|unit|dept)\w{0,6})\Z",
    re.I,
)
_STARTS = re.compile(r"[=:(]\s{0,9}(?=[\[{]\s{0,9}[{\"\[])")
_TAGS = re.compile(r"<[^<>]{0,300}>")
_TOTALS = re.compile(
    r"(?:total|count|totalcount|total_?(?:num|record|row|element)s?|recordcount|records_?total|totals?)\Z",
    re.I,
)


def read_data(text: str, page: Page) -> Reading | None:
    """The posts of a JSON page; EMPTY when its list and its total say nothing; ``None`` when it is no JSON.

    JSON without a list that is understood is UNREADABLE ``script_list``. Never raises.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict | list):
        return None
    rows = _best_rows(data)
    if not rows:
        return _without_rows(data)
    return _read(rows, page)


def markup_in_data(text: str) -> str:
    """The longest piece of HTML with links that stands as a string in JSON ``text``, ``""`` without one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict | list):
        return ""
    pieces = [
        value for _, value in _members(data) if isinstance(value, str) and "<a" in value and "</" in value
    ]
    return max(pieces, key=len, default="")


def rows_in_scripts(scripts: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """The rows of a list written as JSON into an inline script (``var list = [{"title": …}]``)."""
    best: list[Mapping[str, Any]] = []
    decoder = json.JSONDecoder()
    for script in scripts:
        if len(script) < 60 or not ("title" in script or "Title" in script or "TITLE" in script):
            continue
        for match in islice(_STARTS.finditer(script), 20):
            try:
                data, _ = decoder.raw_decode(script, match.end())
            except (ValueError, RecursionError):
                continue
            rows = _best_rows(data)
            if len(rows) > len(best):
                best = rows
            break
    return best


def read_rows(
    rows: list[Mapping[str, Any]], page: Page, base: str
) -> tuple[tuple[Post, ...], tuple[Refused, ...]]:
    """Rows of data as posts, in their order."""
    today = shanghai_day(page.fetched_at)
    refused: list[Refused] = []
    posts = [_post(row, base, today, page.fetched_at, refused) for row in rows]
    return tuple(post for post in posts if post is not None), tuple(dict.fromkeys(refused))


def _read(rows: list[Mapping[str, Any]], page: Page) -> Reading:
    posts, refused = read_rows(rows, page, page.final_url or page.url)
    if not any(post.published for post in posts):
        return Reading(
            Outcome.UNREADABLE, Evidence.NONE, posts, reason="no_dates", family=FAMILY, refused=refused
        )
    return Reading(Outcome.READ, Evidence.COMPLETE, posts, family=FAMILY, refused=refused)


def _without_rows(data: Any) -> Reading:
    """No rows: EMPTY only when the answer counts them as none."""
    totals = [value for key, value in _members(data) if _TOTALS.match(key) and isinstance(value, int | str)]
    empty = any(isinstance(value, list) and not value for _, value in _members(data))
    if empty and totals and all(str(total) == "0" for total in totals):
        return Reading(Outcome.EMPTY, Evidence.COMPLETE, mark="total: 0", family=FAMILY)
    return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="script_list", mark="json", family=FAMILY)


def _members(data: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value at any depth, breadth first, within limits."""
    level, seen = [data], 0
    for _ in range(MAX_DEPTH):
        following: list[Any] = []
        for value in level:
            pairs = value.items() if isinstance(value, dict) else (("", item) for item in value)
            for key, item in pairs:
                seen += 1
                if seen > MAX_NODES:
                    return
                yield str(key), item
                if isinstance(item, dict | list):
                    following.append(item)
        level = following


def _best_rows(data: Any) -> list[Mapping[str, Any]]:
    arrays = [data] if isinstance(data, list) else []
    if isinstance(data, dict | list):
        arrays += [value for _, value in _members(data) if isinstance(value, list)]
    best: list[Mapping[str, Any]] = []
    for array in arrays:
        rows: list[Mapping[str, Any]] = [
            row
            for row in map(_flat, array)
            if row and _pick(row, _TITLES) and (_date_keys(row) or _pick(row, _URLS))
        ]
        if len(rows) > len(best) and len(rows) >= 0.6 * len(array):
            best = rows
    return best


def _flat(row: Any) -> dict[str, Any]:
    """One object with the members of its inner objects: some makers wrap a row in ``_source`` or ``data``."""
    if not isinstance(row, dict):
        return {}
    flat: dict[str, Any] = {}
    for value in row.values():
        if isinstance(value, dict):
            flat.update({str(k): v for k, v in value.items() if not isinstance(v, dict | list)})
    flat.update({str(k): v for k, v in row.items() if not isinstance(v, dict | list)})
    return flat


def _pick(row: Mapping[str, Any], keys: re.Pattern[str]) -> str:
    for key, value in row.items():
        if isinstance(value, str) and value.strip() and keys.fullmatch(key):
            return value
    return ""


def _date_keys(row: Mapping[str, Any]) -> list[str]:
    """Keys that hold dates, those of the publication first."""
    keys = [
        key for key, value in row.items() if isinstance(value, str | int) and value and _DATES.fullmatch(key)
    ]
    return sorted(keys, key=lambda key: (not _PUBLISHED.search(key), "update" in key.lower()))


def _post(
    row: Mapping[str, Any], base: str, today: date, fetched_at: datetime, refused: list[Refused]
) -> Post | None:
    title = squeeze(_TAGS.sub("", _pick(row, _TITLES)))
    if not title:
        return None
    href = _pick(row, _URLS)
    url = markup.join(base, href) if href else ""
    believed: list[Dated] = []
    for key in _date_keys(row):
        text = str(row[key])
        answer = find_date(text, today=today, place="json", fetched_at=fetched_at)
        if answer is not None:
            believed.append(answer)
        else:
            refused.extend(find_dates(text, today=today, place="json", fetched_at=fetched_at).refused)
    published = believed[0] if believed else (url_date(url, today=today) if url else None)
    others = tuple(d for d in believed[1:] if published is not None and d.day != published.day)
    return Post(title, url if url[:4] == "http" else "", published, _pick(row, _ORIGINS) or None, others)
