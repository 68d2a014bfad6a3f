"""What the rules ask of the content checks: open suspects and confirmed faults of each column, as of any moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from crawler.checks.rules import FAMILIES
from crawler.content_store import CheckedPostRow, SuspectRow
from crawler.model import OutletKind
from monitor.model import ContentFacts, OutletFacts

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
    confirmed = and_(SUSPECT.state.in_(CONFIRMED), SUSPECT.decided_at <= as_of)
    undecided = or_(SUSPECT.decided_at.is_(None), SUSPECT.decided_at > as_of)
    query = (
        select(POST.outlet_id, SUSPECT.post_id, SUSPECT.rule, confirmed.label("confirmed"))
        .join_from(SuspectRow, CheckedPostRow, POST.id == SUSPECT.post_id)
        .where(SUSPECT.first_seen <= as_of, or_(SUSPECT.ended.is_(None), SUSPECT.ended > as_of))
        .where(or_(undecided, confirmed))
    )
    found: dict[str, list[tuple[int, str, bool]]] = defaultdict(list)
    for outlet, post, rule, right in connection.execute(query):
        found[outlet].append((post, rule, bool(right)))
    return tuple(
        _facts(of, found.get(of.outlet.id, ()))
        for of in outlets
        if of.outlet.kind is OutletKind.COLUMN and of.outlet.id in checked
    )


def _facts(of: OutletFacts, rows: Sequence[tuple[int, str, bool]]) -> ContentFacts:
    faults = [(post, rule) for post, rule, right in rows if right]
    suspects = [post for post, _, right in rows if not right]
    kinds = Counter(FAMILIES.get(rule.partition(".")[0], rule) for _, rule in faults)
    return ContentFacts(
        of.outlet.id, of.outlet.path or of.outlet.name, of.units, len(suspects), len(set(suspects)),
        len(faults), len({post for post, _ in faults}), tuple(kinds.most_common()),
    )  # fmt: skip
