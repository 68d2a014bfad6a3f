"""{name}最近一次公开留言为{newest}，至{today}已{days}天没有新公开的留言，超过{limit}。

A column of published messages (``purpose: messages``). Six months without a newly published one is
criticised in Guangdong's bulletin of 2025Q2 (certainty B); the points of the national indicator
were not retrieved: 需查原文.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import Purpose
from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Limit, LookHours
from monitor.verdicts.judging import stale
from monitor.verdicts.sentences import dated, sentence_of
from monitor.verdicts.traits import Traits

NAME = "messages_stale"
TRAITS = Traits(
    title="公开留言不更新",
    newest=True,
)
SENTENCE = sentence_of(__doc__)


def check(facts: Facts, *, published: Limit, look_hours: LookHours = 48) -> Iterator[Verdict]:
    """One verdict per column of published messages that ever showed one."""
    for of in facts.outlets:
        if of.outlet.purpose is Purpose.MESSAGES:
            standing = stale(of, facts, published, look_hours)
            if standing.value is not Value.BLANK:
                yield dated(NAME, SENTENCE, of, facts, published, standing)
