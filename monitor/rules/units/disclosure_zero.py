"""{name}{quarter}主动公开信息数量为0。

A unit without a disclosure document in a whole quarter, as the quarter's bulletin names it. The
district's printed practice, no limit of the law: it goes to the office, which decides about naming,
and accuses nobody by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.days.calendar import (
    add_months,
    first_day,
    last_day,
    quarter_months,
    quarter_name,
    quarter_start,
)
from monitor.model import Count, Facts, UnitFacts, Value, Verdict, together
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import BEFORE_HORIZON, NOT_COVERED, cause_name

NAME = "disclosure_zero"
TRAITS = Traits(
    title="主动公开数量",
    accused="没有公开",
    advice="供通报点名参考，写进季度通报；单位另有公开渠道的，请核实后在台账补登。",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}{quarter}主动公开信息{count}条。",
    Value.UNKNOWN: "{name}{quarter}主动公开信息数量未能判定：{cause}。",
}


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per counted unit about the last complete quarter, where the catalogue has a
    register."""
    start = add_months(quarter_start(facts.day), -3)
    months = quarter_months(start)
    for of in facts.units:
        if of.unit.quota is not None and any(month in of.documents for month in months):
            yield _judge(of, months, quarter_name(start), facts, clause)


def _judge(
    of: UnitFacts, months: tuple[str, ...], quarter: str, facts: Facts, clause: str
) -> Verdict:
    count = together(of.documents.get(month, Count()) for month in months)
    value, cause = _stand(count, months, facts)
    year, number = quarter.split("Q")
    words = {
        "name": of.unit.short,
        "quarter": f"{year}年第{'一二三四'[int(number) - 1]}季度",
        "count": count.text,
        "cause": cause_name(cause),
    }
    return Verdict(
        rule=NAME,
        subject=f"unit:{of.unit.id}",
        value=value,
        sentence=SENTENCES[value].format(**words),
        clause=clause,
        period=quarter,
        cause=cause,
        numbers={"count": count.at_least},
        due=last_day(months[-1]),
        ours=value is Value.STALE,
        name=of.unit.short,
    )


def _stand(count: Count, months: tuple[str, ...], facts: Facts) -> tuple[Value, str]:
    if count.meets(1):
        return Value.FRESH, ""
    if first_day(months[0]) < facts.horizon:
        return Value.UNKNOWN, BEFORE_HORIZON
    return (
        (Value.STALE, "") if count.falls_short(1) else (Value.UNKNOWN, count.cause or NOT_COVERED)
    )
