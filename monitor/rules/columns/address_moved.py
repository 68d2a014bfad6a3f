"""{name}登记的网址是{registered}，打开后到了{landed}，请核实并更正台账，或登记这个地址属实。

Ours: where a column's address leads elsewhere the office is told once, with both addresses. Where a
whole portal moved with all its paths it is one finding for the site. It ends when the address is
corrected, leads home again, or a clerk said that the other one is right (``gengxin columns word add
COLUMN --address URL``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from crawler.walking.addresses import host_of, other_host, same_place
from monitor.looks.told import LONGEST, columns_of, on_site, path_part
from monitor.model import Facts, OutletFacts, SiteFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.plain import clean

NAME = "address_moved"
TRAITS = Traits(
    title="栏目网址跳转",
    advice="请核实栏目的新地址，在台账里更正；更正以前不据此认定任何单位。",
    beside=True,
    once=True,
    explains=("outlet_unreadable", "word_wanted"),
)
MOVED = "moved_address"
SENTENCE = sentence_of(__doc__)
HOME = "{name}的网址没有跳转到别处。"
WHOLE = "网址跳转到了另一主机，已按站点合并登记"
TOGETHER = {
    Value.UNKNOWN: "{name}有{count}个栏目（{columns}）的网址由{before}跳转到了{host}，请核实并更正台账。",
    Value.FRESH: "{name}的栏目没有成批跳转到另一主机。",
}
Least = Annotated[int, Field(ge=2, le=1000)]


def check(facts: Facts, *, clause: Clause, least: Least = 3) -> Iterator[Verdict]:
    """One verdict per column that was looked at, and one per site; ``least`` columns that went to
    one host are a portal's."""
    if facts.partial:
        return
    for site in facts.sites:
        columns = columns_of(site, facts)
        together = _together(columns, least)
        if columns:
            yield _whole(site, columns, together, clause)
        for of in columns:
            yield _judge(of, clause, held=of in together)


def landed(of: OutletFacts) -> str:
    """Where the column's address last led, if elsewhere and nobody said that this is right."""
    for look in of.looks:
        other = path_part(look, "final")
        if other:
            return "" if any(same_place(one, other) for one in of.own_addresses) else other
        if look.outcome.conclusive:
            return ""
    return ""


def _together(columns: list[OutletFacts], least: int) -> list[OutletFacts]:
    """The columns of a portal that went to another host, each with its path."""
    by_host: dict[str, list[OutletFacts]] = defaultdict(list)
    for of in columns:
        other = landed(of)
        if other and other_host(of.outlet.url or "", other):
            by_host[host_of(other)].append(of)
    return [of for moved in by_host.values() if len(moved) >= least for of in moved]


def _whole(
    site: SiteFacts, columns: list[OutletFacts], moved: list[OutletFacts], clause: str
) -> Verdict:
    hosts = sorted({host_of(landed(of)) for of in moved})
    before = sorted({host_of(of.outlet.url or "") for of in moved})
    words = {"host": clean("、".join(hosts), LONGEST), "before": clean("、".join(before), LONGEST)}
    return on_site(NAME, site, clause, TOGETHER, MOVED, moved, columns, **words)


def _judge(of: OutletFacts, clause: str, *, held: bool) -> Verdict:
    other = landed(of)
    if not other:
        said = HOME.format(name=display(of))
        return on_outlet(NAME, of, Standing(Value.FRESH), clause, said, ours=True)
    standing = Standing(Value.UNKNOWN, MOVED)
    if held:
        together = on_outlet(NAME, of, standing, clause, f"{display(of)}{WHOLE}。", ours=True)
        return replace(together, ours=False)
    words = {"registered": clean(of.outlet.url or "", LONGEST), "landed": clean(other, LONGEST)}
    said = SENTENCE.format(name=display(of), **words)
    return replace(on_outlet(NAME, of, standing, clause, said, ours=True), numbers=words)
