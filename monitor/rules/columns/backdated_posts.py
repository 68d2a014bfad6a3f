"""{name}有{count}条信息的日期早于我们没有看到它的一次抓取，最多相差{days}天，疑似补录，请人工核对。

A suspicion for the office, never an accusation: posts first shown long after the day they bear,
though a look after that day did not show them; several within the window. ``order`` counts those
whose running number is higher than that of a post with a later day. Whether a date was forged
(弄虚作假) a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from monitor.model import Facts, LatePost, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import SUSPECTED

NAME = "backdated_posts"
TRAITS = Traits(
    title="疑似补录",
    advice="请向单位了解为何成批晚现；是补录的，此前的认定维持不变。",
    beside=True,
)
SENTENCE = sentence_of(__doc__)
Days = Annotated[int, Field(ge=4, le=365)]
Count = Annotated[int, Field(ge=1, le=1000)]
Window = Annotated[int, Field(ge=1, le=59)]


def check(
    facts: Facts, *, clause: Clause, gap_days: Days = 14, least: Count = 2, window_days: Window = 30
) -> Iterator[Verdict]:
    """One verdict per column that showed posts late; silent about all others."""
    for of in facts.outlets:
        late = [
            post
            for post in of.late
            if (facts.day - post.shown).days < window_days
            and (post.before - post.published).days >= gap_days
        ]
        if of.late:
            yield _judge(of, late, clause, least)


def _judge(of: OutletFacts, late: Sequence[LatePost], clause: str, least: int) -> Verdict:
    if len(late) < least:
        return on_outlet(
            NAME, of, Standing(Value.FRESH), clause, f"{display(of)}没有成批晚现的信息。", ours=True
        )
    gap = max((post.before - post.published).days for post in late)
    said = SENTENCE.format(name=display(of), count=len(late), days=gap)
    verdict = on_outlet(NAME, of, Standing(Value.UNKNOWN, SUSPECTED), clause, said, ours=True)
    order = _out_of_order(late)
    return replace(
        verdict, numbers={"count": len(late), "days": gap, "order": order, "example": late[0].url}
    )


def _out_of_order(late: Sequence[LatePost]) -> int:
    """Posts whose number is higher than that of one with a later day."""
    numbered = sorted((post.number, post.published) for post in late if post.number is not None)
    return sum(any(day > own for _, day in numbered[:at]) for at, (_, own) in enumerate(numbered))
