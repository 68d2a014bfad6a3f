"""Everything that an outlet's own page shows beside its verdicts. All reads go by the outlet's id
and an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from crawler.model import Outlet
from crawler.store.rows import outlet_of
from crawler.store.tables import DutyRow, OutletRow, PostRow, SiteRow, UnitRow, VisitRow
from crawler.walking.copies import PageCopyRow
from monitor.findings.dispensations import KIND_NAMES, Dispensation, in_force
from monitor.findings.standing import StandingRow
from monitor.record.tables import FindingRow
from monitor.rectify.rechecks import RecheckRow

POST, VISIT, COPY = PostRow.__table__.c, VisitRow.__table__.c, PageCopyRow.__table__.c
FINDING, RECHECK = FindingRow.__table__.c, RecheckRow.__table__.c
LOOKS, FINDINGS, RECHECKS = 30, 20, 5
FAR = 400
"""Looks back among which each probe's last one is sought."""


@dataclass(frozen=True, slots=True)
class Here:
    """An outlet as the catalogue has it, and where it stands: ``value`` is empty for one never
    judged."""

    outlet: Outlet
    site: str
    site_home: str
    kept_in: str
    retired: datetime | None
    newest: date | None
    looked: datetime | None
    value: str
    before: str
    since: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Who answered from when to when (``until`` excluded; empty: still)."""

    unit: str
    short: str
    lead: bool
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Copied:
    """A kept page without its bytes."""

    id: int
    url: str
    moment: datetime
    last: datetime
    status: int


@dataclass(frozen=True, slots=True)
class OutletFinding:
    number: str
    rule: str
    sentence: str
    opened: datetime
    closed: datetime | None
    ended: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A recheck that somebody asked for. ``state``: ``waiting``, ``running``, ``done`` or
    ``failed``."""

    id: int
    outlet: str
    asked_by: str
    asked: datetime
    state: str
    started: datetime | None
    ended: datetime | None
    result: Mapping[str, Any]
    note: str

    @property
    def over(self) -> bool:
        return self.state in ("done", "failed")


def here(connection: Connection, id: str) -> Here | None:
    """The outlet ``id``, also one that left the catalogue; ``None`` where there never was one."""
    query = (
        select(
            OutletRow.__table__, SiteRow.name.label("site_name"), SiteRow.home.label("site_home")
        )
        .join(SiteRow, SiteRow.id == OutletRow.site_id)
        .where(OutletRow.id == id)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    stand = connection.execute(select(StandingRow).where(StandingRow.key == f"outlet:{id}")).first()
    return Here(
        outlet_of(row, [one.unit for one in duties(connection, id) if one.until is None]),
        row["site_name"],
        row["site_home"],
        row["kept_in"],
        row["retired_at"],
        row["newest"],
        row["last_look"],
        stand.value if stand else "",
        stand.before if stand else "",
        stand.since if stand else None,
        stand.sentence if stand else "",
    )


def duties(connection: Connection, id: str) -> tuple[Duty, ...]:
    """Who answers and answered, the present ones first, the lead before the others."""
    query = (
        select(DutyRow.unit_id, UnitRow.short, DutyRow.position, DutyRow.since, DutyRow.until)
        .join(UnitRow, UnitRow.id == DutyRow.unit_id)
        .where(DutyRow.outlet_id == id)
        .order_by(DutyRow.until.is_not(None), DutyRow.until.desc(), DutyRow.position)
    )
    return tuple(
        Duty(r.unit_id, r.short, r.position == 0, r.since, r.until)
        for r in connection.execute(query)
    )


def looks(connection: Connection, id: str, limit: int = LOOKS) -> Sequence[Any]:
    """The newest looks at its first page, newest first: rows of the visit table."""
    query = select(VisitRow.__table__).where(VISIT.outlet_id == id, VISIT.page_no == 1)
    return connection.execute(
        query.order_by(VISIT.moment.desc(), VISIT.id.desc()).limit(limit)
    ).all()


def last_by_probe(connection: Connection, id: str) -> Mapping[str, Any]:
    """Each probe's newest look at an account."""
    found: dict[str, Any] = {}
    for row in looks(connection, id, FAR):
        found.setdefault(row.probe, row)
    return found


def days(connection: Connection, id: str, start: date, end: date) -> Mapping[date, int]:
    """How many of its posts bear each day from ``start`` to ``end``."""
    query = (
        select(POST.published, func.count().label("n"))
        .where(POST.outlet_id == id, POST.published.between(start, end))
        .group_by(POST.published)
    )
    return {row.published: row.n for row in connection.execute(query)}


def posts_known(connection: Connection, id: str) -> int:
    """How many of its posts are in the store."""
    return int(connection.execute(select(func.count()).where(POST.outlet_id == id)).scalar_one())


def copies(connection: Connection, id: str, limit: int = 20) -> tuple[Copied, ...]:
    """Its kept pages, the newest first."""
    query = select(COPY.id, COPY.final_url, COPY.moment, COPY.last, COPY.status).where(
        COPY.outlet_id == id
    )
    rows = connection.execute(query.order_by(COPY.id.desc()).limit(limit))
    return tuple(Copied(r.id, r.final_url, r.moment, r.last, r.status) for r in rows)


def findings(connection: Connection, id: str) -> tuple[OutletFinding, ...]:
    """Its findings, open ones first, then the newest."""
    query = (
        select(FindingRow.__table__)
        .where(FINDING.subject == f"outlet:{id}")
        .order_by(FINDING.closed.is_not(None), FINDING.id.desc())
        .limit(FINDINGS)
    )
    return tuple(
        OutletFinding(r.number, r.rule, r.sentence, r.opened, r.closed, r.ended, r.ours)
        for r in connection.execute(query)
    )


def dispensed(
    connection: Connection, outlet: Outlet, now: datetime
) -> tuple[tuple[str, Dispensation], ...]:
    """Silences, exemptions and reported maintenance that speak of it now, each with its kind in
    Chinese."""
    subject, site = f"outlet:{outlet.id}", f"site:{outlet.site}"
    return tuple(
        (KIND_NAMES[one.kind], one)
        for one in in_force(connection, now)
        if one.covers(one.rule, subject, site)
    )


def request(connection: Connection, number: int) -> Request | None:
    """One recheck."""
    row = connection.execute(select(RecheckRow.__table__).where(RECHECK.id == number)).first()
    return _request(row) if row else None


def requests(connection: Connection, id: str) -> tuple[Request, ...]:
    """Its newest rechecks."""
    query = select(RecheckRow.__table__).where(RECHECK.outlet_id == id).order_by(RECHECK.id.desc())
    return tuple(_request(row) for row in connection.execute(query.limit(RECHECKS)))


def _request(r: Any) -> Request:
    return Request(
        r.id, r.outlet_id, r.asked_by, r.asked, r.state, r.started, r.ended, r.result, r.note
    )
