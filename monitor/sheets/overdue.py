"""The 约谈 list as an Excel workbook: who is late with what. Crawled text is inert in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import xlsxwriter

from crawler.model import shanghai_day
from monitor.rectify.overdue import Overdue
from monitor.sheets.pen import Cell, Pen

HEAD = (
    "单位",
    "文号",
    "问题",
    "情况",
    "签发日期",
    "期限",
    "单位最长逾期（工作日）",
    "退回次数",
    "回潮次数",
)
WIDTHS = (16, 20, 28, 56, 13, 13, 12, 10, 10)


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
    pen = Pen(book)
    sheet = pen.sheet("逾期未办结", f"整改通知逾期未办结情况（{day}）", WIDTHS, landscape=True)
    pen.table(sheet, HEAD, list(_rows(rows, names)), left=(2, 3))
    book.close()
    return out.getvalue()


def _rows(rows: Iterable[Overdue], names: Mapping[str, str]) -> Iterable[tuple[Cell, ...]]:
    for one in rows:
        for order in one.orders:
            yield (
                names.get(one.unit, one.unit),
                order.number,
                order.name,
                order.sentence,
                shanghai_day(order.issued),
                shanghai_day(order.deadline),
                one.days,
                order.reopened,
                order.recurrence,
            )
