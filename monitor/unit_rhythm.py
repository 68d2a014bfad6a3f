"""Units' posts per day and per month, kept for the screens after each night: counting anew takes too long for a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import shanghai_day
from crawler.store import Base
from monitor.calendar import add_months
from monitor.counts import tally
from monitor.office import Office, decisions_of

MONTHS = 13
"""Months that are kept, the running one among them."""


class UnitDayRow(Base):
    """Posts of a unit that bear a day, each counted once. The unit ``""`` = nobody's, or not decided yet."""

    __tablename__ = "unit_day"
    unit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    posts: Mapped[int]


class UnitMonthRow(Base):
    """Posts and disclosure documents of a unit that count in a month (``2020-04``), as known at ``as_of``."""

    __tablename__ = "unit_month"
    unit_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    posts: Mapped[int]
    documents: Mapped[int]
    as_of: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class MonthKept:
    """What was counted of one unit and month."""

    unit: str
    month: str
    posts: int
    documents: int
    as_of: datetime


def keep_rhythm(office: Office, now: datetime) -> None:
    """Count the last thirteen months and replace what was kept, in one transaction."""
    today = shanghai_day(now)
    start = max(add_months(today.replace(day=1), 1 - MONTHS), office.settings.crawl.backfill_from)
    decisions = decisions_of(office)
    with office.reader.connect() as connection:
        counted = tally(connection, start, today, now, decisions=decisions)
    days = Counter(("" if post.whose.doubtful else post.whose.unit or "", post.day) for post in counted.posts)
    months: dict[tuple[str, str], list[int]] = {}
    for place, series in enumerate((counted.units, counted.documents)):
        for unit, by_month in series.items():
            for month, n in by_month.items():
                months.setdefault((unit, month), [0, 0])[place] += n
    with office.engine.begin() as connection:
        connection.execute(delete(UnitDayRow))
        connection.execute(delete(UnitMonthRow))
        _insert_days(connection, days)
        _insert_months(connection, months, now)


def _insert_days(connection: Connection, days: Counter[tuple[str, date]]) -> None:
    rows = [{"unit_id": unit, "day": day, "posts": n} for (unit, day), n in days.items()]
    if rows:
        connection.execute(insert(UnitDayRow), rows)


def _insert_months(connection: Connection, months: dict[tuple[str, str], list[int]], now: datetime) -> None:
    rows = [
        {"unit_id": unit, "month": month, "posts": posts, "documents": documents, "as_of": now}
        for (unit, month), (posts, documents) in months.items()
    ]
    if rows:
        connection.execute(insert(UnitMonthRow), rows)


def months_kept(connection: Connection, months: tuple[str, ...], unit: str = "*") -> tuple[MonthKept, ...]:
    """What was counted in ``months``, of every unit or of one; a pair without posts has no row."""
    query = select(UnitMonthRow.__table__).where(UnitMonthRow.month.in_(months))
    if unit != "*":
        query = query.where(UnitMonthRow.unit_id == unit)
    return tuple(
        MonthKept(r.unit_id, r.month, r.posts, r.documents, r.as_of) for r in connection.execute(query)
    )


def days_kept(connection: Connection, since: date, unit: str = "*") -> tuple[tuple[str, date, int], ...]:
    """(unit id, day, posts) since a day, of every unit or of one, by day."""
    query = select(UnitDayRow.__table__).where(UnitDayRow.day >= since).order_by(UnitDayRow.day)
    if unit != "*":
        query = query.where(UnitDayRow.unit_id == unit)
    return tuple((r.unit_id, r.day, r.posts) for r in connection.execute(query))
