"""The bulletin's text: the seed's four sections as Chinese paragraphs, every figure taken from the
data. Pure.

Rules chose the names; nothing is said of what could not be judged except that it could not be
judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crawler.model import shanghai_day
from monitor.bulletin.coverage import causes_words
from monitor.bulletin.model import Bulletin, ColumnRow, Group, PastMatter
from monitor.bulletin.text_media import media
from monitor.bulletin.words import fields, level, units_of
from monitor.days.calendar import chinese_day
from monitor.model import ContentFault, Count, exactly
from monitor.words import none_found, share

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (一、…) and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


def opening(b: Bulletin) -> str:
    """The paragraph that names the basis and the check."""
    basis = "、".join(b.settings.basis)
    centre = b.settings.centre or b.settings.office or "我办"
    return (
        f"根据{basis}要求，{centre}于{span(b.check_from, b.check_to)}对{b.period.words}"
        f"{b.settings.portal}维护情况、政务新媒体平台维护情况和政府信息公开工作情况进行检查"
        f"（应查栏目和账号{b.coverage.known}个，实际查到{b.coverage.looked}个），现将有关情况通报如下："
    )


def sections(b: Bulletin) -> tuple[Section, ...]:
    """The four sections in the order of print."""
    return (
        Section(f"一、{b.settings.portal}维护情况", tuple(_site(b))),
        Section("二、政务新媒体平台维护情况", tuple(media(b))),
        Section("三、政府信息公开工作情况", tuple(_disclosure(b))),
        Section("四、下一步工作要求", tuple(_requirements(b))),
    )


def annex_titles(b: Bulletin) -> tuple[str, ...]:
    """The annexes' titles, numbered by their place: groups, accounts, the empty form."""
    place = b.settings.place
    tables = [f"{b.period.words}{group.name}{place}政府网站信息更新情况" for group in b.groups]
    return (*tables, "现开通政务新媒体情况", "政务新媒体情况调查表")


def span(first: date, last: date) -> str:
    """``2020年7月20日`` or ``2020年7月13日至7月20日``"""
    if first == last:
        return chinese_day(first)
    tail = (
        chinese_day(last).removeprefix(f"{first.year}年")
        if first.year == last.year
        else chinese_day(last)
    )
    return f"{chinese_day(first)}至{tail}"


def _period(b: Bulletin) -> str:
    """The period as numbers are told of it: of a draft only as far as anything was seen."""
    last = b.coverage.last
    return (
        f"{b.period.words}（截至{chinese_day(shanghai_day(last))}）"
        if b.draft and last
        else b.period.words
    )


def _posts(b: Bulletin) -> Sequence[str]:
    portal, rows = b.portal, [row for group in b.groups for row in group.rows]
    text = f"{_period(b)}，{b.settings.portal}共发布信息{portal.total.said()}"
    if portal.total.nothing_seen:
        text = f"{_period(b)}，{b.settings.portal}发布信息的数量{_unsaid(portal.total)}。"
    elif rows:
        text += f"，其中附件所列{len(rows)}个单位发布{portal.listed.said()}"
        rest = portal.unattributed
        text += f"，其他来源（未归属）{rest.said()}。" if rest != exactly(0) else "。"
    else:
        text += "。"
    quotas = sorted({row.quota for row in rows})
    if len(quotas) == 1:
        text += f"根据《{b.settings.place}{b.settings.measure}》要求，各单位每月发布信息应达到{quotas[0]}条及以上。"
    return (text + "".join(_group(b, number, group) for number, group in enumerate(b.groups, 1)),)


def _unsaid(count: Count) -> str:
    """Where none was seen of nobody knows how many: no number, and why."""
    return f"{count.text}（{count.gaps[0]}）" if count.gaps else count.text


def _group(b: Bulletin, number: int, group: Group) -> str:
    parts = []
    if group.good:
        parts.append(f"做得较好的单位有：{'、'.join(group.good)}")
    if group.several:
        every = (
            f"，其中{'、'.join(group.every)}{_short_period(b)}每月均未达到考核要求"
            if group.every
            else ""
        )
        parts.append(f"发布数量多次未达到每月信息发布要求的有：{'、'.join(group.several)}{every}")
    once = [row.short for row in group.rows if row.months_short and row.short not in group.several]
    if once:
        parts.append(f"个别月份未达到要求的有：{'、'.join(once)}")
    unknown = [row.short for row in group.rows if "unknown" in row.states]
    if unknown:
        parts.append(f"有月份因数据不完整未作判定的有：{'、'.join(unknown)}")
    if not (group.several or once or unknown):
        parts.append(_well(group))
    return f"{len(group.rows)}个{group.name}中，{'；'.join(parts)}（详见附件{number}）。"


def _well(group: Group) -> str:
    """What is said where no month was short and none unknown: all were met, or only those that
    could be judged."""
    states = {state for row in group.rows for state in row.states}
    if states <= {"met"}:
        return "各单位各月均达到要求"
    if "running" in states:
        return "统计期尚未结束"
    return "除豁免和撤并的月份外，各单位各月均达到要求"


def _short_period(b: Bulletin) -> str:
    words = b.period.words
    return words.removeprefix(f"{b.period.start.year}年") if words.endswith("季度") else ""


def _site(b: Bulletin) -> Iterable[str]:
    """The numbered items of the first section."""
    number = 1
    for lead, *more in (_posts(b), *_items(b)):
        yield f"{number}. {lead}"
        yield from more
        number += 1


def _items(b: Bulletin) -> Iterable[Sequence[str]]:
    yield tuple(_columns(b))
    if b.veto:
        yield (f"单项否决指标情况。{'；'.join(_veto(b))}。",)
    if b.past is not None:
        yield (f"上期问题整改情况。{_past(b.past)}",)
    if b.errors_reported is not None:
        found = b.errors_reported
        late = f"，其中超过1个月办结{found.late}条" if found.late else ""
        yield (
            f"网民找错情况。“我为政府网站找错”平台转来留言{found.received}条，办结{found.done}条{late}。",
        )
    if b.commended:
        yield (f"表扬情况。{'；'.join(f'{c.name}：{c.reason}' for c in b.commended)}。予以表扬。",)


def _columns(b: Bulletin) -> Iterable[str]:
    alone = {unit for unit, _ in b.year_units}
    named = [
        row
        for row in b.columns
        if not (row.year_over and len(row.units) == 1 and row.units[0] in alone)
    ]
    lead = "网站栏目更新情况。"
    if named:
        listed = "；".join(_column(row) for row in named)
        yield f"{lead}{_rate(b)}{b.settings.portal}中下述单位维护的栏目更新情况较差：{listed}。"
    else:
        judged, unjudged = b.columns_judged or 0, len(b.unknown_columns)
        unjudged = b.columns_unjudged if b.columns_unjudged is not None else unjudged
        beside = "（第三部分所列除外）" if b.columns else ""
        rate = _rate(b) if b.blank_columns or b.columns else ""
        yield f"{lead}{rate}{b.settings.portal}{none_found('超期未更新的栏目' + beside, judged, unjudged)}。"
    if b.blank_columns:
        listed = "；".join(f"{units_of(row.units)}负责的{row.name}栏目" for row in b.blank_columns)
        yield f"以下栏目内容空白：{listed}。"
    if b.unknown_columns:
        causes = causes_words(row.cause for row in b.unknown_columns if row.cause)
        told = causes or f"网站访问或页面读取原因{len(b.unknown_columns)}个"
        yield f"未能判定的栏目由检查单位另行核实，不计入本次通报：{told}。"


def _rate(b: Bulletin) -> str:
    """The rate with its numerators, where columns were judged."""
    if not b.columns_judged or b.columns_passed is None:
        return ""
    found = share(b.columns_passed, b.columns_judged, b.columns_unjudged or 0)
    rate = f"，达标率{found.rate(2)}" if found.rate() else ""
    rest = f"；另有{found.unjudged}个未能判定，不计入" if found.unjudged else ""
    return f"检查栏目{found.judged}个，达标{found.good}个{rate}{rest}。"


def _veto(b: Bulletin) -> Iterable[str]:
    many = len({line.site for line in b.veto}) > 1
    for line in b.veto:
        site = f"{line.site}" if many else ""
        unknown = f"，另有{line.unknown}个未能判定" if line.unknown else ""
        over = "已达到否决标准" if line.count >= line.limit else f"满{line.limit}个即单项否决"
        count = f"{line.count}个" if line.count or not line.unknown else "尚无确认的"
        yield f"{site}{line.name}{count}（{over}{unknown}）"


def _past(past: Sequence[PastMatter]) -> str:
    """How many of the last list are repaired, and by name which are not."""
    if not past:
        return "上期没有被通报的栏目和账号。"
    kinds = {
        state: [p for p in past if p.state == state]
        for state in ("repaired", "open", "unknown", "exempt", "gone")
    }
    text = f"上期通报的{len(past)}个栏目和账号中，已整改{len(kinds['repaired'])}个，未整改{len(kinds['open'])}个"
    for state, word in (("unknown", "未能复核"), ("exempt", "经批准豁免"), ("gone", "已停止使用")):
        text += f"，{word}{len(kinds[state])}个" if kinds[state] else ""
    if kinds["open"]:
        text += f"；仍未整改的有：{'；'.join(f'{units_of(p.units)}的{p.name}{p.kind}' for p in kinds['open'])}"
    return f"{text}。"


def _column(row: ColumnRow) -> str:
    newest = f"最近一次更新为{chinese_day(row.newest)}" if row.newest else "没有更新记录"
    over = f"，超期{row.days_over}天" if row.days_over else ""
    return f"{units_of(row.units)}负责维护的{row.name}栏目（{newest}{over}）"


def _disclosure(b: Bulletin) -> Iterable[str]:
    d = b.disclosure
    text = f"{_period(b)}我{level(b)}共主动公开政府信息{d.total.said()}。"
    if d.total.nothing_seen:
        text = f"{_period(b)}我{level(b)}主动公开政府信息的数量{_unsaid(d.total)}。"
    if d.none:
        text += f"部分单位主动公开的文件数量较少，{'、'.join(d.none)}主动公开政府信息数量为0。"
    if d.unknown:
        text += f"{'、'.join(d.unknown)}因目录读取不完整未作判定。"
    yield text
    if b.year_units:
        listed = "；".join(
            f"{unit}有{count}个栏目超期一年以上未更新" for unit, count in b.year_units
        )
        yield f"{listed}。"


def _requirements(b: Bulletin) -> Iterable[str]:
    texts = b.settings.requirements
    values, asked = fields(b), _asked(texts)
    for number, text in enumerate(texts):
        lead = f"{NUMERALS[number]}是" if len(texts) > 1 and number < len(NUMERALS) else ""
        yield lead + text.format_map(values)
        if number == asked:
            yield from _content(b)


def _asked(texts: Sequence[str]) -> int:
    """The requirement on what posts hold, behind which its check is told; the last one where none
    speaks of it."""
    told = (number for number, text in enumerate(texts) if "错别字" in text or "审核" in text)
    return next(told, len(texts) - 1)


def _content(b: Bulletin) -> Iterable[str]:
    """What people confirmed, by kind and by the unit that published it; suspects are a number and
    nobody's."""
    if b.content is None:
        return
    found = b.content
    text = f"信息内容检查情况：共检查信息{found.posts}篇"
    if found.faults:
        text += f"，经人工核实存在内容问题{len(found.faults)}处（{_families(found.faults)}）"
        units = [f"{unit}{_told(found.of(unit))}" for unit in found.blamed]
        units += [f"责任单位待定{_told(nobody)}"] if (nobody := found.of("")) else []
        text += f"，其中：{'；'.join(units)}"
    else:
        text += "，没有经人工核实的内容问题"
    waiting = sum(count for _, count in found.suspects)
    yield f"{text}。" + (f"另有{waiting}处疑点待核实，不计入各单位。" if waiting else "")


def _told(faults: Sequence[ContentFault]) -> str:
    mended = sum(fault.mended is not None for fault in faults)
    return f"{len(faults)}处（{_families(faults)}{f'，已改正{mended}处' if mended else ''}）"


def _families(faults: Sequence[ContentFault]) -> str:
    counted = Counter(fault.family for fault in faults).most_common()
    return "、".join(f"{family}{count}处" for family, count in counted)
