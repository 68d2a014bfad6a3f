"""Columns or accounts as they stand, as a workbook: strings stay strings, never formulas or
links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter

from crawler.model import CLASS_NAMES, SHANGHAI, ColumnClass
from monitor.model import VALUE_NAMES, Value
from monitor.sheets.pen import Pen, SheetColumn, SheetPage

OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True,
    "in_memory": True,
}  # fmt: skip
UNJUDGED = "未判定"


def columns_of(places: Mapping[str, str]) -> tuple[SheetColumn, ...]:
    """The columns of the list; ``places`` names platforms."""
    return (
        SheetColumn("编号", 16, lambda one: one.id),
        SheetColumn("名称", 26, lambda one: one.name, left=True),
        SheetColumn("层级或平台", 26, lambda one: _place(one, places), left=True),
        SheetColumn("类别", 10, _class),
        SheetColumn(
            "判定", 10, lambda one: VALUE_NAMES[Value(one.value)] if one.value else UNJUDGED
        ),
        SheetColumn("责任单位", 24, lambda one: "、".join(one.units)),
        SheetColumn("最新信息", 12, lambda one: one.newest),
        SheetColumn("天数", 8, lambda one: one.days),
        SheetColumn("到期", 12, lambda one: one.due),
        SheetColumn("最近看到", 18, _seen),
        SheetColumn("说明", 60, lambda one: one.sentence, left=True),
        SheetColumn("网址", 44, lambda one: one.url or "", left=True),
    )


def outlets_workbook(title: str, lines: Iterable[Any], places: Mapping[str, str]) -> bytes:
    """``lines`` are rows of ``board.outlets``; ``places`` names platforms. The file's bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    Pen(book).page(
        SheetPage(title[:20], title, columns_of(places), lines, tall=False, landscape=True)
    )
    book.close()
    return out.getvalue()


def _place(one: Any, places: Mapping[str, str]) -> str:
    return str(one.path if one.platform == "portal" else places.get(one.platform, one.platform))


def _class(one: Any) -> str:
    return CLASS_NAMES[ColumnClass(one.cls)] if one.platform == "portal" else ""


def _seen(one: Any) -> str:
    return f"{one.seen.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.seen else ""
