"""When a Weibo post was published: its printed time, cross-checked with the time inside its id.

Printed forms are full (``Mon Jul 20 10:11:00 +0800 2020``) or relative to the fetch (刚刚, 5分钟前,
3小时前, 今天 08:30, 昨天 08:30, 07-14, 2019-07-14). The id of sixteen digits carries the second of its
making.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from crawler.model import SHANGHAI, Dated, Page, Refused
from crawler.platforms._common import FETCH_UNKNOWN, believe

EARLIEST = datetime(2009, 8, 1, tzinfo=UTC)
"""Weibo began then: earlier times are mistakes."""
ID_EPOCH = 515483463
"""Seconds added to ``mid >> 22``; checked on posts of 2019, 2021 and 2026 (new-media notes 3.3)."""
SLACK = timedelta(days=1)
"""Printed time and id time farther apart than this: the format has changed."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FULL = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})"
)
"""The interface's own form; names of months are read here, for ``%b`` depends on the machine."""
AGO = re.compile(r"(\d{1,4})\s?(秒|分钟|分|小时|天)钟?之?前")
"""Older answers and those for phones: 3分钟前, 15小时前."""
CLOCK = r"(?:\s{0,3}(\d{1,2}):(\d\d)(?::(\d\d))?)?"
DAY_WORD = re.compile(rf"(今天|昨天|前天){CLOCK}")
"""今天 10:20 and 昨天 18:02, counted from the look in Beijing."""
MONTH_DAY = re.compile(rf"(\d{{1,2}})[-月/](\d{{1,2}})日?{CLOCK}")
"""MM-DD of this year; the post's id tells the year."""
YEAR_DAY = re.compile(rf"(\d{{4}}|\d\d)[-年/](\d{{1,2}})[-月/](\d{{1,2}})日?{CLOCK}")
UNITS = {"秒": 1, "分钟": 60, "分": 60, "小时": 3600, "天": 86400}
DAYS_BACK = {"今天": 0, "昨天": 1, "前天": 2}
Span = tuple[datetime, datetime]
"""The earliest and latest moment that a printed time allows."""


class ShapeChanged(ValueError):
    """Printed time and id disagree by more than a day: one of the two no longer means what it
    did."""


def id_moment(mid: str) -> datetime | None:
    """The second in which a post's id was made; ``None`` for ids that carry none (before 2011)."""
    if not re.fullmatch(r"[1-9]\d{15,18}", mid):
        return None
    seconds = (int(mid) >> 22) + ID_EPOCH
    return datetime.fromtimestamp(seconds, UTC) if seconds < FETCH_UNKNOWN.timestamp() else None


def published(printed: str, mid: str, page: Page) -> Dated | Refused:
    """The post's moment. Raises :class:`ShapeChanged` when the id contradicts the printed time."""
    made = id_moment(mid)
    span = _span(printed.strip(), page.fetched_at, made)
    if span is None:
        return Refused(printed, "no date form that we know")
    if made is not None and not span[0] - SLACK <= made <= span[1] + SLACK:
        raise ShapeChanged(f"{printed} but id {mid} says {made:%Y-%m-%d %H:%M}")
    if span[0] == span[1]:
        return believe(span[0], printed, "json", page, EARLIEST)
    if made is not None:
        return believe(made, printed, "id", page, EARLIEST, f"time from id {mid}")
    if span[1] - span[0] >= timedelta(hours=23):
        return _day_only(span[0], printed, page)
    return believe(span[0], printed, "json", page, EARLIEST, "counted from the fetch")


def _day_only(start: datetime, printed: str, page: Page) -> Dated | Refused:
    believed = believe(start, printed, "json", page, EARLIEST)
    return (
        believed
        if isinstance(believed, Refused)
        else Dated(believed.day, printed, "json", why="day only")
    )


def _span(text: str, fetched: datetime, made: datetime | None) -> Span | None:
    """What ``text`` allows; forms relative to an unknown fetch are read from the id."""
    try:
        full = FULL.fullmatch(text)
        if full is not None:
            return _full(full)
        dated = YEAR_DAY.fullmatch(text)
        if dated is not None:
            year = int(dated[1]) + (2000 if len(dated[1]) == 2 else 0)
            return _day(
                datetime(year, int(dated[2]), int(dated[3]), tzinfo=SHANGHAI), dated.groups()[3:]
            )
        now = made if fetched == FETCH_UNKNOWN else fetched
        return None if now is None else _relative(text, now.astimezone(SHANGHAI), made, fetched)
    except (ValueError, OverflowError):
        return None


def _full(match: re.Match[str]) -> Span:
    hours, minutes = int(match[7]), int(match[8])
    offset = timedelta(hours=hours, minutes=minutes) * (1 if match[6] == "+" else -1)
    month = MONTHS.index(match[1]) + 1
    clock = (int(match[3]), int(match[4]), int(match[5]))
    moment = (
        datetime(int(match[9]), month, int(match[2]), *clock, tzinfo=UTC) - offset
    ).astimezone(SHANGHAI)
    return moment, moment


def _relative(text: str, now: datetime, made: datetime | None, fetched: datetime) -> Span | None:
    month_day = MONTH_DAY.fullmatch(text)
    if month_day is not None:
        return _day(
            _with_year(int(month_day[1]), int(month_day[2]), now, made), month_day.groups()[2:]
        )
    ago, word = AGO.fullmatch(text), DAY_WORD.fullmatch(text)
    if text != "刚刚" and ago is None and word is None:
        return None
    if fetched == FETCH_UNKNOWN:
        return now - SLACK, now
    if ago is not None:
        unit = timedelta(seconds=UNITS[ago[2]])
        return now - (int(ago[1]) + 1) * unit, now - int(ago[1]) * unit
    if word is not None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return _day(midnight - timedelta(days=DAYS_BACK[word[1]]), word.groups()[1:])
    return now - timedelta(minutes=1), now


def _with_year(month: int, day: int, now: datetime, made: datetime | None) -> datetime:
    """The id gives the year; without one, a day later than today was last year."""
    if made is not None:
        near = made.astimezone(SHANGHAI)
        years = sorted(
            (near.year - 1, near.year, near.year + 1), key=lambda y: _gap(y, month, day, near)
        )
        return datetime(years[0], month, day, tzinfo=SHANGHAI)
    this_year = datetime(now.year, month, day, tzinfo=SHANGHAI)
    return this_year if this_year <= now else this_year.replace(year=now.year - 1)


def _gap(year: int, month: int, day: int, near: datetime) -> timedelta:
    try:
        return abs(datetime(year, month, day, tzinfo=SHANGHAI) - near)
    except ValueError:
        return timedelta.max


def _day(start: datetime, clock: tuple[str | None, ...]) -> Span:
    """The whole day, or the minute when a clock is printed, or the second."""
    if clock[0] is None:
        return start, start + timedelta(days=1, seconds=-1)
    moment = start.replace(hour=int(clock[0]), minute=int(clock[1] or 0), second=int(clock[2] or 0))
    return (moment, moment) if clock[2] is not None else (moment, moment + timedelta(seconds=59))
