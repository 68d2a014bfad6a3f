"""What letters are about: open findings with their proof, who was told when, which letters came back."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import Outcome, Unit
from crawler.store import OutletRow, VisitRow
from monitor.ledger import FindingRow, LetterFindingRow, LetterRow
from monitor.letters import OFFICE, Matter
from monitor.model import Finding, Newest
from monitor.outbox import AttemptRow

log = logging.getLogger(__name__)

TOLD = ("waiting", "claimed", "sent")
"""Letters that reached, or still may reach, their unit; a refused one told nobody."""


def open_matters(
    connection: Connection, day: date, moment: datetime, units: Mapping[str, Unit]
) -> tuple[dict[str, list[Matter]], list[Matter]]:
    """Open findings by answerable unit, and those that are ours."""
    rows = connection.execute(
        select(FindingRow.__table__)
        .where(FindingRow.closed.is_(None), FindingRow.opened <= moment)
        .order_by(FindingRow.id)
    ).all()
    outlets = _outlets(connection, rows)
    looked = _looked(connection, outlets, moment)
    told = _first_told(connection, day)
    by_unit: dict[str, list[Matter]] = defaultdict(list)
    ours: list[Matter] = []
    for row in rows:
        matter = _matter(row, outlets, looked, units)
        if row.ours:
            ours.append(replace(matter, kind="ours", told=told.get((row.id, OFFICE))))
            continue
        for unit in row.units:
            if unit in units:
                by_unit[unit].append(replace(matter, told=told.get((row.id, unit))))
            else:
                log.warning("finding %s: unit %s is not in the catalogue, no letter", row.number, unit)
    return by_unit, ours


def _matter(
    row: Any, outlets: Mapping[str, Any], looked: Mapping[str, datetime], units: Mapping[str, Unit]
) -> Matter:
    kind, _, subject = row.subject.partition(":")
    outlet = outlets.get(subject) if kind == "outlet" else None
    return Matter(
        finding=_finding(row),
        kind=outlet.kind if outlet else kind,
        link=(outlet.url or "") if outlet else "",
        looked=looked.get(subject) if outlet else None,
        units=tuple(units[u].short if u in units else u for u in row.units),
    )


def _finding(row: Any) -> Finding:
    newest = row.newest
    return Finding(
        id=row.id,
        number=row.number,
        rule=row.rule,
        subject=row.subject,
        period=row.period,
        opened=row.opened,
        closed=row.closed,
        sentence=row.sentence,
        clause=row.clause,
        units=tuple(row.units),
        name=row.name,
        newest=Newest(**newest | {"day": date.fromisoformat(newest["day"])}) if newest else None,
        due=row.due,
        ours=row.ours,
    )


def _outlets(connection: Connection, rows: Iterable[Any]) -> dict[str, Any]:
    ids = {row.subject.removeprefix("outlet:") for row in rows if row.subject.startswith("outlet:")}
    query = select(OutletRow.id, OutletRow.kind, OutletRow.url).where(OutletRow.id.in_(ids))
    return {row.id: row for row in connection.execute(query)}


def _looked(connection: Connection, outlets: Iterable[str], moment: datetime) -> dict[str, datetime]:
    """The newest look at each outlet, up to ``moment``, that proved something."""
    conclusive = [outcome.value for outcome in Outcome if outcome.conclusive]
    query = (
        select(VisitRow.outlet_id, func.max(VisitRow.moment))
        .where(
            VisitRow.outlet_id.in_(list(outlets)),
            VisitRow.moment <= moment,
            VisitRow.outcome.in_(conclusive),
        )
        .group_by(VisitRow.outlet_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _first_told(connection: Connection, day: date) -> dict[tuple[int, str], date]:
    """The first day each unit was told of each finding, by a letter that had somewhere to go."""
    query = (
        select(LetterFindingRow.finding_id, LetterFindingRow.unit_id, func.min(LetterFindingRow.day))
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), LetterFindingRow.day <= day)
        .group_by(LetterFindingRow.finding_id, LetterFindingRow.unit_id)
    )
    return {(finding, unit): first for finding, unit, first in connection.execute(query)}


def returned(connection: Connection, moment: datetime, units: Mapping[str, Unit]) -> list[str]:
    """A line for each address that refused or was given up since our own last letter, at most a week ago."""
    names = {unit.id: unit.short for unit in units.values()} | {OFFICE: "本办"}
    last = connection.scalar(select(func.max(LetterRow.written)).where(LetterRow.unit_id == OFFICE))
    week_ago = moment - timedelta(days=7)
    query = (
        select(LetterRow.unit_id, LetterRow.state, LetterRow.recipients, AttemptRow.__table__)
        .join(AttemptRow, LetterRow.id == AttemptRow.letter_id)
        .where(AttemptRow.ended > max(last or week_ago, week_ago), AttemptRow.ended <= moment)
        .order_by(AttemptRow.id)
    )
    lines: dict[str, None] = {}
    for row in connection.execute(query):
        name = names.get(row.unit_id, row.unit_id)
        given_up = row.next_try is None and row.state != "waiting"
        lines |= {f"{name} {a}：{why}": None for a, permanent, why in row.refused if permanent or given_up}
        if row.state == "failed" and given_up and not row.refused:
            lines[f"{name} {'、'.join(row.recipients)}：多次投递未成功，{row.answer}"] = None
    return list(lines)
