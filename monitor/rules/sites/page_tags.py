"""{name}页面标签不规范：{what}。

The national labels (国办发〔2017〕47号, as a vendor's guide and real pages apply them: certainty B;
points 需查原文) of the home page, the columns' pages and the last night's articles: required ones
missing or empty, a scheme or a foreign host in SiteDomain, and PubDate on a 12-hour clock where the
page prints both. Templates are the portal's: it goes to the office.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from crawler.model import OutletKind
from monitor.model import Facts, OutletFacts, SiteFacts, Value, Verdict
from monitor.settings.limits import Clause
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits

NAME = "page_tags"
TRAITS = Traits(
    title="页面标签",
    accused="不规范",
    advice="请告知网站管理方补全页面标签。",
    beside=True,
)
SENTENCES = {
    Value.STALE: sentence_of(__doc__),
    Value.FRESH: "{name}首页、栏目页、文章页的标签齐全。",
}
Share = Annotated[float, Field(gt=0, le=1)]
MOST = 4


def check(facts: Facts, *, clause: Clause, articles: Share = 0.05) -> Iterator[Verdict]:
    """One verdict per site of which a home page or column page was read. ``articles`` is the share
    that is told."""
    if facts.partial:
        return
    for site in facts.sites:
        columns = [of for of in facts.outlets if _mine(of, site)]
        if site.page is not None or columns:
            yield _judge(site, columns, clause, articles)


def _mine(of: OutletFacts, site: SiteFacts) -> bool:
    return (
        of.outlet.kind is OutletKind.COLUMN
        and of.outlet.site == site.site.id
        and of.page is not None
    )


def _judge(site: SiteFacts, columns: list[OutletFacts], clause: str, share: float) -> Verdict:
    home = list(_home(site))
    bad = Counter(name for of in columns if of.page for name in _faults(of.page.facts))
    guilty = sum(bool(of.page and _faults(of.page.facts)) for of in columns)
    said = [f"首页{'、'.join(home)}"] if home else []
    if guilty:
        names = "、".join(name for name, _ in bad.most_common(MOST))
        said.append(f"{guilty}个栏目页（共{len(columns)}个）缺少或空置{names}")
    said += _articles(site, share)
    value = Value.STALE if said else Value.FRESH
    return Verdict(
        rule=NAME,
        subject=f"site:{site.site.id}",
        value=value,
        sentence=SENTENCES[value].format(name=site.site.name, what="；".join(said)),
        clause=clause,
        numbers={"home": len(home), "columns": guilty, "of": len(columns)},
        ours=True,
        name=site.site.name,
    )


def _faults(facts: Mapping[str, Any]) -> list[str]:
    return [*facts.get("lacking", ()), *facts.get("void", ())]


def _home(site: SiteFacts) -> Iterator[str]:
    if site.page is None:
        return
    missing = _faults(site.page.facts)
    if missing:
        yield f"缺少或空置{'、'.join(missing)}"
    domain = str(site.page.facts.get("tags", {}).get("SiteDomain", ""))
    if "//" in domain:
        yield "SiteDomain带有协议"
    domain = (urlsplit(domain if "//" in domain else f"//{domain}").hostname or "").lower()
    host = str(site.page.facts.get("host", "")).lower()
    if domain and host and not _number(host) and _bare(domain) != _bare(host):
        yield f"SiteDomain为{domain}，与域名{host}不符"


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _number(host: str) -> bool:
    return host.replace(".", "").isdigit()


def _articles(site: SiteFacts, share: float) -> Iterator[str]:
    if site.articles is None:
        return
    pages = int(site.articles.facts.get("pages", 0))
    for name, count in sorted(site.articles.facts.get("lacking", {}).items()):
        # a template with ``hh`` makes all of its pages so: no share is asked
        if name == "clock12":
            yield f"{count}个文章页的PubDate为12小时制"
        elif count >= share * pages:
            yield f"{count}个文章页（共{pages}个）缺少或空置{name}"
