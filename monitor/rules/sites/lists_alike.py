"""{name}有{count}个栏目与其他栏目显示同一个列表（{groups}），请核对地址；同一条信息只能算作一个栏目的。

Ours, one for a site: two addresses that show one list are one column entered twice, or a server
that answers every address with the same page. They count once where a frame is learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor.looks.told import NAMED, columns_of, on_site, page_seen
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.plain import clean

NAME = "lists_alike"
TRAITS = Traits(
    title="不同栏目同一列表",
    advice="请核实这些栏目的地址是否登记有误，在台账里更正。",
    once=True,
)
ALIKE = "lists_alike"
SENTENCES = {Value.UNKNOWN: sentence_of(__doc__), Value.FRESH: "{name}没有两个栏目显示同一个列表。"}


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per site of which a column was seen; of one that nobody saw nothing is said."""
    known = {of.outlet.id: of for of in facts.outlets}
    for site in () if facts.partial else facts.sites:
        columns = columns_of(site, facts)
        mine = {of.outlet.id for of in columns}
        groups = [group for group in facts.alike if mine.intersection(group)]
        alike = [of for of in columns if any(of.outlet.id in group for group in groups)]
        if alike or any(page_seen(of) for of in columns):
            yield on_site(
                NAME, site, clause, SENTENCES, ALIKE, alike, columns, groups=_told(groups, known)
            )


def _told(groups: Sequence[Sequence[str]], known: Mapping[str, OutletFacts]) -> str:
    """``“要闻”（a）与“动态”（b）``, the first few groups."""
    told = ["与".join(_name(one, known) for one in group[:NAMED]) for group in groups[:NAMED]]
    return "；".join(told) + (f"；等{len(groups)}组" if len(groups) > NAMED else "")


def _name(one: str, known: Mapping[str, OutletFacts]) -> str:
    name = known[one].outlet.name if one in known else ""
    return f"“{clean(name, 40)}”（{one}）" if name else one
