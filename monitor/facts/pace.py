"""The posts of the places that a rule counts by the week or the working day, and the working days.
Nothing where none does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, and_, or_, select

from crawler.model import SHANGHAI, OutletKind
from crawler.store.tables import OutletRow, PostRow
from monitor.days.official_days import official_days
from monitor.days.workdays import Calendar
from monitor.model import Facts, PacedPosts
from monitor.settings.letters import LetterSettings
from monitor.settings.limits import Pace
from monitor.settings.versions import Version

RULE = "outlet_pace"
DAYS = 35
"""Days back that are read: more than two whole weeks and five working days before any long
holiday."""
POST, OUTLET = PostRow.__table__.c, OutletRow.__table__.c


def paced(in_force: Mapping[str, Version]) -> frozenset[str]:
    """The classes of columns, and ``account``, to which the rule ``in_force`` sets a pace."""
    version = in_force.get(RULE)
    return (
        frozenset(k for k, v in version.arguments.items() if isinstance(v, Pace))
        if version
        else frozenset()
    )


def with_paces(
    connection: Connection, facts: Facts, letters: LetterSettings, *in_force: Mapping[str, Version]
) -> Facts:
    """``facts`` with what ``outlet_pace`` needs of any of the sets of rules ``in_force`` on their
    day."""
    classes = frozenset[str]().union(*map(paced, in_force))
    if not classes:
        return facts
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
