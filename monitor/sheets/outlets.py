"""Columns or accounts as they stand, as a workbook: strings stay strings, never formulas or
links."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from crawler.model import CLASS_NAMES, SHANGHAI, ColumnClass
from monitor.model import VALUE_NAMES, Value
from monitor.sheets.pen import Pen

OPTIONS = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True,
    "in_memory": True,
}  # fmt: skip
HEAD = (
    "序号",
    "编号",
    "名称",
    "层级或平台",
    "类别",
    "判定",
    "责任单位",
    "最新信息",
    "天数",
    "到期",
    "最近看到",
    "说明",
    "网址",
)
WIDTHS = (6, 16, 26, 26, 10, 10, 24, 12, 8, 12, 18, 60, 44)
UNJUDGED = "未判定"


def outlets_workbook(title: str, lines: Iterable[Any], places: dict[str, str]) -> bytes:
    """``lines`` are rows of ``board.outlets``; ``places`` names platforms. The file's bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    pen = Pen(book)
    sheet = pen.sheet(title[:20], title, WIDTHS, landscape=True)
    rows = [(number, *_cells(one, places)) for number, one in enumerate(lines, 1)]
    pen.table(sheet, HEAD, rows, left=(2, 3, 11, 12), tall=False)
    book.close()
    return out.getvalue()


def _cells(one: Any, places: dict[str, str]) -> tuple[str | int | date | None, ...]:
    column = one.platform == "portal"
    seen = one.seen.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if one.seen else ""
    return (
        one.id,
        one.name,
        one.path if column else places.get(one.platform, one.platform),
        CLASS_NAMES[ColumnClass(one.cls)] if column else "",
        VALUE_NAMES[Value(one.value)] if one.value else UNJUDGED,
        "、".join(one.units),
        one.newest,
        one.days,
        one.due,
        seen,
        one.sentence,
        one.url or "",
    )
