"""What a run of looks saw: each outlet once, by its last look. Only a look that proved something is
a sight."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from crawler.model import Outcome, OutletKind
from crawler.store.tables import OutletRow, PostRow, VisitRow
from monitor.words.causes import NO_ADDRESS, cause_name

CAUSES = 3
"""So many reasons for not seeing are told, the commonest first."""


@dataclass(frozen=True, slots=True)
class Saw:
    """``asked`` outlets were looked at, ``seen`` of them proved something; ``district`` of those
    are the district's own (a canary proves a platform, not a place). ``why`` counts the causes of
    the others, the commonest first.
    """

    asked: int = 0
    seen: int = 0
    district: int = 0
    why: tuple[tuple[str, int], ...] = ()
    new_posts: int = 0

    @property
    def unknown(self) -> int:
        """Outlets that were looked at in vain."""
        return self.asked - self.seen

    @property
    def without_address(self) -> int:
        """Outlets of which the catalogue has no address: nobody was asked."""
        return dict(self.why).get(NO_ADDRESS, 0)

    @property
    def reasons(self) -> str:
        """``无法连接 12 个、被验证码拦截 3 个``; empty where everything was seen."""
        return "、".join(f"{cause_name(cause)} {count} 个" for cause, count in self.why[:CAUSES])


def saw(connection: Connection, since: datetime, until: datetime | None = None) -> Saw:
    """What the looks from ``since`` (to ``until``) came to, whoever made them."""
    within = [VisitRow.moment >= since, VisitRow.page_no == 1]
    within += [VisitRow.moment <= until] if until else []
    last = select(func.max(VisitRow.id)).where(*within).group_by(VisitRow.outlet_id)
    query = (
        select(OutletRow.kind, VisitRow.outcome, VisitRow.reason)
        .join(VisitRow, VisitRow.outlet_id == OutletRow.id)
        .where(VisitRow.id.in_(last))
    )
    looks = [(row.kind, Outcome(row.outcome), row.reason) for row in connection.execute(query)]
    good = [kind for kind, outcome, _ in looks if outcome.conclusive]
    why = Counter(reason or outcome.value for _, outcome, reason in looks if not outcome.conclusive)
    posts = select(func.count()).select_from(PostRow).where(PostRow.first_seen >= since)
    return Saw(
        asked=len(looks),
        seen=len(good),
        district=sum(kind != OutletKind.CANARY for kind in good),
        why=tuple(why.most_common()),
        new_posts=connection.execute(posts).scalar_one(),
    )


def blind_sentence(planned: int, reasons: str) -> str:
    """That a night saw nothing at all, and why."""
    if not planned:
        return "昨晚没有看到任何栏目和账号：没有一个栏目、账号登记了可查看的地址。没有对任何单位作出认定，也没有提醒任何单位。"
    if reasons == f"{cause_name(NO_ADDRESS)} {planned} 个":
        said = f"昨晚没有看到任何栏目和账号：计划的 {planned} 个都没有登记可查看的地址，请先在台账里登记地址"
        return f"{said}。没有对任何单位作出认定，也没有提醒任何单位。"
    why = f"（计划 {planned} 个：{reasons or '都没有得到回应'}）"
    return f"昨晚没有看到任何栏目和账号{why}。没有对任何单位作出认定，也没有提醒任何单位；请检查网络、本机设置和门户网站。"
