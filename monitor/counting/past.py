"""What the store remembers of columns and units: who published where, which columns left, whose
catalogue is vouched for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from crawler.model import ColumnClass, OutletKind, shanghai_day
from crawler.store.tables import OutletRow, PostRow, UnitRow
from monitor.counting.ledger import Attributor
from monitor.counting.sight import Stood
from monitor.counting.whose import History, Whose
from monitor.counting.word import words_in_force
from monitor.days.calendar import month_of

OUTLET, POST = OutletRow.__table__.c, PostRow.__table__.c
CHUNK = 400


def histories(
    connection: Connection,
    outlets: Collection[str],
    since: date,
    as_of: datetime,
    answer: Attributor,
) -> dict[str, History]:
    """Whom the posts since ``since`` of each of ``outlets`` name."""
    units: dict[str, Counter[str]] = defaultdict(Counter)
    undecided: Counter[str] = Counter()
    total: Counter[str] = Counter()
    every = sorted(outlets)
    for start in range(0, len(every), CHUNK):
        unread = POST.article.in_(("pending", "failed"))
        query = (
            select(POST.outlet_id, POST.origin, unread, func.count(), func.max(POST.published))
            .where(POST.outlet_id.in_(every[start : start + CHUNK]))
            .where(
                POST.published >= since,
                POST.published <= shanghai_day(as_of),
                POST.first_seen <= as_of,
            )
            .group_by(POST.outlet_id, POST.origin, unread)
        )
        for outlet, origin, unknown, number, day in connection.execute(query):
            whose = answer(origin, (outlet,), day)
            total[outlet] += number
            if whose.doubtful or (unknown and not origin):
                undecided[outlet] += number
            if whose.unit:
                units[outlet][whose.unit] += number
    return {outlet: History(units[outlet], undecided[outlet], total[outlet]) for outlet in total}


def left_since(connection: Connection, as_of: datetime) -> dict[str, datetime]:
    """The columns of posts that left the catalogue by ``as_of``, with the moment."""
    query = select(OUTLET.id, OUTLET.retired_at).where(
        OUTLET.kind == OutletKind.COLUMN.value,
        OUTLET.cls != ColumnClass.DISCLOSURE.value,
        OUTLET.retired_at <= as_of,
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def stood(
    connection: Connection,
    since: date,
    as_of: datetime,
    left: Mapping[str, datetime],
    whose: Mapping[str, Whose],
) -> dict[str, Stood]:
    """The units that had not left the catalogue before ``since``, with their days and the office's
    word as of ``as_of``.

    A word holds for the columns of its day: when one of them leaves that may hold a unit's posts,
    it must be given anew.
    """
    words = words_in_force(connection, as_of)
    unit = UnitRow.__table__.c
    found: dict[str, Stood] = {}
    for row in connection.execute(select(unit.id, unit.since, unit.retired_at).order_by(unit.id)):
        until = shanghai_day(row.retired_at) if row.retired_at and row.retired_at <= as_of else None
        if until is not None and until < since:
            continue
        given = words.get(row.id)
        vouched = given is not None and not any(
            moment > given and _may(whose.get(outlet), row.id, moment)
            for outlet, moment in left.items()
        )
        found[row.id] = Stood(row.since, until, vouched)
    return found


def _may(whose: Whose | None, unit: str, moment: datetime) -> bool:
    known = whose.may(month_of(shanghai_day(moment))) if whose else None
    return known is None or unit in known
