"""{name}的服务器{hosts}答“未修改”（304）而页面已变，已改为每次重新读取整页，请联系运维单位核查。

Ours, one for a site: what such a host once said is unchanged proves nothing, and it is asked so no
more (``crawler/walking/traits.py``). It is tried again with old validators when a list has changed,
and the finding ends when it was not caught for ``days``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from crawler.walking.hosts import host_key
from monitor.looks.told import LONGEST, columns_of, on_site, page_seen
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import LIAR
from monitor.words.plain import clean

NAME = "host_unchanged"
TRAITS = Traits(
    title="服务器误答未修改",
    advice="请告知网站管理方：服务器对没有变化的答复不实；系统已改为每次取整页。",
    once=True,
)
SENTENCES = {
    Value.UNKNOWN: sentence_of(__doc__),
    Value.FRESH: "{name}的服务器近期没有误答“未修改”。",
}
Days = Annotated[int, Field(gt=0, le=366)]


def check(facts: Facts, *, clause: Clause, days: Days = 30) -> Iterator[Verdict]:
    """One verdict per site of which a column was seen; of one that nobody saw nothing is said."""
    since = facts.as_of - timedelta(days=days)
    lying = {host for host, caught in facts.liars.items() if caught >= since}
    for site in () if facts.partial else facts.sites:
        columns = columns_of(site, facts)
        misled = [of for of in columns if _host(of) in lying]
        if misled or any(page_seen(of) for of in columns):
            hosts = clean("、".join(sorted({_host(of) for of in misled})), LONGEST)
            yield on_site(NAME, site, clause, SENTENCES, LIAR, misled, columns, hosts=hosts)


def _host(of: OutletFacts) -> str:
    return host_key(of.outlet.url or "")
