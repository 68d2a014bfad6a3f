"""Epoint: ``area/031002/moreinfo.html``, articles ``CODE/YYYYMMDD/uuid.html``; some lists are filled by script."""

from __future__ import annotations

from crawler.families.base import Family, Source, says


def fits(source: Source) -> bool:
    return says(source.marks, "EpointWebBuilder", "webBuilder", "moreinfo")


FAMILY = Family("epoint", fits, (b"ewb-",))
