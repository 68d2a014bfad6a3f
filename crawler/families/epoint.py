"""Epoint: ``area/031002/moreinfo.html``, articles ``CODE/YYYYMMDD/uuid.html``; some lists are filled by script."""

from __future__ import annotations

import re

from crawler.families.base import Family, Source

_MARK = re.compile(r"\bewb-|/\d{6,12}/20\d{6}/[0-9a-f]{8}-[0-9a-f]{4}|EpointWebBuilder|webBuilder")


def fits(source: Source) -> bool:
    return _MARK.search(source.text) is not None


FAMILY = Family("epoint", fits)
