"""附件3 (the accounts in use) and an empty 附件4 (the survey form) as workbooks, printed as the
bulletin prints them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

TITLE_3, TITLE_4 = "现开通政务新媒体情况", "政务新媒体情况调查表"
HEAD_3 = ("序号", "维护单位", "政务新媒体名称")
HEAD_4 = (
    "序号", "平台类型", "账号名称", "运营主体", "网址/二维码", "是否建立信息审核机制",
    "联系人姓名、手机号码", "负责人姓名、手机号码",
)  # fmt: skip
NOTES = (
    "注：1.平台类型为开通（或入驻）新媒体平台的类型，如新浪微博、微信公众号、人民日报客户端等。",
    "2.运营主体为负责维护发布信息的本级单位或下设部门的名称。",
    "3.信息内容审核机制应附相关工作制度进行说明。",
)
WIDTHS_4 = (6, 14, 22, 22, 30, 14, 24, 24)
EMPTY_ROWS = 10
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_annex3(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    """``rows`` are (unit, account) in the order to print; numbers are given here. Holds no
    contacts."""
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        sheet = book.add_worksheet("附件3")
        style = _styles(book)
        sheet.set_column(0, 0, 8)
        sheet.set_column(1, 2, 34)
        sheet.write_string(0, 0, "附件 3", style["plain"])
        sheet.merge_range(1, 0, 1, 2, TITLE_3, style["title"])
        _line(sheet, 2, HEAD_3, style["head"])
        for number, (unit, account) in enumerate(rows, 1):
            sheet.write_number(2 + number, 0, number, style["cell"])
            sheet.write_string(2 + number, 1, unit, style["cell"])
            sheet.write_string(2 + number, 2, account, style["cell"])
        sheet.repeat_rows(2)
        sheet.fit_to_pages(1, 0)


def write_annex4(path: Path, unit: str = "") -> None:
    """The empty form, for ``unit`` where one is named; what comes back filled can be imported."""
    last = len(HEAD_4) - 1
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        sheet = book.add_worksheet("附件4")
        style = _styles(book)
        for column, width in enumerate(WIDTHS_4):
            sheet.set_column(column, column, width)
        sheet.set_column(6, last, WIDTHS_4[-1], style["text"])
        sheet.write_string(0, 0, "附件 4", style["plain"])
        sheet.merge_range(1, 0, 1, last, TITLE_4, style["title"])
        sheet.merge_range(2, 0, 2, 4, f"单位名称（盖章）：{unit}", style["plain"])
        sheet.merge_range(2, 5, 2, last, "填表日期：", style["plain"])
        _line(sheet, 3, HEAD_4, style["head"])
        for row in range(4, 4 + EMPTY_ROWS):
            _line(sheet, row, ("",) * len(HEAD_4), style["text"])
        foot = 4 + EMPTY_ROWS
        sheet.merge_range(foot, 0, foot, 4, "填表人：", style["plain"])
        sheet.merge_range(foot, 5, foot, last, "联系电话：", style["plain"])
        for number, note in enumerate(NOTES, 1):
            sheet.merge_range(foot + number, 0, foot + number, last, note, style["plain"])
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)


def _line(sheet: Any, row: int, texts: Sequence[str], style: Any) -> None:
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, style) if text else sheet.write_blank(
            row, column, None, style
        )


def _styles(book: Any) -> dict[str, Any]:
    font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format(
            {"font_name": "方正小标宋简体", "font_size": 16, "align": "center", "valign": "vcenter"}
        ),
        "plain": book.add_format({**font}),
        "head": book.add_format({**font, "bold": True, "border": 1, "align": "center"}),
        "cell": book.add_format({**font, "border": 1, "align": "center"}),
        "text": book.add_format({**font, "border": 1, "num_format": "@"}),
    }
