"""A page whose list stands at an interface: unreadable of itself, with whom to ask and how."""

from __future__ import annotations

from crawler.model import Evidence, Outcome, Reading
from crawler.reading.data.interfaces import interface_asks
from crawler.reading.families.base import Family, Source

SCRIPT_LIST = "script_list"


def elsewhere(source: Source, family: Family, mark: str = "") -> Reading:
    """UNREADABLE ``script_list``: ``asks`` (a form, an interface that the page names) or ``next``
    (an address) lead to the list where the page says enough.

    ``mark`` is what gave it away, the interface itself where nothing else did.
    """
    asked = family.interface(source)
    asks = family.anew(source)
    if not asked and not asks:
        asks = interface_asks(source)
    plain = (asked,) if asked[:4] == "http" and not asks else ()
    return Reading(
        Outcome.UNREADABLE,
        Evidence.NONE,
        reason=SCRIPT_LIST,
        mark=mark or asked,
        family=family.name,
        next=plain,
        asks=asks,
    )
