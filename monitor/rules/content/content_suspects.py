"""{name}有{posts}篇信息的{suspects}处内容疑点待核实，请人工确认或排除。

Ours, never a unit's: what the content checks suspect is for a person to decide. A confirmed suspect
becomes ``content_faults``, or stays here while nobody has said whose it is (the portal's template,
an unknown origin); a dismissed one is never asked again.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model import ContentFacts, Facts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "content_suspects"
TRAITS = Traits(
    title="内容疑点",
    advice="请逐条核对疑点，属实的认定，不属实的排除；核对以前不通知任何单位。",
    beside=True,
)
SENTENCES = {
    Value.UNKNOWN: sentence_of(__doc__),
    Value.FRESH: "{name}已检查的信息没有待核实的内容疑点。",
}

UNOWNED = "{name}另有{unowned}处问题已认定属实、责任单位未定（如网站模板问题），请指定责任单位。"


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per column whose posts were checked."""
    for of in facts.content:
        yield _judge(of, clause)


def _judge(of: ContentFacts, clause: str) -> Verdict:
    value = Value.UNKNOWN if of.suspects or of.unowned else Value.FRESH
    words = {"name": f"栏目“{of.name}”", "posts": of.suspect_posts, "suspects": of.suspects}
    said = [SENTENCES[value].format(**words)] if of.suspects or not of.unowned else []
    if of.unowned:
        said.append(UNOWNED.format(name="" if said else words["name"], unowned=of.unowned))
    return Verdict(
        rule=NAME,
        subject=f"outlet:{of.outlet}",
        value=value,
        sentence="".join(said),
        clause=clause,
        cause="suspects_open" if value is Value.UNKNOWN else "",
        numbers={"suspects": of.suspects, "posts": of.suspect_posts, "unowned": of.unowned},
        ours=True,
        name=of.name,
    )
