"""Kaipu UCAP: ``SITE/cNNNNNN/xxx_list.shtml``, pager ``createPageHTML('div', pages, current1,
'list', 'shtml', total)``."""

from __future__ import annotations

import re

from crawler.reading.families import scripted
from crawler.reading.families.base import Family, Source, says

_CALL = re.compile(r"createPageHTML\w{0,9}\s{0,3}\(\s{0,3}['\"]")
"""UCAP's call begins with its pager's element, TRS's with the number of pages."""
_ARTICLE = re.compile(r"/c1\d{5}/(?:\d{4}/\d\d?/\d\d?|\d{6})/[0-9a-f]{32}\.s?html")
"""cNNNNNN/Y/M/D/hash32.shtml, or COL/YYYYMM/hash32.shtml."""
_LIST = re.compile(r"/c\d{6}/\w{1,40}_list(?:_\d{1,4})?\.shtml|_list(?:_\d{1,4})?\.shtml")
"""UCAP puts the template's name into the file's (common_list_2.shtml)."""


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        _CALL.search(marks) is not None
        or says(marks, "common_list.shtml", "jpaas-", "ucap-content")
        or _ARTICLE.search(marks) is not None
        or _LIST.search(source.url) is not None
    )


FAMILY = Family("ucap", fits, (), scripted.further, pages=scripted.pages, total=scripted.total)
