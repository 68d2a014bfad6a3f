"""Pagers written by ``createPageHTML`` and by inline page variables: TRS, UCAP, Guangxi and their
relatives."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.reading.families.base import Source
from crawler.reading.markup import join

MAX_PAGES = 50
"""Addresses given at most: a look needs the first few, a back-fill asks again from the last."""

_CALL = re.compile(r"(?<!function )\bcreatePageHTML\w{0,9}\s{0,3}\(([^()]{3,200})\)")
"""TRS, UCAP and Guangxi: the pager is a script's call, no link stands in the page."""
_ARGUMENT = re.compile(r"""'([^']{0,80})'|"([^"]{0,80})"|(-?\d{1,9})""")
_VARIABLE = re.compile(
    r"\b(currentPage|countPage|pageCount|totalPage|current_page)\s{0,3}=\s{0,3}[\"']?(\d{1,6})"
)
"""TRS pages whose pager is written out in the page: ``var countPage = 125``."""
_EXTENSION = re.compile(r"""["']\.?(s?html?|jhtml|jsp|aspx?)["']""")
_STEM = re.compile(
    r"""["']([A-Za-z][\w-]{0,40})["']\s{0,3}\+\s{0,3}["']_["']|["']([A-Za-z][\w-]{0,40})_["']\s{0,3}\+"""
)
_NUMBERED = re.compile(r"\A(.{1,80}?)_(\d{1,5})\Z")
"""index_1 is page 2 at TRS, common_list_2 at UCAP."""


class Pager(NamedTuple):
    """``pages`` in all; this one is ``current`` counted from ``base`` (0 or 1); ``stem_N.ext`` are
    the rest."""

    pages: int
    current: int
    base: int
    stem: str
    extension: str
    total: int | None = None


def call_of(source: Source) -> Pager | None:
    """The ``createPageHTML`` call of the page."""
    return _call_in(source.scripts, source.url)


@lru_cache(maxsize=4)
def _call_in(scripts: tuple[str, ...], url: str) -> Pager | None:
    """The page's total, its pages and their addresses are asked for one after the other."""
    for script in scripts:
        if "createPageHTML" not in script:
            continue
        for match in _CALL.finditer(script):
            pager = _from_arguments(_ARGUMENT.findall(match[1]), url)
            if pager is not None:
                return pager
    return None


def _from_arguments(found: list[tuple[str, str, str]], url: str) -> Pager | None:
    numbers = [int(number) for _, _, number in found if number]
    words = [single or double for single, double, number in found if not number]
    selector = bool(found) and not found[0][2]
    if selector:
        words = words[1:]
    if len(numbers) < 2 or len(words) < 2 or not words[0]:
        return None
    number = _own_number(url, words[0])
    base = 1 if selector or (number is None and numbers[1] == 1) else 0
    total = numbers[2] if len(numbers) > 2 else None
    return Pager(numbers[0], numbers[1], base, words[0], words[1].lstrip("."), total)


def variables_of(source: Source) -> Pager | None:
    """``var currentPage = 0; var countPage = 125`` and the concatenation that makes the
    addresses."""
    for script in source.scripts:
        if "countPage" not in script and "pageCount" not in script and "totalPage" not in script:
            continue
        said = {name: int(value) for name, value in reversed(_VARIABLE.findall(script))}
        pages = said.get("countPage", said.get("pageCount", said.get("totalPage")))
        current = said.get("currentPage", said.get("current_page"))
        stem = _STEM.search(script)
        if pages is None or current is None or stem is None:
            continue
        name = stem[1] or stem[2]
        extension = _EXTENSION.search(script)
        base = 1 if _own_number(source.url, name) is None and current == 1 else 0
        return Pager(
            pages, current, base, name, extension[1] if extension else _own_extension(source.url)
        )
    return None


def pager_of(source: Source) -> Pager | None:
    return call_of(source) or variables_of(source)


def further(source: Source) -> tuple[str, ...]:
    """The pages after this one, nearest first, at most ``MAX_PAGES``.

    ``index_1`` is page 2 where pages count from 0 (TRS), ``common_list_2`` where they count from 1
    (UCAP).
    """
    pager = pager_of(source)
    if pager is None:
        return ()
    last = pager.pages - 1 if pager.base == 0 else pager.pages
    numbers = range(pager.current + 1, min(last, pager.current + MAX_PAGES) + 1)
    names = [f"{pager.stem}_{number}.{pager.extension}" for number in numbers]
    first = join(source.url, names[0]) if names else ""
    if first.endswith(f"/{names[0]}" if names else "/") and "/" not in pager.stem:
        folder = first.removesuffix(
            names[0]
        )  # they stand side by side: one look at the base address will do
        return tuple(f"{folder}{name}" for name in names)
    return tuple(join(source.url, name) for name in names)


def pages(source: Source) -> int | None:
    """How many pages the script says there are; 0 when it says that the column has no items."""
    pager = pager_of(source)
    if pager is None:
        return None
    return 0 if pager.total == 0 and pager.base == 1 else pager.pages


def total(source: Source) -> int | None:
    """How many posts the script says the column has: the last number of a call that names its
    pager's element."""
    pager = call_of(source)
    return pager.total if pager is not None and pager.base == 1 else None


def _file(url: str) -> str:
    try:
        return posixpath.basename(urlsplit(url).path)
    except ValueError:
        return ""


def _own_number(url: str, stem: str) -> int | None:
    """2 for ``…/index_2.html`` when the pager's stem is ``index``."""
    match = _NUMBERED.match(_file(url).partition(".")[0])
    return int(match[2]) if match and match[1] == stem else None


def _own_extension(url: str) -> str:
    return _file(url).partition(".")[2] or "html"
