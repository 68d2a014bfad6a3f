"""One finding with all that belongs to it: events, letters, orders with replies, appeals,
dispensations. Pure queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from crawler.store.tables import OutletRow, VisitRow
from crawler.walking.copies import PageCopyRow
from monitor.board import findings
from monitor.board.words import EVENTS, event_words
from monitor.facts.facts import Shown, posts_of
from monitor.facts.unit_names import unit_names
from monitor.findings.dispensations import Dispensation, in_force
from monitor.looks.crosscheck_rows import CheckLine
from monitor.looks.crosschecks import looked_at
from monitor.model import ErrorRate
from monitor.record.tables import EventRow, LetterFindingRow, LetterRow
from monitor.rectify.appeals import Appeal, appeals
from monitor.rectify.error_rates import error_rates
from monitor.rectify.orders import Order, OrderRow
from monitor.rectify.orders import one as order_of
from monitor.rectify.replies import Reply, replies
from monitor.rules import rules_with

POSTS, LOOKS = 5, 6


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event; ``said`` tells its details, ``kind_name`` what it was."""

    kind: str
    kind_name: str
    moment: datetime
    said: str


@dataclass(frozen=True, slots=True)
class FindingLetter:
    """A letter that told of it (or was to)."""

    id: int
    unit: str
    unit_name: str
    day: date
    subject: str
    state: str
    sent: datetime | None
    answer: str
    tries: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A kept page, without its bytes."""

    url: str
    moment: datetime
    last: datetime
    hash: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """One look before the finding was opened: when, by which door, at what, and the newest day that
    it proved."""

    moment: datetime
    door: str
    url: str
    outcome: str
    evidence: str
    newest: date | None


@dataclass(frozen=True, slots=True)
class Detail:
    """``line`` as in the table, ``row`` the whole of it; ``site`` is the subject's site as
    ``site:ID``; ``checked`` is what was looked at beside the list."""

    line: findings.ListedFinding
    row: Mapping[str, Any]
    names: Mapping[str, str]
    events: tuple[EventLine, ...]
    letters: tuple[FindingLetter, ...]
    orders: tuple[tuple[Order, tuple[Reply, ...]], ...]
    appeals: tuple[Appeal, ...]
    dispensations: tuple[Dispensation, ...]
    copies: tuple[Copy, ...]
    posts: tuple[Shown, ...]
    site: str
    looks: tuple[Looked, ...] = ()
    rate: ErrorRate | None = None
    checked: tuple[CheckLine, ...] = ()

    @property
    def outlet(self) -> str:
        """The outlet's id, where it is about one."""
        kind, _, name = self.line.subject.partition(":")
        return name if kind == "outlet" else ""

    @property
    def order(self) -> Order | None:
        """The open order."""
        return next((one for one, _ in self.orders if one.number == self.line.order), None)

    @property
    def appeal(self) -> Appeal | None:
        """The appeal that waits."""
        return next((one for one in self.appeals if one.state == "waiting"), None)


def detail(connection: Connection, number: str, now: datetime) -> Detail | None:
    """The finding ``number`` as it stands at ``now``; ``None`` where there is none."""
    found = findings.one(connection, number, now)
    if found is None:
        return None
    line, row = found
    names = unit_names(connection, retired=True)
    outlet = line.subject.removeprefix("outlet:") if line.subject.startswith("outlet:") else ""
    site = _site(connection, line.subject, outlet)
    return Detail(
        line,
        row,
        names,
        _events(connection, line.id, names),
        _letters(connection, line.id, names),
        orders_of(connection, line.id),
        appeals(connection, line.id),
        tuple(
            one for one in in_force(connection, now) if one.covers(line.rule, line.subject, site)
        ),
        _copies(connection, outlet),
        posts_of(connection, outlet, now, POSTS) if outlet else (),
        site,
        _looks(connection, outlet, row["opened"]) if outlet else (),
        next((one for one in error_rates(connection, now) if one.rule == line.rule), None),
        _checked(connection, line.rule, outlet, min(now, row["closed"] or now)),
    )


def _checked(
    connection: Connection, rule: str, outlet: str, until: datetime
) -> tuple[CheckLine, ...]:
    """What was looked at beside the column's list, when that was last done while the finding
    stood."""
    return (
        looked_at(connection, [outlet], until).get(outlet, ())
        if outlet and rule in rules_with("newest")
        else ()
    )


def _looks(connection: Connection, outlet: str, opened: datetime) -> tuple[Looked, ...]:
    """What was looked at before the accusation, the newest first."""
    v = VisitRow
    query = (
        select(v.moment, v.door, v.url, v.outcome, v.evidence, v.newest)
        .where(v.outlet_id == outlet, v.page_no == 1, v.moment <= opened)
        .order_by(v.moment.desc(), v.id.desc())
        .limit(LOOKS)
    )
    return tuple(Looked(*row) for row in connection.execute(query))


def orders_of(connection: Connection, finding: int) -> tuple[tuple[Order, tuple[Reply, ...]], ...]:
    """The orders of a finding, newest first, each with its replies."""
    query = (
        select(OrderRow.number, OrderRow.id)
        .where(OrderRow.finding_id == finding)
        .order_by(OrderRow.id.desc())
    )
    rows = connection.execute(query).all()
    return tuple((order_of(connection, row.number), replies(connection, row.id)) for row in rows)


def _events(
    connection: Connection, finding: int, names: Mapping[str, str]
) -> tuple[EventLine, ...]:
    query = (
        select(EventRow)
        .where(EventRow.finding_id == finding)
        .order_by(EventRow.id.desc())
        .limit(200)
    )
    return tuple(
        EventLine(
            r.kind, EVENTS.get(r.kind, r.kind), r.moment, event_words(r.kind, r.detail, names)
        )
        for r in connection.execute(query)
    )


def _letters(
    connection: Connection, finding: int, names: Mapping[str, str]
) -> tuple[FindingLetter, ...]:
    query = (
        select(LetterRow.id, LetterRow.unit_id, LetterRow.day, LetterRow.subject, LetterRow.state)
        .add_columns(LetterRow.sent, LetterRow.answer, LetterRow.tries)
        .join(LetterFindingRow, LetterFindingRow.letter_id == LetterRow.id)
        .where(LetterFindingRow.finding_id == finding)
        .order_by(LetterRow.id.desc())
        .limit(50)
    )
    return tuple(
        FindingLetter(
            r.id,
            r.unit_id,
            names.get(r.unit_id, r.unit_id),
            r.day,
            r.subject,
            r.state,
            r.sent,
            r.answer,
            r.tries,
        )
        for r in connection.execute(query)
    )


def _copies(connection: Connection, outlet: str) -> tuple[Copy, ...]:
    if not outlet:
        return ()
    query = (
        select(
            PageCopyRow.final_url,
            PageCopyRow.moment,
            PageCopyRow.last,
            PageCopyRow.hash,
            PageCopyRow.cut,
        )
        .where(PageCopyRow.outlet_id == outlet)
        .order_by(PageCopyRow.id.desc())
        .limit(20)
    )
    return tuple(
        Copy(r.final_url, r.moment, r.last, r.hash, r.cut) for r in connection.execute(query)
    )


def _site(connection: Connection, subject: str, outlet: str) -> str:
    if subject.startswith("site:"):
        return subject
    found = (
        connection.execute(select(OutletRow.site_id).where(OutletRow.id == outlet)).scalar()
        if outlet
        else None
    )
    return f"site:{found}" if found else ""
