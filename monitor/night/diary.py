"""The diary of the daily jobs: which day's run was begun, ended or failed. It is why none runs
twice and none is forgotten.

A run is kept by job and by the day it belongs to (the day of its hour in the timetable,
Asia/Shanghai), not by the moment it ran: a clock that is set back cannot bring the same night
again. A run without an end was killed, or broke; it is begun again while its hour is not too long
past, and told when its first try began, so that it goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, String, Text, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import SHANGHAI, shanghai_day
from crawler.store.tables import Base

MOST_WAIT = 6
"""A run that failed waits ``retry`` seconds, then twice as long each time, this many times."""
CLOCK, STORE = "clock", "store"
"""The names under which jumps of the clock and outages of the store are noted."""
NAMES: Mapping[str, str] = {
    "nightly": "夜间抓取和判定", "content": "内容检查", "letters": "写信", "drafts": "通报草稿",
    "retention": "清理", "self_check": "自检",
}  # fmt: skip


class DailyRow(Base):
    """One job's run of one day. ``started`` is its first try, ``tried`` its last; ``note`` what
    broke, empty for a kill."""

    __tablename__ = "daily"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    started: Mapped[datetime]
    tried: Mapped[datetime]
    ended: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Text, default="")


DAILY = DailyRow.__table__.c


@dataclass(frozen=True, slots=True)
class Daily:
    """A job with its hour. ``grace`` is how late it may still begin; ``first`` = only on the first
    of a month."""

    name: str
    at: time
    grace: timedelta
    first: bool = False

    def day(self, now: datetime) -> date | None:
        """The day whose run may begin at ``now``: the latest one whose hour has come and is not too
        long past."""
        today = shanghai_day(now)
        for back in range(self.grace.days + 2):
            day = today - timedelta(days=back)
            hour = datetime.combine(day, self.at, SHANGHAI)
            if hour <= now <= hour + self.grace and (day.day == 1 or not self.first):
                return day
        return None


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that may begin: of ``day``, for the ``tries``-th time, ``started`` when it was first
    tried."""

    name: str
    day: date
    started: datetime
    tries: int


def due(connection: Connection, daily: Daily, now: datetime, retry: float) -> date | None:
    """The day whose run ought to begin at ``now``, or none: done, not yet time, too late, or failed
    a moment ago."""
    day = daily.day(now)
    if day is None:
        return None
    row = _row(connection, daily.name, day)
    if row is None:
        return day
    if row.ended is not None:
        return None
    # One that was killed once goes on at once (a restart, a power cut); one that kills us backs off
    # like one that broke.
    backs_off = row.note or row.tries > 1
    return None if backs_off and now < row.tried + _wait(row.tries, retry) else day


def begin(connection: Connection, daily: Daily, now: datetime, retry: float) -> Begun | None:
    """Claim the run that is :func:`due`, in the caller's transaction. Only the holder of the
    scheduler's lock calls this, and for a night the holder of the night's."""
    day = due(connection, daily, now, retry)
    if day is None:
        return None
    row = _row(connection, daily.name, day)
    if row is None:
        values = {
            "name": daily.name,
            "day": day,
            "started": now,
            "tried": now,
            "tries": 1,
            "note": "",
        }
        connection.execute(insert(DailyRow).values(values))
        return Begun(daily.name, day, now, 1)
    _set(connection, daily.name, day, tried=now, tries=row.tries + 1, note="")
    return Begun(daily.name, day, row.started, row.tries + 1)


def take(connection: Connection, daily: Daily, now: datetime) -> Begun:
    """Claim a run of ``daily`` that somebody asked for (cron, a person), whatever the diary says,
    in the caller's transaction.

    It belongs to the day whose hour came last, before that hour to today. One that was killed or
    broke goes on; one that was done begins anew.
    """
    day = daily.day(now) or shanghai_day(now)
    row = _row(connection, daily.name, day)
    if row is None or row.ended is not None:
        connection.execute(delete(DailyRow).where(DAILY.name == daily.name, DAILY.day == day))
        values = {
            "name": daily.name,
            "day": day,
            "started": now,
            "tried": now,
            "tries": 1,
            "note": "",
        }
        connection.execute(insert(DailyRow).values(values))
        return Begun(daily.name, day, now, 1)
    _set(connection, daily.name, day, tried=now, tries=row.tries + 1, note="")
    return Begun(daily.name, day, row.started, row.tries + 1)


def kept(connection: Connection, name: str, day: date) -> DailyRow | None:
    """The row of one job's run of one day."""
    return _row(connection, name, day)


def end(connection: Connection, run: Begun, now: datetime) -> None:
    """The run is done; it never begins again."""
    _set(connection, run.name, run.day, ended=now)


def fail(connection: Connection, run: Begun, why: str) -> None:
    """The run broke; it begins again after a while."""
    _set(connection, run.name, run.day, note=why[:500] or "?")


def why(error: BaseException) -> str:
    """The reason in one line, without the statement that met it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    return lines[0][:200] if lines else type(cause).__name__


def forget_future(connection: Connection, after: datetime) -> int:
    """Drop runs that were begun ``after`` a moment still to come: a clock far ahead made them,
    their true day is to come."""
    done = connection.execute(
        delete(DailyRow).where(DAILY.tried > after, DAILY.name.not_in((CLOCK, STORE)))
    )
    return done.rowcount


def jumped(connection: Connection, now: datetime, seconds: float) -> None:
    """Note a jump of the clock, for the office's letter."""
    _note(connection, CLOCK, now, leap(seconds))


def unavailable(connection: Connection, since: datetime, now: datetime, why: str) -> None:
    """Note that the store could not be used from ``since`` until ``now``."""
    hours = f"{since.astimezone(SHANGHAI):%H:%M} 至 {now.astimezone(SHANGHAI):%H:%M}"
    _note(connection, STORE, now, f"{hours} 数据库不可用（{why[:200]}）")


def _note(connection: Connection, name: str, now: datetime, note: str) -> None:
    """The day's last note of its kind."""
    day = shanghai_day(now)
    connection.execute(delete(DailyRow).where(DAILY.name == name, DAILY.day == day))
    values = {
        "name": name,
        "day": day,
        "started": now,
        "tried": now,
        "ended": now,
        "tries": 1,
        "note": note,
    }
    connection.execute(insert(DailyRow).values(values))


def leap(seconds: float) -> str:
    """How far the clock jumped, in Chinese."""
    size = abs(seconds)
    text = f"{size / 3600:.1f} 小时" if size >= 3600 else f"{size / 60:.0f} 分钟"
    return f"本机时间{'向前' if seconds > 0 else '向后'}跳了 {text}"


def remarks(connection: Connection, now: datetime) -> tuple[str, ...]:
    """What the office should know of yesterday's and today's runs: repeated, not done, the
    clock."""
    since = shanghai_day(now) - timedelta(days=1)
    rows = connection.execute(
        select(DailyRow.__table__)
        .where(DAILY.day >= since, DAILY.started <= now)
        .order_by(DAILY.day, DAILY.name)
    )
    return tuple(
        line for row in rows if (line := _remark(row.name, row.day, row.ended, row.tries, row.note))
    )


def _remark(name: str, day: date, ended: datetime | None, tries: int, note: str) -> str:
    head = f"{day.month}月{day.day}日"
    if name == CLOCK:
        return f"{head}{note}，任务时间表已按新的时间重排；请检查时间同步。"
    if name == STORE:
        return f"{head} {note}，现已恢复；其间的任务已顺延补做，没有丢失数据。"
    what = NAMES.get(name, name)
    if ended is None and note:
        return (
            f"{head}的任务“{what}”第 {tries} 次仍未做完（{note}），还会再试；已记录的数据没有丢失。"
        )
    if ended is None and tries > 1:
        return (
            f"{head}的任务“{what}”被中断 {tries - 1} 次，还没有做完，会再试；已记录的数据没有丢失。"
        )
    if ended is not None and tries > 1:
        return f"{head}的任务“{what}”中断后接着做，第 {tries} 次做完；没有丢失数据，也没有重复。"
    return ""


def _row(connection: Connection, name: str, day: date) -> DailyRow | None:
    query = select(DailyRow.__table__).where(DAILY.name == name, DAILY.day == day)
    return connection.execute(query).first()  # type: ignore[return-value]


def _set(connection: Connection, name: str, day: date, **values: object) -> None:
    connection.execute(
        update(DailyRow).where(DailyRow.name == name, DailyRow.day == day).values(**values)
    )


def _wait(tries: int, retry: float) -> timedelta:
    return timedelta(seconds=retry * 2 ** min(tries - 1, MOST_WAIT))
