"""Stored posts -> counts: the queries behind ``tally``. Reads only; the clock is never asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from crawler.model import SHANGHAI, ColumnClass, Outcome, Outlet, OutletKind, Unit, shanghai_day
from crawler.store.rows import addressees, outlet_of
from crawler.store.tables import DutyRow, OutletRow, PostRow, SiteRow, UnitRow, VisitRow
from monitor.counting.asked import USUAL, CountBasis, Series, Stretch
from monitor.counting.ledger import Attributor
from monitor.counting.looked import reaches
from monitor.counting.names import Names, Place
from monitor.counting.past import histories, left_since, stood
from monitor.counting.reach import Reach
from monitor.counting.rows import Column, ShownRow, Undated
from monitor.counting.sight import SeriesSight, of_units
from monitor.counting.tally import Bounded, CountedSeries, Tally, collect
from monitor.counting.tally import tally as count
from monitor.counting.whose import YEAR, History, Whose
from monitor.days.calendar import months_between
from monitor.looks.weight import CONVICTING
from monitor.model import Count, Coverage
from monitor.settings.counting import CountRule

__all__ = [
    "coverage",
    "document_month_counts",
    "names_of",
    "outlets_of",
    "tally",
    "unit_month_counts",
    "units_of",
]

BATCH = 5000


def tally(
    connection: Connection, stretch: Stretch, *, basis: CountBasis = USUAL, so_far: bool = False
) -> Tally:
    """What was published in ``stretch``, as far as it had been seen by its moment.

    Posts of columns that have since left the catalogue still count. Without a place the district
    is read off the units' full names. ``so_far`` counts the running month up to now, else it is
    open. Raises ``ValueError`` for a naive ``as_of``.
    """
    asked = _Asked.of(connection, stretch, basis)
    posts, documents = asked.collect(), asked.collect(disclosure=True)
    return count(
        Bounded(posts, asked.sight(posts, so_far=so_far)),
        Bounded(documents, asked.sight(documents, so_far=so_far, disclosure=True)),
        stretch.start,
        stretch.end,
    )


def unit_month_counts(
    connection: Connection, stretch: Stretch, *, basis: CountBasis = USUAL
) -> Mapping[tuple[str, str], Count]:
    """Posts per (unit id, month) of ``stretch``, of every unit that had not left before.

    The running month is counted so far.
    """
    asked = _Asked.of(connection, stretch, basis)
    return _series(asked, stretch.start, stretch.end)


def document_month_counts(
    connection: Connection, stretch: Stretch
) -> Mapping[tuple[str, str], Count]:
    """Disclosure documents per (unit id, month), both days included; none where the catalogue has
    no register."""
    register = OutletRow.cls == ColumnClass.DISCLOSURE.value
    if connection.execute(select(OutletRow.id).where(register).limit(1)).first() is None:
        return {}
    asked = _Asked.of(connection, stretch, USUAL)
    return _series(asked, stretch.start, stretch.end, disclosure=True) if asked.registers else {}


def _series(
    asked: _Asked, start: date, end: date, *, disclosure: bool = False
) -> dict[tuple[str, str], Count]:
    posts = asked.collect(disclosure=disclosure, keep=False)
    sight = asked.sight(posts, so_far=True, disclosure=disclosure)
    found = of_units(posts.ledger, sight, months_between(start, end))
    return {
        (unit, month): number for unit, months in found.items() for month, number in months.items()
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """A period as it was asked for, with what every series of it needs."""

    connection: Connection
    stretch: Stretch
    names: Names
    rule: CountRule
    columns: Mapping[str, Column]
    reaches: Mapping[str, Reach]

    @classmethod
    def of(cls, connection: Connection, stretch: Stretch, basis: CountBasis) -> _Asked:
        names = names_of(connection, stretch.start, place=basis.place, decisions=basis.decisions)
        known = reaches(connection, stretch.start.replace(day=1), stretch.as_of)
        rule = basis.rule or CountRule()
        return cls(connection, stretch, names, rule, _columns(connection), known)

    @property
    def registers(self) -> bool:
        """Whether the catalogue had a register of documents in the period."""
        return any(one.disclosure for one in self.reaches.values())

    def collect(self, *, disclosure: bool = False, keep: bool = True) -> CountedSeries:
        """The posts (or documents) of the period, entered."""
        ids = [id_ for id_, column in self.columns.items() if column.disclosure is disclosure]
        only = ids if disclosure else None
        early = (
            self.stretch.start
            if disclosure
            else self.stretch.start - timedelta(days=self.rule.oldest + self.rule.grace)
        )
        begun = {id_: column.begun for id_, column in self.columns.items()}
        rows = _rows(self.connection, replace(self.stretch, start=early), begun, only)
        undated = _undated(self.connection, self.stretch.start, self.stretch.as_of, only)
        return collect(
            rows,
            undated,
            self.columns,
            self.names,
            Series(
                self.stretch.start, self.stretch.end, self.rule, disclosure=disclosure, keep=keep
            ),
        )

    def sight(self, posts: CountedSeries, *, so_far: bool, disclosure: bool = False) -> SeriesSight:
        """What bounds the counts of ``posts``: histories are read of those columns only that leave
        something open."""
        mine = {id_: one for id_, one in self.reaches.items() if one.disclosure is disclosure}
        early = timedelta(0) if disclosure else timedelta(days=self.rule.oldest + self.rule.grace)
        blank = SeriesSight(
            shanghai_day(self.stretch.as_of), self.columns, mine, {}, {}, so_far, early
        )
        months = months_between(self.stretch.start, self.stretch.end)
        unread = {outlet for month in months for outlet in blank.holes(month).every}
        gone = left_since(self.connection, self.stretch.as_of) if not disclosure else {}
        wanted = {*unread, *posts.ledger.outlets, *gone}
        found = self._whose(wanted & set(self.columns))
        units = stood(self.connection, self.stretch.start, self.stretch.as_of, gone, found)
        return replace(blank, whose=found, units=units, needs_place=not disclosure)

    def _whose(self, outlets: Collection[str]) -> dict[str, Whose]:
        since = self.stretch.start - YEAR
        found = histories(
            self.connection,
            outlets,
            since,
            self.stretch.as_of,
            Attributor(self.columns, self.names),
        )
        whole = {id_: one.since for id_, one in self.reaches.items()}
        return {
            id_: Whose(
                self.columns[id_].only,
                self.columns[id_].duties,
                whole.get(id_),
                found.get(id_, History()),
            )
            for id_ in outlets
        }


def units_of(connection: Connection, since: date) -> list[Unit]:
    """The units of the catalogue that had not left it before ``since``, by id."""
    day_began = datetime(since.year, since.month, since.day, tzinfo=SHANGHAI)
    rows = connection.execute(
        select(UnitRow)
        .where(or_(UnitRow.retired_at.is_(None), UnitRow.retired_at >= day_began))
        .order_by(UnitRow.id)
    )
    return [
        Unit(
            r.id,
            r.short,
            r.full,
            r.group_name,
            tuple(r.aliases),
            r.quota,
            tuple(r.emails),
            addressees(r.contacts),
        )
        for r in rows
    ]


def names_of(
    connection: Connection,
    since: date,
    *,
    place: Place | None = None,
    decisions: Mapping[str, str | None] | None = None,
) -> Names:
    """Every name under which the catalogue's units sign, with their accounts' names."""
    rows = connection.execute(
        select(OutletRow.name, DutyRow.unit_id)
        .join(DutyRow, DutyRow.outlet_id == OutletRow.id)
        .where(
            OutletRow.kind == OutletKind.ACCOUNT.value,
            DutyRow.position == 0,
            DutyRow.until.is_(None),
        )
        .order_by(OutletRow.id)
    )
    accounts = {row.name: row.unit_id for row in rows}
    portals = connection.execute(select(SiteRow.name)).scalars().all()
    return Names.build(
        units_of(connection, since),
        place=place,
        accounts=accounts,
        decisions=decisions,
        portals=portals,
    )


def _columns(connection: Connection) -> dict[str, Column]:
    duties: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
    for row in connection.execute(
        select(DutyRow).order_by(DutyRow.outlet_id, DutyRow.position, DutyRow.id)
    ):
        duties[row.outlet_id].append((row.unit_id, row.since, row.until))
    first = select(func.min(VisitRow.moment)).where(VisitRow.outlet_id == OutletRow.id)
    asked = select(OutletRow.id, first.correlate(OutletRow).scalar_subquery())
    begun = {outlet: shanghai_day(day) for outlet, day in connection.execute(asked) if day}
    wanted = (
        OutletRow.id,
        OutletRow.site_id,
        OutletRow.name,
        OutletRow.path,
        OutletRow.cls,
        OutletRow.only,
    )
    rows = connection.execute(select(*wanted).where(OutletRow.kind == OutletKind.COLUMN.value))
    return {
        r.id: Column(
            r.id,
            r.site_id,
            r.name,
            r.path,
            r.cls == ColumnClass.DISCLOSURE.value,
            tuple(duties[r.id]),
            r.only,
            r.cls == ColumnClass.NEWS.value,
            begun.get(r.id),
        )
        for r in rows
    }


NOT_READ = ("pending", "failed")
"""An article page that may name its origin, and was not read."""


def _rows(
    connection: Connection,
    stretch: Stretch,
    begun: Mapping[str, date | None],
    only: Collection[str] | None = None,
) -> Iterable[ShownRow]:
    post = PostRow
    query = select(
        post.id,
        post.outlet_id,
        post.url,
        post.title,
        post.published,
        post.origin,
        post.prior_look,
        post.first_seen,
        post.article,
        post.place,
    ).where(
        post.published >= stretch.start,
        post.published <= min(stretch.end, shanghai_day(stretch.as_of)),
        post.first_seen <= stretch.as_of,
    )
    if only is not None:
        query = query.where(post.outlet_id.in_(sorted(only)))
    same: dict[Any, Any] = {}  # the same text or day is kept once, however many posts have it
    known = same.setdefault
    days: dict[datetime, date] = {}

    def day_of(moment: datetime) -> date:
        return days.get(moment) or days.setdefault(moment, shanghai_day(moment))

    return [
        ShownRow(
            id_,
            known(outlet, outlet),
            url,
            title,
            known(day, day),
            known(origin, origin),
            day_of(prior) if prior else None,
            day_of(shown),
            article in NOT_READ and not origin,
            article != "skipped",
            place not in CONVICTING,
            begun.get(outlet),
        )
        for id_, outlet, url, title, day, origin, prior, shown, article, place in connection.execute(
            query, execution_options={"yield_per": BATCH}
        )
        if day is not None
    ]


def _undated(
    connection: Connection, start: date, as_of: datetime, only: Collection[str] | None = None
) -> list[Undated]:
    """Rows without a believed date that were first seen in the period or after it: they may be of
    any of its days."""
    began, post = datetime.combine(start, time(0), SHANGHAI), PostRow
    query = select(
        post.id,
        post.outlet_id,
        post.url,
        post.title,
        post.origin,
        post.prior_look,
        post.first_seen,
        post.article,
    ).where(post.published.is_(None), post.first_seen >= began, post.first_seen <= as_of)
    if only is not None:
        query = query.where(post.outlet_id.in_(sorted(only)))
    return [
        Undated(
            id_,
            outlet,
            url,
            title,
            origin,
            shanghai_day(prior) if prior else None,
            shanghai_day(shown),
            article in NOT_READ and not origin,
        )
        for id_, outlet, url, title, origin, prior, shown, article in connection.execute(
            query.order_by(post.id)
        )
    ]


def outlets_of(connection: Connection, day: date) -> list[Outlet]:
    """The outlets of the catalogue, each with the units that answer for it on ``day``, the lead
    first."""
    duties: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(DutyRow).order_by(DutyRow.outlet_id, DutyRow.position)):
        if row.since <= day and (row.until is None or day < row.until):
            duties[row.outlet_id].append(row.unit_id)
    rows = connection.execute(
        select(OutletRow.__table__).where(OutletRow.retired_at.is_(None)).order_by(OutletRow.id)
    )
    return [outlet_of(row, duties[row["id"]]) for row in rows.mappings()]


def coverage(
    connection: Connection, start: date, end: date, as_of: datetime, *, failed: bool = False
) -> Coverage:
    """How many of the district's outlets (canaries are none) had a conclusive look from ``start``
    to ``end``, both included, by ``as_of``."""
    began = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
    ended = datetime(end.year, end.month, end.day, tzinfo=SHANGHAI) + timedelta(days=1)
    conclusive = [outcome.value for outcome in Outcome if outcome.conclusive]
    rows = connection.execute(
        select(OutletRow.id, OutletRow.url, OutletRow.probes).where(
            OutletRow.retired_at.is_(None), OutletRow.kind != OutletKind.CANARY.value
        )
    ).all()
    seen = select(VisitRow.outlet_id).where(
        VisitRow.moment >= began,
        VisitRow.moment < ended,
        VisitRow.moment <= as_of,
        VisitRow.outcome.in_(conclusive),
    )
    looked = {row.outlet_id for row in connection.execute(seen.distinct())}
    known = [row.id for row in rows if row.url or row.probes]
    return Coverage(len(rows), len(known), len(looked & set(known)), failed)
