"""{name}首页一周内监测{counted}次，{closed}次未能打开，占{share}，达到{limit}的无法访问标准。

At least 20 spaced visits in a week; visits in which the page was not open after 15 seconds; 5 % or
more of them. Fewer visits prove nothing. Our own outages and a firewall's refusals to us are no
visits.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from monitor.model import Facts, SiteWeek, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "site_unreachable"
DOWN_NOW = "down"
"""The number of a verdict that says whether the newest visits failed, too."""
TRAITS = Traits(
    title="站点无法访问",
    accused="无法访问",
    visits=True,
)
SENTENCE = sentence_of(__doc__)
Percent = Annotated[float, Field(gt=0, le=100)]
SENTENCES = {
    Value.STALE: SENTENCE,
    Value.DUE_SOON: "{name}首页一周内监测{counted}次，{closed}次未能打开，占{share}，接近{limit}的无法访问标准。",
    Value.FRESH: "{name}首页一周内监测{counted}次，{closed}次未能打开，占{share}，低于{limit}。",
    Value.UNKNOWN: "{name}首页一周内有效监测{counted}次，不足{visits}次，不能判定。",
}


def check(
    facts: Facts,
    *,
    clause: Clause,
    visits: Annotated[int, Field(ge=1, le=2000)] = 20,
    percent: Percent = 5.0,
    warn_percent: Percent = 3.0,
) -> Iterator[Verdict]:
    """One verdict per site; none for a site that was never visited (the service makes the
    visits)."""
    for week in facts.weeks:
        if week.last is not None:
            yield _judge(week, clause, visits, percent, warn_percent)


def _judge(week: SiteWeek, clause: str, visits: int, percent: float, warn: float) -> Verdict:
    value = _stand(week, visits, percent, warn)
    share = 100 * week.closed / week.counted if week.counted else 0.0
    numbers: dict[str, str | int] = {
        "counted": week.counted,
        "closed": week.closed,
        "excluded": week.excluded,
    }
    words = {
        "name": week.name,
        "share": f"{share:.1f}%",
        "limit": f"{percent:g}%",
        "visits": visits,
        **numbers,
    }
    return Verdict(
        rule=NAME,
        subject=f"site:{week.site}",
        value=value,
        sentence=SENTENCES[value].format(**words),
        clause=clause,
        cause="too_few_visits" if value is Value.UNKNOWN else "",
        numbers={**numbers, "share": f"{share:.2f}%", DOWN_NOW: int(week.down)},
        ours=True,
        name=week.name,
    )


def _stand(week: SiteWeek, visits: int, percent: float, warn: float) -> Value:
    if week.counted < visits:
        return Value.UNKNOWN
    share = Fraction(week.closed * 100, week.counted)
    if share >= Fraction(str(percent)):
        return Value.STALE
    return Value.DUE_SOON if share >= Fraction(str(warn)) else Value.FRESH
