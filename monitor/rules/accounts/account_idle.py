"""{name}最近一次更新为{newest}，至{today}已{days}天未更新，超过{limit}的更新期限。

A new-media account without a post for longer than its limit, or without any post at all. An account
that is being closed is judged until the platform has cancelled it; a closed or merged one is
exempt.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import OutletKind
from monitor.looks.due import gone
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Limit, LookHours
from monitor.verdicts.judging import stale
from monitor.verdicts.sentences import dated, display, exempt, on_outlet, sentence_of
from monitor.verdicts.traits import Traits

NAME = "account_idle"
TRAITS = Traits(
    title="账号不更新",
    upkeep=True,
)
SENTENCE = sentence_of(__doc__)
BLANK = "{name}内容空白，没有发布过任何信息。"


def check(facts: Facts, *, idle: Limit, look_hours: LookHours = 48) -> Iterator[Verdict]:
    """One verdict per account."""
    for of in facts.outlets:
        if of.outlet.kind is OutletKind.ACCOUNT:
            yield _judge(of, facts, idle, look_hours)


def _judge(of: OutletFacts, facts: Facts, idle: Limit, hours: int) -> Verdict:
    if gone(of):
        return exempt(NAME, of, idle.clause)
    standing = stale(of, facts, idle, hours)
    if standing.value is Value.BLANK:
        return on_outlet(NAME, of, standing, idle.clause, BLANK.format(name=display(of)))
    return dated(NAME, SENTENCE, of, facts, idle, standing)
