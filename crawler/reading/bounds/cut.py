"""A page that ends before its end: what stood further down was never seen, so that it is no whole
list and no empty one.

A server that breaks off sends a good status and a good length, too; only the page itself tells.
None of 230 pages of 38 portals did without its closing tags.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawler.model import Evidence, Outcome, Reading, Unread

CUT = "cut"
"""Why a part was not read: the page breaks off; and the reason of a page that breaks off before it
shows a list."""
END = "end of the page"
_BEGINS = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_ENDS = re.compile(r"</(?:html|body)\b", re.IGNORECASE)
HEAD, TAIL = 20_000, 4_000
"""Characters at either end where the tags stand on all but odd pages."""


def breaks_off(text: str) -> bool:
    """Whether ``text`` begins as a whole page and does not end as one. A fragment without
    ``<html>`` never does."""
    if (
        "</html" in text[-TAIL:]
        or _ENDS.search(text, max(0, len(text) - TAIL))
        or _ENDS.search(text)
    ):
        return False
    return _BEGINS.search(text, 0, HEAD) is not None


def cut_off(reading: Reading, text: str) -> Reading:
    """``reading`` of the page ``text``, which proves less where it breaks off: more rows may have
    come, or other parts."""
    if not reading.outcome.conclusive or not breaks_off(text):
        return reading
    if reading.outcome is Outcome.EMPTY:
        return Reading(
            Outcome.UNREADABLE, Evidence.NONE, reason=CUT, mark=text[-60:], family=reading.family
        )
    evidence = Evidence.PARTIAL if reading.evidence is Evidence.COMPLETE else reading.evidence
    return replace(reading, evidence=evidence, unread=(*reading.unread, Unread(END, CUT)))
