"""What one unit sees and may do about its findings: the data of its signed page. Reads only;
nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from crawler.model import shanghai_day
from crawler.store.tables import OutletRow, UnitRow
from monitor.desk.contacts import ContactLine, listing
from monitor.findings.borne_out import waiting
from monitor.findings.ledger import findings_of
from monitor.letters.ladder import late
from monitor.letters.parts import Matter, deadline, overdue
from monitor.letters.reminding import first_told
from monitor.model import Finding
from monitor.rectify.acks import AckRow
from monitor.rectify.appeals import WAITING, Appeal, AppealRow, appeals
from monitor.rectify.orders import EVERY, OPEN, Order, listed
from monitor.rectify.replies import Reply, ReplyRow, replies
from monitor.settings.letters import LetterSettings
from monitor.words.plain import safe_link

SHOWN = timedelta(days=90)
"""So long a finding that ended stays on its unit's page."""


@dataclass(frozen=True, slots=True)
class UnitMatter:
    """A finding with everything said about it between the unit and us.

    ``deadline`` is its order's or counts from our first letter; ``late`` are working days past it.
    ``held`` = why nobody is late by it now, because no look of the last two days bears it out.
    ``may`` holds what the unit can still do: ``reply``, ``ack``, ``appeal``.
    """

    finding: Finding
    link: str
    deadline: date
    overdue: bool
    late: int
    order: Order | None
    replies: tuple[Reply, ...]
    appeals: tuple[Appeal, ...]
    resting_until: date | None
    may: frozenset[str]
    held: str = ""


@dataclass(frozen=True, slots=True)
class UnitDesk:
    """One unit's page: open findings, the oldest first; ended ones, the newest first; its people,
    phones masked."""

    unit: str
    name: str
    full: str
    open: tuple[UnitMatter, ...]
    closed: tuple[UnitMatter, ...]
    contacts: tuple[ContactLine, ...]


def desk(connection: Connection, unit: str, now: datetime, letters: LetterSettings) -> UnitDesk:
    """The page of ``unit`` at ``now``. Raises ``LookupError``, a sentence, for a unit that is not
    in the catalogue."""
    query = select(UnitRow.short, UnitRow.full).where(
        UnitRow.id == unit, UnitRow.retired_at.is_(None)
    )
    row = connection.execute(query).first()
    if row is None:
        raise LookupError("台账中没有这个单位，可能已经撤并；请与政务公开工作机构联系")
    day = shanghai_day(now)
    found = [f for f in findings_of(connection, now, now - SHOWN, unit) if not f.ours]
    by_finding = _orders(connection, {f.id for f in found})
    told, rest = first_told(connection, day, unit), _resting(connection, unit, day)
    held = waiting(connection, (f for f in found if f.closed is None), now)
    links, said = _links(connection, found), _said(connection, found, by_finding)
    known = _Known(unit, day, letters, by_finding, told, rest, held, links, *said)
    matters = [_matter(connection, f, known) for f in found]
    ended = [m for m in matters if m.finding.closed is not None]
    return UnitDesk(
        unit,
        row.short,
        row.full,
        tuple(m for m in matters if m.finding.closed is None),
        tuple(sorted(ended, key=lambda m: m.finding.closed or now, reverse=True)),
        listing(connection, day, unit=unit),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the findings of ``unit`` on ``day``, each by the finding's id: its newest
    order, when the unit was first told (by finding and unit), until when reminders rest, why it is
    held; the links of subjects, the findings that were appealed against, the orders that were
    answered."""

    unit: str
    day: date
    letters: LetterSettings
    orders: Mapping[int, Order]
    told: Mapping[tuple[int, str], date]
    resting: Mapping[int, date]
    held: Mapping[int, str]
    links: Mapping[str, str]
    appealed: frozenset[int]
    answered: frozenset[int]


def _matter(connection: Connection, finding: Finding, known: _Known) -> UnitMatter:
    order, day, letters = known.orders.get(finding.id), known.day, known.letters
    told, held = known.told.get((finding.id, known.unit)), known.held.get(finding.id, "")
    heard = appeals(connection, finding.id) if finding.id in known.appealed else ()
    appealed = any(one.state == WAITING for one in heard)
    own = order if order is not None and order.state in OPEN else None
    until = shanghai_day(own.deadline) if own else None
    matter = Matter(finding, "", told=told, until=until, appealed=appealed, held=held)
    closed = finding.closed is not None
    return UnitMatter(
        finding,
        known.links.get(finding.subject, ""),
        deadline(matter, day, letters),
        not closed and overdue(matter, day, letters),
        0 if closed else late(matter, day, letters),
        order,
        replies(connection, order.id) if order and order.id in known.answered else (),
        heard,
        known.resting.get(finding.id),
        _may(finding, known.unit, own, waiting=appealed),
        held,
    )


def _said(
    connection: Connection, findings: Sequence[Finding], orders: Mapping[int, Order]
) -> tuple[frozenset[int], frozenset[int]]:
    """The findings that were appealed against and the orders that were answered: few, so that only
    they are asked for."""
    heard = (
        select(AppealRow.finding_id)
        .where(AppealRow.finding_id.in_([f.id for f in findings]))
        .distinct()
    )
    answered = (
        select(ReplyRow.order_id)
        .where(ReplyRow.order_id.in_([o.id for o in orders.values()]))
        .distinct()
    )
    return frozenset(connection.execute(heard).scalars()), frozenset(
        connection.execute(answered).scalars()
    )


def _may(finding: Finding, unit: str, order: Order | None, *, waiting: bool) -> frozenset[str]:
    can = set() if waiting else {"appeal"}
    if finding.closed is None:
        can |= {"ack"}
        can |= {"reply"} if order is not None and unit in order.units else set()
    return frozenset(can)


def _orders(connection: Connection, findings: Collection[int]) -> dict[int, Order]:
    """The newest order of each finding."""
    found = sorted(listed(connection, states=EVERY, findings=findings), key=lambda one: one.id)
    return {one.finding_id: one for one in found}


def _resting(connection: Connection, unit: str, day: date) -> dict[int, date]:
    query = select(AckRow.finding_id, func.max(AckRow.until).label("until"))
    query = query.where(AckRow.unit_id == unit, AckRow.until >= day).group_by(AckRow.finding_id)
    return {row.finding_id: row.until for row in connection.execute(query)}


def _links(connection: Connection, findings: Sequence[Finding]) -> dict[str, str]:
    ids = {f.subject.removeprefix("outlet:") for f in findings if f.subject.startswith("outlet:")}
    rows = connection.execute(select(OutletRow.id, OutletRow.url).where(OutletRow.id.in_(ids)))
    return {f"outlet:{row.id}": safe_link(row.url or "") for row in rows}
