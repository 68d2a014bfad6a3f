"""The families of content systems, most telling mark first. A new one is a file here and a name
below."""

from __future__ import annotations

from crawler.reading.families import (
    boda,
    epoint,
    guangdong,
    jcms,
    jpaas,
    jyhcms,
    marked,
    province,
    trs,
    ucap,
)
from crawler.reading.families.base import Family, Source

GENERIC = Family("generic", lambda _: True)
KNOWN = (
    province.FAMILY,
    jpaas.FAMILY,
    jcms.FAMILY,
    guangdong.FAMILY,
    jyhcms.FAMILY,
    ucap.FAMILY,
    epoint.FAMILY,
    boda.FAMILY,
    trs.FAMILY,
    *marked.FAMILIES,
)

__all__ = ["GENERIC", "KNOWN", "Family", "Source", "family_of"]


def family_of(source: Source) -> Family:
    """The family that made the page, ``generic`` when none is recognised."""
    for family in KNOWN:
        if family.fits(source):
            return family
    for family in KNOWN:
        if any(sign in source.raw for sign in family.signs):
            return family
    return GENERIC
