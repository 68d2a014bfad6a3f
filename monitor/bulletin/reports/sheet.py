"""The bulletin as an Excel workbook: a summary, the annexes, and a sheet 依据 with the rows behind
each figure.

Crawled text is inert: nothing becomes a formula or a link, and a text that begins like a formula
gets an apostrophe in front, so that it stays text when somebody saves the sheet as CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from monitor.bulletin.coverage import reasons_of
from monitor.bulletin.model import Bulletin, Group
from monitor.bulletin.reports._traits import ReportTraits
from monitor.bulletin.sheet_lists import (
    accounts,
    annex,
    columns,
    disclosure,
    evidence,
    outlook,
    questions,
    reconciled,
)
from monitor.bulletin.sheet_more import pages
from monitor.bulletin.sheet_summary import summary_rows
from monitor.bulletin.words import FORM
from monitor.sheets.pen import BROKEN, Cell, Pen, SheetPage, inert

__all__ = ["TRAITS", "inert", "write"]

TRAITS = ReportTraits(
    title="Excel",
    suffix=".xlsx",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    holds="通报附件",
)


def write(bulletin: Bulletin, path: Path) -> None:
    """Write ``bulletin`` to ``path``. Raises ``OSError`` when the file cannot be written."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties(
        {
            "title": BROKEN.sub("", bulletin.title)[:250],
            "author": BROKEN.sub("", bulletin.settings.office)[:250],
            "comments": _remark(bulletin),
            "created": bulletin.as_of.replace(tzinfo=None),
        }
    )
    pen = Pen(book)
    _summary(pen, bulletin)
    for number, group in enumerate(bulletin.groups, 1):
        _annex(pen, bulletin, number, group)
    last = len(bulletin.groups)
    pen.page(accounts(bulletin, f"附件{last + 1}"))
    _form(pen, f"附件{last + 2} 调查表")
    pen.page(columns(bulletin))
    _disclosure(pen, bulletin)
    for page in (*pages(bulletin), outlook(bulletin), *evidence(bulletin), *questions(bulletin)):
        pen.page(page)
    book.close()


def _remark(bulletin: Bulletin) -> str:
    forced = "；自检未通过，经强制生成" if bulletin.forced else ""
    return f"统计期间{bulletin.period.start}至{bulletin.period.end}；检查期间{bulletin.check_from}至{bulletin.check_to}{forced}"


def _summary(pen: Pen, bulletin: Bulletin) -> None:
    sheet = pen.sheet("汇总", bulletin.title, (36, 14, 60))
    pen.table(sheet, ("项目", "数值", "说明"), summary_rows(bulletin), left=(0, 2))


def _annex(pen: Pen, bulletin: Bulletin, number: int, group: Group) -> None:
    columns = annex(bulletin.months)
    title = f"附件{number}　{bulletin.period.words}{group.name}{bulletin.settings.place}政府网站信息更新情况"
    page = SheetPage(f"附件{number} {group.name}", title, columns, group.rows)
    sheet = pen.sheet(page.name, title, page.widths)
    short = {
        (n, 2 + m)
        for n, row in enumerate(group.rows)
        for m, state in enumerate(row.states)
        if state == "short"
    }
    end = pen.table(sheet, page.head, page.cells, bad=short)
    _sum(pen, sheet, end, [column.total(group) for column in columns])
    if number == len(bulletin.groups):
        for at, (label, value) in enumerate(reconciled(bulletin), end + 1):
            told = {"单位名称": label, "合计": value}
            _sum(pen, sheet, at, [told.get(column.head, "") for column in columns])
        end += 3
    if note := reasons_of(group, bulletin.months):
        pen.remark(sheet, end + 1, f"注：{note}")


def _sum(pen: Pen, sheet: Any, row: int, values: Sequence[Cell]) -> None:
    """A line of sums; the column of numbers is empty."""
    for column, value in enumerate(("", *values)):
        pen.cell(sheet, row, column, value, pen.sum)


def _disclosure(pen: Pen, bulletin: Bulletin) -> None:
    """Units by month, and what was nobody's at the end, without a number."""
    page, nobodys = disclosure(bulletin), bulletin.disclosure.unattributed
    sheet = pen.sheet(page.name, page.title, page.widths)
    blank = (None,) * len(bulletin.months)
    more = [(None, "未归属", *blank, nobodys.figure)] if nobodys.at_least else []
    pen.table(sheet, page.head, [*page.cells, *more])


def _form(pen: Pen, name: str) -> None:
    sheet = pen.sheet(
        name,
        f"{name.split()[0]}　政务新媒体情况调查表",
        (6, 16, 20, 20, 26, 16, 20, 20),
        landscape=True,
    )
    sheet.write_string(1, 0, "单位名称（盖章）：", pen.note)
    sheet.write_string(1, 5, "填表日期：", pen.note)
    blank: list[list[Cell]] = [[None] * len(FORM) for _ in range(6)]
    end = pen.table(sheet, FORM, blank, at=2)
    sheet.write_string(end, 0, "填表人：", pen.note)
    sheet.write_string(end, 5, "联系电话：", pen.note)
