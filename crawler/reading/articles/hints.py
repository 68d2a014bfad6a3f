"""Publication dates that an article page holds where no one reads them: script variables,
attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lxml.html import HtmlElement

from crawler.days.text import find_dates
from crawler.model import Dated

VARIABLE = re.compile(
    r"""(?<![\w$])["']?(\w{0,20}?(?:pub|publish|release|docrel|issue|fbsj|fbrq|fabu|post)\w{0,20}|date|time|rq|sj)["']?"""
    r"""\s{0,9}[:=]\s{0,9}["']([^"'<>]{8,40})["']""",
    re.I,
)
"""Portals that print the day by script only: ``var pubdata='2020年11月27日'``."""
LITERAL = re.compile(
    r"""["'>]\s{0,9}((?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[^"'<]{0,20})["'<]"""
)
"""Pages whose date stands in ``document.write("2026-11-02")`` and nowhere else."""
NAMED = re.compile(r"pub|release|fbsj|fbrq|fabu|date|time", re.I)
"""Hidden fields and ``<time>`` of makers that name what they hold in pinyin or in English."""
OF_THE_VISIT = re.compile(
    r"(?:now|today|server|current|sys)\w{0,12}[\"']?\s{0,3}[:=]\s{0,3}[\"']?\Z", re.I
)
"""Variables that hold the moment of the visit (``var nowtime = "2026-11-23"``)."""
LONGEST = 20_000
"""Characters of a script that may hold data of the page; longer ones are libraries."""


def variables(root: HtmlElement, today: date) -> list[Dated]:
    """Dates in script variables named for the publication (``var pubdata='2020年11月27日'``)."""
    found: list[Dated] = []
    for script in _scripts(root):
        for match in VARIABLE.finditer(script):
            found += find_dates(match[2], today=today, place="script").believed[:1]
    return found


def attributes(root: HtmlElement, today: date) -> list[Dated]:
    """Dates in hidden fields named for a date and in ``<time datetime>``, when they agree on one
    day."""
    found: list[Dated] = []
    for field in root.iter("input", "time"):
        name = f"{field.get('name') or ''} {field.get('id') or ''}"
        value = field.get("datetime") or (field.get("value") if NAMED.search(name) else "")
        if value and len(value) <= 40:
            found += find_dates(value, today=today, place="attr").believed[:1]
    return _agreed(found)


def lone_literal(root: HtmlElement, today: date) -> list[Dated]:
    """The only day that the page's scripts write (``document.write("2026-11-02")``)."""
    found: list[Dated] = []
    for script in _scripts(root):
        for match in LITERAL.finditer(script):
            if OF_THE_VISIT.search(script, max(0, match.start() - 40), match.start() + 1):
                continue
            found += find_dates(match[1], today=today, place="script").believed[:1]
    return _agreed(found)


def _scripts(root: HtmlElement) -> Iterator[str]:
    for script in root.iter("script"):
        if script.text and len(script.text) < LONGEST:
            yield script.text


def _agreed(found: list[Dated]) -> list[Dated]:
    return found[:1] if len({dated.day for dated in found}) == 1 else []
