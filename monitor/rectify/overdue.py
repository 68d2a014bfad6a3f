"""The list for 约谈: orders past their deadline that are not closed, per unit, with what came back
(回潮)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.model import shanghai_day
from monitor.days.workdays import Calendar
from monitor.rectify.orders import Order


@dataclass(frozen=True, slots=True)
class Overdue:
    """One unit: its orders past the deadline (the oldest first), the most working days late,
    sent-back replies."""

    unit: str
    orders: tuple[Order, ...]
    days: int
    reopened: int
    recurrences: int


def overdue(
    orders: Iterable[Order], now: datetime, calendar: Calendar, held: Iterable[int] = ()
) -> tuple[Overdue, ...]:
    """Who is late at ``now``, to the minute, the longest first; orders whose finding is in ``held``
    (appeal) wait."""
    waiting = frozenset(held)
    late: Mapping[str, list[Order]] = defaultdict(list)
    for order in orders:
        if order.deadline < now and order.finding_id not in waiting:
            late[order.unit].append(order)
    rows = [
        Overdue(
            unit,
            tuple(sorted(own, key=lambda order: order.deadline)),
            max(calendar.between(shanghai_day(order.deadline), shanghai_day(now)) for order in own),
            sum(order.reopened for order in own),
            sum(order.recurrence for order in own),
        )
        for unit, own in late.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.days, -len(row.orders), row.unit)))
