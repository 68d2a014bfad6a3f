"""All that the rules are told, of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from crawler.model import Unit
from monitor.days.workdays import Calendar
from monitor.model.content import ContentFacts
from monitor.model.counts import NOT_COUNTED, Count
from monitor.model.outlets import OutletFacts, PacedPosts
from monitor.model.sites import SiteFacts, SiteWeek, Unlisted


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Posts of one unit per month, each counted once.

    A month that ``counts`` does not hold is one of which nothing is known. ``documents`` counts
    disclosure documents, a series of their own, of months in which the catalogue has a column for
    them.
    """

    unit: Unit
    counts: Mapping[str, Count] = field(default_factory=dict)
    documents: Mapping[str, Count] = field(default_factory=dict)

    def count(self, month: str) -> Count:
        """What is known of ``month``; of one that nobody counted, nothing."""
        return self.counts.get(month, NOT_COUNTED)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules may look at. ``as_of`` is the moment of judgement.

    ``outlets`` are the district's own; ``canaries`` (accounts that prove a probe) stand apart and
    are judged by nobody's rules but ours. ``partial`` facts are of some outlets only: what counts
    over a site says nothing.

    ``months`` are the complete calendar months of the previous and the current quarter, oldest
    first; ``this_month`` is the running one; months before ``horizon`` were never crawled.
    ``failed_night`` = the crawl did not ask enough: nothing opens. ``blind`` = too little was seen:
    nobody is accused, and ``dark`` are the subjects (``outlet:ID``, ``site:ID``) of sites and
    platforms of which that is true. ``paces`` are by outlet id, of the places only that a rule
    counts by the week or day. ``calendar`` = the working days, where a rule counts them; of
    ``unknown_years`` it knows only Monday to Friday. ``liars`` are hosts (``host:port``) that said
    "unchanged" of a changed page, and when they were last caught; ``alike`` the groups of columns
    (their ids) that show one list.
    """

    as_of: datetime
    day: date
    outlets: tuple[OutletFacts, ...]
    units: tuple[UnitFacts, ...]
    months: tuple[str, ...]
    this_month: str
    failed_night: bool = False
    blind: bool = False
    dark: frozenset[str] = frozenset()
    horizon: date = date.min
    canaries: tuple[OutletFacts, ...] = ()
    sites: tuple[SiteFacts, ...] = ()
    weeks: tuple[SiteWeek, ...] = ()
    partial: bool = False
    content: tuple[ContentFacts, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    paces: Mapping[str, PacedPosts] = field(default_factory=dict)
    calendar: Calendar | None = None
    unknown_years: tuple[int, ...] = ()
    liars: Mapping[str, datetime] = field(default_factory=dict)
    alike: tuple[tuple[str, ...], ...] = ()

    @property
    def unseen(self) -> bool:
        """Whether the night saw too little for any new accusation."""
        return self.failed_night or self.blind
