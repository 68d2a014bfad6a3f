"""{name}内容空白，没有任何信息。

A column whose list was recognised and held nothing, in two looks. A column that held posts before
is not called blank: it is in doubt, and ours to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import OutletKind
from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Clause, LookHours
from monitor.verdicts.judging import blank
from monitor.verdicts.sentences import display, on_outlet, sentence_of
from monitor.verdicts.traits import Traits

NAME = "column_blank"
TRAITS = Traits(
    title="栏目空白",
    newest=True,
    upkeep=True,
)
SENTENCES = {Value.BLANK: sentence_of(__doc__), Value.FRESH: "{name}有信息，不是空白栏目。"}


def check(facts: Facts, *, clause: Clause, look_hours: LookHours = 48) -> Iterator[Verdict]:
    """One verdict per column."""
    for of in facts.outlets:
        if of.outlet.kind is OutletKind.COLUMN:
            standing = blank(of, facts, look_hours)
            sentence = SENTENCES.get(standing.value, "").format(name=display(of))
            yield on_outlet(NAME, of, standing, clause, sentence)
