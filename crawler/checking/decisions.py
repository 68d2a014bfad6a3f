"""People's word on suspects: confirmed, or a false alarm that is never asked again; and what that
teaches of each rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, or_, select, update

from crawler.checks.links import ours
from crawler.model import Deed, utc
from crawler.net.guard import host_of
from crawler.store.content_tables import CheckedPostRow, ContentDecisionRow, ResourceRow, SuspectRow

SCOPES = ("here", "page", "phrase", "rule")
SUSPECT, DECISION = SuspectRow.__table__.c, ContentDecisionRow.__table__.c


class NoSuchSuspect(LookupError):
    """No suspect has this number."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How many suspects one word settled."""

    suspects: int
    decision: int | None = None


def confirm(connection: Connection, number: int, deed: Deed, unit: str = "") -> Decided:
    """The suspect is right, and ``unit``'s from now on; without one it waits with us until somebody
    says whose it is.

    Its post and what it is about are looked at by the next sweep. Raises :class:`NoSuchSuspect`.
    """
    row = _suspect(connection, number)
    values = {
        "state": "confirmed",
        "decided_at": utc(deed.now),
        "decided_by": deed.by,
        "reason": deed.words,
        "decision_id": None,
        "ended": None,
        "unit_id": unit,
    }
    connection.execute(update(SuspectRow).where(SUSPECT.id == number).values(values))
    make_due(connection, [row["post_id"]], deed.now)
    return Decided(1)


def dismiss(
    connection: Connection,
    number: int,
    deed: Deed,
    *,
    scope: str = "here",
    until: datetime | None = None,
) -> Decided:
    """A false alarm: this one, its rule on this page, this phrase everywhere, or the rule
    altogether, until ``until``.

    A dismissed foreign host is an approved one: whose site it is now is kept, so that a new owner
    is noticed. Raises :class:`NoSuchSuspect`, and ``ValueError`` for an unknown scope or a missing
    reason.
    """
    if scope not in SCOPES:
        raise ValueError(f"unknown scope {scope}; known: {', '.join(SCOPES)}")
    if not deed.words.strip():
        raise ValueError("a dismissal needs its reason")
    row = _suspect(connection, number)
    values = {
        "rule": row["rule"],
        "scope": scope,
        "reason": deed.words,
        "decided_by": deed.by,
        "entered": utc(deed.now),
        "until": until,
        "withdrawn": None,
        "post_id": row["post_id"] if scope in ("here", "page") else None,
        "identity": row["identity"] if scope in ("here", "phrase") else "",
    }
    decision = connection.execute(
        insert(ContentDecisionRow).returning(DECISION.id), values
    ).scalar_one()
    covered = [SUSPECT.rule == row["rule"], SUSPECT.state.in_(("open", "confirmed"))]
    if scope in ("here", "page"):
        covered.append(SUSPECT.post_id == row["post_id"])
    if scope in ("here", "phrase"):
        covered.append(SUSPECT.identity == row["identity"])
    settled = {
        "state": "dismissed",
        "decided_at": utc(deed.now),
        "decided_by": deed.by,
        "reason": deed.words,
        "decision_id": decision,
        "unit_id": "",
    }
    count = connection.execute(update(SuspectRow).where(*covered).values(settled)).rowcount
    if row["rule"] == "links.foreign":
        _approve(connection, str(row["identity"]))
    return Decided(count, decision)


def withdraw(connection: Connection, decision: int, now: datetime) -> int:
    """The decision no longer holds; what it dismissed is open again at once. Returns how many."""
    connection.execute(
        update(ContentDecisionRow).where(DECISION.id == decision).values(withdrawn=utc(now))
    )
    return _reopen(connection, [decision])


def expire(connection: Connection, now: datetime) -> int:
    """What was dismissed until a day that is over is open again."""
    over = select(DECISION.id).where(DECISION.until.is_not(None), DECISION.until <= utc(now))
    return _reopen(connection, list(connection.execute(over).scalars()))


def make_due(connection: Connection, posts: Collection[int], now: datetime) -> None:
    """The next sweep looks at these posts again, and at what their confirmed suspects are about."""
    connection.execute(
        update(CheckedPostRow).where(CheckedPostRow.id.in_(posts)).values(due=utc(now))
    )
    about = select(SUSPECT.resource_id).where(
        SUSPECT.post_id.in_(posts), SUSPECT.state == "confirmed", SUSPECT.resource_id.is_not(None)
    )
    connection.execute(update(ResourceRow).where(ResourceRow.id.in_(about)).values(due=utc(now)))


def faulty_posts(connection: Connection, outlets: Collection[str]) -> list[int]:
    """The posts of these columns that have a confirmed suspect."""
    query = select(SUSPECT.post_id).join(CheckedPostRow, CheckedPostRow.id == SUSPECT.post_id)
    query = query.where(
        SUSPECT.state == "confirmed", CheckedPostRow.outlet_id.in_(outlets)
    ).distinct()
    return list(connection.execute(query).scalars())


def learned(connection: Connection) -> Mapping[str, tuple[int, int]]:
    """Each rule's decided alarms: (right, all). One decision counts once, however many alarms it
    settled."""
    right = func.sum(case((SUSPECT.state.in_(("confirmed", "mended")), 1), else_=0))
    decided = or_(SUSPECT.state.in_(("confirmed", "mended")), SUSPECT.decided_by != "")
    query = select(SUSPECT.rule, right, func.count(func.distinct(SUSPECT.decision_id))).where(
        decided
    )
    found = connection.execute(query.group_by(SUSPECT.rule))
    return {rule: (int(true or 0), int(true or 0) + int(false or 0)) for rule, true, false in found}


def _approve(connection: Connection, host: str) -> None:
    table = ResourceRow.__table__.c
    rows = connection.execute(
        select(table.id, table.url, table.owner).where(table.url.contains(host, autoescape=True))
    )
    for row in rows.all():
        if ours(host_of(row.url), (), (host,)) and row.owner:
            connection.execute(
                update(ResourceRow).where(table.id == row.id).values(approved_owner=row.owner)
            )


def _reopen(connection: Connection, decisions: list[int]) -> int:
    if not decisions:
        return 0
    statement = update(SuspectRow).where(
        SUSPECT.decision_id.in_(decisions), SUSPECT.state == "dismissed", SUSPECT.ended.is_(None)
    )
    values = {
        "state": "open",
        "decision_id": None,
        "decided_at": None,
        "decided_by": "",
        "reason": "",
    }
    return connection.execute(statement.values(values)).rowcount


def _suspect(connection: Connection, number: int) -> Mapping[Any, Any]:
    row = (
        connection.execute(select(SuspectRow.__table__).where(SUSPECT.id == number))
        .mappings()
        .first()
    )
    if row is None:
        raise NoSuchSuspect(f"没有编号为 {number} 的疑点；gengxin content list 可以查看编号")
    return row


def post_of(connection: Connection, suspect: int) -> str:
    """The address of the suspect's post."""
    query = select(CheckedPostRow.url).join(SuspectRow, SuspectRow.post_id == CheckedPostRow.id)
    return connection.execute(query.where(SuspectRow.id == suspect)).scalar() or ""


def urls_of(connection: Connection, posts: Collection[int]) -> list[str]:
    """The addresses of these posts."""
    query = (
        select(CheckedPostRow.url).where(CheckedPostRow.id.in_(posts)).order_by(CheckedPostRow.id)
    )
    return list(connection.execute(query).scalars())
