"""The interface that a page's script fills its list from, where the page says its address: in a
script, or on an element.

Only an address that names the column itself is believed: one of its values stands in the page's own
address (``/list/301`` and ``…?channelId=301``). A hot list's or a menu's interface has no such tie.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from crawler.model import Ask
from crawler.reading.families.base import Source
from crawler.reading.lists.addresses import host_of
from crawler.reading.markup import join

LITERAL = re.compile(r"""["'`]((?:https?:/)?/[^"'`<>\s{}$]{4,400}\?[^"'`<>\s{}$]{3,300})["'`]""")
"""Pages drawn by script that name their list's address as a text with a query."""
LISTS = re.compile(r"list|page|query|search|article|news|content|info|api|json|doc", re.I)
ASSETS = re.compile(r"\.(?:js|css|png|jpe?g|gif|svg|ico|woff2?|html?|shtml)\Z", re.I)
"""Scripts and pictures with a version behind the ``?`` are no interface."""
LONGEST, MOST = 300_000, 300
"""Characters of a script, and addresses of a page, that are looked at."""
_COUNTS = re.compile(r".*(?:page|size|limit|rows|num|count|time|ver|_t)\w{0,6}\Z|[vtpn]\Z", re.I)
"""Names of values that count pages or versions and name no column."""
WANTED = {"Accept": "application/json, text/plain, */*", "X-Requested-With": "XMLHttpRequest"}


def interface_asks(source: Source) -> tuple[Ask, ...]:
    """The request for the column's list, where the page tells of exactly one; else nothing."""
    own = _tokens(source.url)
    told = islice((url for text in _texts(source) for url in _addresses(text, source.url)), MOST)
    found = {url for url in told if _fits(url, source, own)}
    return (
        tuple(Ask(url, headers={**WANTED, "Referer": source.url}) for url in found)
        if len(found) == 1
        else ()
    )


def _texts(source: Source) -> Iterator[str]:
    yield from (script for script in source.scripts if "?" in script and len(script) < LONGEST)
    for element in source.sheet.elements:
        for name, value in element.items():
            said = str(value)
            if str(name)[:5] == "data-" and "?" in said:
                yield f'"{said}"'


def _addresses(text: str, base: str) -> Iterator[str]:
    plain = text.replace("\\/", "/").replace("\\u0026", "&").replace("&amp;", "&")
    for match in LITERAL.finditer(plain):
        yield join(base, match[1])


def _fits(url: str, source: Source, own: frozenset[str]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if (
        host_of(url) != host_of(source.url)
        or ASSETS.search(parts.path)
        or not LISTS.search(parts.path)
    ):
        return False
    return any(value in own and not _COUNTS.match(name) for name, value in parse_qsl(parts.query))


def _tokens(url: str) -> frozenset[str]:
    """What may name the column in its address: every part with a number, and the name of its
    folder."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return frozenset()
    words = [
        word for word in re.split(r"[/?&=.,_#-]+", f"{parts.path}?{parts.query}") if len(word) > 1
    ]
    folders = [folder for folder in parts.path.rpartition("/")[0].split("/") if folder]
    return frozenset([word for word in words if any(map(str.isdigit, word))] + folders[-1:])
