"""Units' posts per day and month and the origins that wait for a person, kept for the screens after
each night: counting anew takes too long for a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import shanghai_day
from crawler.store.tables import Base
from monitor.counting.asked import CountBasis, Stretch
from monitor.counting.counts import tally
from monitor.counting.origins import clean
from monitor.counting.tally import Doubt, Tally
from monitor.days.calendar import add_months
from monitor.model import Count
from monitor.office import Office, decisions_of

MONTHS = 13
"""Months that are kept, the running one among them."""


class UnitDayRow(Base):
    """Posts of a unit that bear a day, each counted once. The unit ``""`` = nobody's, or not
    decided yet."""

    __tablename__ = "unit_day"
    unit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    posts: Mapped[int]


class UnitMonthRow(Base):
    """Posts and disclosure documents of a unit that count in a month (``2020-04``), as known at
    ``as_of``.

    Both are the fields of a :class:`~monitor.model.Count`.
    """

    __tablename__ = "unit_month"
    unit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    posts: Mapped[dict[str, Any]]
    documents: Mapped[dict[str, Any]]
    as_of: Mapped[datetime]


class DoubtRow(Base):
    """An origin (or, where it is empty, the columns) whose ``count`` posts wait for a person, as
    known at ``as_of``."""

    __tablename__ = "doubt"
    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(Text)
    outlets: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(String(30))
    count: Mapped[int] = mapped_column(index=True)
    example: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    as_of: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class MonthKept:
    """What was counted of one unit and month."""

    unit: str
    month: str
    posts: Count
    documents: Count
    as_of: datetime


def keep_rhythm(office: Office, now: datetime) -> None:
    """Count the last thirteen months and replace what was kept, in one transaction."""
    today = shanghai_day(now)
    start = max(add_months(today.replace(day=1), 1 - MONTHS), office.settings.crawl.backfill_from)
    decisions, rule = decisions_of(office), office.settings.monitor.counting
    with office.reader.connect() as connection:
        counted = tally(
            connection,
            Stretch(start, today, now),
            basis=CountBasis(decisions=decisions, rule=rule),
            so_far=True,
        )
    days = Counter(
        ("" if post.whose.doubtful else post.whose.unit or "", post.day) for post in counted.posts
    )
    series = (counted.units, counted.documents)
    months = {
        (unit, month) for found in series for unit, by_month in found.items() for month in by_month
    }
    with office.engine.begin() as connection:
        connection.execute(delete(UnitDayRow))
        connection.execute(delete(UnitMonthRow))
        connection.execute(delete(DoubtRow))
        _insert_doubts(connection, counted.doubts, now)
        _insert_days(connection, days)
        _insert_months(connection, counted, months, now)


def settle_doubt(connection: Connection, origin: str) -> int:
    """Somebody decided whose ``origin`` is: it no longer waits. Returns how many rows that were."""
    # Doubts are kept by their cleaned origin.
    return connection.execute(
        delete(DoubtRow).where(DoubtRow.origin == (clean(origin) or None))
    ).rowcount


def _insert_doubts(connection: Connection, doubts: tuple[Doubt, ...], now: datetime) -> None:
    rows = [
        {
            "origin": one.origin,
            "outlets": list(one.outlets),
            "reason": one.reason,
            "count": one.count,
            "example": one.example,
            "url": one.url,
            "as_of": now,
        }
        for one in doubts
    ]
    if rows:
        connection.execute(insert(DoubtRow), rows)


def _insert_days(connection: Connection, days: Counter[tuple[str, date]]) -> None:
    rows = [{"unit_id": unit, "day": day, "posts": n} for (unit, day), n in days.items()]
    if rows:
        connection.execute(insert(UnitDayRow), rows)


def _insert_months(
    connection: Connection, counted: Tally, months: Iterable[tuple[str, str]], now: datetime
) -> None:
    rows = [
        {
            "unit_id": unit,
            "month": month,
            "posts": asdict(counted.count(unit, month)),
            "documents": asdict(counted.papers(unit, month)),
            "as_of": now,
        }
        for unit, month in sorted(months)
    ]
    if rows:
        connection.execute(insert(UnitMonthRow), rows)


def months_kept(
    connection: Connection, months: tuple[str, ...], unit: str = "*"
) -> tuple[MonthKept, ...]:
    """What was counted in ``months``, of every unit or of one; of a pair without a row nothing is
    known."""
    query = select(UnitMonthRow.__table__).where(UnitMonthRow.month.in_(months))
    if unit != "*":
        query = query.where(UnitMonthRow.unit_id == unit)
    return tuple(
        MonthKept(r.unit_id, r.month, _count_of(r.posts), _count_of(r.documents), r.as_of)
        for r in connection.execute(query)
    )


def _count_of(kept: Mapping[str, Any]) -> Count:
    gaps, places = tuple(kept["gaps"]), tuple(kept["places"])
    return Count(kept["at_least"], kept["at_most"], gaps, kept["cause"], places)


def days_kept(
    connection: Connection, since: date, unit: str = "*"
) -> tuple[tuple[str, date, int], ...]:
    """(unit id, day, posts) since a day, of every unit or of one, by day."""
    query = select(UnitDayRow.__table__).where(UnitDayRow.day >= since).order_by(UnitDayRow.day)
    if unit != "*":
        query = query.where(UnitDayRow.unit_id == unit)
    return tuple((r.unit_id, r.day, r.posts) for r in connection.execute(query))
