"""The words of the house as plain frozen data. Imports nothing of ours.

Moments are aware ``datetime`` values; a post's day is a ``date`` in Asia/Shanghai. Durations are
seconds, sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept one offset without summer time since 1991; no time-zone database is needed."""


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ``ValueError`` for a naive moment: it could mean two."""
    if moment.tzinfo is None:
        raise ValueError(f"naive moment {moment.isoformat()}: give it a time zone")
    return moment.astimezone(UTC)


def shanghai_day(moment: datetime) -> date:
    """The calendar day of ``moment`` in Asia/Shanghai."""
    return utc(moment).astimezone(SHANGHAI).date()


class Outcome(StrEnum):
    """How one look at one outlet ended. Only the first three can clear or accuse."""

    READ = "read"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"

    @property
    def conclusive(self) -> bool:
        return self in (Outcome.READ, Outcome.UNCHANGED, Outcome.EMPTY)


class Evidence(StrEnum):
    """What a reading proves.

    COMPLETE: its newest post is the newest of the page. PARTIAL: the page may hold a newer one, up
    to :attr:`Reading.upper`. WEAK: what dates it can clear and never convict. LOWER_BOUND: one
    article or album, at least this new. MANUAL: a person's word. NONE: nothing.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    WEAK = "weak"
    LOWER_BOUND = "lower_bound"
    MANUAL = "manual"
    NONE = "none"


class OutletKind(StrEnum):
    COLUMN = "column"
    ACCOUNT = "account"
    CANARY = "canary"


class ColumnClass(StrEnum):
    """The classes that the indicators treat differently (rules.md 1.2)."""

    NEWS = "news"
    NOTICE = "notice"
    POLICY = "policy"
    OTHER = "other"
    DISCLOSURE = "disclosure"


CLASS_NAMES: Mapping[ColumnClass, str] = {
    ColumnClass.NEWS: "动态要闻",
    ColumnClass.NOTICE: "通知公告",
    ColumnClass.POLICY: "政策文件",
    ColumnClass.OTHER: "其他",
    ColumnClass.DISCLOSURE: "主动公开",
}


class Purpose(StrEnum):
    """What a column is for, where the indicators ask more of it than its class says; empty for all
    others."""

    NONE = ""
    MESSAGES = "messages"
    SURVEYS = "surveys"
    STATIC = "static"


PURPOSE_NAMES: Mapping[Purpose, str] = {
    Purpose.MESSAGES: "留言公开",
    Purpose.SURVEYS: "征集调查",
    Purpose.STATIC: "不要求更新",
}


class AccountState(StrEnum):
    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    CLOSING = "closing"
    CLOSED = "closed"
    MERGED = "merged"


class ContactRole(StrEnum):
    """The two people that the survey form (附件4) asks for."""

    CONTACT = "contact"
    LEADER = "leader"


ROLE_NAMES: Mapping[ContactRole, str] = {
    ContactRole.CONTACT: "联系人",
    ContactRole.LEADER: "负责人",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of an account. The phone is for those who may see it: it stands in no log and no
    ``repr``."""

    role: ContactRole
    name: str = ""
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What the register says of an account beside its entry.

    ``body`` is the 运营主体, ``review`` whether a review system exists (``None``: not said), ``dates``
    the day each state began, ``link`` 网址/二维码 and ``printed`` the platform's name as the form prints
    them.
    """

    body: str = ""
    review: bool | None = None
    contacts: tuple[Contact, ...] = ()
    dates: Mapping[AccountState, date] = field(default_factory=dict)
    link: str = ""
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """How somebody of a unit is reached, from ``valid_from`` up to and including ``valid_to``."""

    role: ContactRole
    email: str = ""
    name: str = ""
    phone: str = field(default="", repr=False)
    valid_from: date | None = None
    valid_to: date | None = None

    def on(self, day: date) -> bool:
        """Whether it holds on ``day``."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Unit:
    """A department, town or street. ``quota`` is posts per calendar month, ``None`` = not counted.

    ``emails`` always get its letters, ``contacts`` by their role while they hold. ``since`` is the
    first day of a unit that began while the others were watched.
    """

    id: str
    short: str
    full: str
    group: str
    aliases: tuple[str, ...] = ()
    quota: int | None = None
    emails: tuple[str, ...] = ()
    contacts: tuple[Addressee, ...] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How politely a host is asked: ``delay`` seconds between requests, ``concurrency`` in
    flight."""

    delay: float = 1.0
    concurrency: int = 1
    legacy_tls: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """A portal: home page, 标识码, and the hosts that belong to it (the home page's host always
    does)."""

    id: str
    name: str
    home: str
    code: str | None = None
    hosts: tuple[str, ...] = ()
    manners: Manners = Manners()


@dataclass(frozen=True, slots=True)
class Probe:
    """A way to look at an account: ``platform`` names the module in ``crawler/platforms``.

    ``url`` is the feed, article or list address where the platform needs one; ``handle`` holds ids
    (``uid``, ``biz``, ``album_id`` ...) and settings of this one probe.
    """

    platform: str
    url: str | None = None
    handle: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that a platform wants fetched. ``render``: run the page's scripts before it is
    read."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    render: bool = False


@dataclass(frozen=True, slots=True)
class Outlet:
    """A place where units publish: a portal column or a new-media account.

    ``units`` are unit ids, the lead first. ``platform`` is ``portal`` for a column, and for an
    account where it lives (``wechat``, ``weibo``, ``toutiao`` ...). ``url`` is ``None`` while
    nobody knows the address. ``floor`` is the least number of dated posts a healthy first page
    shows. ``handle`` holds the account's ids (``uid``, ``biz``); ``probes`` the ways to look at it,
    tried in order. ``purpose`` marks a column of published messages or of surveys, and one that
    needs no updating. ``render`` is ``plain``, or ``browser`` where the list is made by script.
    ``only`` is the one unit whose posts a column can hold, where the office says so.
    """

    id: str
    kind: OutletKind
    name: str
    platform: str
    site: str
    units: tuple[str, ...]
    url: str | None = None
    cls: ColumnClass = ColumnClass.OTHER
    path: str = ""
    level: int = 2
    floor: int = 1
    state: AccountState = AccountState.REGISTERED
    handle: Mapping[str, str] = field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    purpose: Purpose = Purpose.NONE
    render: str = "plain"
    only: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one fetch brought. ``headers`` have lower-case names. ``fetched_at`` is aware.

    A fetch that brought nothing has ``status`` 0 and the cause in ``error`` (for example
    ``timeout``, ``dns``, ``refused``, ``reset``, ``tls``, ``too_large``, ``redirect_loop``,
    ``host_gave_up``, ``forbidden_address``, ``robots``), and what exactly in ``detail``. ``tls``
    tells that only the TLS of the last century got through (``legacy (TLSv1)``).
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    error: str | None = None
    detail: str = ""
    tls: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A day with its proof: ``raw`` is the text as printed, ``place`` where it stood.

    ``place`` is one of: ``item`` (text of the list item), ``attr`` (title or data- attribute),
    ``url``, ``comment``, ``script``, ``meta``, ``label`` (printed form such as 发布时间), ``id``,
    ``json``, ``feed``, ``manual``, ``htmldate``; ``updated``, ``written``, ``event``, ``generated``
    tell of something else than the publication (:func:`crawler.dates.is_weak`). ``moment`` is set
    where the page gives a time of day. ``why`` names the reason when a part was inferred (``year
    from list order`` ...).
    """

    day: date
    raw: str
    place: str
    moment: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A date candidate that was seen and not believed."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A row or part of a page that became no dated post and may be newer than those that did.

    ``place`` says where it stands (``row 1``, ``above the list``, ``beside the list``, ``tab 2`` …)
    and is the same as long as the page is built the same: a person's word about it is kept by it.
    ``why`` is a short machine word: ``undated``, ``impossible_date``, ``future_date``,
    ``weak_date``, ``outside`` (a link of the site outside the list), ``part`` (a part of the column
    that was not read), ``total`` (the page says that it holds more), ``cut`` (the page breaks off).
    ``day`` is the newest day that it can bear, ``None`` where nothing bounds it.
    """

    place: str
    why: str
    text: str = ""
    url: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One item that an outlet shows. ``published`` is ``None`` when no date could be believed.

    ``url`` is absolute. ``others`` are believable dates that disagree with ``published``.
    """

    title: str
    url: str
    published: Dated | None
    origin: str | None = None
    others: tuple[Dated, ...] = ()
    pinned: bool = False


DEPTH = 24
"""Boxes around a list that a :class:`Shape` tells, the nearest ones: old pages nest thousands
deep."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a list page is built, as far as its reading rests on it; the same for as long as the page
    is built the same.

    ``place`` are the boxes around the list, the outermost first, each as its tag with its id and
    classes (``div#main.news``), or ``("data",)`` where no markup holds the list. ``date`` tells
    where most rows' day stands: a place of :class:`Dated`, and for the text of an item on which
    side of the title (``item after``). ``rows`` counts the posts. ``further`` is how the next page
    is addressed, without its numbers (``index_#.htm``), empty where there is none.
    """

    family: str = ""
    place: tuple[str, ...] = ()
    date: str = ""
    rows: int = 0
    further: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a page. Never raises, never guesses: what is not understood is an
    outcome.

    ``outcome`` is READ, EMPTY, BLOCKED, UNREACHABLE or UNREADABLE; ``reason`` is a short machine
    word (``captcha``, ``challenge``, ``login_wall``, ``soft_404``, ``no_list``, ``no_dates``,
    ``script_list`` ...), ``mark`` the text that gave it away. ``next`` are addresses of further
    pages, nearest first; ``asks`` those that want more than a plain GET (a form by POST), nearest
    first and before ``next``.

    ``newest`` is the lower bound: the newest day that is proven. ``unread`` holds whatever may be
    newer, so that ``upper`` is the newest day that the page could hold. ``total`` is the number of
    posts that the page prints for the whole column. ``around`` are the addresses of same-site links
    outside the list: where several columns of a site show the same ones, they are its frame.
    ``shape`` is how the page of a READ list is built.
    """

    outcome: Outcome
    evidence: Evidence
    posts: tuple[Post, ...] = ()
    next: tuple[str, ...] = ()
    reason: str = ""
    mark: str = ""
    family: str = ""
    refused: tuple[Refused, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    total: int | None = None
    around: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    shape: Shape | None = None

    @property
    def newest(self) -> Dated | None:
        """The newest believed date among the posts, whatever their order."""
        dated = [post.published for post in self.posts if post.published is not None]
        return max(dated, key=lambda d: (d.day, d.moment or EARLIEST), default=None)

    @property
    def further(self) -> tuple[str | Ask, ...]:
        """Further pages in the order in which they are tried: whole requests first."""
        return (*self.asks, *self.next)

    @property
    def upper(self) -> date | None:
        """The newest day that the page could hold; ``None`` where nothing bounds it."""
        newest = self.newest
        return upper_bound(newest.day if newest else None, self.unread)


def upper_bound(newest: date | None, unread: Iterable[Unread]) -> date | None:
    """The newest day possible beside ``newest``; ``None`` where something unread has no bound, or
    nothing is known."""
    latest = newest
    for one in unread:
        if one.day is None:
            return None
        latest = one.day if latest is None else max(latest, one.day)
    return latest


EARLIEST = datetime(1, 1, 1, tzinfo=UTC)

Further = str | Ask
"""A further page: an address that is asked plainly, or a whole request."""


@dataclass(frozen=True, slots=True)
class Article:
    """What an article page says of itself. ``published`` as in :class:`Post`; ``tags`` its national
    labels as printed."""

    outcome: Outcome
    title: str = ""
    published: Dated | None = None
    origin: str | None = None
    column: str | None = None
    others: tuple[Dated, ...] = ()
    refused: tuple[Refused, ...] = ()
    reason: str = ""
    mark: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one outlet: the row that every look leaves. ``probe`` names the platform module
    used.

    ``seen`` is the moment that the evidence stands for where that is earlier than the look: a
    person's entry proves what the person saw, not what was so when the entry was read. ``door`` is
    ``spider`` or ``recheck``; ``page_no`` is 1 for the look itself, higher for further pages of the
    same list. ``newest`` is what the outlet is known to show after this look. ``dated`` counts the
    dated posts on the page. ``seconds`` is the fetch's duration. ``unread`` and ``total`` are the
    reading's (an unchanged page's are those of the reading that it repeats). ``conditional`` marks
    a request with validators: its answer is the server's word that nothing changed. ``path`` tells
    how the answer came (copies of caches, other addresses), a ``name=value`` a part, joined by ``;
    ``.
    """

    outlet: str
    moment: datetime
    outcome: Outcome
    evidence: Evidence
    door: str
    probe: str = "portal"
    page_no: int = 1
    reason: str = ""
    mark: str = ""
    url: str = ""
    status: int = 0
    newest: date | None = None
    newest_url: str = ""
    dated: int = 0
    page_hash: str = ""
    etag: str = ""
    last_modified: str = ""
    seconds: float = 0.0
    family: str = ""
    seen: datetime | None = None
    unread: tuple[Unread, ...] = ()
    total: int | None = None
    conditional: bool = False
    path: str = ""


GONE = (AccountState.CLOSED, AccountState.MERGED)


class UnknownOutlet(LookupError):
    """No outlet of the catalogue has this id."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person does at a desk: ``by`` is the name that goes on the record, ``now`` the aware
    moment, ``words`` what they say for it (a reason, an answer, a note), ``unit`` the unit that
    they speak for; empty is the office."""

    by: str
    now: datetime
    words: str = ""
    unit: str = ""
