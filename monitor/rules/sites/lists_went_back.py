"""{name}有{count}个栏目的列表比以前看到的旧（{columns}），疑为恢复了旧备份或整批撤下了信息，请核实；其间不据以认定超期。

Ours, one for a site: lists that go back are one trouble however many they are, and no column's
delay. It ends when the lists show what was known, or newer posts, or a clerk said for each that it
rightly went back (``gengxin columns word``).
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.looks.told import columns_of, on_site, page_seen
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import WENT_BACK

NAME = "lists_went_back"
TRAITS = Traits(
    title="列表整批变旧",
    advice="请问网站管理方是否恢复过旧备份；弄清以前不据此认定任何单位。",
    once=True,
    explains=("removed_posts", "word_wanted"),
)
SENTENCES = {Value.UNKNOWN: sentence_of(__doc__), Value.FRESH: "{name}各栏目的列表没有变旧。"}


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per site with columns that were looked at."""
    for site in () if facts.partial else facts.sites:
        columns = columns_of(site, facts)
        if columns:
            back = [of for of in columns if _back(of)]
            seen = [of for of in columns if page_seen(of)]
            yield on_site(NAME, site, clause, SENTENCES, WENT_BACK, back, seen)


def _back(of: OutletFacts) -> bool:
    look = page_seen(of)
    return look is not None and look.reason == WENT_BACK
