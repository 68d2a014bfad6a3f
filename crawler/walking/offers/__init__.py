"""The words of an offer (数据地址建议): what the page named, what came of it, both readings side by side.
Plain and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crawler.model import Outlet, Reading
from crawler.walking.shapes import ShapeRow, rows_of


class How(StrEnum):
    """Where an address was named: FEED a link to RSS or Atom, ATTRIBUTE an element's ``data-``
    attribute, SCRIPT the page's own script, FILE a script file of the page."""

    FEED = "feed"
    ATTRIBUTE = "attribute"
    SCRIPT = "script"
    FILE = "file"


class Why(StrEnum):
    """What came of an address. GOOD: it reads whole, with posts of the column's site. Not asked at
    all: FOREIGN (a host that is not the catalogue's), FORBIDDEN, POST (only a form's answer),
    UNFILLED (a part of it stands nowhere on the page), REFUSED (a person refused it), TAKEN
    (another column's address), MANY (too many addresses). Asked: FAILED (no answer, or an error),
    NO_LIST, FEW, OTHER_SITE, NOT_WHOLE, A_PAGE (a web page, no data), SHARED (offered for other
    columns, too), SECOND (good, but another one fits better)."""

    GOOD = "good"
    FOREIGN = "foreign"
    FORBIDDEN = "forbidden"
    POST = "post"
    UNFILLED = "unfilled"
    REFUSED = "refused"
    TAKEN = "taken"
    MANY = "many"
    FAILED = "failed"
    NO_LIST = "no_list"
    FEW = "few"
    OTHER_SITE = "other_site"
    NOT_WHOLE = "not_whole"
    A_PAGE = "a_page"
    SHARED = "shared"
    SECOND = "second"


OFFERED, TAKEN, REFUSED, OVER = "offered", "taken", "refused", "over"
"""The states of an offer: it waits for a person, a person took it (its address is the column's),
refused it, or it fell away."""


@dataclass(frozen=True, slots=True)
class AddressCandidate:
    """An address that a page names. ``post``: it is asked by a form; ``own``: it names the column
    as the page's address does; ``whole``: no part of it is unknown."""

    url: str
    how: How
    post: bool = False
    own: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Tried:
    """An address and what came of it; ``said`` is what it answered where it failed (a reason of the
    reader's)."""

    url: str
    how: How
    why: Why
    said: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One reading of a column: what it was, its newest day, how many posts (``total``: that it
    counts), the first rows."""

    outcome: str
    reason: str = ""
    newest: date | None = None
    count: int = 0
    total: int | None = None
    rows: tuple[ShapeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What was found for a column whose ``page`` showed no list: a data address, or (``url`` empty)
    none that fits.

    ``before`` is what the page said, ``after`` what the data said when last seen. ``ended`` is when
    it was taken, refused or fell away; ``person`` and ``reason`` are those of whoever decided,
    ``render`` how the page was opened until then.
    """

    id: int
    outlet: str
    page: str
    url: str
    how: How | None
    before: Side
    after: Side | None
    tried: tuple[Tried, ...]
    first_seen: datetime
    last_seen: datetime
    state: str = OFFERED
    render: str = "plain"
    ended: datetime | None = None
    person: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to look for: its page showed no list. ``kept`` is the address that is offered
    already, ``refused`` those that a person refused, ``known`` the addresses (``visit.key``) of its
    last first page."""

    outlet: Outlet
    hosts: frozenset[str]
    kept: str = ""
    how: How | None = None
    refused: frozenset[str] = frozenset()
    known: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search for one column brought; ``url`` is empty where nothing fits. ``reads``: its
    page shows a list again."""

    outlet: str
    page: str
    moment: datetime
    before: Side | None = None
    url: str = ""
    how: How | None = None
    after: Side | None = None
    tried: tuple[Tried, ...] = ()
    reads: bool = False


def side_of(reading: Reading) -> Side:
    """A reading as one side."""
    newest = reading.newest
    day = newest.day if newest is not None else None
    rows = rows_of(reading)
    return Side(reading.outcome.value, reading.reason, day, len(reading.posts), reading.total, rows)
