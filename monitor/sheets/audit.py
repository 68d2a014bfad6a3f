"""The record as a workbook or as comma-separated text; nothing in it is ever a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

import xlsxwriter

from crawler.model import SHANGHAI
from monitor.record.read import Link
from monitor.sheets.pen import Pen, SheetColumn, SheetPage, inert

OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def _said(one: Link) -> str:
    return json.dumps(one.data, ensure_ascii=False, sort_keys=True, default=str)


COLUMNS = (
    SheetColumn("序号", 9, lambda one: one.seq),
    SheetColumn("时间", 20, lambda one: f"{one.moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"),
    SheetColumn("谁", 22, lambda one: one.who, left=True),
    SheetColumn("做了什么", 18, lambda one: one.what, left=True),
    SheetColumn("对象", 34, lambda one: one.subject, left=True),
    SheetColumn("内容", 80, _said, left=True),
)


def _page(links: Iterable[Link]) -> SheetPage:
    return SheetPage(
        "审计记录", "审计记录", COLUMNS, links, number_width=0, tall=False, landscape=True
    )


def audit_workbook(links: Iterable[Link]) -> bytes:
    """The file's bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    Pen(book).page(_page(links))
    book.close()
    return out.getvalue()


def audit_csv(links: Iterable[Link]) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8."""
    yield "\ufeff"
    page = _page(links)
    for row in (page.head, *page.cells):
        line = StringIO()
        csv.writer(line).writerow([inert(str(cell)) for cell in row])
        yield line.getvalue()
