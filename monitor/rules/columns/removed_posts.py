"""{name}的列表中不再有{count}条较新的信息（如{published}“{title}”），而更早的仍在，疑似撤下，请人工核对。

A suspicion for the office, never an accusation: posts that the newest list no longer shows though
it shows older ones. Corrections and withdrawals are often right; a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from monitor.days.calendar import chinese_day
from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import SUSPECTED
from monitor.words.plain import clean

NAME = "removed_posts"
TRAITS = Traits(
    title="疑似撤下信息",
    advice="请向单位了解为何撤下；了解以前不改变已有的数量。",
    beside=True,
)
SENTENCE = sentence_of(__doc__)


def check(
    facts: Facts, *, clause: Clause, least: Annotated[int, Field(ge=1, le=1000)] = 1
) -> Iterator[Verdict]:
    """One verdict per column that no longer shows posts; silent about all others."""
    for of in facts.outlets:
        gone = of.removed
        if gone is None or gone.count < least:
            continue
        said = SENTENCE.format(
            name=display(of),
            count=gone.count,
            published=chinese_day(gone.published),
            title=clean(gone.title, 60),
        )
        verdict = on_outlet(NAME, of, Standing(Value.UNKNOWN, SUSPECTED), clause, said, ours=True)
        yield replace(verdict, numbers={"count": gone.count, "example": gone.url})
