"""How often each rule was wrong: accusations taken back after an appeal or a correction, of all it
made.

Taken back by a person (an appeal upheld, the office's own correction), or by the system that read a
list late. The one query of these figures; pages and the bulletin's annex print what it gives.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from crawler.model import utc
from monitor.model import ErrorRate
from monitor.record.tables import FindingRow
from monitor.rectify.appeals import AppealRow
from monitor.words.ends import TAKEN_BACK, UPHELD


def error_rates(
    connection: Connection, as_of: datetime, since: datetime | None = None
) -> tuple[ErrorRate, ...]:
    """By rule, units' findings opened from ``since`` (default: ever) to ``as_of``, and those taken
    back by then.

    A rule that accused nobody has no row: of nothing there is no rate. The most accusations first.
    """
    finding, moment = FindingRow, utc(as_of)
    upheld = select(AppealRow.id).where(
        AppealRow.finding_id == finding.id, AppealRow.state == UPHELD, AppealRow.decided <= moment
    )
    back = or_(upheld.exists(), and_(finding.ended.in_(TAKEN_BACK), finding.closed <= moment))
    query = (
        select(finding.rule, func.count().label("n"), func.count().filter(back).label("back"))
        .where(finding.ours.is_(False), finding.opened <= moment)
        .group_by(finding.rule)
    )
    if since is not None:
        query = query.where(finding.opened >= utc(since))
    rows = connection.execute(query).all()
    opened = Counter({row.rule: int(row.n) for row in rows})
    taken = {row.rule: int(row.back) for row in rows}
    return tuple(
        ErrorRate(rule, n, taken[rule])
        for rule, n in sorted(opened.items(), key=lambda x: (-x[1], x[0]))
    )
