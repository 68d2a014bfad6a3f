"""The limits that lie ahead as a calendar file (RFC 5545), for the calendars of phones and offices.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from crawler.model import utc
from monitor.days.calendar import chinese_day
from monitor.judging.ahead import Ahead

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of an open order (整改通知), as a calendar shows it."""

    number: str
    name: str
    day: date


@dataclass(frozen=True, slots=True)
class DayEntry:
    """An all-day entry; ``id`` is the same in every file, so that a later one updates it."""

    id: str
    day: date
    summary: str
    description: str


def ics(
    found: Sequence[Ahead], stamp: datetime, name: str = "更新到期", orders: Sequence[Deadline] = ()
) -> str:
    """The limits as a calendar file: an all-day entry on each ``act_by``, and on each order's last
    day.

    Stable ids: import again to update. ``stamp`` is when the file was made (aware).
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//gengxin//due//ZH")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", _plain(name))
    for entry in [*map(_of_limit, found), *map(_of_order, orders)]:
        calendar.add_component(_event(entry, stamp))
    return str(calendar.to_ical(sorted=False), "utf-8")


def _of_limit(one: Ahead) -> DayEntry:
    id = f"{one.rule}-{one.subject.replace(':', '-')}"
    return DayEntry(id, one.act_by, f"更新到期：{one.name}", one.sentence)


def _of_order(order: Deadline) -> DayEntry:
    said = f"{order.number}要求{chinese_day(order.day)}前（含当日）完成整改并反馈。"
    return DayEntry(f"order-{order.number}", order.day, f"{order.number}：{order.name}", said)


def _event(entry: DayEntry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{_plain(entry.id)}@gengxin")
    event.add("dtstamp", utc(stamp).astimezone(UTC))
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + ONE_DAY)
    event.add("summary", _plain(entry.summary))
    event.add("description", _plain(entry.description))
    event.add("transp", "TRANSPARENT")
    return event


def _plain(text: str) -> str:
    """Text without control characters: names are crawled."""
    return "".join(c if c.isprintable() else " " for c in text)
