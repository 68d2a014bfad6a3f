"""Epoint: ``area/031002/moreinfo.html``, articles ``CODE/YYYYMMDD/uuid.html``; some lists are
filled by script."""

from __future__ import annotations

import re

from crawler.reading.families.base import Family, Source, says

_ARTICLE = re.compile(r"/\d{6,12}/20\d{6}/[0-9a-f]{8}-[0-9a-f]{4}")


def fits(source: Source) -> bool:
    marks = source.marks
    return (
        says(marks, "EpointWebBuilder", "webBuilder", "moreinfo")
        or _ARTICLE.search(marks) is not None
    )


FAMILY = Family("epoint", fits, (b"ewb-",))
