"""{name}栏目更新单项否决：{counts}，已达到否决标准。

The three site-wide counters, as distance to veto: columns of 动态、要闻 past two weeks together with
first-level 通知公告 and 政策文件 past six months; columns that ought to be updated and long were not; blank
columns. The site is vetoed, never a unit: a unit contributes columns. Columns that could not be
judged are counted apart. What is "long" is not defined in the copies at hand (practice of the
district, a limit like the others); which columns ought to be updated is the catalogue's word: all
but those of purpose ``static`` and the register of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crawler.model import ColumnClass, OutletKind, Purpose
from monitor.model import Facts, OutletFacts, SiteFacts, Value, Verdict
from monitor.settings.limits import Limit, LookHours, Threshold
from monitor.verdicts.judging import blank, stale
from monitor.verdicts.sentences import sentence_of
from monitor.verdicts.traits import Traits
from monitor.words.causes import NOT_COVERED

NAME = "site_veto_columns"
TRAITS = Traits(
    title="栏目单项否决",
    accused="否决",
)
SENTENCE = sentence_of(__doc__)
SENTENCES = {
    Value.STALE: SENTENCE,
    Value.DUE_SOON: "{name}栏目更新单项否决：{counts}，接近否决标准。",
    Value.FRESH: "{name}栏目更新单项否决：{counts}，未达到否决标准。",
    Value.UNKNOWN: "{name}栏目更新单项否决：{counts}，是否达到否决标准未能判定。",
}
COUNTERS: Mapping[str, str] = {
    "dated": "动态要闻与通知政策类",
    "due": "应更新栏目",
    "blank": "空白栏目",
}


@dataclass(frozen=True, slots=True)
class VetoCount:
    """One counter: the columns behind it and those that could not be judged, by outlet id."""

    threshold: Threshold
    behind: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def value(self) -> Value:
        count, needed = len(self.behind), self.threshold.needed
        if count >= needed:
            return Value.STALE
        if count + len(self.unknown) >= needed:
            return Value.UNKNOWN
        warn = self.threshold.warn
        return Value.DUE_SOON if warn is not None and count >= warn else Value.FRESH


def check(
    facts: Facts,
    *,
    dated: Threshold,
    due: Threshold,
    blank: Threshold,
    news: Limit,
    notice: Limit,
    policy: Limit,
    long: Limit,
    first_level: int = 1,
    look_hours: LookHours = 48,
) -> Iterator[Verdict]:
    """One verdict per site with columns."""
    if facts.partial:
        return
    limits = {ColumnClass.NEWS: news, ColumnClass.NOTICE: notice, ColumnClass.POLICY: policy}
    thresholds = {"dated": dated, "due": due, "blank": blank}
    for site in facts.sites:
        columns = [of for of in facts.outlets if _mine(of, site)]
        if not columns:
            continue
        standings: dict[str, list[tuple[str, Value]]] = {name: [] for name in COUNTERS}
        for of in columns:
            for counter, value in _stand(of, facts, limits, long, first_level, look_hours):
                standings[counter].append((of.outlet.id, value))
        counted = {name: _count(thresholds[name], standings[name]) for name in COUNTERS}
        yield _verdict(site, counted)


def _mine(of: OutletFacts, site: SiteFacts) -> bool:
    return of.outlet.kind is OutletKind.COLUMN and of.outlet.site == site.site.id


def _stand(
    of: OutletFacts,
    facts: Facts,
    limits: Mapping[ColumnClass, Limit],
    long: Limit,
    first_level: int,
    hours: int,
) -> Iterator[tuple[str, Value]]:
    """Where the column stands under the counters that speak of it; a blank one is blank and nothing
    else."""
    yield "blank", blank(of, facts, hours).value
    outlet = of.outlet
    if outlet.purpose is Purpose.STATIC or outlet.cls is ColumnClass.DISCLOSURE:
        return
    limit = limits.get(outlet.cls)
    first = outlet.cls is ColumnClass.NEWS or outlet.level <= first_level
    counter, chosen = ("dated", limit) if limit is not None and first else ("due", long)
    standing = stale(of, facts, chosen, hours).value
    if standing is not Value.BLANK:
        yield counter, standing


def _count(threshold: Threshold, standings: list[tuple[str, Value]]) -> VetoCount:
    behind = tuple(name for name, value in standings if value in (Value.STALE, Value.BLANK))
    unknown = tuple(name for name, value in standings if value is Value.UNKNOWN)
    return VetoCount(threshold, behind, unknown)


def _verdict(site: SiteFacts, counted: Mapping[str, VetoCount]) -> Verdict:
    order = (Value.STALE, Value.UNKNOWN, Value.DUE_SOON, Value.FRESH)
    value = min((c.value for c in counted.values()), key=order.index)
    worst = [c for c in counted.values() if c.value is value]
    return Verdict(
        rule=NAME,
        subject=f"site:{site.site.id}",
        value=value,
        sentence=SENTENCES[value].format(name=site.site.name, counts=_said(counted)),
        clause="；".join(c.threshold.clause for c in worst),
        cause=NOT_COVERED if value is Value.UNKNOWN else "",
        numbers=_numbers(counted),
        ours=value is not Value.UNKNOWN,
        name=site.site.name,
    )


def _said(counted: Mapping[str, VetoCount]) -> str:
    """``动态要闻与通知政策类3个（满5个）、应更新栏目7个（满10个）``, with what could not be judged."""
    return "、".join(
        f"{COUNTERS[name]}{len(c.behind)}个（满{c.threshold.needed}个）"
        + (f"，另有{len(c.unknown)}个未能判定" if c.unknown else "")
        for name, c in counted.items()
    )


def _numbers(counted: Mapping[str, VetoCount]) -> dict[str, str | int]:
    numbers: dict[str, str | int] = {}
    for name, c in counted.items():
        numbers |= {
            name: len(c.behind),
            f"{name}_of": c.threshold.needed,
            f"{name}_unknown": len(c.unknown),
        }
        numbers[f"{name}_behind"] = " ".join(c.behind)
    return numbers
