"""TRS WCM: articles ``YYYYMM/tYYYYMMDD_ID.htm``, pager by ``createPageHTML(pages, current0, "index", "html")``."""

from __future__ import annotations

import re

from crawler.families import scripted
from crawler.families.base import Family, Source

_ARTICLE = re.compile(
    r"/t(?:\d{8}_\d{1,12}|\d{6,12})\.s?html?[\"']|CurrChnlCls|_trs_ta_js|TRS_Editor|trs_web|TRSCrawler"
)


def fits(source: Source) -> bool:
    return _ARTICLE.search(source.text) is not None or (
        "createPageHTML" in source.text and scripted.call_of(source) is not None
    )


FAMILY = Family("trs", fits, scripted.further, pages=scripted.pages)
