"""What a family of content systems can say of its list pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.model import Ask
from crawler.reading.lists.outline import Outline


@dataclass(frozen=True, slots=True)
class Source:
    """A list page as every family gets it: text, base address, outline, scripts, and the bytes as
    they came.

    ``marks`` holds the addresses of the page's links and scripts and the beginnings of its inline
    scripts, one a line: a tenth of the page, and where most families show themselves.
    ``clicked``: ``False`` where the page is known to have no ``onclick`` or ``data-`` address.
    """

    text: str
    url: str
    sheet: Outline
    scripts: tuple[str, ...]
    raw: bytes
    marks: str = ""
    clicked: bool = True


def _nothing(_: Source) -> tuple[str, ...]:
    return ()


def _no_asks(_: Source) -> tuple[Ask, ...]:
    return ()


def _no_text(_: Source) -> str:
    return ""


def _unsaid(_: Source) -> int | None:
    return None


def _here(_: Source) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Family:
    """One family. Only ``fits`` is asked of every page; the rest only of the pages that fit.

    ``fits`` must be quick: plain ``in`` tests on ``marks``, or patterns that begin with a literal.
    ``signs`` are words of the markup that name the family when no family fits. ``further``:
    addresses of further pages, nearest first, where they are written by script. ``fragment``: the
    list as HTML, where it stands in a data block of the page; ``""`` when it does not.
    ``interface``: the address that the page's script fills the list from; ``""`` when unknown.
    ``pages``: how many pages the family's own pager counts (0: no items), ``None`` when it says
    nothing. ``total``: how many posts the page counts in the whole column, ``None`` when it says
    nothing. ``asks``: further pages that want more than a plain GET (a form by POST), nearest
    first; ``anew`` the same from the first row on, where the page holds no row of its own or does
    not date them. ``apart``: the page holds none of its list's rows, whatever else stands on it:
    only the interface has them.
    """

    name: str
    fits: Callable[[Source], bool]
    signs: tuple[bytes, ...] = ()
    further: Callable[[Source], tuple[str, ...]] = _nothing
    fragment: Callable[[Source], str] = _no_text
    interface: Callable[[Source], str] = _no_text
    pages: Callable[[Source], int | None] = _unsaid
    total: Callable[[Source], int | None] = _unsaid
    asks: Callable[[Source], tuple[Ask, ...]] = _no_asks
    anew: Callable[[Source], tuple[Ask, ...]] = _no_asks
    apart: Callable[[Source], bool] = _here


def says(marks: str, *words: str) -> bool:
    """Whether one of ``words`` stands in ``marks``."""
    return any(map(marks.__contains__, words))
