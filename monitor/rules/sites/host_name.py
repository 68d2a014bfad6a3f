"""{name}首页域名为{host}，不符合“www.名称.gov.cn”的规范。

A portal's home page stands at ``www.NAME.gov.cn`` (certainty B; the points were not retrieved:
需查原文). It goes to the office: a unit has no part in it. An address that is only a number is no name
and not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from monitor.model import Facts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "host_name"
TRAITS = Traits(
    title="域名规范",
    accused="不规范",
    advice="请告知网站主管单位按规定使用域名。",
)
SENTENCES = {Value.STALE: sentence_of(__doc__), Value.FRESH: "{name}首页域名{host}符合规范。"}
PATTERN = r"www\.(?:[a-z0-9-]+\.)+gov\.cn"
"""域名名称 of the national indicators: www, the name, gov.cn."""


def check(
    facts: Facts, *, clause: Clause, pattern: Annotated[str, Field(min_length=3)] = PATTERN
) -> Iterator[Verdict]:
    """One verdict per site whose home page has a name."""
    if facts.partial:
        return
    wanted = re.compile(pattern)
    for site in facts.sites:
        host = (urlsplit(site.site.home).hostname or "").lower()
        if _is_number(host):
            continue
        value = Value.FRESH if wanted.fullmatch(host) else Value.STALE
        yield Verdict(
            rule=NAME,
            subject=f"site:{site.site.id}",
            value=value,
            sentence=SENTENCES[value].format(name=site.site.name, host=host),
            clause=clause,
            numbers={"host": host},
            ours=True,
            name=site.site.name,
        )


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True
