"""Addresses as scripts write them: ``"/api/list?id=" + channelId``, ``{params: {page: 1}}``, and what fills their holes. Pure.

A hole is filled only by what the page itself says: an assignment in its scripts, a value of its own
address. Page numbers begin at 1. What stands nowhere stays a hole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

HOLE = "\u2026"
"""Stands in an address where nothing fills it."""
MOST_PARTS = 8
_STRING = re.compile(
    r"\"([^\"\\\n]{0,400})\"|'([^'\\\n]{0,400})'|`([^`\\]{0,400})`",
)
_NAME = re.compile(r"[A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}){0,5}(?:\(\s{0,3}\))?")
_PLUS = re.compile(r"\s{0,20}\+\s{0,20}")
_TEMPLATE = re.compile(r"\$\{([^{}]{1,80})\}")
_PAIR = re.compile(
    r"[{,]\s{0,40}[\"']?([A-Za-z_]\w{0,40})[\"']?\s{0,9}:\s{0,9}"
    r"(\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|-?\d{1,12}|[A-Za-z_$][\w$.]{0,80})\s{0,9}(?=[,}])"
)
_ASSIGNED = re.compile(
    r"\b([A-Za-z_$][\w$]{0,40})[\"']?\s{0,5}[:=]\s{0,5}(?:[\"']([\w\-/.:]{1,200})[\"']|(\d{1,12})\b)"
)
_PAGE = re.compile(
    r"(?:cur(?:rent)?_?)?(?:page(?:_?(?:no|num|index|number))?|pn|p)\Z|pageno\Z", re.I
)
_SIZE = re.compile(r"page_?size|(?:per_?page|limit|rows|size|ps)\Z", re.I)
_ID = re.compile(r"id\Z|code\Z|channel|column|cat|lanmu|node|menu|alias", re.I)
_WORDS = frozenset({"true", "false", "null", "undefined", "this", "function", "new"})
SIZE = "20"
LONGEST, MOST_VALUES = 1_500_000, 2000
"""Characters of a script, and names in it, that are looked at: bundles are long, and their
addresses stand anywhere."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of an address that a script knows: the last word of what it writes there."""

    name: str


Part = str | Hole


@dataclass(frozen=True, slots=True)
class Values:
    """What a page says of the names in its scripts: assignments, its address's values, the one
    number in its path."""

    assigned: Mapping[str, str]
    query: Mapping[str, str]
    number: str = ""

    def of(self, name: str) -> str | None:
        """What fills a hole of this name; ``None`` where nothing does."""
        if name in self.assigned:
            return self.assigned[name]
        low = name.lower()
        if low in self.query:
            return self.query[low]
        if _SIZE.search(name):
            return SIZE
        if _PAGE.match(name):
            return "1"
        return self.number or None if _ID.search(name) else None


def values_of(url: str, scripts: Iterable[str]) -> Values:
    """What the page at ``url`` with its inline ``scripts`` says. The first assignment of a name
    holds."""
    assigned: dict[str, str] = {}
    for script in scripts:
        for match in islice(_ASSIGNED.finditer(script[:LONGEST]), MOST_VALUES):
            assigned.setdefault(match[1], match[2] or match[3])
    parts = urlsplit(url)
    query = {name.lower(): value for name, value in parse_qsl(parts.query)}
    numbers = re.findall(r"\d{1,12}", parts.path + parts.fragment) or [
        *filter(str.isdigit, query.values())
    ]
    return Values(assigned, query, numbers[-1] if len(set(numbers)) == 1 else "")


def parts_at(text: str, at: int) -> tuple[tuple[Part, ...], int]:
    """The address that begins at ``at``, part by part, and where it ends; nothing where none
    does."""
    parts: list[Part] = []
    while len(parts) < MOST_PARTS:
        string = _STRING.match(text, at)
        name = None if string else _NAME.match(text, at)
        found = string or name
        if found is None:
            break
        parts += _of_string(string) if string else [Hole(_last(found[0]))]
        at = found.end()
        plus = _PLUS.match(text, at)
        if plus is None:
            break
        at = plus.end()
    return tuple(parts), at


def _of_string(found: re.Match[str]) -> list[Part]:
    if found[3] is None:
        return [found[1] if found[1] is not None else found[2]]
    pieces = _TEMPLATE.split(found[3])
    return [piece if n % 2 == 0 else Hole(_last(piece)) for n, piece in enumerate(pieces) if piece]


def _last(name: str) -> str:
    return re.sub(r"\W+\Z", "", name).rpartition(".")[2]


def filled(parts: Sequence[Part], values: Values) -> str:
    """The address, each hole filled or left as :data:`HOLE`."""
    told = []
    for part in parts:
        if isinstance(part, str):
            told.append(part)
            continue
        value = values.of(part.name)
        told.append(HOLE if value is None else value if not told else quote(value, safe="/:"))
    return "".join(told)


def parameters(text: str, values: Values) -> dict[str, str]:
    """The values of an object literal (``{channelId: 3, page: n}``); those that stand nowhere are holes."""
    found: dict[str, str] = {}
    for name, value in _PAIR.findall(text[:1000]):
        if value[0] in "\"'":
            found[name] = value[1:-1]
        elif value in _WORDS:
            continue
        else:
            number = value.lstrip("-").isdigit()
            said = value if number else values.of(_last(value)) or values.of(name)
            found[name] = HOLE if said is None else said
    return found


def with_parameters(url: str, more: Mapping[str, str]) -> str:
    """The address with these values behind its own."""
    if not more:
        return url
    told = urlencode(more, safe=HOLE)
    return f"{url}{'&' if '?' in url else '?'}{told}"
