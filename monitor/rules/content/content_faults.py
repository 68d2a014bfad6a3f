"""{name}有{posts}篇信息存在{faults}处经核实的内容问题（{kinds}），请整改。

What a person has confirmed among the suspects of the content checks, until a later look finds it
mended. Without a person's word no unit is accused. It goes to the units that published the posts
(谁发布谁负责), whoever keeps the column.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model import ContentFacts, Facts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "content_faults"
TRAITS = Traits(
    title="内容问题",
    accused="有问题",
    kind="content",
    mended="已改正，自动销号",
    beside=True,
)
SENTENCES = {Value.STALE: sentence_of(__doc__), Value.FRESH: "{name}没有未整改的内容问题。"}


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per column whose posts were checked."""
    for of in facts.content:
        yield _judge(of, clause)


def _judge(of: ContentFacts, clause: str) -> Verdict:
    value = Value.STALE if of.faults else Value.FRESH
    kinds = "、".join(f"{kind}{count}处" for kind, count in of.kinds)
    if len(of.blamed) > 1:
        kinds += "；其中" + "、".join(f"{short}{count}处" for _, short, count in of.blamed)
    words = {
        "name": f"栏目“{of.name}”",
        "posts": of.fault_posts,
        "faults": of.faults,
        "kinds": kinds,
    }
    return Verdict(
        rule=NAME,
        subject=f"outlet:{of.outlet}",
        value=value,
        sentence=SENTENCES[value].format(**words),
        clause=clause,
        units=tuple(unit for unit, _, _ in of.blamed),
        numbers={"faults": of.faults, "posts": of.fault_posts},
        name=of.name,
    )
