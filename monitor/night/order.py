"""The order of a day's jobs: the night first, what is written from it afterwards, however late,
long or broken it was.

A night may be made up until it would meet the next one. Letters and drafts wait for it: while it
runs, while it is still to be made, and while it may yet be tried again. One that was given up holds
nobody up; then the letters say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from crawler.model import shanghai_day
from monitor.night import diary
from monitor.night.diary import Daily
from monitor.night.lock import try_lock
from monitor.settings.timetable import Timetable

NIGHT, LETTERS, DRAFTS = "nightly", "letters", "drafts"
LOCK = "night"
"""The lock that a running night holds, whoever began it."""
AFTER_NIGHT = (LETTERS, DRAFTS)
"""What is written from a night."""
LATE = timedelta(hours=6)
"""How late a daily job may still begin."""
LATE_LETTERS = timedelta(hours=12)
"""Letters wait for a night that was late; what is written in the evening leaves when letters
may."""
LATE_DRAFTS = timedelta(days=9)
"""The first of a month may lie in a long holiday, with the machines off."""
DAY = timedelta(hours=24)
GIVEN_UP = 6
"""After so many tries in vain (an hour) nothing waits for a night any longer."""


def dailies(times: Timetable, night_limit: float) -> tuple[Daily, ...]:
    """The daily jobs with their hours. A night may be as late as leaves ``night_limit`` seconds
    before the next one."""
    made_up = max(LATE, DAY - timedelta(seconds=night_limit))
    return (
        Daily(NIGHT, times.nightly, made_up),
        Daily("content", times.content, LATE),
        Daily(LETTERS, times.letters, LATE_LETTERS),
        Daily(DRAFTS, times.drafts, LATE_DRAFTS, first=True),
        Daily("retention", times.retention, LATE),
        Daily("self_check", times.self_check, LATE),
    )


def night_of(jobs: Iterable[Daily]) -> Daily:
    """The night among ``jobs``."""
    return next(one for one in jobs if one.name == NIGHT)


def waits(
    connection: Connection, engine: Engine, night: Daily, daily: Daily, now: datetime
) -> bool:
    """Whether ``daily`` has to wait for the night at ``now``."""
    if daily.name not in AFTER_NIGHT:
        return False
    day = night.day(now)
    if day is not None:
        kept = diary.kept(connection, NIGHT, day)
        if kept is not None and kept.ended is not None:
            return False
        if kept is None or kept.tries < GIVEN_UP:
            return True
    return runs(engine)


def runs(engine: Engine) -> bool:
    """Whether a night is running right now, of this process or another."""
    with try_lock(engine, LOCK) as mine:
        return mine is None


def missed_night(connection: Connection, night: Daily, now: datetime) -> str:
    """That the day's night was given up, and why, for the office's letter; empty where it was done.

    Asked when letters are written: whatever still might have come was waited for.
    """
    day = latest_day(night, now)
    kept = diary.kept(connection, NIGHT, day)
    if kept is not None and kept.ended is not None:
        return ""
    why = f"（{kept.note[:200]}）" if kept is not None and kept.note else ""
    return (
        f"{day.month}月{day.day}日的夜间抓取没有做成{why}。今天的信件不等它了：只告知整改通知、销号、移交等"
        "不靠新抓取的事项，新的认定、提醒和逾期一律顺延到重新看清以后。"
    )


def latest_day(night: Daily, now: datetime) -> date:
    """The day of the night whose hour came last, however long past."""
    return Daily(night.name, night.at, DAY).day(now) or shanghai_day(now)
