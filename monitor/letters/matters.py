"""What letters are about: open findings with their proof, who was told when, which letters came
back."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import Outcome, Unit
from crawler.store.tables import OutletRow, VisitRow
from monitor.days.workdays import Calendar
from monitor.facts.content import fault_lines
from monitor.findings.borne_out import CONCLUSIVE, RECENT, UNLISTED, waiting, witnesses
from monitor.findings.dispensations import in_force, unsilenced
from monitor.findings.inhibit import down_now
from monitor.findings.ledger import open_findings
from monitor.letters.outbox import AttemptRow
from monitor.letters.parts import Matter
from monitor.letters.reminding import TOLD, first_told
from monitor.letters.text import OFFICE
from monitor.looks.crosschecks import looked_at
from monitor.model import FaultLine, Finding, Value, Verdict
from monitor.record.tables import EventRow, FindingRow, LetterFindingRow, LetterRow
from monitor.rectify.acks import acknowledged
from monitor.rectify.appeals import pending
from monitor.rectify.handover import Pair, ended_orders, moves
from monitor.rectify.orders import deadlines
from monitor.rules import rules_with, traits
from monitor.rules.sites import site_unreachable
from monitor.words.posting import told_raw

log = logging.getLogger(__name__)

LATELY = timedelta(days=14)
"""What ended longer ago is no news."""


def open_matters(
    connection: Connection,
    day: date,
    moment: datetime,
    units: Mapping[str, Unit],
    verdicts: Sequence[Verdict] | None = None,
) -> tuple[dict[str, list[Matter]], list[Matter]]:
    """Open findings by answerable unit, and those that are ours.

    Those that no look of the last days bears out, or not what is said now (``verdicts``), are
    ``held``. Left out are silenced ones, and for whoever was told of them before: flapping ones,
    and those that the unit acknowledged until a later day.
    """
    findings = unsilenced(open_findings(connection, moment), in_force(connection, moment))
    outlets = _outlets(connection, findings)
    # A site whose columns were mostly unreadable tonight is no site that is down: what was seen of
    # it was seen.
    down = frozenset(down_now(f for f in findings if f.rule == site_unreachable.NAME))
    held = waiting(connection, findings, moment, verdicts=verdicts, down=down)
    shown = witnesses(connection, outlets, moment)
    checked = looked_at(connection, outlets, moment)
    looked = _looked(connection, outlets, moment)
    faults = _faults(connection, findings, moment)
    told = first_told(connection, day)
    resting, ordered, appealed = (
        acknowledged(connection, day),
        deadlines(connection),
        pending(connection),
    )
    by_unit: dict[str, list[Matter]] = defaultdict(list)
    ours: list[Matter] = []
    for finding in findings:
        number, until = ordered.get(finding.id, ("", None))
        matter = _matter(finding, outlets, looked, units)
        matter = replace(
            matter,
            order=number,
            until=until,
            appealed=finding.id in appealed,
            held=held.get(finding.id, ""),
            looks=shown.get(finding.subject.removeprefix("outlet:"), ())
            if _listed(finding)
            else (),
            checked=checked.get(finding.subject.removeprefix("outlet:"), ())
            if finding.rule in rules_with("newest")
            else (),
        )
        if finding.ours:
            first = told.get((finding.id, OFFICE))
            if not _once(finding, first, day):
                ours.append(replace(matter, kind="ours", told=first))
            continue
        for unit in finding.units:
            first = told.get((finding.id, unit))
            if _once(finding, first, day) or (first and (finding.id, unit) in resting):
                continue
            if unit in units:
                by_unit[unit].append(
                    replace(matter, told=first, lines=faults.get((finding.subject, unit), ()))
                )
            else:
                log.warning(
                    "finding %s: unit %s is not in the catalogue, no letter", finding.number, unit
                )
    return by_unit, ours


def _once(finding: Finding, first: date | None, day: date) -> bool:
    """A flapping finding is told once; that it comes and goes is no news. So is what misleads us at
    a site."""
    return (
        (finding.flapping or finding.rule in rules_with("once"))
        and first is not None
        and first < day
    )


def _listed(finding: Finding) -> bool:
    """Whether a finding rests on looks at its outlet's list."""
    return (
        not finding.ours and finding.subject.startswith("outlet:") and finding.rule not in UNLISTED
    )


def _faults(
    connection: Connection, findings: Iterable[Finding], moment: datetime
) -> dict[tuple[str, str], tuple[FaultLine, ...]]:
    """Each unit's own faults among those of a column."""
    columns = {
        f.subject.removeprefix("outlet:") for f in findings if traits(f.rule).kind == "content"
    }
    found: dict[tuple[str, str], list[FaultLine]] = defaultdict(list)
    for line in fault_lines(connection, moment, columns) if columns else ():
        found[f"outlet:{line.outlet}", line.unit].append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def _matter(
    finding: Finding,
    outlets: Mapping[str, Any],
    looked: Mapping[str, datetime],
    units: Mapping[str, Unit],
) -> Matter:
    kind, _, subject = finding.subject.partition(":")
    outlet = outlets.get(subject) if kind == "outlet" else None
    return Matter(
        finding=finding,
        kind=traits(finding.rule).kind or (outlet.kind if outlet else kind),
        link=(outlet.url or "") if outlet else "",
        looked=looked.get(subject) if outlet else None,
        units=tuple(units[unit].short if unit in units else unit for unit in finding.units),
    )


def _outlets(connection: Connection, findings: Iterable[Finding]) -> dict[str, Any]:
    ids = {f.subject.removeprefix("outlet:") for f in findings if f.subject.startswith("outlet:")}
    query = select(OutletRow.id, OutletRow.kind, OutletRow.url, OutletRow.site_id).where(
        OutletRow.id.in_(ids)
    )
    return {row.id: row for row in connection.execute(query)}


def _looked(
    connection: Connection, outlets: Iterable[str], moment: datetime
) -> dict[str, datetime]:
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


def told_leader(connection: Connection, unit: str, addresses: Collection[str]) -> frozenset[int]:
    """The findings of which a letter told the unit's leader."""
    query = (
        select(LetterFindingRow.finding_id, LetterRow.recipients)
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), LetterFindingRow.unit_id == unit)
    )
    return frozenset(f for f, to in connection.execute(query) if not set(to).isdisjoint(addresses))


def moved_matters(
    connection: Connection, moment: datetime, units: Mapping[str, Unit]
) -> tuple[dict[str, list[Matter]], frozenset[Pair]]:
    """Findings that went to other units with their column, for each unit that was told of them and
    not of that.

    The second part are all that went, told or not: their end is no longer the old unit's matter.
    """
    query = (
        select(
            FindingRow.id, LetterFindingRow.unit_id, func.max(LetterRow.written).label("written")
        )
        .join(LetterFindingRow, LetterFindingRow.finding_id == FindingRow.id)
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), FindingRow.ours.is_(False), FindingRow.opened <= moment)
        .where(FindingRow.closed.is_(None) | (FindingRow.closed > moment - LATELY))
        .group_by(FindingRow.id, LetterFindingRow.unit_id)
    )
    told = {(row.id, row.unit_id): row.written for row in connection.execute(query)}
    found = moves(connection, told)
    news = {pair: move for pair, move in found.items() if told[pair] < move.since}
    orders = ended_orders(connection, news)
    ids = {finding for finding, _ in news}
    rows = {
        r.id: r
        for r in connection.execute(select(FindingRow.__table__).where(FindingRow.id.in_(ids)))
    }
    by_unit: dict[str, list[Matter]] = defaultdict(list)
    for (finding, unit), move in sorted(news.items()):
        to = tuple(units[one].short if one in units else one for one in move.to)
        matter = Matter(
            _ended(rows[finding]), "", order=orders.get((finding, unit), ""), moved_to=to
        )
        by_unit[unit].append(matter)
    return by_unit, frozenset(found)


def closed_matters(
    connection: Connection, moment: datetime, moved: Collection[Pair] = ()
) -> dict[str, list[Matter]]:
    """Findings that ended in the last two weeks, for each unit that was told of them and not of
    their end.

    Not for a unit that had lost the column before (``moved``).
    """
    ended = (
        select(FindingRow.__table__, EventRow.detail)
        .outerjoin(EventRow, (EventRow.finding_id == FindingRow.id) & (EventRow.kind == "closed"))
        .where(FindingRow.closed > moment - LATELY, FindingRow.closed <= moment)
        .order_by(FindingRow.id)
    )
    rows = {row.id: row for row in connection.execute(ended) if not row.ours}
    told = (
        select(LetterFindingRow.finding_id, LetterFindingRow.unit_id, func.max(LetterRow.written))
        .join(LetterRow, LetterRow.id == LetterFindingRow.letter_id)
        .where(LetterRow.state.in_(TOLD), LetterFindingRow.finding_id.in_(list(rows)))
        .group_by(LetterFindingRow.finding_id, LetterFindingRow.unit_id)
        .order_by(LetterFindingRow.finding_id)
    )
    by_unit: dict[str, list[Matter]] = defaultdict(list)
    for finding_id, unit, written in connection.execute(told):
        row = rows[finding_id]
        if written < row.closed and (finding_id, unit) not in moved:
            reason = str((row.detail or {}).get("reason", ""))
            by_unit[unit].append(Matter(_ended(row), "", ended=reason))
    return by_unit


def _ended(row: Any) -> Finding:
    """A closed finding, as far as a letter speaks of it."""
    names = (
        "id",
        "number",
        "rule",
        "subject",
        "period",
        "opened",
        "closed",
        "sentence",
        "clause",
        "name",
    )
    return Finding(**{name: getattr(row, name) for name in names}, units=tuple(row.units))


def seen_last(
    connection: Connection, verdicts: Iterable[Verdict], moment: datetime
) -> list[Verdict]:
    """``verdicts`` without those about an outlet whose newest look proved nothing, or is older than
    two days.

    What cannot be read is our trouble: its unit hears nothing of a limit that may have moved
    meanwhile.
    """
    known = list(verdicts)
    ids = {v.subject.removeprefix("outlet:") for v in known if v.subject.startswith("outlet:")}
    last = (
        select(func.max(VisitRow.id))
        .where(VisitRow.outlet_id.in_(ids), VisitRow.page_no == 1)
        .where(VisitRow.moment > moment - RECENT, VisitRow.moment <= moment)
        .group_by(VisitRow.outlet_id)
    )
    query = select(VisitRow.outlet_id).where(
        VisitRow.id.in_(last), VisitRow.outcome.in_(CONCLUSIVE)
    )
    good = {f"outlet:{outlet}" for outlet in connection.execute(query).scalars()}
    return [v for v in known if not v.subject.startswith("outlet:") or v.subject in good]


def soon_by_unit(
    verdicts: Iterable[Verdict],
    day: date,
    calendar: Calendar,
    left: Collection[int],
    *,
    weekly: bool = False,
) -> dict[str, list[Verdict]]:
    """Limits that pass soon, by answerable unit: told on a working day with ``left`` working days
    to go.

    ``weekly``: all of them, for the list of the week.
    """
    by_unit: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        due = verdict.due
        if verdict.value is not Value.DUE_SOON or verdict.ours or due is None or due < day:
            continue
        if weekly or (calendar.works(day) and calendar.between(day, due) in left):
            for unit in verdict.units:
                by_unit[unit].append(verdict)
    return by_unit


def returned(connection: Connection, moment: datetime, units: Mapping[str, Unit]) -> list[str]:
    """A line for each address that refused or was given up since our own last letter, at most a
    week ago."""
    names = {unit.id: unit.short for unit in units.values()} | {OFFICE: "本办"}
    ours = select(func.max(LetterRow.written)).where(
        LetterRow.unit_id == OFFICE, LetterRow.state.in_(TOLD)
    )
    last = connection.scalar(ours)
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
        lines |= {
            f"{name} {a}：{told_raw(why)}": None
            for a, permanent, why in row.refused
            if permanent or given_up
        }
        if row.state == "failed" and given_up and not row.refused:
            lines[f"{name} {'、'.join(row.recipients)}：多次投递未成功，{told_raw(row.answer)}"] = (
                None
            )
    return list(lines)
