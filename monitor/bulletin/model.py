"""The bulletin (通报) as plain frozen data: what every report writes and the lint reads. Imports no
query.

Months are texts like ``2020-04``; every name is the short name that is printed; days are ``date``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from monitor.days.period import Period as Period
from monitor.entries.forms import Commendation as Commendation
from monitor.entries.forms import ErrorReports as ErrorReports
from monitor.model import ZERO, ContentCheck, Count, Coverage, ErrorRate, exactly, together
from monitor.settings.bulletin import FIELD_NAMES as FIELD_NAMES
from monitor.settings.bulletin import BulletinSettings as BulletinSettings

DONE = "完成"


def _figure(value: Any) -> Any:
    """A complete count is kept as its number, and so was every count before counts had bounds: it
    is printed again as it was."""
    return exactly(value) if isinstance(value, int) else value


Figure = Annotated[Count, BeforeValidator(_figure)]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of annex 1 or 2. ``states`` per month: ``met``, ``short``, ``running``, ``unknown``,
    ``exempt``, ``gone`` (it had left by then). ``causes`` say in Chinese why a month is unknown."""

    unit: str
    short: str
    quota: int
    counts: tuple[Figure, ...]
    states: tuple[str, ...]
    completion: str
    causes: tuple[str, ...] = ()

    @property
    def total(self) -> Count:
        return together(self.counts)

    @property
    def missing(self) -> tuple[int, ...]:
        """Posts surely short of the quota, 0 in months that met it or may have; months never offset
        each other."""
        return tuple(count.lacking(self.quota) for count in self.counts)

    @property
    def months_short(self) -> int:
        return sum(state == "short" for state in self.states)


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are compared with each other: an annex. ``good``, ``several``, ``every`` are short
    names."""

    name: str
    rows: tuple[UnitRow, ...]
    good: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    every: tuple[str, ...] = ()

    @property
    def total(self) -> Count:
        return together(row.total for row in self.rows)

    def month_total(self, number: int) -> Count:
        return together(row.counts[number] for row in self.rows)


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column with the units that answer for it together. ``state`` is a verdict's value."""

    outlet: str
    name: str
    path: str
    cls: str
    units: tuple[str, ...]
    state: str
    url: str = ""
    newest: date | None = None
    newest_title: str = ""
    newest_url: str = ""
    proof: str = ""
    due: date | None = None
    days_over: int = 0
    year_over: bool = False
    sentence: str = ""
    clause: str = ""
    finding: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One new-media account. ``state`` is its filing state, ``verdict`` a verdict's value or empty.

    ``posts`` are the known ones of the period; ``gap`` the longest gap that was seen whole,
    ``days_out`` the days of the period out of bounds as far as proved; ``None`` where no whole list
    was ever seen.
    """

    outlet: str
    name: str
    platform: str
    units: tuple[str, ...]
    state: str
    verdict: str = ""
    newest: date | None = None
    days: int | None = None
    sentence: str = ""
    clause: str = ""
    finding: str = ""
    posts: int | None = None
    gap: int | None = None
    days_out: int | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class PastMatter:
    """Something that the bulletin before blamed, and how it stands now.

    ``state`` is ``repaired``, ``open``, ``unknown`` (could not be looked at again), ``exempt`` or
    ``gone`` (left the catalogue). ``day`` is when it was found repaired.
    """

    outlet: str
    kind: str
    name: str
    units: tuple[str, ...]
    state: str
    day: date | None = None
    sentence: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True)
class VetoLine:
    """``count`` columns of ``site`` of one kind, of which ``limit`` or more fail the whole site."""

    site: str
    name: str
    count: int
    limit: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An account that the portal shows and the register does not know. ``sure``: a person has said
    that it is ours."""

    platform: str
    name: str
    units: tuple[str, ...]
    page: str
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """One unit's score under a scheme. ``formula`` shows every number that went in."""

    unit: str
    points: float
    formula: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a period with the scheme's name and source; ``example`` marks a scheme that no
    office uses."""

    scheme: str
    source: str
    example: bool
    rows: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class FigurePost:
    """One post or document behind a figure. ``unit`` is empty when it is nobody's; ``month`` when
    it counts nowhere."""

    title: str
    url: str
    day: date
    month: str
    unit: str
    origin: str
    columns: tuple[str, ...]
    reason: str
    confidence: float
    late: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """A row of a column that was counted with the post at ``of``: the same article at another
    address, or a copy."""

    title: str
    url: str
    column: str
    day: date
    of: str


@dataclass(frozen=True, slots=True)
class Question:
    """An origin (or a column without origins) that a person should decide once."""

    origin: str
    columns: tuple[str, ...]
    reason: str
    count: int
    example: str
    url: str


@dataclass(frozen=True, slots=True)
class PortalCount:
    """The posts of the period: ``listed`` by units of the annexes, ``others`` by units without a
    quota.

    ``nobody`` holds (reason in Chinese, posts per month); ``total`` = listed + others + nobody.
    """

    total: Figure
    listed: Figure
    others: tuple[tuple[str, tuple[Figure, ...]], ...]
    nobody: tuple[tuple[str, tuple[Figure, ...]], ...]
    undated: int = 0

    @property
    def unattributed(self) -> Count:
        """Posts of no unit of the annexes."""
        return together(count for _, months in (*self.others, *self.nobody) for count in months)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The register of disclosed documents (主动公开), a series apart from posts.

    ``none`` have no document; of the ``unknown`` nobody can say, because the register was not seen
    whole.
    """

    total: Figure
    units: tuple[tuple[str, tuple[Figure, ...]], ...]
    none: tuple[str, ...]
    unattributed: Figure = ZERO
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A column or account that could not be judged, and why: ours to find out, nobody's fault in
    this bulletin.

    ``newest`` is the newest post known, ``seen`` when something of it was last seen.
    """

    outlet: str
    kind: str
    name: str
    units: tuple[str, ...]
    cause: str
    sentence: str = ""
    newest: date | None = None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the accusation of a column rests on: the two ``looks``, and what was ``checked`` beside
    its list. One line each."""

    outlet: str
    name: str
    units: tuple[str, ...]
    finding: str
    looks: str
    checked: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One unit in its group; ``before`` and ``year_ago`` are ``None`` where that period was not
    crawled."""

    unit: str
    group: str
    total: Figure
    rank: int
    of: int
    before: Figure | None = None
    year_ago: Figure | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where a running month will end at the pace so far; ``days_left`` are working days after
    today."""

    unit: str
    month: str
    so_far: Figure
    expected: int
    quota: int
    days_left: int

    @property
    def enough(self) -> bool:
        return self.expected >= self.quota


@dataclass(frozen=True, slots=True)
class Edit:
    """What the clerk struck or added, with the reason: ``list`` is good, several, every, columns
    …"""

    list: str
    name: str
    action: str
    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The root of the tamper-evident record at the end of ``day``, as far as it was written when
    the paper was frozen."""

    day: date
    root: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One period's bulletin, complete. ``year_units``: units with several columns over a year past
    their limit.

    ``columns_judged`` counts the columns with an answer (fresh, soon due, stale or blank),
    ``columns_passed`` those neither stale nor blank, whatever the clerk struck from the list;
    ``past`` is ``None`` where nothing was watched in the period before. ``unit_groups`` is every
    unit's short name with its group; ``only`` the groups to which this printing was narrowed;
    ``unknown_years`` those without official days off. ``content`` is ``None`` where no post's
    content was checked. ``draft`` says why it is no more than a draft (made inside its period, or
    of a period that nobody saw to its end), ``unfinished`` why somebody froze it all the same.
    """

    title: str
    period: Period
    check_from: date
    check_to: date
    printed: date
    as_of: datetime
    settings: BulletinSettings
    portal: PortalCount
    groups: tuple[Group, ...]
    columns: tuple[ColumnRow, ...]
    blank_columns: tuple[ColumnRow, ...]
    unknown_columns: tuple[ColumnRow, ...]
    year_units: tuple[tuple[str, int], ...]
    accounts: tuple[AccountRow, ...]
    disclosure: Disclosure
    coverage: Coverage
    posts: tuple[FigurePost, ...] = ()
    documents: tuple[FigurePost, ...] = ()
    questions: tuple[Question, ...] = ()
    edits: tuple[Edit, ...] = ()
    column_counts: tuple[tuple[str, tuple[Figure, ...]], ...] = ()
    deadlines: tuple[tuple[str, date], ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    forced: bool = False
    columns_judged: int | None = None
    columns_passed: int | None = None
    past: tuple[PastMatter, ...] | None = None
    veto: tuple[VetoLine, ...] = ()
    found_accounts: tuple[FoundAccount, ...] = ()
    errors_reported: ErrorReports | None = None
    commended: tuple[Commendation, ...] = ()
    scored: Scored | None = None
    unknown_years: tuple[int, ...] = ()
    unit_groups: tuple[tuple[str, str], ...] = ()
    only: tuple[str, ...] = ()
    record: Record | None = None
    content: ContentCheck | None = None
    draft: tuple[str, ...] = ()
    unfinished: str = ""
    columns_unjudged: int | None = None
    unjudged: tuple[Unjudged, ...] = ()
    error_rates: tuple[ErrorRate, ...] = ()
    repeats: tuple[Repeated, ...] = ()
    copies: str = "once"
    """Whether copies in one column counted ``once`` or ``each`` (``monitor.counting``)."""
    bases: tuple[Basis, ...] = ()

    @property
    def accused(self) -> tuple[Basis, ...]:
        """What the accusations rest on, of the columns that are printed."""
        printed = {row.outlet for row in (*self.columns, *self.blank_columns)}
        return tuple(one for one in self.bases if one.outlet in printed)

    @property
    def months(self) -> tuple[str, ...]:
        return self.period.months

    @property
    def registered(self) -> tuple[AccountRow, ...]:
        """Annex 3: accounts on the register that are not closed or merged."""
        return tuple(a for a in self.accounts if a.state in ("registered", "closing"))

    @property
    def unregistered(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.state == "unregistered")

    @property
    def idle(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.verdict == "stale")

    @property
    def blank_accounts(self) -> tuple[AccountRow, ...]:
        return tuple(a for a in self.accounts if a.verdict == "blank")
