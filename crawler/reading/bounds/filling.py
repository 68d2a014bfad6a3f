"""Whether a script of the page fills a box as soon as the page is there: then the server's rows are what stood there before.

Read, never run. What a click calls (the pager of a list that the server wrote) leaves the first page as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from crawler.model import Unread
from crawler.reading.bounds.blank import LISTS
from crawler.reading.bounds.empty_boxes import HEADINGS
from crawler.reading.bounds.sight import Sight
from crawler.reading.bounds.totals import FETCHES
from crawler.reading.frames import PART
from crawler.reading.lists.outline import Outline

NEAR = 3000
"""Characters between a fetch and what is done with its answer."""
MOST, VARIABLES, CLASSES = 20, 5, 4
"""Places of a script, variables for one box and classes of one element that are looked at."""
UP = 4
"""Elements around a list whose names a script may know as its box."""
BEFORE = 400
"""Elements before a list, on each step up, that are looked at."""
NOSCRIPT = frozenset({"noscript"})
_DOES = r"\s{0,3}\.\s{0,3}(?:html|append|prepend|before|load|replaceWith|innerHTML|insertAdjacentHTML|bootstrapTable)\b"
_READY = re.compile(r"\$\(\s?(?:function|\(\s?\)\s?=>)|ready\s?\(|onload|DOMContentLoaded", re.I)
_FUNCTION = re.compile(r"function\s{1,3}([\w$]{1,60})\s?\(|([\w$]{1,60})\s?[=:]\s?(?:async\s)?function\b")


def filled(sight: Sight, home: int) -> Iterator[Unread]:
    """The list's own box, where a script writes into it; a list that only browsers without scripts are shown."""
    sheet = sight.source.sheet
    if sheet.up(home, NOSCRIPT) >= 0 and sheet.scripts:
        yield Unread("#noscript", PART, "script")
    node = home
    for _ in range(UP):
        if node < 0 or sheet.tags[node] in ("body", "html"):
            return
        name = next((one for one in _names(sight, node) if writes_into(one, sight.source.scripts)), "")
        if name:
            yield Unread(f"#{name[1:40]}", PART, "script")
            return
        node = sheet.parents[node]


def above(sight: Sight, home: int) -> Iterator[Unread]:
    """Boxes above the list, in the same middle of the page, that stand empty and that a script fills at once.

    List elements, and boxes under a heading of their own: the present list above an archive. A bar of places, a menu and a
    visitor's counter have neither.
    """
    sheet = sight.source.sheet
    for number in _empty_above(sheet, home):
        name = sheet.elements[number].get("id") or ""
        if name and not sheet.hidden(number) and writes_into(f"#{name}", sight.source.scripts):
            yield Unread(f"#{name[:40]}", PART, "script")


def _empty_above(sheet: Outline, home: int) -> Iterator[int]:
    node = home
    for _ in range(UP):
        parent, headed = sheet.parents[node] if node >= 0 else -1, False
        if parent < 0 or sheet.tags[parent] in ("body", "html"):
            return
        for number in range(max(parent + 1, node - BEFORE), node):
            tag = sheet.tags[number]
            if sheet.first[number] < sheet.last[number] or sheet.links_in(number):
                headed = tag in HEADINGS
            elif tag in LISTS or (headed and tag in ("div", "section")):
                yield number
        node = parent


def _names(sight: Sight, node: int) -> tuple[str, ...]:
    """``#id`` and ``.class`` under which scripts may know an element."""
    element = sight.source.sheet.elements[node]
    own = element.get("id") or ""
    classes = (element.get("class") or "").split()[:CLASSES]
    return (*([f"#{own}"] if own else []), *(f".{one}" for one in classes))


def writes_into(name: str, scripts: Sequence[str]) -> bool:
    """Whether a script fills the element ``name`` (``#id``, ``.class``) by itself: said directly, or by a variable."""
    said = tuple(f"{quote}{one}" for quote in "\"'" for one in (name, f"{name[1:]}{quote}"))
    told = [script for script in scripts if name[1:] in script and any(one in script for one in said)]
    return any(
        _at_once(script, place, scripts)
        for script in told
        for pattern in _patterns(name, script)
        for place in (match.start() for match in islice(pattern.finditer(script), MOST))
    )


def _patterns(name: str, script: str) -> Iterator[re.Pattern[str]]:
    """How a script says that it writes into ``name``; by a variable only where the script asks a server for something."""
    chosen, box = re.escape(name), re.escape(name[1:])
    # ``$('#box li').prepend('<i>')`` decorates rows: only a list within the box is the box.
    said = rf"""["']{chosen}(?:\s+(?:ul|ol|tbody|dl))?["']\s?\)"""
    said += rf"""|getElementById\(\s?["']{box}["']\s?\)""" if name[0] == "#" else ""
    yield re.compile(rf"""(?:{said}){_DOES}|\bel\s?:\s?["']{chosen}["']""")
    if FETCHES.search(script) is None:
        return
    held = re.compile(
        rf"""([\w$]{{1,40}})\s{{0,3}}=\s{{0,3}}[\w$.]{{1,30}}\(\s?["'](?:{chosen}|{box})["']\s?\)"""
    )
    for found in islice(held.finditer(script), VARIABLES):
        yield re.compile(rf"(?<![\w$.]){re.escape(found[1])}{_DOES}")


def _at_once(script: str, at: int, scripts: Sequence[str]) -> bool:
    """Whether what stands ``at`` is called when the page is ready: outside every function but of a fetch's answer, or in a
    function that the page calls so (``load(1)``, ``$(load)``)."""
    asked = [match.start() for match in FETCHES.finditer(script, max(0, at - NEAR), at)]
    stop = asked[-1] if asked else at
    if _ready_at(script, stop):
        return True
    named = list(_FUNCTION.finditer(script, max(0, stop - NEAR), stop))
    name = next(filter(None, named[-1].groups()), "") if named else ""
    if not name:
        return False
    said = re.escape(name)
    called = re.compile(rf"(?<![\w$.])(?<!function ){said}\s?\(|\(\s?{said}\s?[,)]|onload\s?=\s?{said}\b")
    calling = (one for one in scripts if name in one)
    return any(_ready_at(one, call.start()) for one in calling for call in islice(called.finditer(one), MOST))


def _ready_at(script: str, at: int) -> bool:
    depth = script.count("{", 0, at) - script.count("}", 0, at)
    before = script[max(0, at - NEAR) : at]
    return depth <= 0 or (depth == 1 and _READY.search(before[max(0, before.rfind("{") - 80) :]) is not None)
