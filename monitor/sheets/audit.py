"""The record as a workbook or as comma-separated text; nothing in it is ever a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

import xlsxwriter

from crawler.model import SHANGHAI
from monitor.record.read import Link
from monitor.sheets.pen import Pen, inert

HEAD = ("序号", "时间", "谁", "做了什么", "对象", "内容")
WIDTHS = (9, 20, 22, 18, 34, 80)
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def audit_workbook(links: Iterable[Link]) -> bytes:
    """The file's bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    pen = Pen(book)
    sheet = pen.sheet("审计记录", "审计记录", WIDTHS, landscape=True)
    pen.table(sheet, HEAD, [_cells(one) for one in links], left=(2, 3, 4, 5), tall=False)
    book.close()
    return out.getvalue()


def audit_csv(links: Iterable[Link]) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8."""
    yield "\ufeff"
    for row in (HEAD, *map(_cells, links)):
        line = StringIO()
        csv.writer(line).writerow([inert(str(cell)) for cell in row])
        yield line.getvalue()


def _cells(one: Link) -> tuple[int, str, str, str, str, str]:
    at = one.moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    said = json.dumps(one.data, ensure_ascii=False, sort_keys=True, default=str)
    return one.seq, at, one.who, one.what, one.subject, said
