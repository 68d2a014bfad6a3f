"""What is known of a site and its home page, and of accounts that nobody registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.model import Site

SECONDS = 15.0
"""A page that is not open after this long counts as not open."""


@dataclass(frozen=True, slots=True)
class Probed:
    """One visit to a home page. Seconds; a stage that was not reached is ``None``.

    ``result`` is ``open``, ``closed`` (not open within the limit, or an error page), ``blocked`` (a
    firewall refused us, or our own guard would not go where the name leads from here) or
    ``own_outage`` (we had no route at all): only the first two count. ``ahead``: seconds that our
    clock is ahead of the server's ``Date``, ``None`` where the answer was a cache's copy. ``error``
    of an open page is ``incomplete_chain`` where the server leaves out a certificate between its
    own and the authority's: most browsers fetch it by themselves, so the page is open, with a fault
    of its own.
    """

    moment: datetime
    result: str
    seconds: float
    dns: float | None = None
    tcp: float | None = None
    tls: float | None = None
    first: float | None = None
    status: int = 0
    error: str = ""
    host: str = ""
    certificate_until: date | None = None
    ahead: float | None = None


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What a site's home page showed. ``dated`` of its links lead to posts with a known day,
    ``newest`` the last.

    ``looks`` are the moments of the newest looks at it, newest first; ``shown`` is the newest day
    that any of the last two months' looks showed.
    """

    looks: tuple[datetime, ...]
    newest: date | None = None
    dated: int = 0
    shown: date | None = None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is known of one portal beside its columns; ``home`` is ``None`` while nobody looked at
    its home page.

    ``page`` is what the home page says of itself, ``articles`` what the last night's article pages
    do.
    """

    site: Site
    home: HomeFacts | None = None
    page: PageFacts | None = None
    articles: PageFacts | None = None


@dataclass(frozen=True, slots=True)
class SiteWeek:
    """A site's home page in the week up to the moment of judgement: ``counted`` visits, ``closed``
    of them in vain.

    ``excluded`` were our own outages (also those that several sites shared) and firewalls'
    refusals; ``host`` is where the last good visit landed, ``opened`` when that was, ``fault`` what
    was wrong with it though it opened. ``down``: the newest visits failed, each confirmed by
    another.
    """

    site: str
    name: str
    home: str
    counted: int
    closed: int
    excluded: int
    host: str = ""
    certificate_until: date | None = None
    last: datetime | None = None
    opened: datetime | None = None
    fault: str = ""
    down: bool = False


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An account that the portal shows: ``place`` is ``link`` or ``qr``, ``page_url`` and
    ``page_hash`` its proof.

    ``known`` = the register has it by now; ``like`` names a registered account with a similar name.
    ``standing``
    is ``new``, ``accepted`` or ``dismissed``. ``column`` and ``units`` are whose pages alone showed
    it, if any.
    """

    platform: str
    number: str
    name: str
    page_url: str
    page_hash: str
    place: str
    first_seen: datetime
    standing: str = "new"
    decided_by: str = ""
    reason: str = ""
    known: bool = False
    like: str = ""
    column: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page of ``kind`` (home, column, article) says of itself, since when; see
    ``crawler/walking/page_facts.py``."""

    kind: str
    url: str
    facts: Mapping[str, Any]
    since: datetime
