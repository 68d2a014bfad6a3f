"""What the rules, letters and reports ask of the content checks: suspects and confirmed faults, as of any moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from crawler.checks.rules import FAMILIES, RULES
from crawler.content_store import CheckedPostRow, ResourceRow, SuspectRow
from crawler.model import OutletKind
from crawler.store import UnitRow
from monitor.model import ContentFacts, FaultLine, OutletFacts

SUSPECT, POST = SuspectRow.__table__.c, CheckedPostRow.__table__.c
CONFIRMED = ("confirmed", "mended")


def content_facts(
    connection: Connection, as_of: datetime, outlets: Sequence[OutletFacts]
) -> tuple[ContentFacts, ...]:
    """One entry for each of ``outlets`` that had a post checked by ``as_of``."""
    looked = select(POST.outlet_id).where(POST.looked.is_not(None), POST.first_seen <= as_of).distinct()
    checked = set(connection.execute(looked).scalars())
    if not checked:
        return ()
    undecided = or_(SUSPECT.decided_at.is_(None), SUSPECT.decided_at > as_of)
    confirmed = _confirmed(as_of)
    query = (
        select(POST.outlet_id, SUSPECT.post_id, SUSPECT.rule, SUSPECT.unit_id, confirmed.label("confirmed"))
        .join_from(SuspectRow, CheckedPostRow, POST.id == SUSPECT.post_id)
        .where(_standing(as_of), or_(undecided, confirmed))
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.outlet_id].append(row)
    names = _names(connection)
    return tuple(
        _facts(of, found.get(of.outlet.id, ()), names)
        for of in outlets
        if of.outlet.kind is OutletKind.COLUMN and of.outlet.id in checked
    )


def fault_lines(
    connection: Connection, as_of: datetime, outlets: Collection[str] | None = None
) -> tuple[FaultLine, ...]:
    """The confirmed faults that stood at ``as_of``, of ``outlets`` or of all columns, oldest first."""
    query = (
        select(SuspectRow.__table__, POST.outlet_id, POST.title, POST.url)
        .select_from(SuspectRow.__table__.join(CheckedPostRow.__table__, POST.id == SUSPECT.post_id))
        .where(_standing(as_of), _confirmed(as_of))
        .order_by(SUSPECT.id)
    )
    if outlets is not None:
        query = query.where(POST.outlet_id.in_(outlets))
    return tuple(
        FaultLine(
            row.outlet_id, row.unit_id, title_of(row.rule), row.title, row.url, row.place,
            f"{row.why}：{row.sentence or row.quote}" if row.sentence or row.quote else row.why, row.hint,
            row.first_seen,
        )
        for row in connection.execute(query)
    )  # fmt: skip


def looked_since(connection: Connection, outlet: str, since: datetime) -> bool:
    """Whether every post of the column with a confirmed fault, and what the fault is about, was looked at after ``since``."""
    post, resource = CheckedPostRow.__table__, ResourceRow.__table__
    query = (
        select(func.count())
        .select_from(
            SuspectRow.__table__.join(post, POST.id == SUSPECT.post_id).outerjoin(
                resource, resource.c.id == SUSPECT.resource_id
            )
        )
        .where(POST.outlet_id == outlet, SUSPECT.state == "confirmed")
        .where(
            or_(POST.looked.is_(None), POST.looked <= since, and_(SUSPECT.resource_id.is_not(None), or_(resource.c.looked.is_(None), resource.c.looked <= since)))
        )
    )  # fmt: skip
    return not connection.execute(query).scalar_one()


def title_of(rule: str) -> str:
    """The rule's Chinese name."""
    found = RULES.get(rule)
    return found.title if found else rule


def _confirmed(as_of: datetime) -> Any:
    return and_(SUSPECT.state.in_(CONFIRMED), SUSPECT.decided_at <= as_of)


def _standing(as_of: datetime) -> Any:
    return and_(SUSPECT.first_seen <= as_of, or_(SUSPECT.ended.is_(None), SUSPECT.ended > as_of))


def _names(connection: Connection) -> Mapping[str, str]:
    return {row.id: row.short for row in connection.execute(select(UnitRow.id, UnitRow.short))}


def _facts(of: OutletFacts, rows: Sequence[Any], names: Mapping[str, str]) -> ContentFacts:
    faults = [row for row in rows if row.confirmed and row.unit_id]
    suspects = [row.post_id for row in rows if not row.confirmed]
    kinds = Counter(FAMILIES.get(row.rule.partition(".")[0], row.rule) for row in faults)
    blamed = Counter(row.unit_id for row in faults)
    return ContentFacts(
        of.outlet.id, of.outlet.path or of.outlet.name, len(suspects), len(set(suspects)),
        len(faults), len({row.post_id for row in faults}), tuple(kinds.most_common()),
        tuple((unit, names.get(unit, unit), count) for unit, count in blamed.most_common()),
        sum(bool(row.confirmed) for row in rows) - len(faults),
    )  # fmt: skip
