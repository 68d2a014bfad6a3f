"""The 通讯录 as a workbook that a clerk keeps and ``gengxin contacts import`` reads back. Names are
inert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from crawler.model import ROLE_NAMES, Addressee
from crawler.register.contact_book import HEADS, SHEET
from monitor.sheets.pen import inert

WIDTHS = (20, 10, 14, 18, 30, 14, 14)
NOTE = (
    "一人一行，同一单位可以有多人。角色填“联系人”或“负责人”；手机、邮箱至少填一项，通知只发到邮箱；起、止留空为没有期限。"
    "表上写到的单位，以本表所列为准：删去的人不再收到通知；没有写到的单位不变。"
)
EMPTY_ROWS = 40
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_contacts(path: Path, people: Iterable[tuple[str, Addressee]]) -> None:
    """``people`` are (unit, person) in the order to print, phones in full. Raises ``OSError``."""
    book = xlsxwriter.Workbook(str(path), OPTIONS)
    sheet = book.add_worksheet(SHEET)
    cell = {"border": 1, "valign": "vcenter", "font_size": 11}
    text = book.add_format({**cell, "num_format": "@", "text_wrap": True})
    day = book.add_format({**cell, "num_format": "yyyy-mm-dd", "align": "center"})
    head = book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#DDE7F3"})
    note = book.add_format(
        {"italic": True, "font_size": 10, "text_wrap": True, "valign": "vcenter"}
    )
    sheet.merge_range(0, 0, 0, len(HEADS) - 1, NOTE, note)
    sheet.set_row(0, 44)
    for column, (title, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width, text)
    row = 1
    for row, (unit, person) in enumerate(people, 2):
        _line(sheet, row, unit, person, text, day)
    last = row + EMPTY_ROWS
    roles = {"validate": "list", "source": list(ROLE_NAMES.values())}
    sheet.data_validation(2, 1, last, 1, roles)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"{path}: {error}") from None


def _line(sheet: Any, row: int, unit: str, person: Addressee, text: Any, day: Any) -> None:
    words = (unit, ROLE_NAMES[person.role], person.name, person.phone, person.email)
    for column, word in enumerate(words):
        sheet.write_string(row, column, inert(word), text)
    for column, value in enumerate((person.valid_from, person.valid_to), len(words)):
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, day)
        else:
            sheet.write_blank(row, column, None, day)
