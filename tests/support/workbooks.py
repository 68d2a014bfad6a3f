"""Workbooks written cell by cell, in the habits of real offices, and what the catalogue would make
of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import zxingcpp
from openpyxl import Workbook
from openpyxl.styles import Font
from PIL import Image
from sqlalchemy import Connection

from crawler.model import Site, Unit
from crawler.register import account_import, column_import, contact_import
from crawler.register.books.opening import opened
from crawler.register.books.proposal import Proposal
from crawler.register.catalogue import Catalogue
from crawler.register.column_book import read_columns
from crawler.register.contact_book import read_book
from crawler.register.enter import sync
from crawler.register.survey import read_survey
from monitor.desk.naming import office_units
from tests.conftest import Store

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CONTACTS, COLUMNS, SURVEY = "通讯录", "栏目维护分工表", "附件4"
HEADS: Mapping[str, Sequence[str]] = {
    CONTACTS: ("单位", "角色", "姓名", "手机", "邮箱", "起", "止"),
    COLUMNS: ("编号", "一级栏目", "二级栏目", "栏目名称", "类别", "责任单位", "协同单位", "栏目网址"),
    SURVEY: ("序号", "平台类型", "账号名称", "主体", "网址/二维码", "是否建立信息审核机制", "联系人", "负责人"),
}  # fmt: skip
ROWS: Mapping[str, Sequence[Any]] = {
    CONTACTS: ("教育局", "联系人", "张三", "13800000000", "zhang@example.org", "2020-01-01", None),
    COLUMNS: (None, "政务公开", "教育", "教育政策", "政策文件", "教育局", None, "http://www.example.org/jyzc/"),
    SURVEY: (1, "微信公众号", "样例教育", "教育局", "http://weixin.qq.com/r/abcd", "是", "张三 13800000000", "李四 13900000000"),
}  # fmt: skip
UNIT_LINE = "单位名称（盖章）：样例区教育局"
Change = Callable[[Any], None]


def row(form: str, **cells: Any) -> list[Any]:
    """The sample row of a form with some of its cells (``栏目名称="x"``) otherwise."""
    changed = list(ROWS[form])
    for name, value in cells.items():
        changed[HEADS[form].index(name)] = value
    return changed


def book(path: Path, form: str, *rows: Sequence[Any], more: Change | None = None) -> Path:
    """A workbook of ``form`` with its head in row 1 (附件4: in row 4, below its unit), then
    changed by ``more``, which is given the workbook."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = form
    above = [["附件4"], ["样例区政务新媒体情况调查表"], [UNIT_LINE]] if form == SURVEY else []
    for line in (*above, HEADS[form], *(rows or [ROWS[form]])):
        sheet.append(list(line))
    if more is not None:
        more(made)
    made.save(path)
    made.close()
    return path


def strike(sheet: Any, row: int, columns: Sequence[int] | None = None) -> None:
    """Strike through a row, or some of its cells."""
    for cell in sheet[row]:
        if columns is None or cell.column in columns:
            cell.font = Font(strike=True)


def repacked(path: Path, parts: Mapping[str, Callable[[bytes], bytes]], **new: bytes) -> Path:
    """The workbook at ``path`` with some parts rewritten and others (by path) added."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for name, change in parts.items():
        held[name] = change(held[name])
    held |= new
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in held.items():
            archive.writestr(name, body)
    return path


def qr_picture(text: str) -> bytes:
    """A PNG of a QR code with the white margin that readers need."""
    code = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=4
    )
    image = Image.fromarray(code)
    paper = Image.new("L", (image.width + 40, image.height + 40), 255)
    paper.paste(image, (20, 20))
    out = BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()


def fill(store: Store) -> Store:
    """A catalogue of a few units and one portal."""
    names = {"jyj": "教育局", "mzj": "民政局", "gxj": "工信局", "gsz": "盖山镇"}
    full = {"gxj": "样例市样例区工业和信息化局", "gsz": "样例市样例区盖山镇人民政府"}
    units = tuple(
        Unit(id, short, full.get(id, f"样例市样例区{short}"), "区直部门")
        for id, short in names.items()
    )
    with store.engine.begin() as connection:
        sync(connection, Catalogue(units, (Site("s", "门户", "http://www.example.org/"),), ()), NOW)
    return store


def proposed(connection: Connection, form: str, path: Path) -> Proposal[Any]:
    """What the workbook would do as ``form``, by the functions that command and page use, without
    their child."""
    grids, units = opened(path, 2000), office_units(connection, NOW)
    if form == CONTACTS:
        return contact_import.propose(connection, read_book(grids), NOW, units)
    if form == SURVEY:
        return account_import.propose(connection, read_survey(grids), NOW, units)
    return column_import.propose(connection, read_columns(grids), units)
