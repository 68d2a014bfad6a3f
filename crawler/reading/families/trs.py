"""TRS WCM: articles ``YYYYMM/tYYYYMMDD_ID.htm``, pager by ``createPageHTML(pages, current0,
"index", "html")``."""

from __future__ import annotations

import re

from crawler.reading.families import scripted
from crawler.reading.families.base import Family, Source, says

_DAY = re.compile(r"t20\d{6}_\d{1,12}\.s?html?")
"""tYYYYMMDD_ID.htm in month folders."""
_NUMBER = re.compile(r"/t\d{6,12}\.s?html?\n")
"""Guangxi's platform numbers articles without a day (tNNNNNNN.shtml)."""


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        says(marks, "createPageHTML", "/trs")
        or _DAY.search(marks) is not None
        or _NUMBER.search(marks) is not None
    )


FAMILY = Family(
    "trs", fits, (b"CurrChnlCls", b"_trs_ta_js", b"TRS_"), scripted.further, pages=scripted.pages
)
