"""{name}首页能看到的最新信息为{newest}，至{today}已{days}天没有新信息，超过{limit}的期限。

The home page's newest dated item: among its links, those that lead to posts whose day is known.
Where it shows too few of them (a page that only leads on) the newest post of any column clears it
and nothing convicts it. A page that shows older posts than it did (a restored backup) convicts
nobody either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from crawler.model import OutletKind, shanghai_day
from monitor.days.calendar import chinese_day
from monitor.model import Facts, SiteFacts, Value, Verdict
from monitor.settings.limits import Limit, LookHours
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import AWAITING, NO_DATES, NO_FACTS, NOT_LOOKED, WENT_BACK, cause_name

NAME = "home_stale"
TRAITS = Traits(
    title="首页不更新",
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.DUE_SOON: "{name}首页能看到的最新信息为{newest}（{days}天前），期限为{limit}，请在{due}前更新。",
    Value.FRESH: "{name}首页能看到的最新信息为{newest}，未超过{limit}的期限。",
    Value.UNKNOWN: "{name}首页是否更新未能判定：{cause}。",
}
Few = Annotated[int, Field(ge=1, le=100)]


def check(
    facts: Facts, *, home: Limit, least: Few = 3, look_hours: LookHours = 48
) -> Iterator[Verdict]:
    """One verdict per site with columns; the home page is the office's own, no unit's."""
    if facts.partial:
        return
    for site in facts.sites:
        newest, standing = _stand(site, facts, home, least, look_hours)
        if newest is not None or site.home is not None:
            yield _verdict(site, facts, home, newest, standing)


def _stand(
    site: SiteFacts, facts: Facts, limit: Limit, least: int, hours: int
) -> tuple[date | None, Standing]:
    second = _second_level(site, facts)
    seen = site.home
    if seen is None or seen.newest is None or seen.dated < least:
        if second is not None and facts.day < limit.warn_from(second):
            return second, Standing(Value.FRESH)
        return second, Standing(Value.UNKNOWN, NO_FACTS if seen is None else NO_DATES)
    newest = seen.newest
    if facts.day < limit.warn_from(newest):
        return newest, Standing(Value.FRESH)
    if seen.shown is not None and newest < seen.shown:
        return newest, Standing(Value.UNKNOWN, WENT_BACK)
    old = (facts.as_of - seen.looks[0]).total_seconds() > hours * 3600
    if old:
        return newest, Standing(Value.UNKNOWN, NOT_LOOKED)
    if facts.day <= limit.due(newest):
        return newest, Standing(Value.DUE_SOON)
    after = [moment for moment in seen.looks if shanghai_day(moment) > limit.due(newest)]
    twice = len(after) >= 2
    return newest, Standing(Value.STALE) if twice else Standing(Value.UNKNOWN, AWAITING)


def _second_level(site: SiteFacts, facts: Facts) -> date | None:
    """The newest post of any column of the site."""
    days = (
        of.newest.day
        for of in facts.outlets
        if of.outlet.kind is OutletKind.COLUMN
        and of.outlet.site == site.site.id
        and of.newest is not None
    )
    return max(days, default=None)


def _verdict(
    site: SiteFacts, facts: Facts, limit: Limit, newest: date | None, standing: Standing
) -> Verdict:
    due = limit.due(newest) if newest else None
    words = {
        "name": site.site.name,
        "newest": chinese_day(newest) if newest else "",
        "limit": limit.text,
        "today": chinese_day(facts.day),
        "days": (facts.day - newest).days if newest else "",
        "due": chinese_day(due) if due else "",
        "cause": cause_name(standing.cause),
    }
    return Verdict(
        rule=NAME,
        subject=f"site:{site.site.id}",
        value=standing.value,
        sentence=SENTENCES[standing.value].format(**words),
        clause=limit.clause,
        cause=standing.cause,
        numbers={"newest": newest.isoformat(), "days": (facts.day - newest).days} if newest else {},
        due=due,
        ours=standing.value is not Value.UNKNOWN,
        name=site.site.name,
        looked=site.home.looks[0] if site.home and site.home.looks else None,
    )
