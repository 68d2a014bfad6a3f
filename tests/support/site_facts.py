"""Facts of one site, and what one rule says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crawler.model import Site
from monitor.model import Look, OutletFacts, SiteFacts, Verdict
from monitor.rules import rule
from tests.support.judging_facts import about, at, column, facts, nights

NOW = at("2020-07-20")
DAY = NOW.date()
SITE = SiteFacts(Site("site", "门户网站", "http://www.example.gov.cn/"))
OTHER = SiteFacts(Site("other", "另一网站", "http://www.example.org/"))


def of(id: str, *looks: Look, url: str | None = None, name: str = "要闻") -> OutletFacts:
    address = url or f"http://www.example.gov.cn/{id}/"
    outlet = replace(column(), id=id, url=address, name=name)
    return about(outlet, DAY, looks or nights(NOW, DAY))


def said(
    name: str,
    *outlets: OutletFacts,
    sites: Sequence[SiteFacts] = (SITE,),
    given: Mapping[str, object] | None = None,
    **known: Any,
) -> list[Verdict]:
    found = facts(NOW, *outlets, sites=tuple(sites), **known)
    return list(rule(name).check(found, **{"clause": "本系统", **(given or {})}))


def of_site(verdicts: Sequence[Verdict], site: str = "site") -> Verdict:
    (found,) = [one for one in verdicts if one.subject == f"site:{site}"]
    return found
