"""{name}一年内（{since}以来）开展征集调查{count}次，少于{needed}次。

A column of surveys and consultations (``purpose: surveys``): at least six activities in the year
before the check (certainty B; points not retrieved: 需查原文). A count below accuses only where the
column was read through for the whole year. That e-mail alone is no channel, a person judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crawler.model import Purpose
from monitor.days.calendar import add_months, chinese_day
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Least, LookHours
from monitor.verdicts.judging import Standing, proving, recent, trouble
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import BEFORE_HORIZON, NOT_COVERED

NAME = "surveys_few"
TRAITS = Traits(
    title="征集调查次数",
    accused="次数不足",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}一年内（{since}以来）开展征集调查{count}次，不少于{needed}次。",
}


def check(facts: Facts, *, activities: Least, look_hours: LookHours = 48) -> Iterator[Verdict]:
    """One verdict per column of surveys."""
    for of in facts.outlets:
        if of.outlet.purpose is Purpose.SURVEYS:
            yield _judge(of, facts, activities, look_hours)


def _judge(of: OutletFacts, facts: Facts, limit: Least, hours: int) -> Verdict:
    since = add_months(facts.day, -limit.months)
    count = sum(since < day <= facts.day for day in of.recent_days)
    standing = Standing(Value.FRESH)
    if count < limit.needed:
        look = next(proving(of), None)
        if look is None or not recent(look, facts.as_of, hours):
            standing = Standing(Value.UNKNOWN, trouble(of, facts.as_of, hours))
        elif of.read_until is None:
            standing = Standing(Value.UNKNOWN, NOT_COVERED)
        elif since < facts.horizon:
            standing = Standing(Value.UNKNOWN, BEFORE_HORIZON)
        else:
            standing = Standing(Value.STALE)
    words = {
        "name": display(of),
        "since": chinese_day(since),
        "count": count,
        "needed": limit.needed,
    }
    said = SENTENCES[standing.value].format(**words) if standing.value in SENTENCES else ""
    verdict = on_outlet(NAME, of, standing, limit.clause, said)
    return replace(verdict, numbers={"count": count, "needed": limit.needed})
