"""{name}有{failed}个栏目（共{asked}个）本次未能读取（{causes}），疑为网站故障、拦截或改版，请核对。

Ours: when most of a site's columns fail in the same look, the cause is one, and it is told once.
The columns' own findings wait for it. A new look for every column that is due is the condition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from crawler.model import OutletKind
from monitor.looks.due import has_address
from monitor.model import Facts, OutletFacts, SiteFacts, Value, Verdict
from monitor.settings.limits import Clause, LookHours
from monitor.verdicts.judging import recent
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import READER_BROKEN, cause_name

NAME = "site_unseen"
TRAITS = Traits(
    title="站点整体读取不了",
    advice="请检查网络和网站是否正常；看清以前不对该网站的栏目作出判定。",
)
SENTENCE = sentence_of(__doc__)
SEEN = "{name}有{failed}个栏目（共{asked}个）本次未能读取。"
ELSEWHERE = ("moved_address", "other_column")
"""An address that leads elsewhere was read there: ``address_moved`` tells it."""
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=2, le=1000)]


def check(
    facts: Facts,
    *,
    clause: Clause,
    share: Share = 0.5,
    least: Count = 3,
    look_hours: LookHours = 48,
) -> Iterator[Verdict]:
    """One verdict per site with columns that were looked at."""
    if facts.partial:
        return
    for site in facts.sites:
        asked = [of for of in facts.outlets if _asked(of, site, facts, look_hours)]
        if asked:
            yield _judge(site, asked, clause, share, least)


def _asked(of: OutletFacts, site: SiteFacts, facts: Facts, hours: int) -> bool:
    mine = of.outlet.kind is OutletKind.COLUMN and of.outlet.site == site.site.id
    return mine and has_address(of) and bool(of.looks) and recent(of.looks[0], facts.as_of, hours)


def _judge(
    site: SiteFacts, asked: list[OutletFacts], clause: str, share: float, least: int
) -> Verdict:
    failed = [of.looks[0] for of in asked if not of.looks[0].outcome.conclusive]
    failed = [look for look in failed if look.reason not in ELSEWHERE]
    broken = len(failed) >= least and len(failed) >= share * len(asked)
    common = Counter(look.reason or look.outcome.value for look in failed).most_common(3)
    words = {
        "name": site.site.name,
        "failed": len(failed),
        "asked": len(asked),
        "causes": "、".join(f"{cause_name(cause)}{count}个" for cause, count in common),
    }
    return Verdict(
        rule=NAME,
        subject=f"site:{site.site.id}",
        value=Value.UNKNOWN if broken else Value.FRESH,
        sentence=(SENTENCE if broken else SEEN).format(**words),
        clause=clause,
        cause=READER_BROKEN if broken else "",
        numbers={"failed": len(failed), "asked": len(asked)},
        ours=True,
        name=site.site.name,
        looked=max(of.looks[0].moment for of in asked),
    )
