"""Posts as seen -> what counts, for whom, in which month, and how sure. Pure; the queries live in
``counts``.

A post counts once, however many columns show it (:mod:`monitor.counting.distinct`), in the month of
:mod:`monitor.counting.months`. Documents of disclosure columns are a register of their own and
never count as posts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from monitor.counting.addresses import exact
from monitor.counting.asked import Series
from monitor.counting.ledger import (
    Attributor,
    Counted,
    Dating,
    Ledger,
    SoughtMonths,
    counted,
    enter_undated,
)
from monitor.counting.months import When
from monitor.counting.names import Names
from monitor.counting.origins import clean
from monitor.counting.rows import Column, ShownRow, Undated
from monitor.counting.sight import SeriesSight, of_all, of_column, of_units
from monitor.days.calendar import month_of, months_between
from monitor.model import NOT_COUNTED, Count, together
from monitor.settings.counting import CountRule

__all__ = [
    "Column",
    "CountRule",
    "Counted",
    "CountedSeries",
    "Doubt",
    "ShownRow",
    "Tally",
    "collect",
    "tally",
]

SPARE = 200
"""Repeats of a period that are listed."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One question for a person: whose is this origin (or, without one, this column)?"""

    origin: str
    outlets: tuple[str, ...]
    reason: str
    count: int
    example: str
    url: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that was counted with the post at ``of``: the same article at another address, or a
    copy."""

    title: str
    url: str
    outlet: str
    day: date
    of: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a period (both days included). Months are texts like ``2020-04``.

    ``units`` holds unit -> month -> posts; ``nobody`` month -> reason -> posts; ``documents`` unit
    -> month
    -> disclosure documents (``""`` = no unit); ``columns`` outlet -> month -> items shown there.
    """

    start: date
    end: date
    months: tuple[str, ...]
    total: Count
    units: Mapping[str, Mapping[str, Count]]
    nobody: Mapping[str, Mapping[str, Count]]
    documents: Mapping[str, Mapping[str, Count]]
    columns: Mapping[str, Mapping[str, Count]]
    doubts: tuple[Doubt, ...]
    posts: tuple[Counted, ...]
    disclosed: tuple[Counted, ...]
    undated: int = 0
    repeats: tuple[Repeat, ...] = ()

    def count(self, unit: str, month: str) -> Count:
        """What is known of a unit's posts of ``month``."""
        return self.units.get(unit, {}).get(month, NOT_COUNTED)

    def papers(self, unit: str, month: str) -> Count:
        """What is known of a unit's disclosure documents of ``month``."""
        return self.documents.get(unit, {}).get(month, NOT_COUNTED)

    def shown(self, outlet: str, month: str) -> Count:
        """How many items of ``month`` a column showed, as far as known."""
        return self.columns.get(outlet, {}).get(month, NOT_COUNTED)

    @property
    def papers_total(self) -> Count:
        """Disclosure documents of any unit, and of none."""
        return together(count for months in self.documents.values() for count in months.values())

    @property
    def attributed(self) -> Count:
        """Posts of any unit."""
        return together(count for months in self.units.values() for count in months.values())

    @property
    def unattributed(self) -> Count:
        """Posts of no unit."""
        return together(count for reasons in self.nobody.values() for count in reasons.values())

    @property
    def late(self) -> tuple[Counted, ...]:
        """The posts with a suspicion of back-dating, counted later than printed, or not at all."""
        return tuple(post for post in self.posts if post.late)


@dataclass(slots=True)
class CountedSeries:
    """A series as it was counted: the posts that belong to the period, and the ledger that bounds
    them."""

    ledger: Ledger = field(default_factory=Ledger)
    posts: list[Counted] = field(default_factory=list)
    undated: int = 0


def collect(
    rows: Iterable[ShownRow],
    undated: Iterable[Undated],
    columns: Mapping[str, Column],
    names: Names,
    series: Series,
) -> CountedSeries:
    """Count ``rows`` of one series into the period; rows of outlets outside ``columns`` are left
    out.

    Without ``keep`` only the ledger is made: the posts of a large district are many.
    """
    answer, found = Attributor(columns, names), CountedSeries()
    months = months_between(series.start, series.end)

    def within(at: When) -> When:
        """Late posts belong to the months in which they appeared; those that count nowhere to their
        own day."""
        inside = (
            at.month in months if at.late and at.month else series.start <= at.day <= series.end
        )
        return at._replace(
            month=at.month if inside else "",
            also=tuple(month for month in at.also if month in months),
        )

    mine = [
        row
        for row in rows
        if row.outlet in columns and columns[row.outlet].disclosure is series.disclosure
    ]
    open_rows = [
        row
        for row in undated
        if row.outlet in columns and columns[row.outlet].disclosure is series.disclosure
    ]
    known: dict[str, set[str]] = defaultdict(set)
    for row in mine if open_rows else ():
        known[exact(row.url)].add(month_of(row.day))
    dating = Dating(series.rule, within, late=not series.disclosure)
    for post in counted(mine, answer, dating, found.ledger):
        if series.keep and _belongs(post, series.start, series.end, months):
            found.posts.append(post)
    found.undated = enter_undated(
        found.ledger, open_rows, known, answer, SoughtMonths(series.rule, series.start, months)
    )
    return found


@dataclass(frozen=True, slots=True)
class Bounded:
    """A series as it was counted, and what bounds its counts."""

    series: CountedSeries
    sight: SeriesSight


def tally(bounded: Bounded, registered: Bounded, start: date, end: date) -> Tally:
    """Put the counts of a period together: of the posts, and of the ``registered`` documents."""
    posts, sight = bounded.series, bounded.sight
    documents, papers = registered.series, registered.sight
    months = months_between(start, end)
    counting = [post for post in posts.posts if post.month]
    nobody = Counter(
        (post.month, str(post.whose.reason)) for post in counting if not post.whose.unit
    )
    every = Counter(post.month for post in counting)
    holes = {month: sight.holes(month) for month in months}
    extra = posts.ledger.extra
    return Tally(
        start,
        end,
        months,
        together(
            of_all(sight, month, holes[month], every[month], extra[month]) for month in months
        ),
        of_units(posts.ledger, sight, months),
        {
            month: {
                reason: of_all(sight, month, holes[month], number, extra[month])
                for (one, reason), number in nobody.items()
                if one == month
            }
            for month in months
        },
        of_units(documents.ledger, papers, months)
        | {"": _nobodys(documents.posts, papers, months)},
        _columns(counting, sight, months) | _columns(documents.posts, papers, months),
        _doubts([*counting, *documents.posts]),
        tuple(sorted(posts.posts, key=lambda p: (p.day, p.id))),
        tuple(sorted(documents.posts, key=lambda p: (p.day, p.id))),
        posts.undated,
        _repeats(counting),
    )


def _nobodys(
    documents: Sequence[Counted], sight: SeriesSight, months: Sequence[str]
) -> dict[str, Count]:
    found = Counter(one.month for one in documents if not one.whose.unit)
    return {month: of_all(sight, month, sight.holes(month), found[month], 0) for month in months}


def _columns(
    posts: Iterable[Counted], sight: SeriesSight, months: Sequence[str]
) -> dict[str, dict[str, Count]]:
    found = Counter((outlet, post.month) for post in posts for outlet in post.outlets)
    return {
        outlet: {month: of_column(sight, outlet, month, found[outlet, month]) for month in months}
        for outlet in sorted({*sight.reaches, *(outlet for outlet, _ in found)})
    }


def _belongs(post: Counted, start: date, end: date, months: Sequence[str]) -> bool:
    """As :func:`collect` counts them: also those that count nowhere are shown."""
    return post.month in months if post.late and post.month else start <= post.day <= end


def _repeats(posts: Iterable[Counted]) -> tuple[Repeat, ...]:
    """Rows of one place that repeat a post: a column that shows another's is no repetition."""
    found = [
        Repeat(row.title, row.url, row.outlet, row.day, post.url)
        for post in posts
        for row in post.repeats
        if row.outlet == post.outlets[0]
    ]
    return tuple(found[:SPARE])


def _doubts(posts: Sequence[Counted]) -> tuple[Doubt, ...]:
    groups: dict[tuple[str, tuple[str, ...], str], list[Counted]] = defaultdict(list)
    for post in posts:
        if post.whose.doubtful:
            text = clean(post.origin)
            groups[(text, () if text else post.outlets, str(post.whose.reason))].append(post)
    found = [
        Doubt(
            text,
            outlets or tuple(sorted({o for p in many for o in p.outlets})),
            reason,
            len(many),
            many[0].title,
            many[0].url,
        )
        for (text, outlets, reason), many in groups.items()
    ]
    return tuple(sorted(found, key=lambda d: (-d.count, d.origin, d.outlets)))
