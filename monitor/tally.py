"""Posts as seen -> what counts, for whom, in which month. Pure; the queries live in ``counts``.

A post counts once, however many columns show it: one address, or one title, day and origin under one site
(two posts of one column that only share a title stay two). Documents of disclosure columns are a register of
their own and never count as posts.

Back-dating (house rule 4): a post that an earlier look did not show, dated more than ``grace`` days before
that look, is *late*. It counts in the month in which it appeared, not in the one it claims; dated more than
``oldest`` days before, it counts in none (an archive moved, not a month's work). Both are listed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from monitor.attribution import Attribution, attribute
from monitor.calendar import month_of
from monitor.model import Count, exactly, together
from monitor.names import Names
from monitor.origins import clean


class Seen(NamedTuple):
    """One row of what an outlet showed. ``prior`` is the day of the last look that did not show it."""

    id: int
    outlet: str
    url: str
    title: str
    day: date
    origin: str | None
    prior: date | None


@dataclass(frozen=True, slots=True)
class Column:
    """What counting must know of an outlet; ``duties`` are (unit, since, until excluded), the lead first."""

    id: str
    site: str
    name: str
    path: str
    disclosure: bool
    duties: tuple[tuple[str, date, date | None], ...] = ()

    def units_on(self, day: date) -> tuple[str, ...]:
        """Who answered on ``day``; before the first recorded duty, those it names (nobody recorded earlier)."""
        day = max([day, *([min(since for _, since, _ in self.duties)] if self.duties else [])])
        return tuple(u for u, since, until in self.duties if since <= day and (until is None or day < until))

    @property
    def steady(self) -> bool:
        """Whether the same units answered on every day."""
        return len({since for _, since, _ in self.duties}) <= 1 and not any(u for _, _, u in self.duties)


@dataclass(frozen=True, slots=True)
class LateRule:
    """Days of ``grace`` for posts put up a little after their date, and the ``oldest`` that still counts."""

    grace: int = 3
    oldest: int = 31


@dataclass(frozen=True, slots=True)
class Counted:
    """One distinct post. ``day`` is the printed one; ``month`` where it counts, empty when nowhere."""

    id: int
    url: str
    title: str
    day: date
    origin: str
    outlets: tuple[str, ...]
    month: str
    late: bool
    whose: Attribution


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
class Tally:
    """The counts of a period (both days included). Months are texts like ``2020-04``.

    ``units`` holds unit -> month -> posts; ``nobody`` month -> reason -> posts; ``documents`` unit -> month
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

    def count(self, unit: str, month: str) -> Count:
        """What is known of a unit's posts of ``month``."""
        return self.units.get(unit, {}).get(month, exactly(0))

    def papers(self, unit: str, month: str) -> Count:
        """What is known of a unit's disclosure documents of ``month``."""
        return self.documents.get(unit, {}).get(month, exactly(0))

    def shown(self, outlet: str, month: str) -> Count:
        """How many items of ``month`` a column showed, as far as known."""
        return self.columns.get(outlet, {}).get(month, exactly(0))

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


def months_between(start: date, end: date) -> tuple[str, ...]:
    """Every calendar month that the two days and what lies between them touch."""
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, last + 1))


def tally(
    rows: Iterable[Seen],
    columns: Mapping[str, Column],
    names: Names,
    start: date,
    end: date,
    *,
    rule: LateRule | None = None,
    undated: int = 0,
) -> Tally:
    """Count ``rows`` into the period; rows of outlets outside ``columns`` are left out."""
    known = [row for row in rows if row.outlet in columns]
    answer = _Answer(columns, names)
    shown = [row for row in known if not columns[row.outlet].disclosure]
    papers = [row for row in known if columns[row.outlet].disclosure]
    limits = rule or LateRule()
    posts = list(_counted(_distinct(shown, columns), answer, limits))
    documents = list(_counted(_distinct(papers, columns), answer, None))
    return _sum(posts, documents, start, end, undated)


def unit_counts(
    rows: Iterable[Seen],
    columns: Mapping[str, Column],
    names: Names,
    start: date,
    end: date,
    *,
    rule: LateRule | None = None,
) -> dict[tuple[str, str], int]:
    """The ``units`` of :func:`tally` alone, per (unit, month), without keeping the posts.

    The unit ``""`` stands for posts whose printed origin waits for a person.
    """
    answer, months = _Answer(columns, names), months_between(start, end)
    shown = (row for row in rows if row.outlet in columns and not columns[row.outlet].disclosure)
    found: Counter[tuple[str, str]] = Counter()
    for post in _counted(_distinct(shown, columns), answer, rule or LateRule()):
        if not _belongs(post, start, end, months):
            continue
        if post.whose.unit and post.month:
            found[(post.whose.unit, post.month)] += 1
        if post.whose.doubtful and post.origin:
            found[("", month_of(post.day))] += 1
    return dict(found)


def _distinct(rows: Iterable[Seen], columns: Mapping[str, Column]) -> Iterator[list[Seen]]:
    """Rows grouped into posts, oldest row first; a site after the other, for the groups of all at once are large."""
    by_site: dict[str, list[Seen]] = defaultdict(list)
    for row in rows:
        by_site[columns[row.outlet].site].append(row)
    for known in by_site.values():
        yield from _distinct_of_site(known)


def _distinct_of_site(rows: Sequence[Seen]) -> Iterator[list[Seen]]:
    by_address: dict[str, list[Seen]] = defaultdict(list)
    for row in sorted(rows):
        by_address[_address(row.url)].append(row)
    alike: dict[tuple[str, date, str], list[list[Seen]]] = defaultdict(list)
    for group in by_address.values():
        first = group[0]
        origin = clean_fast(first.origin or _origin(group))
        alike[(_plain(first.title) or first.url, first.day, origin)].append(group)
    for groups in alike.values():
        yield from groups if len(groups) == 1 else _merge(groups)


def _merge(groups: list[list[Seen]]) -> list[list[Seen]]:
    """Alike posts of different columns are one; as many stay as the column with the most of them shows."""
    by_outlet: dict[str, list[list[Seen]]] = defaultdict(list)
    for group in groups:
        by_outlet[group[0].outlet].append(group)
    home = max(by_outlet.values(), key=len)
    spare = [group for other in by_outlet.values() if other is not home for group in other]
    return [
        [*group, *(row for extra in spare[i :: len(home)] for row in extra)] for i, group in enumerate(home)
    ]


def _counted(groups: Iterable[list[Seen]], answer: _Answer, rule: LateRule | None) -> Iterator[Counted]:
    for group in groups:
        row = group[0]
        outlets: tuple[str, ...] = (row.outlet,)
        if len(group) == 1:  # nearly all are shown once
            day, month, late = _when(row, rule)
            origin = row.origin or None
        else:
            day, month, late = min((_when(one, rule) for one in group), key=lambda w: (w[2], not w[1], w[0]))
            origin = _origin(group)
            outlets = tuple(dict.fromkeys(one.outlet for one in group))
        whose = answer(origin, outlets, day)
        yield Counted(row.id, row.url, row.title, day, origin or "", outlets, month, late, whose)


def _origin(group: Sequence[Seen]) -> str | None:
    """The origin that any of the places printed."""
    return next((row.origin for row in group if row.origin), None)


def _when(row: Seen, rule: LateRule | None) -> tuple[date, str, bool]:
    """Printed day, month it counts in (empty: none), whether it came late."""
    behind = (row.prior - row.day).days if rule and row.prior else 0
    if rule is None or row.prior is None or behind <= rule.grace:
        return row.day, month_of(row.day), False
    return row.day, month_of(row.prior) if behind <= rule.oldest else "", True


class _Answer:
    """Attribution with memory: the same origin in the same columns is asked once."""

    def __init__(self, columns: Mapping[str, Column], names: Names) -> None:
        self.columns, self.names = columns, names
        self.steady: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.known: dict[tuple[str | None, tuple[str, ...], int], Attribution] = {}

    def _units(self, outlets: tuple[str, ...], day: date) -> tuple[str, ...]:
        units = self.steady.get(outlets)
        if units is None:
            columns = [self.columns[outlet] for outlet in outlets]
            units = tuple(dict.fromkeys(u for column in columns for u in column.units_on(day)))
            if all(column.steady for column in columns):
                self.steady[outlets] = units
        return units

    def __call__(self, origin: str | None, outlets: tuple[str, ...], day: date) -> Attribution:
        units = self._units(outlets, day)
        key = (origin, units, self.names.era(day))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = attribute(origin, units, self.names, day)
        return found


def _sum(posts: list[Counted], documents: list[Counted], start: date, end: date, undated: int) -> Tally:
    months = months_between(start, end)
    inside = [p for p in posts if _belongs(p, start, end, months)]
    counting = [p for p in inside if p.month]
    papers = [d for d in documents if start <= d.day <= end]
    return Tally(
        start,
        end,
        months,
        exactly(len(counting)),
        _series(((p.whose.unit, p.month) for p in counting if p.whose.unit), months),
        {
            m: {
                reason: exactly(n)
                for reason, n in Counter(
                    str(p.whose.reason) for p in counting if not p.whose.unit and p.month == m
                ).items()
            }
            for m in months
        },
        _series(((d.whose.unit or "", d.month) for d in papers), months),
        _series(((o, p.month) for p in [*counting, *papers] for o in p.outlets), months),
        _doubts([*counting, *papers]),
        tuple(sorted(inside, key=lambda p: (p.day, p.id))),
        tuple(sorted(papers, key=lambda p: (p.day, p.id))),
        undated,
    )


def _belongs(post: Counted, start: date, end: date, months: Sequence[str]) -> bool:
    """Late posts belong to the months in which they appeared; those that count nowhere to their own day."""
    return post.month in months if post.late and post.month else start <= post.day <= end


def _series(pairs: Iterable[tuple[str, str]], months: Sequence[str]) -> dict[str, dict[str, Count]]:
    found = Counter(pairs)
    subjects = sorted({subject for subject, _ in found})
    return {subject: {month: exactly(found[(subject, month)]) for month in months} for subject in subjects}


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


def _address(url: str) -> str:
    """An address without scheme and fragment: http and https show the same post."""
    return url.partition("#")[0].partition("://")[2] or url


def _plain(title: str) -> str:
    return (
        "".join(title.split()) if title.isascii() else "".join(unicodedata.normalize("NFKC", title).split())
    )


def _memo(function: Callable[[str | None], str]) -> Callable[[str | None], str]:
    known: dict[str | None, str] = {}

    def answer(text: str | None) -> str:
        found = known.get(text)
        if found is None:
            if len(known) > 100_000:
                known.clear()
            found = known[text] = function(text)
        return found

    return answer


clean_fast = _memo(clean)
