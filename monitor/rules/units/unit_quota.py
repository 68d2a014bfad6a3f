"""{name}{month}发布信息{count}，未达到每月{quota}条的要求，缺{short}条。

Posts of a unit in each calendar month; months never offset each other. A count below the quota
accuses only where every column that may hold the unit's posts was read through past the month's
end, and only as far as no post without a known origin may be the unit's: otherwise it is a lower
bound, which clears and never convicts. The running month is at most due soon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from monitor.days.calendar import chinese_day, chinese_month, first_day, last_day
from monitor.model import Count, Facts, UnitFacts, Value, Verdict
from monitor.settings.limits import Quota
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import BEFORE_HORIZON, NOT_COVERED, UNDECIDED, cause_name

NAME = "unit_quota"
TRAITS = Traits(
    title="月度发布数量",
    accused="数量不足",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}{month}发布信息{count}，达到每月{quota}条的要求。",
    Value.UNKNOWN: "{name}{month}已见信息{count}，是否达到每月{quota}条未能判定：{cause}。",
    Value.DUE_SOON: "{name}{month}已发布信息{count}，每月应达{quota}条，请在{due}前补足{short}条。",
}
RUNNING = "{name}{month}已发布信息{count}，每月应达{quota}条，本月尚未结束。"
NOTHING_SEEN = {
    Value.UNKNOWN: "{name}{month}发布信息的数量未能判定：{cause}。",
    Value.FRESH: "{name}{month}每月应达{quota}条，本月尚未结束。",
}
"""Where none was seen of nobody knows how many: no number is said."""


def check(facts: Facts, *, limit: Quota) -> Iterator[Verdict]:
    """One verdict per counted unit and month, the running month last."""
    for of in facts.units:
        if of.unit.quota is not None:
            for month in (*facts.months, facts.this_month):
                yield _judge(of, month, facts, limit, limit.needed(of.unit.quota))


def _judge(of: UnitFacts, month: str, facts: Facts, limit: Quota, needed: int) -> Verdict:
    count, due = of.count(month), last_day(month)
    value, cause = _stand(count, month, facts, limit, needed)
    template = RUNNING if value is Value.FRESH and not count.meets(needed) else SENTENCES[value]
    if count.nothing_seen and value in NOTHING_SEEN:
        template = NOTHING_SEEN[value]
    short = count.lacking(needed)
    words = {
        "name": of.unit.short,
        "month": chinese_month(month),
        "count": count.said(),
        "quota": needed,
        "short": short,
        "due": chinese_day(due),
        "cause": cause_name(cause),
    }
    return Verdict(
        rule=NAME,
        subject=f"unit:{of.unit.id}",
        value=value,
        sentence=template.format(**words),
        clause=limit.clause,
        units=(of.unit.id,),
        period=month,
        cause=cause,
        numbers={
            "count": count.at_least,
            "most": "" if count.at_most is None else count.at_most,
            "quota": needed,
            "short": short,
            "gaps": len(count.places),
            "undecided": count.undecided,
        },
        due=due,
        name=of.unit.short,
    )


def count_of(numbers: Mapping[str, Any]) -> Count:
    """The count that a verdict's numbers hold; what older verdicts called sure stays so."""
    seen, unsure = int(numbers["count"]), bool(numbers.get("gaps") or numbers.get("undecided"))
    most = numbers.get("most", "" if unsure else seen)
    gaps = () if most == seen else (cause_name(NOT_COVERED if most == "" else UNDECIDED),)
    return Count(seen, None if most == "" else int(most), gaps)


def _stand(count: Count, month: str, facts: Facts, limit: Quota, needed: int) -> tuple[Value, str]:
    running = month == facts.this_month
    early = running and facts.day <= last_day(month) - timedelta(days=limit.warn_days)
    if count.meets(needed) or early:
        return Value.FRESH, ""
    if first_day(month) < facts.horizon:
        return Value.UNKNOWN, BEFORE_HORIZON
    if not count.falls_short(needed):
        return Value.UNKNOWN, count.cause or NOT_COVERED
    return (Value.DUE_SOON if running else Value.STALE), ""
