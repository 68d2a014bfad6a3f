"""{name}的安全证书将于{until}到期，还剩{left}天，请尽快更换。

Of the home page, as its last good visit saw it. It goes to the office, which knows who runs the
site: no unit can mend it, and an expired certificate makes the whole site 站点无法访问. Told when so many
days are left; the clause of the finding names the step, so that each step is an event of its own. A
site whose server leaves out the certificate between its own and the authority's is told as such: it
opens in most browsers, so it is not 站点无法访问. A site without https, or that nobody could open this
week, is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from monitor.days.calendar import chinese_day
from monitor.model import Facts, SiteWeek, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "certificate_expiry"
TRAITS = Traits(
    title="安全证书到期",
    accused="将到期",
    advice="请提醒网站管理方更换安全证书。",
    visits=True,
)
SENTENCES = {Value.STALE: sentence_of(__doc__), Value.FRESH: "{name}的安全证书有效期至{until}。"}
CHAIN = "{name}没有发送完整的证书链（缺少中间证书），部分浏览器和手机会拦住访问者，请运维单位补上中间证书。"
EXPIRED = "{name}的安全证书已于{until}到期，浏览器会拦住访问者，请立即更换。"
Steps = Annotated[
    tuple[Annotated[int, Field(ge=1, le=366)], ...], Field(min_length=1, max_length=6)
]


def check(facts: Facts, *, clause: Clause, days: Steps = (30, 14, 7)) -> Iterator[Verdict]:
    """One verdict per site whose certificate was seen this week."""
    for week in facts.weeks:
        if week.fault == "incomplete_chain":
            yield _chain(week, clause)
        elif week.certificate_until is not None:
            yield _judge(week, (week.certificate_until - facts.day).days, clause, days)


def _chain(week: SiteWeek, clause: str) -> Verdict:
    return Verdict(
        rule=NAME,
        subject=f"site:{week.site}",
        value=Value.STALE,
        sentence=CHAIN.format(name=week.name),
        clause=f"{clause}（证书链不完整）",
        ours=True,
        name=week.name,
        looked=week.opened,
    )


def _judge(week: SiteWeek, left: int, clause: str, days: tuple[int, ...]) -> Verdict:
    until = week.certificate_until
    assert until is not None
    step = min((one for one in days if left <= one), default=None)
    value = Value.FRESH if step is None else Value.STALE
    template = EXPIRED if left < 0 else SENTENCES[value]
    reached = "" if step is None else f"（{'已到期' if left < 0 else f'{step}天内到期'}）"
    return Verdict(
        rule=NAME,
        subject=f"site:{week.site}",
        value=value,
        sentence=template.format(name=week.name, until=chinese_day(until), left=left),
        clause=f"{clause}{reached}",
        numbers={"left": left},
        due=until,
        ours=True,
        name=week.name,
        looked=week.opened,
    )
