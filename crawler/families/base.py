"""What a family of content systems can say of its list pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.outline import Outline


@dataclass(frozen=True, slots=True)
class Source:
    """A list page as every family gets it: its text, outline, base address, and the scripts written in it."""

    text: str
    url: str
    sheet: Outline
    scripts: tuple[str, ...]


def _nothing(_: Source) -> tuple[str, ...]:
    return ()


def _no_text(_: Source) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Family:
    """One family. Only ``fits`` is asked of every page; the rest only of the pages that fit.

    ``further``: addresses of further pages, nearest first, where they are written by script.
    ``fragment``: the list as HTML, where it stands in a data block of the page; ``""`` when it does not.
    ``interface``: the address that the page's script fills the list from; ``""`` when unknown.
    ``pages``: how many pages the family's pager says there are, ``None`` when it says nothing.
    """

    name: str
    fits: Callable[[Source], bool]
    further: Callable[[Source], tuple[str, ...]] = _nothing
    fragment: Callable[[Source], str] = _no_text
    interface: Callable[[Source], str] = _no_text
    pages: Callable[[Source], int | None] = lambda _: None
