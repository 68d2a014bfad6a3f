"""Posts as they are counted: whose, in which month; and which may yet turn out to be another's.
Pure.

A unit's posts of a month are at least those that were seen, and at most those and the open ones
that may be its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from monitor.counting.addresses import exact
from monitor.counting.attribution import NAMELESS, Attribution, Reason, attribute
from monitor.counting.distinct import DistinctPost, distinct, origin_of
from monitor.counting.months import When, possible, when
from monitor.counting.names import Names
from monitor.counting.rows import Column, ShownRow, Undated
from monitor.counting.whose import May, together
from monitor.settings.counting import CountRule


@dataclass(frozen=True, slots=True)
class Counted:
    """One distinct post. ``day`` is the printed one; ``month`` where it counts, empty when nowhere.
    ``unread``: an article page that may name its origin was not read. ``repeats`` are the rows that
    were counted with it."""

    id: int
    url: str
    title: str
    day: date
    origin: str
    outlets: tuple[str, ...]
    month: str
    late: bool
    whose: Attribution
    unread: bool = False
    repeats: tuple[ShownRow, ...] = ()


class Open(NamedTuple):
    """Posts of ``month`` that may be anybody's who publishes in ``outlets``, but for ``but``, for
    whom they are counted; with ``units`` one of those."""

    outlets: tuple[str, ...]
    month: str
    but: str = ""
    units: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    """``seen`` posts by (unit, month), ``more`` that are the unit's if they are posts of that month
    at all, the ``open`` ones, and by month the ``extra`` ones that may be posts beside all that
    were counted."""

    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    more: Counter[tuple[str, str]] = field(default_factory=Counter)
    open: Counter[Open] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)

    @property
    def outlets(self) -> frozenset[str]:
        """The outlets that showed what may be anybody's."""
        return frozenset(outlet for one in self.open if not one.units for outlet in one.outlets)

    def beyond(self, month: str, units: Iterable[str], may: May) -> dict[str, int]:
        """How many more posts of ``month`` may be each unit's."""
        every = list(units)
        found = Counter({unit: self.more[unit, month] for unit in every})
        anybody = 0
        for key, number in self.open.items():
            if key.month != month:
                continue
            whom = frozenset(key.units) or together([may(outlet, month) for outlet in key.outlets])
            if whom is None:
                anybody += number
                found[key.but] -= number
            else:
                found.update({unit: number for unit in whom if unit != key.but})
        return {unit: found[unit] + anybody for unit in every}


class Attributor:
    """Attribution with memory: the same origin in the same columns is asked once."""

    def __init__(self, columns: Mapping[str, Column], names: Names) -> None:
        self.columns, self.names = columns, names
        self.steady: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.known: dict[tuple[str | None, tuple[str, ...], int], Attribution] = {}

    def units(self, outlets: tuple[str, ...], day: date) -> tuple[str, ...]:
        """Who answers for the outlets on ``day``."""
        units = self.steady.get(outlets)
        if units is None:
            columns = [self.columns[outlet] for outlet in outlets]
            units = tuple(dict.fromkeys(u for column in columns for u in column.units_on(day)))
            if all(column.steady for column in columns):
                self.steady[outlets] = units
        return units

    def __call__(self, origin: str | None, outlets: tuple[str, ...], day: date) -> Attribution:
        units = self.units(outlets, day)
        key = (origin, units, self.names.era(day))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = attribute(origin, units, self.names, day)
        return found


@dataclass(frozen=True, slots=True)
class Dating:
    """How a post's month is found: under ``rule``, as far as it lies ``within`` the period. Without
    ``late`` a post's day alone decides."""

    rule: CountRule
    within: Callable[[When], When]
    late: bool = True

    def when(self, rows: Sequence[ShownRow]) -> When:
        """The month of the post that these rows show, and other months that may be its own."""
        return when(rows, self.rule if self.late else None)


@dataclass(frozen=True, slots=True)
class Showing:
    """A post as far as whose it may be hangs on it: the attribution, the outlets that show it,
    its day, whether its article is ``unread`` and the origin would stand there (``own``)."""

    whose: Attribution
    outlets: tuple[str, ...]
    day: date
    unread: bool
    own: bool = True


def counted(
    rows: Iterable[ShownRow], answer: Attributor, dating: Dating, ledger: Ledger
) -> Iterator[Counted]:
    """The distinct posts of ``rows``, each entered into ``ledger`` as far as it lies within the
    period of ``dating``."""
    for group in distinct(rows, answer.columns, dating.rule):
        at = dating.when(group.sure)
        post = _post(group, answer, at)
        own = any(row.own for row in group.sure)
        inside = dating.within(at)
        enter(
            ledger, Showing(post.whose, post.outlets, inside.day, post.unread, own), inside, answer
        )
        for repeat in group.maybe:
            _perhaps(repeat, dating.within(dating.when(repeat)), answer, ledger)
        yield post


def _post(group: DistinctPost, answer: Attributor, at: When) -> Counted:
    row, sure = group.rows[0], group.sure
    origin = origin_of(sure)
    outlets: tuple[str, ...] = (row.outlet,)
    if len(sure) > 1 or group.repeats:
        shown = [*sure, *(one for rows in group.maybe for one in rows)]
        outlets = tuple(dict.fromkeys(one.outlet for one in shown))
    unread = not origin and all(one.unread for one in sure)
    repeats = tuple(repeat.rows[0] for repeat in group.repeats)
    whose = answer(origin, outlets, at.day)
    return Counted(
        row.id,
        row.url,
        row.title,
        at.day,
        origin or "",
        outlets,
        at.month,
        at.late,
        whose,
        unread,
        repeats,
    )


def _perhaps(rows: tuple[ShownRow, ...], at: When, answer: Attributor, ledger: Ledger) -> None:
    """What repeats a post, or is one of its own: its unit may have that many more."""
    outlets, origin = tuple(dict.fromkeys(row.outlet for row in rows)), origin_of(rows)
    whose = answer(origin, outlets, at.day)
    months = tuple(month for month in (at.month, *at.also) if month)
    _more(ledger, whose, months)
    showing = Showing(whose, outlets, at.day, not origin and rows[0].unread, rows[0].own)
    _open(ledger, showing, months, answer)


def _more(ledger: Ledger, whose: Attribution, months: tuple[str, ...]) -> None:
    ledger.extra.update(months)
    if whose.unit:
        ledger.more.update((whose.unit, month) for month in months)


def enter(ledger: Ledger, post: Showing, at: When, answer: Attributor) -> None:
    """Enter one post: where it counts, and whose or of which month it may be instead."""
    if post.whose.unit and at.month:
        ledger.seen[post.whose.unit, at.month] += 1
    _more(ledger, post.whose, at.also)
    months = tuple(month for month in (at.month, *at.also) if month)
    _open(ledger, post, months, answer)


def _open(ledger: Ledger, post: Showing, months: tuple[str, ...], answer: Attributor) -> None:
    """A post without a known origin may be anybody's who publishes there; one that surely prints
    none, its columns' units', but in the news, where every unit's stand."""
    whose, unread = post.whose, post.unread
    news = any(answer.columns[outlet].news for outlet in post.outlets)
    nameless = post.own and whose.reason in NAMELESS and (news or whose.reason is Reason.NO_DUTY)
    if not (unread or whose.doubtful or nameless):
        return
    joint = whose.reason in (Reason.SEVERAL, Reason.PORTAL_ONLY) and not unread and not news
    among = answer.units(post.outlets, post.day) if joint else ()
    for month in months:
        ledger.open[Open(post.outlets, month, whose.unit or "", among)] += 1


@dataclass(frozen=True, slots=True)
class SoughtMonths:
    """The months that undated rows are ``asked`` for, from the day ``since`` on, under ``rule``."""

    rule: CountRule
    since: date
    asked: Container[str]


def enter_undated(
    ledger: Ledger,
    rows: Iterable[Undated],
    known: Mapping[str, Collection[str]],
    answer: Attributor,
    sought: SoughtMonths,
) -> int:
    """Enter rows without a believed date that may be of the months ``asked`` for, each address
    once; returns how many.

    ``known`` are the months of the days that an address bears elsewhere: there it is counted
    already, but whose it is may hang on this place, too.
    """
    seen: set[str] = set()
    for row in rows:
        address = exact(row.url)
        there = known.get(address, ())
        may = {*possible(row, sought.rule, sought.since), *there}
        months = tuple(sorted(month for month in may if month in sought.asked))
        if not months or address in seen:
            continue
        if not set(months) <= set(there):
            seen.add(address)
        whose = answer(row.origin, (row.outlet,), row.shown)
        _more(ledger, whose, months)
        showing = Showing(whose, (row.outlet,), row.shown, row.unread and not row.origin)
        _open(ledger, showing, months, answer)
    return len(seen)
