"""Whether a script of the page fills a box as soon as the page is there: then the server's rows are
what stood there before.

Read, never run. What a click calls (the pager of a list that the server wrote) leaves the first
page as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

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
"""Lists that only browsers without scripts are shown, beside a box that a script fills."""
QUOTES = ('"', "'")
_WRITES = r"\s{0,3}\.\s{0,3}(?:html|append|prepend|before|load|replaceWith|innerHTML|insertAdjacentHTML|bootstrapTable)\b"
"""What jQuery and plain scripts do with the answer of a fetch."""
_DOES, _DONE = re.compile(_WRITES), re.compile(r"""["']\s?\)""" + _WRITES)
_CHOSEN = re.compile(r"""(?:\s+(?:ul|ol|tbody|dl))?["']\s?\)""" + _WRITES)
"""``$('#box li').prepend('<i>')`` decorates rows: only a list within the box is the box."""
_CLOSED = re.compile(r"""["']\s?\)""")
_ELEMENT, _GOT = re.compile(r"\bel\s?:\s?\Z"), re.compile(r"getElementById\(\s?\Z")
_VARIABLE = re.compile(r"([\w$]{1,40})\s{0,3}=\s{0,3}[\w$.]{1,30}\(\s?\Z")
_PART_OF_A_NAME = re.compile(r"[\w$.]")
_CALLS, _OPEN, _HANDED = re.compile(r"\s?\("), re.compile(r"\(\s?\Z"), re.compile(r"\s?[,)]")
_LOADS = re.compile(r"onload\s?=\s?\Z")
"""Pages that call the filling function in the body's ``onload``."""
_READY = re.compile(r"\$\(\s?(?:function|\(\s?\)\s?=>)|ready\s?\(|onload|DOMContentLoaded", re.I)
"""What runs as soon as the page is there; a click's function leaves the server's rows as they
are."""
_NAMED, _ENDS = re.compile(r"function\s{1,3}([\w$]{1,60})\s?\("), re.compile(r"\b")
_HOLDS = re.compile(r"([\w$]{1,60})\s?[=:]\s?(?:async\s)?\Z")


def filled(sight: Sight, home: int) -> Iterator[Unread]:
    """The list's own box, where a script writes into it; a list that only browsers without scripts
    are shown."""
    sheet = sight.source.sheet
    if sheet.up(home, NOSCRIPT) >= 0 and sheet.scripts:
        yield Unread("#noscript", PART, "script")
    node = home
    for _ in range(UP):
        if node < 0 or sheet.tags[node] in ("body", "html"):
            return
        name = next(
            (one for one in _names(sight, node) if writes_into(one, sight.source.scripts)), ""
        )
        if name:
            yield Unread(f"#{name[1:40]}", PART, "script")
            return
        node = sheet.parents[node]


def above(sight: Sight, home: int) -> Iterator[Unread]:
    """Boxes above the list, in the same middle of the page, that stand empty and that a script
    fills at once.

    List elements, and boxes under a heading of their own: the present list above an archive. A bar
    of places, a menu and a visitor's counter have neither.
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
    """Whether a script fills the element ``name`` (``#id``, ``.class``) by itself: said directly,
    or by a variable."""
    return any(
        _at_once(script, place, scripts)
        for script in scripts
        if name[1:] in script
        for place in chain(_told(name, script), _by_variable(name, script))
    )


def _told(name: str, script: str) -> list[int]:
    """Where a script says that it writes into ``name``: ``$('#box').html(``,
    ``getElementById('box').innerHTML``, ``el: '#box'``.

    Names are found as plain words and what stands around them by patterns of the module: a pattern
    made for each name of a page would cost more than all the rest.
    """
    places = []
    for at in _quoted(name, script):
        end = at + 1 + len(name)
        if _CHOSEN.match(script, end) is not None:
            places.append(at)
        elif script[end : end + 1] in QUOTES and (
            element := _ELEMENT.search(script, max(0, at - 6), at)
        ):
            places.append(element.start())
    for at in _quoted(name[1:], script) if name[0] == "#" else ():
        got = _GOT.search(script, max(0, at - 20), at)
        if got is not None and _DONE.match(script, at + len(name)) is not None:
            places.append(got.start())
    return sorted(places)[:MOST]


def _by_variable(name: str, script: str) -> Iterator[int]:
    """Where it writes into a variable that holds ``name``; only where the script asks a server for
    something."""
    held = sorted(
        (variable.start(1), variable[1])
        for word in (name, name[1:])
        for at in _quoted(word, script)
        if _CLOSED.match(script, at + 1 + len(word)) is not None
        and (variable := _VARIABLE.search(script, max(0, at - 80), at)) is not None
    )
    if not held or FETCHES.search(script) is None:
        return
    for _, holder in held[:VARIABLES]:
        written = (
            at
            for at in found_at(holder, script)
            if _DOES.match(script, at + len(holder))
            and not _PART_OF_A_NAME.match(script[at - 1 : at])
        )
        yield from islice(written, MOST)


def _quoted(word: str, script: str) -> Iterator[int]:
    """Where ``word`` stands in a script behind a quote, by the quote."""
    for quote in QUOTES:
        yield from found_at(quote + word, script)


def found_at(word: str, text: str) -> Iterator[int]:
    """Every place of ``word`` in ``text``."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _at_once(script: str, at: int, scripts: Sequence[str]) -> bool:
    """Whether what stands ``at`` is called when the page is ready: outside every function but of a
    fetch's answer, or in a function that the page calls so (``load(1)``, ``$(load)``)."""
    asked = [match.start() for match in FETCHES.finditer(script, max(0, at - NEAR), at)]
    stop = asked[-1] if asked else at
    if _ready_at(script, stop):
        return True
    name = _function_before(script, max(0, stop - NEAR), stop)
    if not name:
        return False
    calling = (one for one in scripts if name in one)
    return any(_ready_at(one, call) for one in calling for call in islice(_called(name, one), MOST))


def _function_before(script: str, start: int, stop: int) -> str:
    """The name of the last function that begins between ``start`` and ``stop``: ``function load(``,
    ``load = function``."""
    at = script.rfind("function", start, stop)
    while at >= 0:
        held = (
            _HOLDS.search(script, max(start, at - 70), at)
            if _ENDS.match(script, at + 8, stop)
            else None
        )
        found = held or _NAMED.match(script, at, stop)
        if found is not None:
            return found[1]
        at = script.rfind("function", start, at)
    return ""


def _called(name: str, script: str) -> Iterator[int]:
    """Where the function ``name`` is called, handed on (``$(load)``) or set to be called (``onload
    = load``)."""
    for at in found_at(name, script):
        before, end = script[max(0, at - 12) : at], at + len(name)
        handed, loads = _OPEN.search(before), _LOADS.search(before)
        if loads and not _PART_OF_A_NAME.match(script, end):
            yield at - len(loads[0])
        elif handed and _HANDED.match(script, end):
            yield at - len(handed[0])
        elif (
            _CALLS.match(script, end)
            and not _PART_OF_A_NAME.match(before[-1:])
            and not before.endswith("function ")
        ):
            yield at


def _ready_at(script: str, at: int) -> bool:
    depth = script.count("{", 0, at) - script.count("}", 0, at)
    before = script[max(0, at - NEAR) : at]
    return depth <= 0 or (
        depth == 1 and _READY.search(before[max(0, before.rfind("{") - 80) :]) is not None
    )
