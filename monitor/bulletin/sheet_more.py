"""Further sheets of the workbook: last period's list, posts by column, what was changed by hand.
Rows only.

Each function gives the head, the widths and the rows of one sheet;
``monitor/bulletin/reports/sheet.py`` writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crawler.model import shanghai_day
from crawler.reading.media import PAPER_NAMES
from monitor.bulletin.coverage import NOT_CHECKED, rate_words
from monitor.bulletin.model import Bulletin
from monitor.model import together
from monitor.rules import rule_name
from monitor.sheets.pen import Cell

PAST = {
    "repaired": "已整改",
    "open": "未整改",
    "unknown": "未能复核",
    "exempt": "经批准豁免",
    "gone": "已停止使用",
}
LISTS = {
    "good": "做得较好", "several": "多次未达要求", "every": "每月均未达要求", "columns": "更新较差的栏目",
    "blank_columns": "空白栏目", "year_units": "超期一年的单位", "no_documents": "主动公开为0的单位",
    "idle": "超期账号", "blank_accounts": "空白账号", "content_units": "内容问题的单位",
}  # fmt: skip
ACTIONS = {"strike": "删去", "add": "补列"}


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One sheet: its name, its title, its columns with their widths, its rows; ``left`` are columns
    of text."""

    name: str
    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[Sequence[Cell]]
    left: tuple[int, ...] = ()


def pages(b: Bulletin) -> tuple[SheetPage, ...]:
    """The sheets that have something to say, in order."""
    found = [
        _unjudged(b),
        _past(b),
        _content(b),
        _found(b),
        _by_column(b),
        _repeats(b),
        _scores(b),
        _by_hand(b),
        _bases(b),
        _rates(b),
    ]
    return tuple(page for page in found if page.rows)


def _unjudged(b: Bulletin) -> SheetPage:
    rows = [
        (
            n,
            one.kind,
            one.name,
            "、".join(one.units),
            one.cause,
            one.newest,
            shanghai_day(one.seen) if one.seen else "没有看到过",
            one.sentence,
        )
        for n, one in enumerate(b.unjudged, 1)
    ]
    head = (
        "序号",
        "类别",
        "名称",
        "责任单位",
        "未能判定的原因",
        "已知最新信息",
        "最后看到",
        "说明",
    )
    title = "未能判定的栏目和账号（由检查单位核实，不归责任何单位）"
    return SheetPage("未判定", title, head, (6, 9, 30, 28, 36, 14, 13, 60), rows, (4, 7))


def _rates(b: Bulletin) -> SheetPage:
    rows = [(n, rule_name(one.rule), rate_words(one)) for n, one in enumerate(b.error_rates, 1)]
    title = "各项认定被撤回的情况（经申诉或更正撤回的，占已认定的件数）"
    return SheetPage("认定撤回", title, ("序号", "认定项目", "撤回情况"), (6, 24, 60), rows, (2,))


def _bases(b: Bulletin) -> SheetPage:
    rows = [
        (n, one.name, "、".join(one.units), one.finding, one.looks, one.checked or NOT_CHECKED)
        for n, one in enumerate(b.accused, 1)
    ]
    head = (
        "序号",
        "栏目",
        "责任单位",
        "问题编号",
        "认定所依据的查看",
        "核对情况（认定以前在列表之外查看）",
    )
    return SheetPage(
        "认定依据", "超期和空白栏目的认定依据", head, (6, 30, 28, 14, 44, 80), rows, (4, 5)
    )


def _past(b: Bulletin) -> SheetPage:
    rows = [
        (
            n,
            p.kind,
            p.name,
            "、".join(p.units),
            PAST.get(p.state, p.state),
            p.day,
            p.sentence,
            p.finding,
        )
        for n, p in enumerate(b.past or (), 1)
    ]
    head = ("序号", "类别", "名称", "责任单位", "现状", "整改日期", "上期问题", "问题编号")
    return SheetPage(
        "上期整改", "上期通报问题整改情况", head, (6, 9, 30, 28, 13, 13, 50, 14), rows, (6,)
    )


def _content(b: Bulletin) -> SheetPage:
    rows = [
        (
            n,
            f.unit or "待定",
            f.kind,
            f.title,
            f.column,
            f.place,
            f.said,
            f.found,
            f.mended or "未改正",
            f.url,
        )
        for n, f in enumerate(b.content.faults if b.content else (), 1)
    ]
    head = (
        "序号",
        "责任单位",
        "问题",
        "标题",
        "栏目",
        "位置",
        "说明",
        "发现日期",
        "改正日期",
        "网址",
    )
    title = "经人工核实的信息内容问题（按发布单位；个人信息已遮盖，待核实的疑点不列）"
    return SheetPage(
        "内容问题", title, head, (6, 16, 18, 40, 24, 20, 50, 13, 13, 60), rows, (3, 6, 9)
    )


def _found(b: Bulletin) -> SheetPage:
    rows = [
        (
            n,
            PAPER_NAMES.get(a.platform, a.platform),
            a.name,
            "、".join(a.units),
            "已核实" if a.sure else "待核实",
            a.page,
        )
        for n, a in enumerate(b.found_accounts, 1)
    ]
    head = ("序号", "平台", "账号", "所在栏目的责任单位", "核实情况", "发现网页")
    return SheetPage(
        "未登记账号", "门户上出现而台账没有登记的账号", head, (6, 16, 34, 28, 12, 60), rows, (5,)
    )


def _by_column(b: Bulletin) -> SheetPage:
    months = tuple(f"{int(month[5:])}月" for month in b.months)
    rows: list[tuple[Cell, ...]] = [
        (n, name, *(count.figure for count in found), together(found).figure)
        for n, (name, found) in enumerate(b.column_counts, 1)
    ]
    title = f"{b.period.words}各栏目发布信息数（同一信息在几个栏目分别计）"
    return SheetPage(
        "栏目条数",
        title,
        ("序号", "栏目", *months, "合计"),
        (6, 44, *(10 for _ in months), 10),
        rows,
        (1,),
    )


REPEATS: Mapping[str, str] = {
    "once": "同一栏目重复出现、只计一次的信息：网址不同而标题、日期、来源相同，或只差访问参数",
    "each": "同一栏目只差访问参数、只计一次的信息；网址不同而标题、日期、来源相同的，各计一条，不在此列",
}
"""By the setting under which the copies were counted."""


def _repeats(b: Bulletin) -> SheetPage:
    rows = [
        (n, one.column, one.day, one.title, one.url, one.of) for n, one in enumerate(b.repeats, 1)
    ]
    head = ("序号", "栏目", "日期", "标题", "重复的网址", "计入的网址")
    title = f"{REPEATS[b.copies]}（设置：monitor.counting 的 copies: {b.copies}）"
    return SheetPage("重复信息", title, head, (6, 30, 13, 50, 60, 60), rows, (1, 3, 4, 5))


def _scores(b: Bulletin) -> SheetPage:
    found = b.scored
    rows = [
        (n, row.unit, Decimal(str(row.points)), row.formula)
        for n, row in enumerate(found.rows if found else (), 1)
    ]
    example = "（示例，不是任何单位的规定）" if found and found.example else ""
    title = f"{found.scheme}{example}　依据：{found.source}" if found else ""
    return SheetPage(
        "评分", title, ("序号", "单位名称", "得分", "算式"), (6, 24, 12, 70), rows, (3,)
    )


def _by_hand(b: Bulletin) -> SheetPage:
    rows = [
        (
            n,
            LISTS.get(e.list, e.list),
            ACTIONS.get(e.action, e.action),
            e.name,
            e.reason,
            e.by or None,
        )
        for n, e in enumerate(b.edits, 1)
    ]
    head = ("序号", "名单", "修改", "名称", "理由", "决定人")
    return SheetPage(
        "人工修改", "名单的人工修改及理由（数字不变）", head, (6, 20, 9, 28, 60, 16), rows, (4,)
    )
