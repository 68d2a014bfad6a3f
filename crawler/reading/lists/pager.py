"""Addresses of a list's further pages, from the links that a person would click."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urldefrag

MAX_PAGES = 50
_NUMBER = re.compile(r"\W{0,4}(\d{1,5})\W{0,4}\Z")
_NEXT = re.compile(r"\W{0,4}(?:下一?页|下一頁|后一页|后页|next(?: page)?)\W{0,4}\Z", re.I)
"""Pagers with real links: Guangdong, EmpireCMS, DedeCMS and most home-grown ones."""
_LAST = re.compile(r"\W{0,4}(?:尾页|末页|最后一页|最末页|last)\W{0,4}\Z", re.I)
"""Pagers that link 尾页 and few numbers."""
_WORD = re.compile(
    r"\W{0,4}(?:\d{1,5}|下一?[页頁]|后一?页|尾页|末页|最后一页|最末页|next(?: page)?|last)\W{0,4}\Z",
    re.I,
)
PAGER_WORD_LIKE = re.compile(
    r"\x00[^\w\x00]*(?:\d{1,5}|下一?[页頁]|后一?页|尾页|末页|最后一页|最末页|next(?: page)?|last)[^\w\x00]*(?=\x00)",
    re.I,
)
"""The same, in the run of a page's texts: finds all of them, and some that are too long."""
_COUNTER = re.compile(r"\A(.{0,300}?)(\d{1,5})(\D{0,60})\Z")
"""Pagers that link a few numbers and 尾页: the pages between differ from them by one number only."""


def is_pager_word(words: str) -> bool:
    """Whether a link with these words may lead to another page of the list."""
    return len(words) <= 12 and _WORD.match(words) is not None


def links_further(links: Iterable[tuple[str, str]], here: str) -> tuple[str, ...]:
    """The pages after this one, nearest first, at most ``MAX_PAGES``.

    ``links`` are (words, absolute address) of the page's links in their order. Links to this page
    itself, without an address, or leading back are dropped; nothing is left of a loop.
    """
    own = {urldefrag(here)[0], _first_page(here)}
    numbered: dict[int, str] = {}
    following = last = ""
    for words, url in links:
        if not url:
            continue
        url = urldefrag(url)[0]
        if _NEXT.match(words):
            following = following or ("" if url in own else url)
        elif _LAST.match(words):
            last = last or ("" if url in own else url)
        elif (number := _NUMBER.match(words)) is not None and url not in own:
            numbered.setdefault(int(number[1]), url)
    return _in_order(following, numbered, last, own)


def _first_page(url: str) -> str:
    """The other name of a first page: ``/x/`` for ``/x/index.html``."""
    return re.sub(r"/index\.\w{2,6}\Z", "/", url) if "/index." in url else url


def _in_order(
    following: str, numbered: dict[int, str], last: str, own: set[str]
) -> tuple[str, ...]:
    if not following:
        pages = _after_gap(numbered)
    else:
        at = next((number for number, url in numbered.items() if url == following), None)
        pages = [numbered[n] for n in sorted(numbered) if at is not None and n > at]
        pages = [following, *pages]
    if last and pages and last not in pages:
        pages = [*pages, *_between(pages[-1], last)]
    unique = dict.fromkeys(page for page in pages if page not in own)
    return tuple(unique)[:MAX_PAGES]


def _after_gap(numbered: dict[int, str]) -> list[str]:
    """Without 下一页: this page is the first number that is not linked; none missing, none follows."""
    current = next(
        (number for number in range(1, max(numbered, default=0)) if number not in numbered), None
    )
    return [] if current is None else [numbered[n] for n in sorted(numbered) if n > current]


def _between(page: str, last: str) -> list[str]:
    """Addresses between ``page`` and ``last`` when only one number differs, counted up or down."""
    one, other = _COUNTER.match(page), _COUNTER.match(last)
    if one is None or other is None or one[1] != other[1] or one[3] != other[3]:
        return [last]
    start, stop = int(one[2]), int(other[2])
    step = 1 if stop >= start else -1
    numbers = range(start + step, stop + step, step)[:MAX_PAGES]
    return [f"{one[1]}{number}{one[3]}" for number in numbers]
