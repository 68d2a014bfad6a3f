"""Any day again: what would be said of a past day now, what was said then, and why the two differ.

Everything is recomputed from the store at the very moment of that day's judgement. The reasons are
tried in their order: nobody judged, another profile, limits changed since, data changed since, and
what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection

from crawler.model import SHANGHAI, shanghai_day, utc
from monitor.config import MonitorConfig, read_rules
from monitor.facts.facts import gather
from monitor.facts.pace import with_paces
from monitor.facts.units import Counter
from monitor.findings.dispensations import in_force
from monitor.findings.said import Judged, Key, Said, judged_on, said_at
from monitor.judging.evaluate import judge
from monitor.model import VALUE_NAMES, Facts, Value, Verdict
from monitor.profiles import Profile, under
from monitor.words.causes import cause_name

FRESH = Said(Value.FRESH)


@dataclass(frozen=True, slots=True)
class Difference:
    """One subject about which now is said something else than then. ``said`` empty = nothing was
    said."""

    rule: str
    subject: str
    period: str
    name: str
    said: str
    now: str
    why: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A past day judged again. ``judged`` is that day's own judgement, if there was one."""

    moment: datetime
    judged: Judged | None
    profile: Profile | None
    verdicts: tuple[Verdict, ...]
    differences: tuple[Difference, ...]


def rejudge(
    connection: Connection,
    config: MonitorConfig,
    as_of: datetime,
    *,
    count: Counter,
    horizon: date,
    profile: Profile | None = None,
) -> Rejudged:
    """Judge the day of ``as_of`` again, at the moment of its last judgement up to then. Writes
    nothing."""
    as_of = utc(as_of)
    morning = datetime.combine(shanghai_day(as_of), time(0), SHANGHAI)
    judged = judged_on(connection, morning, as_of)
    moment = judged.as_of if judged else as_of
    facts = gather(connection, moment, count=count, horizon=horizon, coverage=config.coverage)
    facts = _as_then(facts, judged)
    then, own = _then(judged, config), under(config, profile) if profile else config
    rules = [one.in_force(facts.day) for one in (config, own, then) if one]
    facts = with_paces(connection, facts, config.alerts.letters, *rules)
    decisions = in_force(connection, facts.as_of)
    plain = judge(facts, config, decisions)
    verdicts = judge(facts, own, decisions) if profile else plain
    asked = Grounds(
        judged,
        profile,
        said_at(connection, moment) if judged else {},
        _by_key(plain),
        _by_key(judge(facts, then, decisions)) if then else {},
    )
    return Rejudged(
        moment, judged, profile, verdicts, _differences(_by_key(verdicts), asked, facts)
    )


def _as_then(facts: Facts, judged: Judged | None) -> Facts:
    """``facts`` with that night's own word on whether it saw enough."""
    if judged is None:
        return facts
    if not judged.failed_night:
        return replace(facts, failed_night=False, blind=False)
    return facts if facts.unseen else replace(facts, failed_night=True)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the reasons are found by: what was said, and the verdicts of now under today's and that
    day's limits."""

    judged: Judged | None
    profile: Profile | None
    said: Mapping[Key, Said]
    plain: Mapping[Key, Verdict]
    then: Mapping[Key, Verdict]


def _then(judged: Judged | None, config: MonitorConfig) -> MonitorConfig | None:
    """The config with the limits of that day's judgement."""
    if judged is None or not judged.limits:
        return None
    limits: dict[str, Any] = {name: dict(entry) for name, entry in judged.limits.items()}
    try:
        rules = read_rules(limits, "judgement")
    except ValueError:  # a rule of then that has left the house, or takes other limits now
        return None
    begun = {
        name: tuple(v.model_copy(update={"valid_from": date.min}) for v in vs)
        for name, vs in rules.items()
    }
    return replace(config, rules=begun)


def _by_key(verdicts: tuple[Verdict, ...]) -> dict[Key, Verdict]:
    return {(v.rule, v.subject, v.period): v for v in verdicts}


def _differences(
    now: Mapping[Key, Verdict], asked: Grounds, facts: Facts
) -> tuple[Difference, ...]:
    if asked.judged is None:
        return ()
    found = []
    for key in sorted({*now, *asked.said}):
        verdict, before = now.get(key), asked.said.get(key)
        # A verdict of now about which the journal is silent was fresh then, unless the rule was not
        # asked.
        said = before or (FRESH if key in asked.then or not asked.then else None)
        value = verdict.value if verdict else None
        if (said.value if said else None) != value:
            found.append(_difference(key, verdict, said, asked, facts))
    return tuple(found)


def _difference(
    key: Key, verdict: Verdict | None, said: Said | None, asked: Grounds, facts: Facts
) -> Difference:
    name = verdict.name if verdict else key[1]
    return Difference(
        *key,
        name=name,
        said=_word(said.value, said.cause) if said else "",
        now=_word(verdict.value, verdict.cause) if verdict else "",
        why=_why(key, verdict, said, asked),
        sentence=verdict.sentence if verdict else "",
    )


def _word(value: Value, cause: str) -> str:
    name = VALUE_NAMES[value]
    return f"{name}（{cause_name(cause)}）" if cause and value is Value.UNKNOWN else name


def _why(key: Key, verdict: Verdict | None, said: Said | None, asked: Grounds) -> str:
    plain, then = asked.plain.get(key), asked.then.get(key)
    was = said.value if said else None
    if asked.profile and _value(verdict) != _value(plain):
        clause = verdict.clause if verdict else "不判这一项"
        return f"口径不同：{asked.profile.who}，{clause}"
    if asked.then and _value(then) == was:
        return "规则的限值在那以后改过" if then else "这条规则是那以后加的"
    if verdict is None:
        return "对象已不在台账，或这条规则已停用"
    newest = verdict.newest.day if verdict.newest else None
    if said and said.value is not Value.FRESH and newest != said.newest:
        return f"数据有变：当时所见最新信息为{said.newest or '无'}，现在为{newest or '无'}"
    return "数据、台账或豁免在那以后有更正"


def _value(verdict: Verdict | None) -> Value | None:
    return verdict.value if verdict else None
