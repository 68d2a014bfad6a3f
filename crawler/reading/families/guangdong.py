"""Guangdong's platform: ``COL/content/post_ID.html``, further pages ``index_2.html`` as real
links."""

from __future__ import annotations

import re

from crawler.reading.families.base import Family, Source

_ARTICLE = re.compile(r"post_\d{4,12}\.html")


def fits(source: Source) -> bool:
    return _ARTICLE.search(source.marks) is not None


FAMILY = Family("guangdong", fits)
