"""Proposed columns as a workbook for the clerk, in the manner of a 栏目维护分工表. Crawled text is
inert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from crawler.discovery.columns_file import REASONS, outcome_name, proposed_ids
from crawler.discovery.proposals import STANDING_NAMES, Account, Findings, ProposedColumn
from crawler.model import CLASS_NAMES
from crawler.reading.media import MEDIA_NAMES
from monitor.sheets.pen import inert

HEAD = (
    ("序号", 6), ("是否纳入", 9), ("一级栏目", 18), ("二级栏目", 18), ("三级及以下栏目", 20), ("栏目名称", 22), ("层级", 6),
    ("类别（建议）", 12), ("类别依据", 12), ("责任单位（牵头）", 18), ("协同单位", 18), ("栏目网址", 48), ("读取结果", 20),
    ("首页条数", 9), ("最新日期", 12), ("与台账比对", 12), ("台账编号", 14), ("建议编号", 14), ("建站系统", 10),
)  # fmt: skip
LEFT_OPEN = ("是否纳入", "责任单位（牵头）", "协同单位")
OTHER_HEAD = (
    ("序号", 6),
    ("事项", 26),
    ("栏目名称", 24),
    ("网址", 60),
    ("看到的情况", 30),
    ("台账编号", 14),
)
ACCOUNT_HEAD = (
    ("序号", 6), ("平台", 14), ("名称（页面所见）", 28), ("账号标识", 34), ("见于", 50), ("方式", 8), ("链接", 60), ("台账编号", 14),
)  # fmt: skip
NOTE = "由 gengxin discover 从门户首页提出，须人工核对后再入台账：“是否纳入”填“是”或“否”，类别可以改选，责任单位由各单位认领。"
Cell = str | int | date | None


def write_columns(found: Findings, path: Path, *, taken: Sequence[str] = ()) -> None:
    """Write the proposals to ``path``. Raises ``OSError`` when the file cannot be written."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    styles = _styles(book)
    sheet = _sheet(book, "栏目维护分工表", styles, HEAD, NOTE)
    for number, (one, id) in enumerate(_with_ids(found, taken), 1):
        _row(sheet, number + 1, _column(number, one, id), styles)
    last = max(2, len(found.columns) + 1)
    names = [name for name, _ in HEAD]
    classes = {"validate": "list", "source": list(CLASS_NAMES.values())}
    sheet.data_validation(
        2, names.index("类别（建议）"), last, names.index("类别（建议）"), classes
    )
    sheet.data_validation(2, 1, last, 1, {"validate": "list", "source": ["是", "否"]})
    sheet.autofilter(1, 0, last, len(HEAD) - 1)
    other = _sheet(
        book, "须人工核实", styles, OTHER_HEAD, "这些网页或台账条目机器不能判断，请打开核实。"
    )
    for number, row in enumerate(_others(found), 1):
        _row(other, number + 1, [number, *row], styles)
    accounts = _sheet(
        book, "新媒体账号", styles, ACCOUNT_HEAD, "站内链接或二维码指向的账号，请与登记表核对。"
    )
    for number, shown in enumerate(found.accounts, 1):
        _row(accounts, number + 1, [number, *_account(shown)], styles)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"{path}: {error}") from None


def _styles(book: Any) -> dict[str, Any]:
    common = {"border": 1, "valign": "vcenter", "font_size": 11}
    return {
        "head": book.add_format(
            {**common, "bold": True, "align": "center", "bg_color": "#DDE7F3", "text_wrap": True}
        ),
        "note": book.add_format(
            {"italic": True, "font_size": 10, "text_wrap": True, "valign": "vcenter"}
        ),
        "text": book.add_format({**common, "num_format": "@", "text_wrap": True}),
        "day": book.add_format({**common, "num_format": "yyyy-mm-dd", "align": "center"}),
        "open": book.add_format({**common, "num_format": "@", "bg_color": "#FFF8DC"}),
    }


def _sheet(
    book: Any, name: str, styles: dict[str, Any], head: Sequence[tuple[str, int]], note: str
) -> Any:
    sheet = book.add_worksheet(name)
    sheet.merge_range(0, 0, 0, len(head) - 1, note, styles["note"])
    sheet.set_row(0, 32)
    for column, (title, width) in enumerate(head):
        sheet.write_string(1, column, title, styles["head"])
        sheet.set_column(column, column, width)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    return sheet


def _row(sheet: Any, row: int, cells: Sequence[Cell], styles: dict[str, Any]) -> None:
    for column, value in enumerate(cells):
        if value is None:
            sheet.write_blank(row, column, None, styles["open"])
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, styles["day"])
        elif isinstance(value, int):
            sheet.write_number(row, column, value, styles["text"])
        else:
            sheet.write_string(row, column, inert(value), styles["text"])


def _with_ids(found: Findings, taken: Sequence[str]) -> Iterable[tuple[ProposedColumn, str]]:
    fresh = [one for one in found.columns if not one.outlet]
    ids = dict(zip((id(one) for one in fresh), proposed_ids(fresh, taken), strict=True))
    return ((one, ids.get(id(one), "")) for one in found.columns)


def _column(number: int, one: ProposedColumn, id: str) -> list[Cell]:
    names = (*one.parents, one.name)
    return [
        number,
        None,
        names[0],
        names[1] if len(names) > 1 else "",
        "/".join(names[2:]),
        one.name,
        one.level,
        CLASS_NAMES[one.cls],
        one.word,
        None,
        None,
        one.url,
        outcome_name(one.outcome.value, one.reason),
        one.posts,
        one.newest or "",
        STANDING_NAMES[one.standing],
        one.outlet,
        id,
        one.family,
    ]


def _account(one: Account) -> list[Cell]:
    place = "二维码" if one.place == "qr" else "链接"
    name = MEDIA_NAMES.get(one.platform, one.platform)
    return [name, one.name, f"{one.key}={one.number}", one.page, place, one.link, one.outlet]


def _others(found: Findings) -> Iterable[list[Cell]]:
    for gone in found.absent:
        state = (
            outcome_name(gone.outcome.value, gone.reason)
            if gone.outcome
            else REASONS.get(gone.reason, "未查看")
        )
        yield ["台账有、站内没有链接指向", gone.name, gone.url, state, gone.outlet]
    for doubt in found.doubts:
        yield ["看不清", doubt.name, doubt.url, outcome_name(doubt.outcome.value, doubt.reason), ""]
