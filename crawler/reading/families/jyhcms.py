"""JyhCMS of Yunnan: ``/html/YYYY/col_MMDD/ID.html``; the pager stands as base64 of url-encoded HTML
in ``#pages``."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_plus

from crawler.reading.families.base import Family, Source
from crawler.reading.markup import join

_ARTICLE = re.compile(r"/html/20\d\d/[a-z]{2,40}_\d{4}/\d{3,12}\.html")
_PAGER = re.compile(r"""id=["']pages["'][^<>]{0,200}>\s{0,20}([A-Za-z0-9+/=]{16,60000})\s{0,20}<""")
"""Yunnan's portals hide the pager's links as base64 of url-encoded HTML."""
_LINK = re.compile(
    r"""<a\b[^<>]{0,200}?href=["']([^"'<>]{1,300})["'][^<>]{0,200}>\s{0,9}(\d{1,5})\s{0,9}</a>""",
    re.I,
)


def fits(source: Source) -> bool:
    return "jyhcms" in source.marks or _ARTICLE.search(source.marks) is not None


def further(source: Source) -> tuple[str, ...]:
    match = _PAGER.search(source.text)
    if match is None:
        return ()
    try:
        pager = unquote_plus(base64.b64decode(match[1], validate=True).decode("utf-8", "replace"))
    except (binascii.Error, ValueError):
        return ()
    current = re.search(r"<(?:span|b|strong|em)[^<>]{0,80}>\s{0,9}(\d{1,5})\s{0,9}</", pager)
    here = int(current[1]) if current else 1
    links = {int(number): join(source.url, href) for href, number in _LINK.findall(pager)}
    return tuple(links[number] for number in sorted(links) if number > here and links[number])


FAMILY = Family("jyhcms", fits, (b"jyhcms",), further)
