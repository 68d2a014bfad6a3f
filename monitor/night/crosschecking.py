"""Before a column is accused: whom a crosscheck is owed, and that it is made. What it finds can
only take accusations back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from crawler.crosscheck.model import Crosscheck, SilentColumn
from crawler.crosscheck.seek import crosscheck
from crawler.crosscheck.store import last_of
from crawler.doors.plan import Desk
from crawler.model import OutletKind
from monitor.facts.facts import gather
from monitor.facts.pace import with_paces
from monitor.findings.dispensations import in_force
from monitor.findings.ledger import open_findings
from monitor.judging.evaluate import judge
from monitor.model import Count, OutletFacts, Verdict
from monitor.office import Office
from monitor.rules import rules_with
from monitor.words.causes import AWAITING

NEW, OPEN = timedelta(days=2), timedelta(days=7)
"""How old a column's last crosscheck may be before it is accused, and while its finding is open."""


def suspected(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Ids of the outlets that are accused, or would be after a second look, for their newest
    post."""
    found = {
        v.subject.removeprefix("outlet:")
        for v in verdicts
        if v.rule in rules_with("newest") and (v.value.accuses or v.cause == AWAITING)
    }
    return tuple(sorted(found))


def crosschecked(
    office: Office, clock: Callable[[], datetime], ids: Collection[str]
) -> tuple[Crosscheck, ...]:
    """Look beside the lists of those of ``ids`` that would be accused now, where that was not done
    of late."""
    now = clock()
    with office.reader.connect() as connection:
        due = _due(connection, ids, now)
        suspects = _suspects(connection, office, due, now) if due else []
    return crosscheck(Desk(office.engine, office.reader, office.settings.crawl, clock), suspects)


def _due(connection: Connection, ids: Collection[str], now: datetime) -> list[str]:
    """Those whose last crosscheck is too old: a finding that is open already may wait longer."""
    if not ids:
        return []
    last = last_of(connection, ids, now)
    said = {
        one.subject for one in open_findings(connection, now) if one.rule in rules_with("newest")
    }
    return [
        one
        for one in sorted(ids)
        if one not in last or last[one].moment <= now - (OPEN if f"outlet:{one}" in said else NEW)
    ]


def _suspects(
    connection: Connection, office: Office, ids: Collection[str], now: datetime
) -> list[SilentColumn]:
    config = office.settings.monitor
    facts = gather(
        connection,
        now,
        count=_none,
        horizon=office.settings.crawl.backfill_from,
        coverage=0,
        only=ids,
    )
    facts = with_paces(connection, facts, config.alerts.letters, config.in_force(facts.day))
    said = judge(facts, config, in_force(connection, facts.as_of))
    accused = {v.subject for v in said if v.rule in rules_with("newest") and v.value.accuses}
    return [
        _suspect(of) for of in facts.outlets if f"outlet:{of.outlet.id}" in accused and _column(of)
    ]


def _column(of: OutletFacts) -> bool:
    return of.outlet.kind is OutletKind.COLUMN and bool(of.outlet.url)


def _suspect(of: OutletFacts) -> SilentColumn:
    """The column with what its newest look left unread, without frame and what people said of
    it."""
    last = next((look for look in of.looks if look.outcome.conclusive), None)
    return SilentColumn(
        of.outlet, of.newest.day if of.newest else None, last.unread if last else ()
    )


def _none(*_: object) -> dict[tuple[str, str], Count]:
    """No unit is judged here."""
    return {}
