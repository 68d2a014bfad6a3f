"""Boda VSB: ``col.htm``, ``info/COL/ID.htm``, rows ``id="line_u4_0"``; ``col/N.htm`` counts backwards, page 2 is the highest."""

from __future__ import annotations

import re

from crawler.families.base import Family, Source
from crawler.markup import join

_MARK = re.compile(
    r"\bid=[\"']line_?u\d|info/\d{3,6}/\d{2,9}\.htm|_vsb_|vsbscreen|/system/resource/js/|winstyle\d{3,}"
)
_COUNT = re.compile(r"(?:共|/)\s?(\d{1,4})\s?页|\b1/(\d{1,4})\b")


def fits(source: Source) -> bool:
    return _MARK.search(source.text) is not None


def further(source: Source) -> tuple[str, ...]:
    """``col/N.htm`` for the pages after the first when only its count is printed: N = pages - 1 down to 1."""
    path, dot, extension = source.url.rpartition(".")
    if not dot or "/" not in path or re.search(r"/\d{1,4}\Z", path):
        return ()
    match = _COUNT.search(source.text)
    pages = int(match[1] or match[2]) if match else 0
    name = path.rpartition("/")[2]
    return tuple(join(source.url, f"{name}/{number}.{extension}") for number in range(pages - 1, 0, -1)[:50])


FAMILY = Family("boda", fits, further)
