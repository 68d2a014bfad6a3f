"""{name}{period}发布信息{count}，未达到{pace}{needed}条的要求。

How many posts a column of a class, or an account, shows in a calendar week (Monday to Sunday,
Asia/Shanghai) or on a working day: local practice of some places, off unless config.yaml or a
profile asks for it. The two last whole weeks and the five last working days are judged, the running
ones are at most due soon. A count below accuses only where the place was read through past the
period's end by two whole looks, and no post without a date could fill the gap. What a person saw of
an account proves its newest post, not how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crawler.model import Evidence, OutletKind, Purpose, shanghai_day
from monitor.days.calendar import chinese_day
from monitor.looks.due import gone
from monitor.model import Count, Facts, Look, OutletFacts, PacedPosts, Value, Verdict
from monitor.settings.limits import LookHours, Pace
from monitor.verdicts.judging import Standing, proving, recent, trouble
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import (
    AWAITING,
    BEFORE_HORIZON,
    NO_DATES,
    NOT_COVERED,
    UNKNOWN_YEAR,
    cause_name,
)

NAME = "outlet_pace"
TRAITS = Traits(
    title="更新频次",
    accused="频次不足",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}{period}发布信息{count}，达到{pace}{needed}条的要求。",
    Value.UNKNOWN: "{name}{period}已见信息{count}，是否达到{pace}{needed}条未能判定：{cause}。",
    Value.DUE_SOON: "{name}{period}已发布信息{count}，{pace}应达{needed}条，请在{due}前补足{short}条。",
}
RUNNING = "{name}{period}已发布信息{count}，{pace}应达{needed}条，尚未到期。"
NOTHING_SEEN = {
    Value.UNKNOWN: "{name}{period}发布信息的数量未能判定：{cause}。",
    Value.FRESH: "{name}{period}{pace}应达{needed}条，尚未到期。",
}
"""Where none was seen of nobody knows how many: no number is said."""
PACES = {"week": "每周", "workday": "每个工作日"}
WEEKS, WORKDAYS, FURTHEST = 2, 5, 21


@dataclass(frozen=True, slots=True)
class PaceSpan:
    """A period: its key (``2020-W29``, ``2020-07-17``), its name in Chinese, its first and last
    day."""

    key: str
    name: str
    first: date
    last: date


def check(
    facts: Facts,
    *,
    news: Pace | None = None,
    notice: Pace | None = None,
    policy: Pace | None = None,
    other: Pace | None = None,
    account: Pace | None = None,
    look_hours: LookHours = 48,
) -> Iterator[Verdict]:
    """One verdict per place with a pace and period, the running period last; none from facts
    without their posts."""
    if facts.calendar is None:
        return
    paces = {"news": news, "notice": notice, "policy": policy, "other": other, "account": account}
    spans = {per: tuple(_spans(per, facts)) for per in PACES}
    for of in facts.outlets:
        pace = paces.get("account" if of.outlet.kind is OutletKind.ACCOUNT else of.outlet.cls.value)
        if pace is None or gone(of) or of.outlet.purpose is Purpose.STATIC:
            continue
        for span in spans[pace.per]:
            yield _judge(of, span, facts, pace, look_hours)


def _spans(per: str, facts: Facts) -> Iterator[PaceSpan]:
    """The periods that are judged on the day, oldest first."""
    if per == "week":
        monday = facts.day - timedelta(days=facts.day.weekday())
        for back in range(WEEKS, -1, -1):
            first = monday - timedelta(weeks=back)
            year, week, _ = first.isocalendar()
            last = first + timedelta(days=6)
            yield PaceSpan(
                f"{year}-W{week:02d}", f"{chinese_day(first)}至{chinese_day(last)}", first, last
            )
        return
    assert facts.calendar is not None
    calendar = facts.calendar
    days = [facts.day - timedelta(days=back) for back in range(FURTHEST)]
    working = [day for day in days if calendar.works(day)][: WORKDAYS + (calendar.works(facts.day))]
    for day in reversed(working):
        yield PaceSpan(day.isoformat(), chinese_day(day), day, day)


def _judge(of: OutletFacts, span: PaceSpan, facts: Facts, pace: Pace, hours: int) -> Verdict:
    count, needed = _count(of, span, facts, hours), pace.needed
    standing = _stand(of, span, facts, pace, count, hours)
    open_still = standing.value is Value.FRESH and not count.meets(needed)
    template = RUNNING if open_still else SENTENCES[standing.value]
    if count.nothing_seen and standing.value in NOTHING_SEEN:
        template = NOTHING_SEEN[standing.value]
    short = count.lacking(needed)
    sentence = template.format(
        name=display(of),
        period=span.name,
        count=count.said(),
        needed=needed,
        pace=PACES[pace.per],
        short=short,
        due=chinese_day(span.last),
        cause=cause_name(standing.cause),
    )
    verdict = on_outlet(NAME, of, standing, pace.clause, sentence)
    most = "" if count.at_most is None else count.at_most
    numbers = {"count": count.at_least, "most": most, "needed": needed, "short": short}
    return replace(verdict, period=span.key, numbers=numbers, due=span.last)


def _count(of: OutletFacts, span: PaceSpan, facts: Facts, hours: int) -> Count:
    """What is known of the place's posts of a span, of a running one so far: bounded above only
    where whole looks read the place through, past the span's end where it is over; a post without a
    date may be of it."""
    posts = facts.paces.get(of.outlet.id, PacedPosts())
    seen = sum(span.first <= day <= span.last for day in posts.days)
    whole = _whole(of)
    cause = ""
    if not whole or not recent(whole[0], facts.as_of, hours):
        cause = trouble(of, facts.as_of, hours)
    elif span.last < facts.day and (of.read_until is None or of.read_until <= span.last):
        cause = NOT_COVERED
    if cause:
        return Count(seen, None, (cause_name(cause),), cause, (of.outlet.id,))
    gaps = (f"另有{posts.undated}条信息没有可信的日期",) if posts.undated else ()
    return Count(seen, seen + posts.undated, gaps, NO_DATES if gaps else "")


def _whole(of: OutletFacts) -> list[Look]:
    """The looks that showed everything, newest first. What a person saw of an account proves its
    newest post only."""
    return [look for look in proving(of) if look.evidence is Evidence.COMPLETE]


def _stand(
    of: OutletFacts, span: PaceSpan, facts: Facts, pace: Pace, count: Count, hours: int
) -> Standing:
    running = span.last >= facts.day
    early = running and (
        pace.per == "workday" or facts.day <= span.last - timedelta(days=pace.warn_days)
    )
    if count.meets(pace.needed) or early:
        return Standing(Value.FRESH)
    if span.first < facts.horizon:
        return Standing(Value.UNKNOWN, BEFORE_HORIZON)
    if pace.per == "workday" and span.first.year in facts.unknown_years:
        return Standing(Value.UNKNOWN, UNKNOWN_YEAR)
    if not count.falls_short(pace.needed):
        return Standing(Value.UNKNOWN, count.cause)
    if running:
        return Standing(Value.DUE_SOON)
    twice = sum(shanghai_day(look.moment) > span.last for look in _whole(of)) >= 2
    return Standing(Value.STALE) if twice else Standing(Value.UNKNOWN, AWAITING)
