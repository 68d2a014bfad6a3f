"""Facts, verdicts, findings, letters and the bulletin as plain frozen data.

Moments are aware; days are ``date`` in Asia/Shanghai; a month is its text ``2020-04``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from crawler.crosscheck.model import Checked
from crawler.model import Evidence, Outcome, Outlet, Site, Unit, Unread, upper_bound
from crawler.walking.shapes import Drifted
from monitor.days.workdays import Calendar


class Value(StrEnum):
    """The six values of a verdict. Only STALE and BLANK (and a unit's shortfall, STALE) accuse."""

    FRESH = "fresh"
    DUE_SOON = "due_soon"
    STALE = "stale"
    BLANK = "blank"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"

    @property
    def accuses(self) -> bool:
        return self in (Value.STALE, Value.BLANK)


VALUE_NAMES: Mapping[Value, str] = {
    Value.FRESH: "正常",
    Value.DUE_SOON: "即将超期",
    Value.STALE: "超期",
    Value.BLANK: "空白",
    Value.UNKNOWN: "未知",
    Value.EXEMPT: "豁免",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One visit as the rules see it (first pages only).

    ``seen`` is the moment its evidence stands for where that is earlier (a person's entry). ``mark`` is what gave
    ``reason`` away.
    """

    moment: datetime
    outcome: Outcome
    evidence: Evidence
    probe: str
    newest: date | None = None
    newest_url: str = ""
    dated: int = 0
    reason: str = ""
    seen: datetime | None = None
    mark: str = ""
    unread: tuple[Unread, ...] = ()
    total: int | None = None
    conditional: bool = False
    door: str = "spider"
    path: str = ""

    @property
    def upper(self) -> date | None:
        """The newest day that the page could hold; ``None`` where nothing bounds it."""
        return upper_bound(self.newest, self.unread)

    @property
    def stands_for(self) -> datetime:
        """The moment of which the look tells: what happened later it cannot know."""
        return self.seen or self.moment


@dataclass(frozen=True, slots=True)
class Count:
    """How many were seen, with what was not: at least ``at_least``; at most ``at_most`` (``None``: nobody knows).

    ``gaps`` say in Chinese what was not seen and why, ``cause`` the first of them as a word of ``causes.py``, ``places``
    are the outlets that were not read through. Without a gap the count is complete. It is no number: a rule asks
    :meth:`meets` or :meth:`falls_short`, a sentence prints :attr:`text`, so neither can forget what was not seen.
    """

    at_least: int = 0
    at_most: int | None = None
    gaps: tuple[str, ...] = ()
    cause: str = ""
    places: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it is exactly ``at_least``."""
        return not self.gaps and self.at_most == self.at_least

    @property
    def nothing_seen(self) -> bool:
        """None was seen of nobody knows how many: there is no number to say."""
        return not self.at_least and self.at_most is None

    @property
    def undecided(self) -> int:
        """How many more may turn out to belong to it, as far as they were seen."""
        return 0 if self.at_most is None else self.at_most - self.at_least

    @property
    def text(self) -> str:
        """``12`` where it is complete, ``12至14`` where two may still belong to it, ``不少于12`` where nobody knows how
        many more there are, ``未作判定`` where none was seen of so many."""
        if self.complete:
            return str(self.at_least)
        if self.at_most is not None:
            return f"{self.at_least}至{self.at_most}"
        return f"不少于{self.at_least}" if self.at_least else "未作判定"

    def __str__(self) -> str:
        return self.text

    @property
    def sign(self) -> str:
        """The same for a narrow cell: ``12``, ``12–14``, ``≥12`` or ``未判定``."""
        if self.complete:
            return str(self.at_least)
        if self.at_most is not None:
            return f"{self.at_least}–{self.at_most}"
        return f"≥{self.at_least}" if self.at_least else "未判定"

    def said(self, measure: str = "条") -> str:
        """With its measure, as a sentence has it: ``12条``, ``不少于12条``; without a number, only ``未作判定``."""
        return self.text if self.nothing_seen else f"{self.text}{measure}"

    @property
    def figure(self) -> int | str:
        """The number where it is complete, else :attr:`text`: what a table's cell or a JSON field holds."""
        return self.at_least if self.complete else self.text

    def meets(self, needed: int) -> bool:
        """Whether it is ``needed`` or more, whatever was not seen."""
        return self.at_least >= needed

    def falls_short(self, needed: int) -> bool:
        """Whether it is less than ``needed``, whatever was not seen. Only this may accuse."""
        return self.at_most is not None and self.at_most < needed

    def lacking(self, needed: int) -> int:
        """How many it surely lacks of ``needed``; 0 where nobody knows."""
        return max(0, needed - self.at_most) if self.at_most is not None else 0

    def __add__(self, other: Count) -> Count:
        """Both together; what one of them did not see the sum did not see."""
        most = None if self.at_most is None or other.at_most is None else self.at_most + other.at_most
        return Count(
            self.at_least + other.at_least,
            most,
            tuple(dict.fromkeys((*self.gaps, *other.gaps))),
            self.cause or other.cause,
            tuple(dict.fromkeys((*self.places, *other.places))),
        )


def exactly(number: int) -> Count:
    """A complete count."""
    return Count(number, number)


NOT_COUNTED = Count()
"""Of what nobody counted nothing is known."""
ZERO = exactly(0)
"""A zero that was seen."""


def together(counts: Iterable[Count]) -> Count:
    """The sum; of no counts at all a complete zero."""
    return sum(counts, ZERO)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest post known of an outlet, with the proof of its day."""

    day: date
    title: str
    url: str
    raw: str
    place: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page of ``kind`` (home, column, article) says of itself, since when; see ``crawler/walking/page_facts.py``."""

    kind: str
    url: str
    facts: Mapping[str, Any]
    since: datetime


@dataclass(frozen=True, slots=True)
class LatePost:
    """A post that bears a day (``published``) before a look (``before``) that did not show it; ``shown`` since then.

    ``number`` is the running number in its address, where there is one.
    """

    url: str
    title: str
    published: date
    shown: date
    before: date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class RemovedPosts:
    """How many posts a column no longer shows though it shows older ones; the newest of them."""

    count: int
    title: str
    url: str
    published: date


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """What is known of one outlet at the moment of judgement.

    ``units`` answer for it on that day, the lead first. ``looks`` are newest first: the newest few, and
    among older ones of the window the two newest conclusive ones that prove a whole list. ``ever_posts``
    tells whether any post was ever seen. ``newest`` counts only what had been seen by then and is not
    later than the judged day. ``last_look`` is the newest look of all. ``state_since`` is the day from which an
    account is in its state. ``read_until`` is the day of the
    look up to which its posts are known without a gap, ``None`` while its baseline is unfinished.
    ``recent_days`` are the days of its posts of the last thirteen months, for a column of surveys only. ``page``
    is what its list page says of itself, ``late`` the posts that came long after their day, ``removed`` those gone.
    ``own_addresses`` are those of which a clerk said that they are the column's, too.
    ``drifted`` is a page built otherwise than it was learned (``looks/shapes.py``).
    ``elsewhere`` are pages beside its list that were found to be its posts of late, or may be (``looks/crosschecks.py``).
    """

    outlet: Outlet
    units: tuple[str, ...]
    looks: tuple[Look, ...]
    newest: Newest | None
    ever_posts: bool
    last_look: datetime | None = None
    read_until: date | None = None
    state_since: date | None = None
    recent_days: tuple[date, ...] = ()
    page: PageFacts | None = None
    late: tuple[LatePost, ...] = ()
    removed: RemovedPosts | None = None
    own_addresses: tuple[str, ...] = ()
    elsewhere: tuple[Checked, ...] = ()
    drifted: Drifted | None = None


@dataclass(frozen=True, slots=True)
class PacedPosts:
    """The days of the posts that a place has shown of late, each post once; ``undated`` ones may be of any of them."""

    days: tuple[date, ...] = ()
    undated: int = 0


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Posts of one unit per month, each counted once.

    A month that ``counts`` does not hold is one of which nothing is known. ``documents`` counts disclosure documents, a
    series of their own, of months in which the catalogue has a column for them.
    """

    unit: Unit
    counts: Mapping[str, Count] = field(default_factory=dict)
    documents: Mapping[str, Count] = field(default_factory=dict)

    def count(self, month: str) -> Count:
        """What is known of ``month``; of one that nobody counted, nothing."""
        return self.counts.get(month, NOT_COUNTED)


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What a site's home page showed. ``dated`` of its links lead to posts with a known day, ``newest`` the last.

    ``looks`` are the moments of the newest looks at it, newest first; ``shown`` is the newest day that any of the last two
    months' looks showed.
    """

    looks: tuple[datetime, ...]
    newest: date | None = None
    dated: int = 0
    shown: date | None = None


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is known of one portal beside its columns; ``home`` is ``None`` while nobody looked at its home page.

    ``page`` is what the home page says of itself, ``articles`` what the last night's article pages do.
    """

    site: Site
    home: HomeFacts | None = None
    page: PageFacts | None = None
    articles: PageFacts | None = None


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """What the content checks know of one column: open ``suspects``, and ``faults`` that a person confirmed, with the
    posts that have them. ``kinds`` counts the faults by family in Chinese, ``blamed`` by the unit that published the
    post (id, short name, how many), the most first; ``unowned`` more were confirmed without anybody saying whose.
    """

    outlet: str
    name: str
    suspects: int = 0
    suspect_posts: int = 0
    faults: int = 0
    fault_posts: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    blamed: tuple[tuple[str, str, int], ...] = ()
    unowned: int = 0


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One confirmed fault as its unit is told of it; ``said`` is masked where personal, and hostile text like all
    that was crawled."""

    outlet: str
    unit: str
    kind: str
    title: str
    url: str
    place: str
    said: str
    hint: str
    found: datetime


@dataclass(frozen=True, slots=True)
class SiteWeek:
    """A site's home page in the week up to the moment of judgement: ``counted`` visits, ``closed`` of them in vain.

    ``excluded`` were our own outages (also those that several sites shared) and firewalls' refusals; ``host`` is where
    the last good visit landed, ``opened`` when that was, ``fault`` what was wrong with it though it opened. ``down``: the
    newest visits failed, each confirmed by another.
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
    """An account that the portal shows: ``place`` is ``link`` or ``qr``, ``page_url`` and ``page_hash`` its proof.

    ``known`` = the register has it by now; ``like`` names a registered account with a similar name. ``standing``
    is ``new``, ``accepted`` or ``dismissed``. ``column`` and ``units`` are whose pages alone showed it, if any.
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
class Facts:
    """Everything the rules may look at. ``as_of`` is the moment of judgement.

    ``outlets`` are the district's own; ``canaries`` (accounts that prove a probe) stand apart and are judged
    by nobody's rules but ours. ``partial`` facts are of some outlets only: what counts over a site says nothing.

    ``months`` are the complete calendar months of the previous and the current quarter, oldest first;
    ``this_month`` is the running one; months before ``horizon`` were never crawled.
    ``failed_night`` = the crawl did not ask enough: nothing opens. ``blind`` = too little was seen: nobody is accused,
    and ``dark`` are the subjects (``outlet:ID``, ``site:ID``) of sites and platforms of which that is true. ``paces`` are by outlet id, of the places only that a rule
    counts by the week or day. ``calendar`` = the working days, where a rule counts them; of ``unknown_years`` it knows
    only Monday to Friday. ``liars`` are hosts (``host:port``) that said "unchanged" of a changed page, and when they were last
    caught; ``alike`` the groups of columns (their ids) that show one list.
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one rule about one subject at one moment.

    ``subject`` is ``outlet:ID``, ``unit:ID`` or ``site:ID``; ``period`` is a month for rules that judge
    months, else empty. ``units`` are the unit ids answerable (none where the finding is ours).
    ``sentence`` is Chinese and complete; ``clause`` names the document and item. ``due`` is the last day
    that still passes. ``ours`` marks a verdict that we must act on (unreadable outlet), never a unit.
    ``name`` is the subject's name on screen. ``cause`` says why a verdict is unknown (``causes.py``).
    ``looked`` is the newest look it rests on, where it rests on looks.
    """

    rule: str
    subject: str
    value: Value
    sentence: str
    clause: str
    units: tuple[str, ...] = ()
    period: str = ""
    cause: str = ""
    numbers: Mapping[str, str | int] = field(default_factory=dict)
    due: date | None = None
    newest: Newest | None = None
    ours: bool = False
    name: str = ""
    looked: datetime | None = None

    @property
    def opens(self) -> bool:
        """Whether it opens a finding: an accusation, or an unknown that is ours to mend."""
        return self.value.accuses or (self.ours and self.value is Value.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach that opened, and closes once. ``number`` is stable and may be quoted in letters.

    ``recurrence`` counts the earlier findings of the same kind that were mended before it (回潮); ``flapping``
    marks one that stands for a state that keeps coming and going. ``ended`` says how a closed one ended.
    """

    id: int
    number: str
    rule: str
    subject: str
    period: str
    opened: datetime
    closed: datetime | None
    sentence: str
    clause: str
    units: tuple[str, ...]
    name: str
    newest: Newest | None = None
    due: date | None = None
    ours: bool = False
    value: Value = Value.STALE
    numbers: Mapping[str, str | int] = field(default_factory=dict)
    recurrence: int = 0
    flapping: bool = False
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A look that an accusation rests on, as its unit can check it: when, where, by which door, and what it showed."""

    moment: datetime
    url: str
    door: str
    outcome: Outcome
    newest: date | None = None
    dated: int = 0
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one unit: its findings as text and HTML. ``key`` is stable: the Message-ID's left part."""

    key: str
    unit: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
