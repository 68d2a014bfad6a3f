"""Families whose lists and pagers are plain HTML: only their name has to be known."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.families.base import Family, Source


def _fits(pattern: str) -> Callable[[Source], bool]:
    search = re.compile(pattern).search
    return lambda source: search(source.text) is not None


FAMILIES = (
    Family(
        "empire",
        _fits(r"/e/public/ViewClick|/e/action/ListInfo|/d/file/[\w/]{1,40}/20\d\d-\d\d-\d\d|/e/data/js/"),
    ),
    Family(
        "dedecms",
        _fits(r"list_\d{1,4}_\d{1,4}\.html|/plus/(?:list|view|count|search)\.php|dedecms|DedeCms|DedeCMS"),
    ),
    Family(
        "phpcms",
        _fits(
            r"m=content&(?:amp;)?c=index&(?:amp;)?a=(?:lists|show)|/statics/(?:js|css|images)/|/show-\d{1,6}-\d{1,9}-\d{1,4}\.html|phpcms"
        ),
    ),
    Family("jeecms", _fits(r"\.jhtml\b|/r/cms/www/|jeecms")),
    Family(
        "siteserver",
        _fits(
            r"/channels/\d{1,9}(?:_\d{1,4})?\.html|/contents/\d{1,9}/\d{1,9}\.html|/sitefiles/|/SiteFiles/"
        ),
    ),
)
"""EmpireCMS, DedeCMS, PHPCMS, JEECMS, SiteServer."""
