"""{name}连续{failures}次未能读取（{cause}），不能判定，请核对地址或读取方式。

Ours, never a unit's: an outlet without an address, one that could not be read several looks in a
row, one whose list vanished, or one that nobody looked at. As long as it lasts nobody is accused
over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Annotated

from pydantic import Field

from monitor.looks.due import asked, gone, has_address
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause, LookHours
from monitor.verdicts.judging import Standing, blank, recent
from monitor.verdicts.sentences import display, exempt, on_outlet, sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import EMPTIED, NO_ADDRESS, NOT_LOOKED, cause_name

NAME = "outlet_unreadable"
TRAITS = Traits(
    title="栏目读取不了",
    advice="请打开栏目看一看：网页改版的重新核对地址，打不开的报网站管理方；看清以前不据此认定任何单位。",
)
SENTENCE = sentence_of(__doc__)
KEPT_LOOKS = 4
"""Facts keep at least this many newest looks."""
Failures = Annotated[int, Field(gt=0, le=KEPT_LOOKS)]


def check(
    facts: Facts, *, clause: Clause, failed_looks: Failures = 2, look_hours: LookHours = 48
) -> Iterator[Verdict]:
    """One verdict per outlet; unknown ones open a finding with us."""
    for of in (*facts.outlets, *facts.canaries):
        if gone(of):
            yield exempt(NAME, of, clause, ours=True)
        else:
            yield _judge(of, facts, clause, failed_looks, look_hours)


def _judge(of: OutletFacts, facts: Facts, clause: str, most: int, hours: int) -> Verdict:
    if not has_address(of):
        return _unknown(of, NO_ADDRESS, clause)
    if not of.looks or not recent(of.looks[0], facts.as_of, hours):
        if not asked(of, facts.day):
            return _readable(of, clause)
        # An outlet that is new in the catalogue waits for its first night; the night's coverage is
        # watched.
        verdict = _unknown(of, NOT_LOOKED, clause)
        return verdict if of.last_look else replace(verdict, ours=False)
    if blank(of, facts, hours).cause == EMPTIED:
        return _unknown(of, EMPTIED, clause)
    failed = list(takewhile(lambda look: not look.outcome.conclusive, of.looks))
    return _readable(of, clause) if not failed else _failing(of, clause, len(failed), most)


def _unknown(of: OutletFacts, cause: str, clause: str) -> Verdict:
    return on_outlet(NAME, of, Standing(Value.UNKNOWN, cause), clause, ours=True)


def _readable(of: OutletFacts, clause: str) -> Verdict:
    return on_outlet(
        NAME, of, Standing(Value.FRESH), clause, f"{display(of)}可以正常读取。", ours=True
    )


def _failing(of: OutletFacts, clause: str, failures: int, most: int) -> Verdict:
    last = of.looks[0]
    cause = last.reason or last.outcome.value
    if failures < most:
        said = f"{display(of)}最近{failures}次未能读取（{cause_name(cause)}），下次仍读不到即登记。"
        # Nothing is soon due because we could not read it: unknown, and nobody's finding yet.
        verdict = replace(
            on_outlet(NAME, of, Standing(Value.UNKNOWN, cause), clause, said, ours=True), ours=False
        )
    else:
        said = SENTENCE.format(name=display(of), failures=failures, cause=cause_name(cause))
        verdict = on_outlet(NAME, of, Standing(Value.UNKNOWN, cause), clause, said, ours=True)
    return replace(verdict, numbers={"failures": failures, "outcome": last.outcome.value})
