"""What the rules, letters and reports ask of the content checks: suspects and confirmed faults, as
of any moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from crawler.checks.rules import FAMILIES, RULES
from crawler.model import OutletKind, shanghai_day
from crawler.store.content_tables import CheckedPostRow, ResourceRow, SuspectRow
from crawler.store.tables import OutletRow, UnitRow
from monitor.model import ContentCheck, ContentFacts, ContentFault, FaultLine, OutletFacts

SUSPECT, POST = SuspectRow.__table__.c, CheckedPostRow.__table__.c
CONFIRMED = ("confirmed", "mended")
FEW = 50
"""So many outlets (a recheck, an explanation) are asked for by name; the whole district is read at
once."""


def content_facts(
    connection: Connection, as_of: datetime, outlets: Sequence[OutletFacts]
) -> tuple[ContentFacts, ...]:
    """One entry for each of ``outlets`` that had a post checked by ``as_of``."""
    few = [of.outlet.id for of in outlets] if len(outlets) <= FEW else None
    mine = true() if few is None else POST.outlet_id.in_(few)
    looked = (
        select(POST.outlet_id)
        .where(POST.looked.is_not(None), POST.first_seen <= as_of, mine)
        .distinct()
    )
    checked = set(connection.execute(looked).scalars())
    if not checked:
        return ()
    undecided = or_(SUSPECT.decided_at.is_(None), SUSPECT.decided_at > as_of)
    confirmed = _confirmed(as_of)
    query = (
        select(
            POST.outlet_id,
            SUSPECT.post_id,
            SUSPECT.rule,
            SUSPECT.unit_id,
            confirmed.label("confirmed"),
        )
        .join_from(SuspectRow, CheckedPostRow, POST.id == SUSPECT.post_id)
        .where(_standing(as_of), or_(undecided, confirmed), mine)
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
    """The confirmed faults that stood at ``as_of``, of ``outlets`` or of all columns, oldest
    first."""
    query = (
        select(SuspectRow.__table__, POST.outlet_id, POST.title, POST.url)
        .select_from(
            SuspectRow.__table__.join(CheckedPostRow.__table__, POST.id == SUSPECT.post_id)
        )
        .where(_standing(as_of), _confirmed(as_of))
        .order_by(SUSPECT.id)
    )
    if outlets is not None:
        query = query.where(POST.outlet_id.in_(outlets))
    return tuple(
        FaultLine(
            row.outlet_id,
            row.unit_id,
            title_of(row.rule),
            row.title,
            row.url,
            row.place,
            _said(row),
            row.hint,
            row.first_seen,
        )
        for row in connection.execute(query)
    )


def content_check(
    connection: Connection, since: datetime, as_of: datetime, names: Mapping[str, str]
) -> ContentCheck | None:
    """What a bulletin says of posts' content at ``as_of``: what people confirmed after ``since`` or
    what still stands, and how many suspects wait. ``names`` are the units' short names; ``None``
    where no post was checked by then."""
    posts = select(func.count()).where(POST.looked.is_not(None), POST.first_seen <= as_of)
    checked = int(connection.execute(posts).scalar_one())
    if not checked:
        return None
    outlet = OutletRow.__table__
    query = (
        select(SuspectRow.__table__, POST.title, POST.url, outlet.c.name)
        .select_from(
            SuspectRow.__table__.join(CheckedPostRow.__table__, POST.id == SUSPECT.post_id).join(
                outlet, outlet.c.id == POST.outlet_id
            )
        )
        .where(_confirmed(as_of), or_(SUSPECT.decided_at > since, _standing(as_of)))
        .order_by(SUSPECT.unit_id, SUSPECT.id)
    )
    undecided = or_(SUSPECT.decided_at.is_(None), SUSPECT.decided_at > as_of)
    open_ = (
        select(SUSPECT.rule, func.count()).where(_standing(as_of), undecided).group_by(SUSPECT.rule)
    )
    waiting: Counter[str] = Counter()
    for rule, count in connection.execute(open_):
        waiting[family_of(rule)] += int(count)
    faults = tuple(_fault(row, as_of, names) for row in connection.execute(query))
    return ContentCheck(checked, faults, tuple(waiting.most_common()))


def _fault(row: Any, as_of: datetime, names: Mapping[str, str]) -> ContentFault:
    mended = row.ended is not None and row.ended <= as_of
    return ContentFault(
        names.get(row.unit_id, row.unit_id),
        family_of(row.rule),
        title_of(row.rule),
        row.title,
        row.url,
        row.name,
        row.place,
        _said(row),
        shanghai_day(row.first_seen),
        shanghai_day(row.ended) if mended else None,
    )


def looked_since(connection: Connection, outlet: str, since: datetime) -> bool:
    """Whether every post of the column with a confirmed fault, and what the fault is about, was
    looked at after ``since``."""
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
            or_(
                POST.looked.is_(None),
                POST.looked <= since,
                and_(
                    SUSPECT.resource_id.is_not(None),
                    or_(resource.c.looked.is_(None), resource.c.looked <= since),
                ),
            )
        )
    )
    return not connection.execute(query).scalar_one()


def title_of(rule: str) -> str:
    """The rule's Chinese name."""
    found = RULES.get(rule)
    return found.title if found else rule


def family_of(rule: str) -> str:
    """The Chinese name of the rule's family."""
    return FAMILIES.get(rule.partition(".")[0], rule)


def _said(row: Any) -> str:
    return f"{row.why}：{row.sentence or row.quote}" if row.sentence or row.quote else str(row.why)


def _confirmed(as_of: datetime) -> Any:
    return and_(SUSPECT.state.in_(CONFIRMED), SUSPECT.decided_at <= as_of)


def _standing(as_of: datetime) -> Any:
    return and_(SUSPECT.first_seen <= as_of, or_(SUSPECT.ended.is_(None), SUSPECT.ended > as_of))


def _names(connection: Connection) -> Mapping[str, str]:
    return {row.id: row.short for row in connection.execute(select(UnitRow.id, UnitRow.short))}


def _facts(of: OutletFacts, rows: Sequence[Any], names: Mapping[str, str]) -> ContentFacts:
    faults = [row for row in rows if row.confirmed and row.unit_id]
    suspects = [row.post_id for row in rows if not row.confirmed]
    kinds = Counter(family_of(row.rule) for row in faults)
    blamed = Counter(row.unit_id for row in faults)
    return ContentFacts(
        of.outlet.id,
        of.outlet.path or of.outlet.name,
        len(suspects),
        len(set(suspects)),
        len(faults),
        len({row.post_id for row in faults}),
        tuple(kinds.most_common()),
        tuple((unit, names.get(unit, unit), count) for unit, count in blamed.most_common()),
        sum(bool(row.confirmed) for row in rows) - len(faults),
    )
