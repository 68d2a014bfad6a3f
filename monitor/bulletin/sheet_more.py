"""Further sheets of the workbook: last period's list, posts by column, what was changed by hand.
Rows only.

Each column is declared once, its head with its width and what it says of a row;
``monitor/bulletin/reports/sheet.py`` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from crawler.model import shanghai_day
from crawler.reading.media import PAPER_NAMES
from monitor.bulletin.coverage import NOT_CHECKED, rate_words
from monitor.bulletin.model import Bulletin
from monitor.model import Count, together
from monitor.rules import rule_name
from monitor.sheets.pen import Cell, SheetColumn, SheetPage

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


def pages(b: Bulletin) -> tuple[SheetPage, ...]:
    """The sheets that have something to say, in order."""
    repeats = f"{REPEATS[b.copies]}（设置：monitor.counting 的 copies: {b.copies}）"
    unjudged = "未能判定的栏目和账号（由检查单位核实，不归责任何单位）"
    content = "经人工核实的信息内容问题（按发布单位；个人信息已遮盖，待核实的疑点不列）"
    rates = "各项认定被撤回的情况（经申诉或更正撤回的，占已认定的件数）"
    found = [
        SheetPage("未判定", unjudged, UNJUDGED, b.unjudged),
        SheetPage("上期整改", "上期通报问题整改情况", PAST_ONES, b.past or ()),
        SheetPage("内容问题", content, CONTENT, b.content.faults if b.content else ()),
        SheetPage("未登记账号", "门户上出现而台账没有登记的账号", FOUND, b.found_accounts),
        _by_column(b),
        SheetPage("重复信息", repeats, REPEATED, b.repeats),
        _scores(b),
        SheetPage("人工修改", "名单的人工修改及理由（数字不变）", BY_HAND, b.edits),
        SheetPage("认定依据", "超期和空白栏目的认定依据", BASES, b.accused),
        SheetPage("认定撤回", rates, RATES, b.error_rates),
    ]
    return tuple(page for page in found if page.rows)


def _units(row: Any) -> str:
    return "、".join(row.units)


def _name_of(row: Any) -> str:
    return str(row.name)


UNJUDGED = (
    SheetColumn("类别", 9, lambda one: one.kind),
    SheetColumn("名称", 30, _name_of),
    SheetColumn("责任单位", 28, _units),
    SheetColumn("未能判定的原因", 36, lambda one: one.cause, left=True),
    SheetColumn("已知最新信息", 14, lambda one: one.newest),
    SheetColumn("最后看到", 13, lambda one: shanghai_day(one.seen) if one.seen else "没有看到过"),
    SheetColumn("说明", 60, lambda one: one.sentence, left=True),
)
RATES = (
    SheetColumn("认定项目", 24, lambda one: rule_name(one.rule)),
    SheetColumn("撤回情况", 60, rate_words, left=True),
)
BASES = (
    SheetColumn("栏目", 30, _name_of),
    SheetColumn("责任单位", 28, _units),
    SheetColumn("问题编号", 14, lambda one: one.finding),
    SheetColumn("认定所依据的查看", 44, lambda one: one.looks, left=True),
    SheetColumn(
        "核对情况（认定以前在列表之外查看）", 80, lambda one: one.checked or NOT_CHECKED, left=True
    ),
)
PAST_ONES = (
    SheetColumn("类别", 9, lambda one: one.kind),
    SheetColumn("名称", 30, _name_of),
    SheetColumn("责任单位", 28, _units),
    SheetColumn("现状", 13, lambda one: PAST.get(one.state, one.state)),
    SheetColumn("整改日期", 13, lambda one: one.day),
    SheetColumn("上期问题", 50, lambda one: one.sentence, left=True),
    SheetColumn("问题编号", 14, lambda one: one.finding),
)
CONTENT = (
    SheetColumn("责任单位", 16, lambda one: one.unit or "待定"),
    SheetColumn("问题", 18, lambda one: one.kind),
    SheetColumn("标题", 40, lambda one: one.title, left=True),
    SheetColumn("栏目", 24, lambda one: one.column),
    SheetColumn("位置", 20, lambda one: one.place),
    SheetColumn("说明", 50, lambda one: one.said, left=True),
    SheetColumn("发现日期", 13, lambda one: one.found),
    SheetColumn("改正日期", 13, lambda one: one.mended or "未改正"),
    SheetColumn("网址", 60, lambda one: one.url, left=True),
)
FOUND = (
    SheetColumn("平台", 16, lambda one: PAPER_NAMES.get(one.platform, one.platform)),
    SheetColumn("账号", 34, _name_of),
    SheetColumn("所在栏目的责任单位", 28, _units),
    SheetColumn("核实情况", 12, lambda one: "已核实" if one.sure else "待核实"),
    SheetColumn("发现网页", 60, lambda one: one.page, left=True),
)
REPEATED = (
    SheetColumn("栏目", 30, lambda one: one.column, left=True),
    SheetColumn("日期", 13, lambda one: one.day),
    SheetColumn("标题", 50, lambda one: one.title, left=True),
    SheetColumn("重复的网址", 60, lambda one: one.url, left=True),
    SheetColumn("计入的网址", 60, lambda one: one.of, left=True),
)
SCORES = (
    SheetColumn("单位名称", 24, lambda one: one.unit),
    SheetColumn("得分", 12, lambda one: Decimal(str(one.points))),
    SheetColumn("算式", 70, lambda one: one.formula, left=True),
)
BY_HAND = (
    SheetColumn("名单", 20, lambda one: LISTS.get(one.list, one.list)),
    SheetColumn("修改", 9, lambda one: ACTIONS.get(one.action, one.action)),
    SheetColumn("名称", 28, _name_of),
    SheetColumn("理由", 60, lambda one: one.reason, left=True),
    SheetColumn("决定人", 16, lambda one: one.by or None),
)
REPEATS: Mapping[str, str] = {
    "once": "同一栏目重复出现、只计一次的信息：网址不同而标题、日期、来源相同，或只差访问参数",
    "each": "同一栏目只差访问参数、只计一次的信息；网址不同而标题、日期、来源相同的，各计一条，不在此列",
}
"""By the setting under which the copies were counted."""


def _by_column(b: Bulletin) -> SheetPage:
    """Posts by column and month."""
    title = f"{b.period.words}各栏目发布信息数（同一信息在几个栏目分别计）"
    columns = (
        SheetColumn("栏目", 44, lambda row: str(row[0]), left=True),
        *by_month(b.months, lambda row: row[1]),
    )
    return SheetPage("栏目条数", title, columns, b.column_counts)


def by_month(
    months: Sequence[str], counts: Callable[[Any], Sequence[Count]]
) -> tuple[SheetColumn, ...]:
    """A column a month and one for them together; ``counts`` gives a row's by month."""
    each = (
        SheetColumn(f"{int(month[5:])}月", 10, partial(_of_month, counts, at))
        for at, month in enumerate(months)
    )
    return (*each, SheetColumn("合计", 10, lambda row: together(counts(row)).figure))


def _of_month(counts: Callable[[Any], Sequence[Count]], at: int, row: Any) -> Cell:
    return counts(row)[at].figure


def _scores(b: Bulletin) -> SheetPage:
    found = b.scored
    example = "（示例，不是任何单位的规定）" if found and found.example else ""
    title = f"{found.scheme}{example}　依据：{found.source}" if found else ""
    return SheetPage("评分", title, SCORES, found.rows if found else ())
