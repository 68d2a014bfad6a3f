"""{name}有{count}个栏目看到的是缓存里的旧页面（{columns}；{said}），不能说明现在，请联系运维单位核查缓存；其间不据以认定超期。

Ours, one for a site: a cache on the way that hands out copies older than ``crawler.copy_age``
though it was asked past them shows nobody's delay.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.looks.told import LONGEST, columns_of, on_site, page_seen, path_part
from monitor.model import Facts, Look, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.plain import clean

NAME = "old_copies"
TRAITS = Traits(
    title="缓存旧页面",
    advice="请告知网站管理方：缓存给出的是旧页面；取到新页面以前不据此认定任何单位。",
    once=True,
)
OLD_COPY = "old_copy"
SENTENCES = {Value.UNKNOWN: sentence_of(__doc__), Value.FRESH: "{name}各栏目看到的是现在的页面。"}
HEADERS = ("age", "warning", "via", "x-cache")


def check(facts: Facts, *, clause: Clause) -> Iterator[Verdict]:
    """One verdict per site with columns that were looked at."""
    for site in () if facts.partial else facts.sites:
        columns = columns_of(site, facts)
        if columns:
            old = [of for of in columns if (look := page_seen(of)) and look.reason == OLD_COPY]
            seen = [of for of in columns if page_seen(of)]
            yield on_site(NAME, site, clause, SENTENCES, OLD_COPY, old, seen, said=_said(old))


def _said(old: list[OutletFacts]) -> str:
    """What the first of the answers says of itself."""
    looks = (look for of in old if (look := page_seen(of)))
    return next(map(_headers, looks), "")


def _headers(look: Look) -> str:
    said = [f"{name}: {value}" for name in HEADERS if (value := path_part(look, name))]
    return clean("，".join(said) or look.mark, LONGEST)
