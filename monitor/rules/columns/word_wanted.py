"""{name}须人工认定（{cause}）：{how}。

Ours: where looking again would never settle it, a person decides once. A column whose page may hold
something newer that was not read, whose list shows nothing of what was known or runs from old to
new (``gengxin columns word``); an account that only one bridge can see (人工登记). It matters only
where what is proven would break the limit, so the limits are those of ``column_stale`` and
``account_idle``.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import OutletKind, Purpose
from crawler.walking.doubts import NO_KNOWN_POSTS, TURNED_ROUND
from monitor.looks.due import gone
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause, Limit, LookHours, by_class
from monitor.verdicts.judging import Standing, stale
from monitor.verdicts.sentences import display, on_outlet, sentence_of, why
from monitor.verdicts.traits import Traits
from monitor.words.causes import NEWER_ELSEWHERE, ONE_BRIDGE, UNREAD_NEWER

NAME = "word_wanted"
TRAITS = Traits(
    title="待人工认定",
    advice="请打开栏目页面看一看，在系统里作一次认定；认定以前不据此认定任何单位。",
    beside=True,
    once=True,
)
SENTENCE = sentence_of(__doc__)
WANTED = {
    UNREAD_NEWER: "请打开栏目核对这几处，在栏目页面认定是否属于本栏目",
    NEWER_ELSEWHERE: "请打开栏目核对，不是本栏目信息的在栏目页面认定",
    NO_KNOWN_POSTS: "请打开栏目核对，列表属实的在栏目页面认定",
    TURNED_ROUND: "请打开栏目核对，列表属实的在栏目页面认定",
    ONE_BRIDGE: "请打开账号查看，在账号页面做人工登记",
}
"""Causes that only a person can settle, with what the person does."""
NOT_WANTED = "{name}没有须人工认定的事项。"


def check(
    facts: Facts,
    *,
    clause: Clause,
    news: Limit,
    notice: Limit,
    policy: Limit,
    other: Limit,
    idle: Limit,
    disclosure: Limit | None = None,
    look_hours: LookHours = 48,
) -> Iterator[Verdict]:
    """One verdict per column and account that has a limit."""
    limits = by_class(news, notice, policy, other, disclosure)
    for of in facts.outlets:
        column = of.outlet.kind is OutletKind.COLUMN
        limit = limits[of.outlet.cls] if column else idle
        if limit is not None and not gone(of) and of.outlet.purpose is not Purpose.STATIC:
            yield _judge(of, stale(of, facts, limit, look_hours), clause)


def _judge(of: OutletFacts, standing: Standing, clause: str) -> Verdict:
    how = WANTED.get(standing.cause, "") if standing.value is Value.UNKNOWN else ""
    if not how and standing.value is Value.UNKNOWN:
        # Not seen tonight: what a person was asked before is not answered by that.
        return on_outlet(NAME, of, Standing(Value.UNKNOWN, standing.cause), clause)
    if not how:
        return on_outlet(
            NAME, of, Standing(Value.FRESH), clause, NOT_WANTED.format(name=display(of)), ours=True
        )
    said = SENTENCE.format(name=display(of), cause=why(standing), how=how)
    return on_outlet(NAME, of, standing, clause, said, ours=True)
