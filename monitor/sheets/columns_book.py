"""The catalogue's columns as a 栏目维护分工表 that ``gengxin columns import`` reads back. Names are
inert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from crawler.model import CLASS_NAMES
from monitor.sheets.pen import inert

SHEET = "栏目维护分工表"
HEAD = (
    ("序号", 6), ("编号", 14), ("一级栏目", 16), ("二级栏目", 18), ("三级及以下栏目", 18), ("栏目名称", 22), ("层级", 6),
    ("类别", 10), ("责任单位", 18), ("协同单位", 22), ("栏目网址", 46), ("更新要求", 12), ("条数下限", 9), ("读取方式", 9),
    ("站点", 14), ("仅限单位", 14), ("登记在", 12),
)  # fmt: skip
NOTE = (
    "一行一个栏目。责任单位写牵头的一个，其余写在协同单位，用顿号隔开；“仅限单位”只填在别的单位不可能发布的栏目，拿不准的填“不限”；类别只填所列几种，更新时限由类别决定。“登记在”为 config.yaml "
    "的栏目请在 config.yaml 里改；其余以本表所列为准：删去的行停用该栏目（历史保留）。编号不要改；新栏目编号可留空。"
)
EMPTY_ROWS = 60
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Row = Sequence[str | int]


def write_column_book(
    path: Path, rows: Iterable[Row], *, purposes: Sequence[str], renders: Sequence[str]
) -> None:
    """``rows`` hold what stands under :data:`HEAD` without the first, in the order to print. Raises
    ``OSError``."""
    book = xlsxwriter.Workbook(str(path), OPTIONS)
    sheet = book.add_worksheet(SHEET)
    cell = {"border": 1, "valign": "vcenter", "font_size": 11}
    text = book.add_format({**cell, "num_format": "@", "text_wrap": True})
    number = book.add_format({**cell, "align": "center"})
    head = book.add_format(
        {**cell, "bold": True, "align": "center", "bg_color": "#DDE7F3", "text_wrap": True}
    )
    note = book.add_format(
        {"italic": True, "font_size": 10, "text_wrap": True, "valign": "vcenter"}
    )
    sheet.merge_range(0, 0, 0, len(HEAD) - 1, NOTE, note)
    sheet.set_row(0, 48)
    for column, (title, width) in enumerate(HEAD):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width, text)
    at = 1
    for at, row in enumerate(rows, 2):
        for column, value in enumerate((at - 1, *row)):
            if isinstance(value, int):
                sheet.write_number(at, column, value, number)
            elif value:
                sheet.write_string(at, column, inert(value), text)
            else:
                sheet.write_blank(at, column, None, text)
    _lists(sheet, at + EMPTY_ROWS, purposes, renders)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, max(at, 2), len(HEAD) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"{path}: {error}") from None


def _lists(sheet: Any, last: int, purposes: Sequence[str], renders: Sequence[str]) -> None:
    names = [name for name, _ in HEAD]
    choices = {
        "类别": list(CLASS_NAMES.values()),
        "更新要求": list(purposes),
        "读取方式": list(renders),
    }
    for name, source in choices.items():
        column = names.index(name)
        sheet.data_validation(2, column, last, column, {"validate": "list", "source": source})
