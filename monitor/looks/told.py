"""What misleads us at a site, for the rules that tell it to the office: once, whatever number of
columns it touches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crawler.model import OutletKind
from monitor.model import Facts, Look, OutletFacts, SiteFacts, Value, Verdict
from monitor.words.plain import clean

NAMED = 5
"""So many columns are named in a sentence; the rest is counted."""
LONGEST = 120


def columns_of(site: SiteFacts, facts: Facts) -> list[OutletFacts]:
    """The site's columns that were looked at."""
    mine = (of for of in facts.outlets if of.outlet.kind is OutletKind.COLUMN)
    return [of for of in mine if of.outlet.site == site.site.id and of.looks]


def page_seen(of: OutletFacts) -> Look | None:
    """The newest look that read the column's page; what a server said is unchanged is as it was
    before."""
    seen = [look for look in of.looks if look.outcome.conclusive]
    return next((look for look in seen if not look.conditional), seen[0] if seen else None)


def named(columns: Sequence[OutletFacts]) -> str:
    """``“要闻”、“通知公告”等7个``."""
    shown = "、".join(f"“{clean(of.outlet.name, 40)}”" for of in columns[:NAMED])
    return f"{shown}等{len(columns)}个" if len(columns) > NAMED else shown


def path_part(look: Look, name: str) -> str:
    """The value of a ``name=value`` in the look's path; empty where there is none."""
    parts = (one.strip().partition("=") for one in look.path.split(";"))
    return next((value for key, _, value in parts if key == name), "")


def on_site(
    rule: str,
    site: SiteFacts,
    clause: str,
    sentences: Mapping[Value, str],
    cause: str,
    columns: Sequence[OutletFacts],
    seen: Iterable[OutletFacts],
    **words: str | int,
) -> Verdict:
    """One verdict over a site: unknown and ours where ``columns`` are touched, fresh where ``seen``
    ones are not, and nothing new where nobody saw any."""
    looked = [of.looks[0].moment for of in seen]
    value = Value.UNKNOWN if columns or not looked else Value.FRESH
    told = {"name": site.site.name, "count": len(columns), "columns": named(columns), **words}
    text = sentences[value] if looked or columns else "{name}近期没有看到任何栏目，未能判定。"
    return Verdict(
        rule=rule,
        subject=f"site:{site.site.id}",
        value=value,
        sentence=text.format(**told),
        clause=clause,
        cause=cause if columns else "" if looked else "not_looked",
        numbers={"count": len(columns), "outlets": " ".join(of.outlet.id for of in columns)},
        ours=bool(columns) or value is Value.FRESH,
        name=site.site.name,
        looked=max(looked, default=None),
    )
