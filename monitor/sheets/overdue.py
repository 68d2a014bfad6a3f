"""The 约谈 list as an Excel workbook: who is late with what. Crawled text is inert in it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date

import xlsxwriter

from crawler.model import shanghai_day
from monitor.rectify.overdue import Overdue
from monitor.sheets.pen import Pen, SheetColumn, SheetPage

COLUMNS = (
    SheetColumn("单位", 16, lambda row: row[0]),
    SheetColumn("文号", 20, lambda row: row[2].number),
    SheetColumn("问题", 28, lambda row: row[2].name, left=True),
    SheetColumn("情况", 56, lambda row: row[2].sentence, left=True),
    SheetColumn("签发日期", 13, lambda row: shanghai_day(row[2].issued)),
    SheetColumn("期限", 13, lambda row: shanghai_day(row[2].deadline)),
    SheetColumn("单位最长逾期（工作日）", 12, lambda row: row[1].days),
    SheetColumn("退回次数", 10, lambda row: row[2].reopened),
    SheetColumn("回潮次数", 10, lambda row: row[2].recurrence),
)
"""Of a unit's name, how late it is, one of its orders."""


def overdue_sheet(rows: Sequence[Overdue], names: Mapping[str, str], day: date) -> bytes:
    """The workbook of the list as it stands on ``day``, a row an order."""
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(out, options)
    lines = [(names.get(one.unit, one.unit), one, order) for one in rows for order in one.orders]
    title = f"整改通知逾期未办结情况（{day}）"
    Pen(book).page(SheetPage("逾期未办结", title, COLUMNS, lines, number_width=0, landscape=True))
    book.close()
    return out.getvalue()
