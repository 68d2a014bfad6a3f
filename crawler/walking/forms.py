"""Lists that are asked from an interface: what counts as an answer, and which form comes next."""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Ask, Evidence, Outcome, Reading
from crawler.reading.families import jcms, province

DATA = ("json", "jcms")
"""What an interface answers. A page in its place (a login, an error, the portal's own home page) is
no list of the column."""


def answered(asked: Ask, reading: Reading) -> Reading:
    """The ``reading`` of the answer to a form or an interface, with the form for the page after it.

    UNREADABLE where a page came instead of data: its posts are whose-ever.
    """
    if not reading.outcome.conclusive:
        return reading
    if reading.family and reading.family not in DATA:
        said = f"a page in place of the data of {asked.url}"
        return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="script_list", mark=said)
    if reading.asks:
        return reading
    onward = province.after(asked, reading) or jcms.after(asked, reading)
    if onward is None:
        return replace(reading, asks=())
    rest = tuple(
        one for one in reading.unread if one.why != "total"
    )  # what is missing is asked next
    evidence = Evidence.COMPLETE if reading.unread and not rest else reading.evidence
    return replace(reading, asks=(onward,), unread=rest, evidence=evidence)
