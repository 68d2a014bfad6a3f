"""Boda VSB: ``col.htm``, ``info/COL/ID.htm``, rows ``id="line_u4_0"``; ``col/N.htm`` counts
backwards, page 2 is the highest."""

from __future__ import annotations

import re

from crawler.reading.families.base import Family, Source, says
from crawler.reading.markup import join

_ARTICLE = re.compile(r"info/\d{3,6}/\d{2,9}\.htm")
_COUNT = re.compile(r"(?:共|/)\s?(\d{1,4})\s?页|\b1/(\d{1,4})\b")
"""Boda prints only how many pages there are: 共3页, 1/3."""


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        says(marks, "_vsb", "vsbscreen", "/system/resource/js/")
        or _ARTICLE.search(marks) is not None
    )


def further(source: Source) -> tuple[str, ...]:
    """``col/N.htm`` for the pages after the first when only its count is printed: N = pages - 1
    down to 1."""
    path, dot, extension = source.url.rpartition(".")
    if not dot or "/" not in path or re.search(r"/\d{1,4}\Z", path):
        return ()
    match = next(filter(None, map(_COUNT.search, source.sheet.texts)), None)
    pages = int(match[1] or match[2]) if match else 0
    name = path.rpartition("/")[2]
    return tuple(
        join(source.url, f"{name}/{number}.{extension}") for number in range(pages - 1, 0, -1)[:50]
    )


FAMILY = Family("boda", fits, (b'id="line_u', b"_vsb_"), further)
