"""What the bulletin before blamed, and how it stands now: repaired, open, or not to be looked at
again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.model import Outlet, OutletKind, shanghai_day
from crawler.store.tables import OutletRow
from monitor.bulletin.asked import JudgedThen
from monitor.bulletin.model import Bulletin, PastMatter
from monitor.findings.ledger import open_findings
from monitor.model import Finding, Value
from monitor.record.tables import FindingRow, JudgementRow
from monitor.rules import rules_with
from monitor.settings.life import REPAIRED


@dataclass(frozen=True, slots=True)
class Before:
    """The ``moment`` of the bulletin before, and the outlets that it really named, where one was
    kept."""

    moment: datetime
    listed: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class _Stands:
    """How everything stands at ``as_of``: outlets of the catalogue by id, (name, kind) of all that
    ever were, verdicts by (rule, subject), short names by unit id."""

    known: Mapping[str, Outlet]
    titles: Mapping[str, tuple[str, str]]
    values: Mapping[tuple[str, str], Value]
    names: Mapping[str, str]
    as_of: datetime


def past_matters(
    connection: Connection,
    before: Before,
    said: JudgedThen,
    outlets: Iterable[Outlet],
    names: Mapping[str, str],
) -> tuple[PastMatter, ...] | None:
    """The columns and accounts with an open finding at the moment ``before``, as they stand now.

    ``names`` are short names by unit id. ``None`` where nothing had been judged by then.
    """
    moment, listed = before.moment, before.listed
    if not _judged(connection, moment):
        return None
    found = [
        f
        for f in open_findings(connection, moment)
        if f.rule in rules_with("upkeep") and not f.ours
    ]
    found = [f for f in found if listed is None or _outlet(f) in listed]
    known = {outlet.id: outlet for outlet in outlets}
    values = {(v.rule, v.subject): v.value for v in said.verdicts}
    now = _Stands(known, _titles(connection), values, names, said.as_of)
    return tuple(_matter(f, now) for f in found)


def named_outlets(bulletin: Bulletin) -> frozenset[str]:
    """The outlets that ``bulletin`` names as stale, blank or idle."""
    columns = [row.outlet for row in (*bulletin.columns, *bulletin.blank_columns)]
    return frozenset(
        [*columns, *(row.outlet for row in (*bulletin.idle, *bulletin.blank_accounts))]
    )


def _judged(connection: Connection, moment: datetime) -> bool:
    rows = (
        select(func.count()).select_from(JudgementRow).where(JudgementRow.as_of <= moment),
        select(func.count()).select_from(FindingRow).where(FindingRow.opened <= moment),
    )
    return any(connection.execute(query).scalar_one() for query in rows)


def _titles(connection: Connection) -> dict[str, tuple[str, str]]:
    rows = connection.execute(select(OutletRow.id, OutletRow.name, OutletRow.kind))
    return {row.id: (row.name, row.kind) for row in rows}


def _outlet(finding: Finding) -> str:
    return finding.subject.partition(":")[2]


def _matter(finding: Finding, now: _Stands) -> PastMatter:
    outlet, as_of = _outlet(finding), now.as_of
    name, kind = now.titles.get(outlet, (finding.name or outlet, OutletKind.COLUMN.value))
    value = now.values.get((finding.rule, finding.subject))
    state = _state(finding, outlet in now.known, value, as_of)
    closed = finding.closed if finding.closed is not None and finding.closed <= as_of else None
    return PastMatter(
        outlet=outlet,
        kind="栏目" if kind == OutletKind.COLUMN.value else "账号",
        name=name,
        units=tuple(now.names.get(unit, unit) for unit in finding.units),
        state=state,
        day=shanghai_day(closed) if closed and state == "repaired" else None,
        sentence=finding.sentence,
        finding=finding.number,
    )


def _state(finding: Finding, there: bool, value: Value | None, as_of: datetime) -> str:
    """By today's verdict: what was mended and broke again is open; without one, by how the finding
    ended."""
    if not there:
        return "gone"
    if value is not None and value is not Value.UNKNOWN:
        if value is Value.EXEMPT:
            return "exempt"
        return "open" if value.accuses else "repaired"
    ended = finding.ended if finding.closed is not None and finding.closed <= as_of else ""
    if ended in REPAIRED:
        return "repaired"
    return "exempt" if ended == Value.EXEMPT.value else "unknown"
