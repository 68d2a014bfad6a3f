"""What the store remembers of a finding's life: looks in a row, and the findings of the same kind
before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from monitor.model import Verdict
from monitor.record.tables import FindingRow, StreakRow
from monitor.settings.life import CLEARING, REPAIRED, Life, Streak, counted

Key = tuple[str, str, str]
STREAK = StreakRow.__table__.c
FINDING = FindingRow.__table__.c
FEW = 300
"""So many subjects may stand in one query by name."""


@dataclass(frozen=True, slots=True)
class Past:
    """The findings of the same rule, subject and period before a new one.

    ``repaired`` were mended by their unit, the last one was ``number``; ``times`` ended within the
    rule's window, and with this one that makes it flapping where ``flaps``.
    """

    repaired: int = 0
    number: str = ""
    times: int = 0
    flaps: bool = False

    @property
    def detail(self) -> dict[str, Any]:
        """What the opening event says of it."""
        return {"recurrence": self.repaired, "previous": self.number} if self.repaired else {}


def ready(
    connection: Connection,
    judged: Mapping[Key, Verdict],
    lives: Mapping[str, Life],
    as_of: datetime,
) -> frozenset[Key]:
    """Counts this judgement's looks; returns the keys that must wait for more of them before
    anything changes."""
    rules = {name for name, life in lives.items() if life.counts}
    if not rules:
        return frozenset()
    known = _streaks(connection, rules)
    now: dict[Key, Streak] = {}
    waiting: set[Key] = set()
    for key, verdict in judged.items():
        if key[0] not in rules:
            continue
        streak = counted(known.get(key), verdict, as_of)
        if streak is None:
            continue
        now[key] = streak
        life = lives[key[0]]
        agrees = streak.opens is verdict.opens
        wanted = life.open_after if verdict.opens else life.close_after
        if (verdict.opens or verdict.value in CLEARING) and (not agrees or streak.count < wanted):
            waiting.add(key)
    _keep(connection, {key: s for key, s in now.items() if known.get(key) != s})
    return frozenset(waiting)


def _streaks(connection: Connection, rules: Iterable[str]) -> dict[Key, Streak]:
    rows = connection.execute(select(StreakRow.__table__).where(STREAK.rule.in_(list(rules))))
    return {(r.rule, r.subject, r.period): Streak(r.opens, r.looks, r.looked) for r in rows}


def _keep(connection: Connection, changed: Mapping[Key, Streak]) -> None:
    rows = [
        {"rule": key[0], "subject": key[1], "period": key[2]}
        | {"opens": streak.opens, "looks": streak.count, "looked": streak.looked}
        for key, streak in changed.items()
    ]
    if not rows:
        return
    for row in rows:
        same = (STREAK.rule == row["rule"]) & (STREAK.subject == row["subject"])
        connection.execute(delete(StreakRow).where(same, STREAK.period == row["period"]))
    connection.execute(insert(StreakRow), rows)


def pasts(
    connection: Connection, verdicts: Sequence[Verdict], as_of: datetime, lives: Mapping[str, Life]
) -> dict[Key, Past]:
    """What came before each of ``verdicts`` that opens a finding now."""
    query = select(
        FINDING.rule, FINDING.subject, FINDING.period, FINDING.number, FINDING.ended, FINDING.closed
    ).where(FINDING.closed.is_not(None), FINDING.closed <= as_of)
    subjects = {v.subject for v in verdicts}
    if len(subjects) <= FEW:
        query = query.where(FINDING.subject.in_(sorted(subjects)))
    wanted = {(v.rule, v.subject, v.period) for v in verdicts}
    found: dict[Key, Past] = {}
    for row in connection.execute(query.order_by(FINDING.id)):
        key = (row.rule, row.subject, row.period)
        if key in wanted and row.ended in REPAIRED:
            found[key] = _after(found.get(key, Past()), row, lives.get(row.rule, Life()), as_of)
    return found


def _after(past: Past, row: Any, life: Life, as_of: datetime) -> Past:
    lately = row.closed > as_of - timedelta(days=life.flap_days)
    times = past.times + lately
    flaps = bool(life.flap_times) and times + 1 >= life.flap_times
    return Past(past.repaired + 1, row.number, times, flaps)
