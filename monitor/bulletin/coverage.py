"""What a bulletin says of its own looking: that it is a draft, what was not seen (监测情况说明), and how
often rules were wrong. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from crawler.model import shanghai_day
from monitor.bulletin.model import Basis, Bulletin, Group, UnitRow, Unjudged
from monitor.days.calendar import chinese_day
from monitor.model import ErrorRate
from monitor.rules import rule_name
from monitor.words import share

MOST_NAMED = 30
"""So many units of a cause are named in the text; the workbook has them all."""
NOT_CHECKED = "没有另作核对"
"""Of a column that was accused before crosschecks were made."""


def draft_words(b: Bulletin) -> str:
    """The sentence at the head of a draft; empty for a bulletin of a period that is over and was
    seen to its end."""
    if not b.draft:
        return ""
    known = (
        f"，只反映截至{chinese_day(shanghai_day(b.coverage.last))}看到的情况"
        if b.coverage.last
        else ""
    )
    kept = f"；经决定仍予封存：{b.unfinished}" if b.unfinished else ""
    return f"草稿：{'；'.join(b.draft)}{known}，没有看到的一律不作判定，不作为通报依据{kept}。"


def coverage_words(b: Bulletin) -> str:
    """监测情况说明: what was seen, and everything that was not, with its cause. One paragraph."""
    return f"监测情况说明：{'；'.join(_coverage(b))}。"


def _coverage(b: Bulletin) -> Iterable[str]:
    found = b.coverage
    last = f"，最后一次看到是{chinese_day(shanghai_day(found.last))}" if found.last else ""
    yield f"应查栏目和账号{found.known}个，检查期间看到{found.looked}个{last}"
    if found.outlets > found.known:
        yield f"另有{found.outlets - found.known}个在台账中没有地址，无法查看"
    for kind in ("栏目", "账号"):
        of = [one for one in b.unjudged if one.kind == kind]
        if of:
            yield f"未能判定的{kind}{len(of)}个（{causes_words(one.cause for one in of)}），由检查单位另行核实，不归责任何单位"
    rows = [row for group in b.groups for row in group.rows]
    unknown = [row for row in rows if "unknown" in row.states]
    if unknown:
        months = sum(state == "unknown" for row in unknown for state in row.states)
        yield f"{len(unknown)}个单位的{months}个月份发布数量没有看全，未作判定，所列数字只是已经看到的"
    if gone := [row.short for row in rows if "gone" in row.states]:
        yield f"{'、'.join(gone)}在统计期内撤并，只统计存续期间"
    if waiting := sum(question.count for question in b.questions):
        yield f"{waiting}条信息的来源待人工认定，暂不计入单位"
    if b.portal.undated:
        yield f"{b.portal.undated}条信息的日期无法采信，不计入任何月份"
    if not (b.unjudged or unknown or b.draft):
        yield "栏目、账号和各单位各月数量没有未能判定的"


def causes_words(causes: Iterable[str]) -> str:
    """``被网站拦截3个、页面无法识别1个``, the most frequent first."""
    return "、".join(f"{cause}{n}个" for cause, n in Counter(causes).most_common())


def reasons_of(group: Group, months: Sequence[str]) -> str:
    """The note under an annex: why months are not judged, by cause, with the units; empty where all
    are."""
    found: dict[str, list[str]] = {}
    for row in group.rows:
        for cause, numbers in _unknown(row, months).items():
            found.setdefault(cause, []).append(f"{row.short}{'、'.join(numbers)}")
    parts = [
        f"{cause}：{'；'.join(named[:MOST_NAMED])}{_more(named)}" for cause, named in found.items()
    ]
    return f"未判定的原因：{'。'.join(parts)}。“≥”表示至少这么多。" if parts else ""


def _unknown(row: UnitRow, months: Sequence[str]) -> dict[str, list[str]]:
    """The months of a line that are not judged, by cause."""
    found: dict[str, list[str]] = {}
    causes = (*row.causes, *("" for _ in months))
    for month, state, cause in zip(months, row.states, causes, strict=False):
        if state == "unknown":
            found.setdefault(cause or "没有判定", []).append(f"{int(month[5:])}月")
    return found


def _more(named: Sequence[str]) -> str:
    return f"等{len(named)}个单位" if len(named) > MOST_NAMED else ""


def rate_words(rate: ErrorRate) -> str:
    """``30 件中撤回 1 件``, with a percentage where there were enough of them."""
    wrong = share(rate.taken_back, rate.opened)
    percent = f"，{wrong.rate(2)}" if wrong.rate() else ""
    return f"{rate.opened}件中撤回{rate.taken_back}件{percent}"


def basis_words(one: Basis) -> str:
    """One line of what a column is accused by."""
    units = f"（{'、'.join(one.units)}）" if one.units else ""
    looks = f"认定所依据的查看：{one.looks}；" if one.looks else ""
    return f"“{one.name}”{units}{looks}核对情况：{one.checked or NOT_CHECKED}"


def rates_words(b: Bulletin) -> str:
    """One sentence of how often each rule was wrong so far; empty where nobody was accused."""
    told = "；".join(f"{rule_name(one.rule)}{rate_words(one)}" for one in b.error_rates)
    return f"各项认定至今经申诉或更正撤回的情况：{told}。" if told else ""


def unjudged_lines(rows: Iterable[Unjudged]) -> list[str]:
    """Each with its cause, for a screen."""
    return [
        f"{one.name}（{'、'.join(one.units) or '责任单位未明确'}）：{one.cause}" for one in rows
    ]
