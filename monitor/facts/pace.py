"""The posts of the places that a rule counts by the week or the working day, and the working days. Nothing where none does."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, and_, or_, select

from crawler.model import SHANGHAI, OutletKind
from crawler.store.tables import OutletRow, PostRow
from monitor.config import MonitorConfig
from monitor.days.official_days import official_days
from monitor.days.workdays import Calendar
from monitor.model import Facts, PacedPosts
from monitor.settings.limits import Pace

RULE = "outlet_pace"
DAYS = 35
"""Days back that are read: more than two whole weeks and five working days before any long holiday."""
POST, OUTLET = PostRow.__table__.c, OutletRow.__table__.c


def paced(config: MonitorConfig, day: date) -> frozenset[str]:
    """The classes of columns, and ``account``, to which the rule in force on ``day`` sets a pace."""
    version = config.in_force(day).get(RULE)
    return (
        frozenset(k for k, v in version.arguments.items() if isinstance(v, Pace)) if version else frozenset()
    )


def with_paces(connection: Connection, facts: Facts, *configs: MonitorConfig) -> Facts:
    """``facts`` with what ``outlet_pace`` of any of ``configs`` needs."""
    classes = frozenset[str]().union(*(paced(config, facts.day) for config in configs))
    if not classes:
        return facts
    letters = configs[0].alerts.letters
    own = Calendar(frozenset(letters.holidays), frozenset(letters.workdays))
    known = official_days(own, {facts.day.year, (facts.day - timedelta(days=DAYS)).year})
    only = [of.outlet.id for of in facts.outlets] if facts.partial else None
    found = _posts(connection, facts, classes, only)
    return replace(facts, paces=found, calendar=known.calendar, unknown_years=known.unknown)


def _posts(
    connection: Connection, facts: Facts, classes: frozenset[str], only: list[str] | None
) -> dict[str, PacedPosts]:
    since = facts.day - timedelta(days=DAYS)
    began = datetime.combine(since, time(0), SHANGHAI)
    kinds = [and_(OUTLET.kind == OutletKind.COLUMN.value, OUTLET.cls.in_(sorted(classes)))]
    if "account" in classes:
        kinds.append(OUTLET.kind == OutletKind.ACCOUNT.value)
    query = (
        select(POST.outlet_id, POST.published)
        .select_from(OutletRow.__table__.join(PostRow.__table__, POST.outlet_id == OUTLET.id))
        .where(or_(*kinds), POST.first_seen <= facts.as_of)
        .where(or_(POST.published > since, and_(POST.published.is_(None), POST.first_seen > began)))
    )
    if only is not None:
        query = query.where(OUTLET.id.in_(only))
    days: dict[str, list[date]] = defaultdict(list)
    undated: dict[str, int] = defaultdict(int)
    for outlet, published in connection.execute(query):
        if published is None:
            undated[outlet] += 1
        elif published <= facts.day:
            days[outlet].append(published)
    return {id_: PacedPosts(tuple(days[id_]), undated[id_]) for id_ in {*days, *undated}}
