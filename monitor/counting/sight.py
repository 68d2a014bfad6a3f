"""What was seen of a month, and whose count it leaves open: posts as counted -> bounds. Pure.

A count is complete only where everything in which the unit's posts may stand was read completely
over the month, the office said that the catalogue holds all of it, the unit lived through the
month, and no post is left that may be its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from monitor.counting.ledger import Ledger
from monitor.counting.reach import Reach
from monitor.counting.rows import Column
from monitor.counting.whose import Whose
from monitor.days.calendar import first_day, last_day, month_of
from monitor.model import Count
from monitor.words.causes import (
    CATALOGUE_OPEN,
    LIVED_PARTLY,
    MONTH_RUNNING,
    NO_COLUMN,
    NO_REGISTER,
    NOT_COVERED,
    UNDECIDED,
    cause_name,
)

SETTLED = timedelta(days=2)
"""The running month is known up to the day before yesterday: last night's look came in the middle
of its day."""
NAMED = 2


@dataclass(frozen=True, slots=True)
class Stood:
    """A unit's days, ``until`` excluded (``None``: as far back, or on, as anybody knows), and
    whether the office ``vouched`` that the catalogue holds every place of it."""

    since: date | None = None
    until: date | None = None
    vouched: bool = False

    def lived(self, month: str) -> bool:
        """Whether it lived through the whole month."""
        first, last = first_day(month), last_day(month)
        return (self.since is None or self.since <= first) and (
            self.until is None or self.until > last
        )


@dataclass(frozen=True, slots=True)
class Holes:
    """The columns of a month that were not read completely: which may hold anybody's posts, and
    which whose."""

    anybody: tuple[str, ...] = ()
    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def for_unit(self, unit: str) -> tuple[str, ...]:
        """Those in which a post of the unit may stand."""
        return (*self.of.get(unit, ()), *self.anybody)

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys((*self.anybody, *(one for found in self.of.values() for one in found)))
        )


@dataclass(frozen=True, slots=True)
class SeriesSight:
    """All that bounds the counts of one series (posts, or disclosure documents). ``day`` is the day
    of judgement; ``so_far`` counts the running month as far as it went, else it is open; posts
    dated so much ``early`` may count in a month as late ones."""

    day: date
    columns: Mapping[str, Column]
    reaches: Mapping[str, Reach]
    whose: Mapping[str, Whose]
    units: Mapping[str, Stood]
    so_far: bool = False
    early: timedelta = timedelta(0)
    needs_place: bool = True

    def may(self, outlet: str, month: str) -> frozenset[str] | None:
        """See :data:`monitor.counting.whose.May`."""
        known = self.whose.get(outlet)
        return known.may(month) if known else None

    def last(self, month: str) -> date:
        """The last day of ``month`` that must have been seen."""
        running = self.so_far and month == month_of(self.day)
        return self.day - SETTLED if running else last_day(month)

    def whole(self, outlet: str, month: str) -> bool:
        """Whether every post of the column's month is known."""
        reach = self.reaches.get(outlet)
        return reach is not None and reach.whole(first_day(month), self.last(month), self.early)

    def holes(self, month: str) -> Holes:
        """The columns that were not read completely over ``month``."""
        anybody: list[str] = []
        of: dict[str, list[str]] = defaultdict(list)
        for outlet, reach in self.reaches.items():
            if not reach.stood(first_day(month)) or self.whole(outlet, month):
                continue
            may = self.may(outlet, month)
            if may is None:
                anybody.append(outlet)
            for unit in may or ():
                of[unit].append(outlet)
        return Holes(tuple(anybody), {unit: tuple(found) for unit, found in of.items()})

    def placed(self, month: str) -> frozenset[str]:
        """The units that answer, on a day of ``month``, for a column that is watched."""
        first, last = first_day(month), last_day(month)
        found: set[str] = set()
        for outlet, reach in self.reaches.items():
            column = self.columns.get(outlet)
            if column is None or not reach.address or not reach.stood(first):
                continue
            begun = min((since for _, since, _ in column.duties), default=last)
            # Who answered before the first duty that was entered nobody knows: those whom it names.
            on = {
                u
                for u, since, until in column.duties
                if (until is None or until > first) and since <= max(last, begun)
            }
            found |= {column.only} if column.only else on
        return frozenset(found)


def of_units(
    ledger: Ledger, sight: SeriesSight, months: Iterable[str]
) -> dict[str, dict[str, Count]]:
    """The count of every unit of ``sight`` in each of ``months``."""
    published = {unit for unit, _ in ledger.seen}
    found: dict[str, dict[str, Count]] = {unit: {} for unit in sight.units}
    for month in months:
        holes, placed = sight.holes(month), sight.placed(month) | published
        more = ledger.beyond(month, sight.units, sight.may)
        for unit, stood in sight.units.items():
            gaps = [
                *_gates(sight, stood, unit in placed, month),
                *_holes(sight, holes.for_unit(unit)),
            ]
            found[unit][month] = bound(ledger.seen[unit, month], more[unit], gaps)
    return found


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a count is open, as a word of ``causes.py`` and in Chinese."""

    cause: str
    text: str
    places: tuple[str, ...] = ()


def bound(seen: int, more: int, gaps: Iterable[Gap]) -> Count:
    """``seen`` with ``more`` that may belong to it; with a gap nobody knows how many more there
    are."""
    known = list(gaps)
    most = None if known else seen + more
    if more:
        known.append(Gap(UNDECIDED, f"另有{more}条信息尚不能确定是否计入"))
    places = tuple(dict.fromkeys(place for gap in known for place in gap.places))
    return Count(
        seen, most, tuple(gap.text for gap in known), known[0].cause if known else "", places
    )


def of_all(sight: SeriesSight, month: str, holes: Holes, seen: int, more: int) -> Count:
    """A count over all columns and units: open where any of them is."""
    gaps = (
        []
        if all(one.vouched for one in sight.units.values())
        else [Gap(CATALOGUE_OPEN, OPEN_CATALOGUE)]
    )
    gaps = [*_running(sight, month), *_unwatched(sight, month), *gaps]
    return bound(seen, more, [*gaps, *_holes(sight, holes.every)])


OPEN_CATALOGUE = "尚未确认各单位的发布栏目已全部纳入台账"


def of_column(sight: SeriesSight, outlet: str, month: str, seen: int) -> Count:
    """What one column showed in a month."""
    holes = () if sight.whole(outlet, month) else (outlet,)
    return bound(seen, 0, [*_running(sight, month), *_holes(sight, holes)])


def _gates(sight: SeriesSight, stood: Stood, placed: bool, month: str) -> list[Gap]:
    causes = [] if stood.lived(month) else [LIVED_PARTLY]
    causes += [NO_COLUMN] if sight.needs_place and not placed else []
    causes += [] if stood.vouched else [CATALOGUE_OPEN]
    gaps = [Gap(cause, cause_name(cause)) for cause in causes]
    return [*_running(sight, month), *_unwatched(sight, month), *gaps]


def _unwatched(sight: SeriesSight, month: str) -> list[Gap]:
    """A register of documents that nobody watches shows none: that is no zero."""
    watched = any(reach.stood(first_day(month)) for reach in sight.reaches.values())
    return [] if sight.needs_place or watched else [Gap(NO_REGISTER, cause_name(NO_REGISTER))]


def _running(sight: SeriesSight, month: str) -> list[Gap]:
    over = sight.so_far or last_day(month) < sight.day
    return [] if over else [Gap(MONTH_RUNNING, cause_name(MONTH_RUNNING))]


def _holes(sight: SeriesSight, outlets: tuple[str, ...]) -> list[Gap]:
    if not outlets:
        return []
    names = "、".join(sight.reaches[outlet].name for outlet in outlets[:NAMED])
    etc = f"等{len(outlets)}个栏目" if len(outlets) > NAMED else "栏目"
    return [Gap(NOT_COVERED, f"{names}{etc}没有抓取完整", outlets)]
