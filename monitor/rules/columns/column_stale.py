"""{name}最近一次更新为{newest}，至{today}已{days}天未更新，超过{limit}的更新期限。

A column's newest post is older than its class allows. The document names 2 weeks for 动态要闻 and six
months for 通知公告 and 政策文件; what is "long" for other columns is local practice. 主动公开 is not judged
unless a limit is given, and a column that needs no updating never. A column that never showed a
post is left to ``column_blank``.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import OutletKind, Purpose
from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Limit, LookHours, by_class
from monitor.verdicts.judging import stale
from monitor.verdicts.sentences import dated, sentence_of
from monitor.verdicts.traits import Traits

NAME = "column_stale"
TRAITS = Traits(
    title="栏目不更新",
    newest=True,
    upkeep=True,
)
SENTENCE = sentence_of(__doc__)


def check(
    facts: Facts,
    *,
    news: Limit,
    notice: Limit,
    policy: Limit,
    other: Limit,
    disclosure: Limit | None = None,
    look_hours: LookHours = 48,
) -> Iterator[Verdict]:
    """One verdict per column whose class has a limit and which is not blank."""
    limits = by_class(news, notice, policy, other, disclosure)
    for of in facts.outlets:
        limit = limits[of.outlet.cls]
        if (
            of.outlet.kind is not OutletKind.COLUMN
            or limit is None
            or of.outlet.purpose is Purpose.STATIC
        ):
            continue
        standing = stale(of, facts, limit, look_hours)
        if standing.value is not Value.BLANK:
            yield dated(NAME, SENTENCE, of, facts, limit, standing)
