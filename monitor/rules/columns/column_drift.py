"""{name}的版式变了（{changed}），{how}。

Ours, never a unit's: the page is built otherwise than the reading that was learned of it
(:mod:`crawler.walking.shapes`). Where the new page accounts for every row and leads on from the
known posts it is proposed for one click, and the column is judged as ever; where it does not,
somebody looks, and nobody is accused by it. Where many columns of a site change together it is one
finding. It ends when the page is as it was, or a person took the new one (``gengxin accept``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from monitor.looks.shapes import changed, proposed
from monitor.looks.told import columns_of, on_site
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.judging import Standing
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import DRIFT

NAME = "column_drift"
TRAITS = Traits(
    title="栏目版式变化",
    advice="请在栏目页面对照新旧版式：属实的采用；核实以前不据此认定任何单位。",
    beside=True,
    once=True,
    explains=("word_wanted",),
)
SENTENCE = sentence_of(__doc__)
PROPOSED = "新版式读全了，与以前的信息接得上，请在栏目页面核对后采用"
UNEXPLAINED = "新版式与以前的信息接不上或没有读全，请打开栏目核实；核实以前不据此认定任何单位"
SAME = "{name}的版式没有变。"
WHOLE = "版式变了，已按站点合并登记"
TOGETHER = {
    Value.UNKNOWN: "{name}有{count}个栏目的版式变了（{columns}），其中{ready}个的新版式可以直接采用，请逐个在栏目页面核对。",
    Value.FRESH: "{name}的栏目没有成批改版。",
}
Least = Annotated[int, Field(ge=2, le=1000)]


def check(facts: Facts, *, clause: Clause, least: Least = 3) -> Iterator[Verdict]:
    """One verdict per column that was looked at, and one per site; ``least`` columns that change
    together are a site's."""
    if facts.partial:
        return
    for site in facts.sites:
        columns = columns_of(site, facts)
        drifted = [of for of in columns if of.drifted is not None]
        together = drifted if len(drifted) >= least else []
        if columns:
            ready = sum(proposed(of) for of in together)
            yield on_site(NAME, site, clause, TOGETHER, DRIFT, together, columns, ready=ready)
        for of in columns:
            yield _judge(of, clause, held=bool(together))


def _judge(of: OutletFacts, clause: str, *, held: bool) -> Verdict:
    if of.drifted is None:
        return on_outlet(
            NAME, of, Standing(Value.FRESH), clause, SAME.format(name=display(of)), ours=True
        )
    standing = Standing(Value.UNKNOWN, DRIFT)
    if held:
        return replace(
            on_outlet(NAME, of, standing, clause, f"{display(of)}{WHOLE}。", ours=True), ours=False
        )
    how = PROPOSED if proposed(of) else UNEXPLAINED
    said = SENTENCE.format(name=display(of), changed=changed(of.drifted), how=how)
    return on_outlet(NAME, of, standing, clause, said, ours=True)
