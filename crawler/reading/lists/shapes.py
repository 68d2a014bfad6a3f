"""How a list page is built, told from what was read of it: the list's boxes, where a row's day
stands, the next page's address.

Nothing is looked for anew: the reader knows the list and its rows already.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from crawler.model import DEPTH, Further, Reading, Shape
from crawler.reading.lists.dating import Item
from crawler.reading.lists.outline import Outline

ROWS = 10
"""So many rows tell where the day stands."""
WORDS = 8
DATA = ("data",)
"""The place of a list that no markup holds: JSON, a feed, a script's array, rows in a data
block."""
_WORD = re.compile(r"[\w-]{1,40}")
_NUMBER = re.compile(r"(?=[a-f]{0,40}\d)[0-9a-f]{6,40}|\d{3,40}")
"""Numbers of a page or a moment, not of a box: ``id_8f3a2c91``, ``list2020``. ``tab1`` and ``tab2``
are two boxes."""
_DIGITS = re.compile(r"[0-9a-f]{16,}|\d+")
"""Numbers in a further page's name are the page's."""
_STATE = re.compile(
    r"active|on|off|cur|curr|current|now|hover|shown?|hide|in|open|selected|sel|first|last|odd|even|clear(?:fix)?|cf"
)
"""Classes of a state: they come and go while the page is built the same."""


def shape_of(reading: Reading, sheet: Outline, items: Sequence[Item], home: int) -> Shape:
    """The shape of a list that stands in element ``home`` of ``sheet``; ``-1``: no element holds
    it."""
    told = Counter(_stands(sheet, item) for item in islice(_dated(items), ROWS))
    return _shape(reading, place_of(sheet, home) or DATA, told)


def shape_of_data(reading: Reading) -> Shape:
    """The shape of a list that came as data."""
    told = Counter(
        post.published.place for post in reading.posts[:ROWS] if post.published is not None
    )
    return _shape(reading, DATA, told)


def _shape(reading: Reading, place: tuple[str, ...], dates: Counter[str]) -> Shape:
    # Of two places with as many rows the one that comes first by name: the same on every night.
    date = min(dates, key=lambda one: (-dates[one], one), default="")
    further = further_form(reading.further[0]) if reading.further else ""
    return Shape(reading.family, place, date, len(reading.posts), further)


def _dated(items: Iterable[Item]) -> Iterable[Item]:
    return (item for item in items if item.published is not None)


def _stands(sheet: Outline, item: Item) -> str:
    """Where the row's day stands, in its text also on which side of the title."""
    published = item.published
    if published is None or published.place != "item" or not item.cells or item.row.anchor < 0:
        return published.place if published is not None else ""
    text, anchor = item.cells[0].texts[0], item.row.anchor
    side = (
        "before" if text < sheet.first[anchor] else "after" if text >= sheet.last[anchor] else "in"
    )
    return f"item {side}"


def place_of(sheet: Outline, home: int) -> tuple[str, ...]:
    """The boxes from the page's body down to ``home``, at most :data:`crawler.model.DEPTH`."""
    boxes: list[str] = []
    while home >= 0 and len(boxes) < DEPTH and sheet.tags[home] not in ("body", "html"):
        boxes.append(_box(sheet, home))
        home = sheet.parents[home]
    return tuple(reversed(boxes))


def _box(sheet: Outline, number: int) -> str:
    element = sheet.elements[number]
    return _named(
        sheet.tags[number], (element.get("id") or "")[:80], (element.get("class") or "")[:200]
    )


@lru_cache(maxsize=4096)
def _named(tag: str, id_: str, classes: str) -> str:
    """``div#main.list.news``: tag, id and telling classes in the order of names. The pages of a
    site share their boxes."""
    names = [f"#{word}" for word in _words(id_)[:1]]
    names += [f".{word}" for word in sorted(set(_words(classes)))]
    return ("table" if tag == "tbody" else tag) + "".join(names)


def _words(attribute: str) -> list[str]:
    found = (_NUMBER.sub("0", word) for word in _WORD.findall(attribute.lower()))
    return [word for word in found if not _STATE.fullmatch(word)][:WORDS]


def further_form(further: Further) -> str:
    """How a further page is addressed: its file without numbers and the names of its query, a form
    by its path."""
    url = further if isinstance(further, str) else further.url
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query[:500])
    except ValueError:
        return ""
    if not isinstance(further, str) and further.method != "GET":
        return f"{further.method} {parts.path}"[:120]
    file = _DIGITS.sub("#", parts.path.rpartition("/")[2].lower())
    names = "&".join(sorted({name for name, _ in query}))
    return (f"{file}?{names}" if names else file)[:120]
