"""{name}的网页读不出列表，它的数据地址读得出（{count}条，最新{day}），请在栏目页面核对后采用；采用以前不据此认定任何单位。

Ours, never a unit's: the page shows no list, and an address that the page or its scripts name gives
one that is read whole (:mod:`crawler.offers`). Nothing is concluded from it that accuses: the
column stays unknown until a person takes the address (``gengxin columns data take``) or refuses it
with a reason. Where many columns of a site are offered together it is one finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from monitor.days.calendar import chinese_day
from monitor.looks.told import columns_of, on_site
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import OFFERED

NAME = "data_offered"
TRAITS = Traits(
    title="栏目数据地址",
    advice="请在栏目页面对照网页和数据：属实的采用数据地址，不是的注明理由排除；采用以前不据此认定任何单位。",
    beside=True,
    once=True,
    explains=("outlet_unreadable", "word_wanted"),
)
SENTENCE = sentence_of(__doc__)
NOTHING = "{name}没有待采用的数据地址。"
WHOLE = "有待采用的数据地址，已按站点合并登记"
TOGETHER = {
    Value.UNKNOWN: "{name}有{count}个栏目的网页读不出列表、数据地址读得出（{columns}），请逐个在栏目页面核对后采用。",
    Value.FRESH: "{name}没有成批待采用的数据地址。",
}
Least = Annotated[int, Field(ge=2, le=1000)]


def check(facts: Facts, *, clause: Clause, least: Least = 3) -> Iterator[Verdict]:
    """One verdict per column that was looked at, and one per site; ``least`` columns that are
    offered together are a site's."""
    if facts.partial:
        return
    for site in facts.sites:
        columns = columns_of(site, facts)
        offered = [of for of in columns if of.offered is not None]
        together = offered if len(offered) >= least else []
        if columns:
            yield on_site(NAME, site, clause, TOGETHER, OFFERED, together, columns)
        for of in columns:
            yield _judge(of, clause, held=bool(together))


def _judge(of: OutletFacts, clause: str, *, held: bool) -> Verdict:
    side = of.offered.after if of.offered is not None else None
    if side is None:
        said = NOTHING.format(name=display(of))
        return on_outlet(NAME, of, Standing(Value.FRESH), clause, said, ours=True)
    standing = Standing(Value.UNKNOWN, OFFERED)
    if held:
        return replace(
            on_outlet(NAME, of, standing, clause, f"{display(of)}{WHOLE}。", ours=True), ours=False
        )
    day = chinese_day(side.newest) if side.newest else "没有日期"
    said = SENTENCE.format(name=display(of), count=side.total or side.count, day=day)
    return on_outlet(NAME, of, standing, clause, said, ours=True)
