"""The truth about the sample district, reckoned from its data file alone: what a run must find.

Nothing here uses the rules, the crawler's readers or the store: it is what they are compared with.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.model import AccountState, ColumnClass
from monitor.demo.content import generate
from monitor.demo.district import District, SampleColumn, quarter_months

MONTHS_ALLOWED = {ColumnClass.NOTICE: 6, ColumnClass.POLICY: 6, ColumnClass.OTHER: 12}
DAYS_ALLOWED = 14


@dataclass(frozen=True, slots=True)
class Answers:
    """Expected results. Units, columns and accounts are ids; months are ``2020-04``."""

    months: tuple[str, str, str]
    posts: Mapping[str, Mapping[str, int]]
    shortfalls: Mapping[str, Mapping[str, int]]
    by_group: Mapping[str, int]
    attributed: int
    unattributed: int
    documents: Mapping[str, int]
    no_documents: tuple[str, ...]
    stale_columns: tuple[str, ...]
    idle_accounts: tuple[str, ...]
    live_accounts: tuple[str, ...]
    unregistered_accounts: tuple[str, ...]

    @property
    def total(self) -> int:
        """Every distinct post of the quarter."""
        return self.attributed + self.unattributed


def answers(district: District, quarter: str, day: date) -> Answers:
    """What is true of ``quarter``, judged on ``day``. Only units with a quota are counted for.

    Raises ``ValueError`` for a quarter whose months the file does not declare.
    """
    months = quarter_months(quarter)
    for month in months:
        if month not in district.months:
            known = ", ".join(district.months)
            raise ValueError(f"the district declares no posts for {month}; declared: {known}")
    counted = [u for u in district.units if u.quota is not None]
    posts = {u.id: {m: u.posts.get(m, 0) for m in months} for u in counted}
    groups = {
        g.name: sum(sum(posts[u.id].values()) for u in counted if u.group == g.name)
        for g in district.groups
    }
    documents = {u.id: sum(u.documents.get(m, 0) for m in months) for u in counted}
    others = sum(o.posts.get(m, 0) for o in district.origins for m in months)
    others += sum(u.posts.get(m, 0) for u in district.units if u.quota is None for m in months)
    return Answers(
        months=months,
        posts=posts,
        shortfalls=_shortfalls({u.id: u.quota or 0 for u in counted}, posts),
        by_group=groups,
        attributed=sum(groups.values()),
        unattributed=others,
        documents=documents,
        no_documents=tuple(id for id, count in documents.items() if not count),
        stale_columns=_stale(district, day),
        **_accounts(district, day),
    )


def _shortfalls(
    quotas: Mapping[str, int], posts: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, int]]:
    found = {
        id: {month: quotas[id] - count for month, count in counts.items() if count < quotas[id]}
        for id, counts in posts.items()
    }
    return {id: missing for id, missing in found.items() if missing}


def _stale(district: District, day: date) -> tuple[str, ...]:
    newest: dict[str, date] = {}
    for item in generate(district):
        shown = item.dated.date()
        if shown <= day:
            for id in (item.home, *item.also):
                newest[id] = max(newest.get(id, shown), shown)
    return tuple(c.id for c in district.columns if c.id in newest and late(c, newest[c.id], day))


def late(column: SampleColumn, newest: date, day: date) -> bool:
    """Is ``newest`` too old on ``day``? Exactly at the limit still passes; documents are not
    judged."""
    if column.cls is ColumnClass.NEWS:
        return day - newest > timedelta(days=DAYS_ALLOWED)
    allowed = MONTHS_ALLOWED.get(column.cls)
    return allowed is not None and day > _months_after(newest, allowed)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _accounts(district: District, day: date) -> dict[str, tuple[str, ...]]:
    known = [a for a in district.accounts if a.state is not AccountState.UNREGISTERED]
    limit = day - timedelta(days=DAYS_ALLOWED)
    return {
        "idle_accounts": tuple(a.id for a in known if a.newest is not None and a.newest < limit),
        "live_accounts": tuple(a.id for a in known if a.newest is not None and a.newest >= limit),
        "unregistered_accounts": tuple(
            a.id for a in district.accounts if a.state is AccountState.UNREGISTERED
        ),
    }
