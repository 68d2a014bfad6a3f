"""The 栏目维护分工表 that a clerk keeps: grids -> rows with addresses. Pure.

What cannot be understood is a fault with its cell; a book with a fault is never half taken. A sheet
with the column 是否纳入 is a proposal (``gengxin discover``): it adds and changes, and says nothing of
the columns that it does not list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from crawler.model import CLASS_NAMES, PURPOSE_NAMES, ColumnClass, Purpose
from crawler.register.contacts import plain_number
from crawler.register.survey_rows import Fault
from crawler.register.workbook import BadWorkbook, Formula, Grid, Value

MOST_ROWS = 20_000
HEAD_WITHIN = 10
HEADS: Mapping[str, str] = {
    "编号": "id", "栏目编号": "id", "台账编号": "id", "建议编号": "proposed", "是否纳入": "wanted", "一级栏目": "first",
    "二级栏目": "second", "三级及以下栏目": "rest", "三级栏目": "rest", "栏目名称": "name", "栏目": "name", "层级": "level",
    "类别": "cls", "类别(建议)": "cls", "责任单位": "lead", "责任单位(牵头)": "lead", "牵头单位": "lead", "协同单位": "others",
    "协办单位": "others", "栏目网址": "url", "网址": "url", "栏目地址": "url", "地址": "url", "更新要求": "purpose",
    "条数下限": "floor", "读取方式": "render", "站点": "site", "仅限单位": "only", "所属单位唯一": "only",
}  # fmt: skip
NEEDED: Mapping[str, str] = {
    "name": "栏目名称",
    "cls": "类别",
    "lead": "责任单位",
    "url": "栏目网址",
}
IGNORED = frozenset(
    {
        "序号",
        "备注",
        "类别依据",
        "读取结果",
        "首页条数",
        "最新日期",
        "与台账比对",
        "建站系统",
        "登记在",
    }
)
"""Headings of columns that tell a person something and the catalogue nothing."""
SHARED = frozenset({"first", "second", "rest", "lead", "others", "cls", "purpose", "site", "only"})
"""Fields whose cell may be merged over several rows."""
CLASSES: Mapping[str, ColumnClass] = {
    **{name: one for one, name in CLASS_NAMES.items()}, "动态": ColumnClass.NEWS, "要闻": ColumnClass.NEWS,
    "动态、要闻": ColumnClass.NEWS, "通知": ColumnClass.NOTICE, "公告": ColumnClass.NOTICE, "政策": ColumnClass.POLICY,
    "其它": ColumnClass.OTHER, "信息公开": ColumnClass.DISCLOSURE,
}  # fmt: skip
BY_CLASS = "按类别"
PURPOSES: Mapping[str, Purpose] = {
    BY_CLASS: Purpose.NONE,
    **{name: one for one, name in PURPOSE_NAMES.items()},
}
ANYBODY = "不限"
"""What 仅限单位 says of a column in which any unit's posts may stand; empty leaves it as it is."""
RENDERS: Mapping[str, str] = {"普通": "plain", "浏览器": "browser"}
YES, NO = ("是", "√", "✓", "✔"), ("否", "×", "✗")
DISARMED = re.compile(r"'[=+\-@]")
"""How our own export wrote a name that a spreadsheet would have computed."""
ID = re.compile(r"[\w.-]{1,64}")
SEVERAL = re.compile(r"[、，,;；/\s]+")
FOOT = ("注:", "注：", "说明", "填表人", "联系电话", "合计")
LONGEST_NAME, LONGEST_PATH, LONGEST_URL = 200, 300, 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column as the sheet has it. ``cell`` is the address of its name; ``None`` is what the
    sheet leaves open.

    ``units`` are names as written, the lead first; ``only`` too, empty for 不限. ``proposed`` is the
    id that a proposal sheet suggests.
    """

    cell: str
    name: str
    path: str
    cls: ColumnClass
    url: str | None
    url_cell: str
    units: tuple[str, ...]
    unit_cell: str
    id: str = ""
    id_cell: str = ""
    proposed: str = ""
    site: str = ""
    site_cell: str = ""
    level: int | None = None
    floor: int | None = None
    render: str | None = None
    purpose: Purpose | None = None
    only: str | None = None
    only_cell: str = ""

    @property
    def full_path(self) -> str:
        """The path down to the column itself: a sheet may leave its own name out."""
        return (
            self.path if self.path.rpartition("/")[2] == self.name else f"{self.path}/{self.name}"
        )


@dataclass(frozen=True, slots=True)
class ColumnBook:
    """All rows of a workbook; with ``faults`` nothing may be taken. ``whole``: what it does not
    list is retired.

    ``left_out`` counts rows marked 否, ``ignored`` names sheets that hold no columns.
    """

    rows: tuple[ColumnRow, ...]
    faults: tuple[Fault, ...] = ()
    whole: bool = True
    left_out: int = 0
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sheet:
    grid: Grid
    head: int
    columns: dict[str, int]
    merged: dict[tuple[int, int], tuple[int, int]]
    faults: list[Fault]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a sheet, asked by field."""

    sheet: _Sheet
    row: int

    def at(self, field: str) -> str:
        return self.sheet.grid.address(
            self.row, self.sheet.columns.get(field, self.sheet.columns["name"])
        )

    def fault(self, field: str, sentence: str) -> None:
        self.sheet.faults.append(Fault(self.at(field), sentence))

    def value(self, field: str) -> Value | Formula | None:
        column = self.sheet.columns.get(field)
        if column is None:
            return None
        place = self.sheet.merged.get((self.row, column), (self.row, column))
        return self.sheet.grid.cells.get(place)

    def text(self, field: str) -> str:
        value = self.value(field)
        if value is None or isinstance(value, Formula):
            return ""
        if isinstance(value, datetime | date):
            return f"{value:%Y-%m-%d}"
        number = isinstance(value, int | float) and not isinstance(value, bool)
        said = " ".join(_flat(plain_number(value) if number else str(value)).split())
        return said[1:] if DISARMED.match(said) else said


def read_columns(grids: tuple[Grid, ...]) -> ColumnBook:
    """The columns of every sheet that has their heading. Raises :class:`BadWorkbook` where no sheet
    has."""
    sheets = [(grid, _sheet(grid)) for grid in grids]
    found = [sheet for _, sheet in sheets if sheet is not None]
    if not found:
        names = "、".join(grid.name[:20] for grid in grids[:5])
        raise BadWorkbook(
            f"没有一张工作表是栏目维护分工表（现有：{names}）；表头应有：{'、'.join(NEEDED.values())}，"
            "可用 gengxin columns export 导出的表填写"
        )
    rows = tuple(row for sheet in found for row in _rows(sheet))
    faults = tuple(fault for sheet in found for fault in sheet.faults)
    if not rows and not faults and not any(sheet.left_out for sheet in found):
        raise BadWorkbook("表里没有填写任何栏目")
    return ColumnBook(
        rows,
        (*faults, *_twice(rows)),
        whole=not any("wanted" in sheet.columns for sheet in found),
        left_out=sum(sheet.left_out for sheet in found),
        ignored=tuple(grid.name for grid, sheet in sheets if sheet is None),
    )


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _heading(value: object) -> str:
    return re.sub(r"\s+", "", _flat(value)) if isinstance(value, str) else ""


def _sheet(grid: Grid) -> _Sheet | None:
    """The sheet with its head, or nothing where it has none; a bad head is a fault and leaves no
    rows to read."""
    for row in range(1, HEAD_WITHIN + 1):
        texts = {column: _heading(value) for (at, column), value in grid.cells.items() if at == row}
        fields = {HEADS[text] for text in texts.values() if text in HEADS}
        if "name" in fields and fields & {"cls", "lead"}:
            return _headed(grid, row, texts)
    return None


def _headed(grid: Grid, row: int, texts: Mapping[int, str]) -> _Sheet:
    sheet = _Sheet(grid, row, {}, _merged(grid), [])
    for column, text in sorted(texts.items()):
        field = HEADS.get(text)
        where = grid.address(row, column)
        if field is None and text not in IGNORED:
            sheet.faults.append(
                Fault(where, f"表头“{text[:20]}”不认识；只要给人看的内容请放在“备注”")
            )
        elif field in sheet.columns:
            sheet.faults.append(Fault(where, f"表头“{text}”与另一栏重复，请留一栏"))
        elif field is not None:
            sheet.columns[field] = column
    missing = [name for field, name in NEEDED.items() if field not in sheet.columns]
    if missing:
        sheet.faults.append(
            Fault(grid.address(row, 1), f"表头缺少“{'”“'.join(missing)}”，没有内容的栏也要保留")
        )
    return sheet


def _merged(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """The place that speaks for each cell of a merged area."""
    found = {}
    for span in grid.spans:
        for row in range(span.top, min(span.bottom, span.top + MOST_ROWS) + 1):
            for column in range(span.left, min(span.right, span.left + 100) + 1):
                found[row, column] = (span.top, span.left)
    return found


def _rows(sheet: _Sheet) -> Iterator[ColumnRow]:
    if sheet.faults:
        return
    for row in sorted({row for row, _ in sheet.grid.cells if row > sheet.head}):
        line = _Line(sheet, row)
        if any(
            (row, column) in sheet.grid.cells for column in sheet.columns.values()
        ) and not _foot(line):
            found = _row(line)
            if found is not None:
                yield found


def _foot(line: _Line) -> bool:
    first = next((line.sheet.grid.cells[key] for key in _cells(line)), None)
    return isinstance(first, str) and first.strip().startswith(FOOT) and not line.text("url")


def _cells(line: _Line) -> list[tuple[int, int]]:
    wide = range(1, max(line.sheet.columns.values()) + 1)
    return [(line.row, column) for column in wide if (line.row, column) in line.sheet.grid.cells]


def _row(line: _Line) -> ColumnRow | None:
    """The line as data; ``None`` for one that is left out, and for one whose faults were noted."""
    before = len(line.sheet.faults)
    _check_cells(line)
    if len(line.sheet.faults) > before or not _wanted(line):
        return None
    name = line.text("name")
    path = (
        "/".join(part for field in ("first", "second", "rest") if (part := line.text(field)))
        or name
    )
    if not name:
        line.fault("name", "没有写栏目名称")
    elif len(name) > LONGEST_NAME or len(path) + len(name) + 1 > LONGEST_PATH:
        line.fault(
            "name",
            f"栏目名称或层级路径太长（名称最多 {LONGEST_NAME} 字，路径最多 {LONGEST_PATH} 字）",
        )
    cls = _cls(line)
    row = ColumnRow(
        line.at("name"),
        name,
        path,
        cls or ColumnClass.OTHER,
        _url(line),
        line.at("url"),
        _units(line),
        line.at("lead"),
        id=_id(line, "id"),
        id_cell=line.at("id"),
        proposed=_id(line, "proposed"),
        site=line.text("site"),
        site_cell=line.at("site"),
        level=_number(line, "level", 1, 9),
        floor=_number(line, "floor", 0, 1000),
        render=_chosen(line, "render", RENDERS),
        purpose=_chosen(line, "purpose", PURPOSES),
        only=_only(line),
        only_cell=line.at("only"),
    )
    return row if len(line.sheet.faults) == before else None


def _check_cells(line: _Line) -> None:
    for field, column in line.sheet.columns.items():
        if isinstance(line.value(field), Formula):
            line.fault(field, "是公式，请改成文字")
        held = line.sheet.merged.get((line.row, column))
        if held is not None and (
            held[1] != column or (field not in SHARED and held[0] != line.row)
        ):
            line.fault(field, "是合并单元格，请取消合并后逐行填写")


def _wanted(line: _Line) -> bool:
    """Whether the row is to be taken: a proposal says so of each."""
    if "wanted" not in line.sheet.columns:
        return True
    said = line.text("wanted")
    if said in NO:
        line.sheet.left_out += 1
    elif said not in YES:
        line.fault("wanted", "“是否纳入”没有填，请填“是”或“否”")
    return said in YES


def _cls(line: _Line) -> ColumnClass | None:
    said = line.text("cls")
    found = CLASSES.get(said.removesuffix("类"))
    if found is None:
        line.fault("cls", f"类别只填：{'、'.join(CLASS_NAMES.values())}")
    return found


def _url(line: _Line) -> str | None:
    said = line.text("url")
    if said and (len(said) > LONGEST_URL or not re.fullmatch(r"https?://\S+", said)):
        line.fault("url", "不是网址：应以 http:// 或 https:// 开头，一格只写一个；还没有网址的留空")
    return said or None


def _units(line: _Line) -> tuple[str, ...]:
    names = [
        name for field in ("lead", "others") for name in SEVERAL.split(line.text(field)) if name
    ]
    if len(names) > len(set(names)):
        line.fault("lead", "同一个单位写了两次")
    return tuple(names)


def _only(line: _Line) -> str | None:
    """The one unit whose posts the column can hold, as written; empty for 不限, ``None`` where the
    sheet leaves it open."""
    said = line.text("only")
    if not said:
        return None
    if len([name for name in SEVERAL.split(said) if name]) > 1:
        line.fault("only", f"“仅限单位”只写一个单位；几个单位都可能发布的栏目填“{ANYBODY}”或留空")
    return "" if said == ANYBODY else said


def _id(line: _Line, field: str) -> str:
    said = line.text(field)
    if said and not ID.fullmatch(said):
        line.fault(field, "编号只用字母、数字、点、横线，最多 64 个；新栏目可以留空")
    return said


def _number(line: _Line, field: str, least: int, most: int) -> int | None:
    said = line.text(field)
    if not said:
        return None
    if not (re.fullmatch(r"[0-9]{1,4}", said) and least <= int(said) <= most):
        line.fault(field, f"应是 {least} 到 {most} 的整数，或留空")
        return None
    return int(said)


def _chosen(line: _Line, field: str, known: Mapping[str, T]) -> T | None:
    said = line.text(field)
    if said and said not in known:
        more = (
            "；更新时限由类别决定，在 config.yaml 的 monitor.rules 里改"
            if field == "purpose"
            else ""
        )
        line.fault(field, f"只填：{'、'.join(known)}，或留空{more}")
    return known.get(said)


def _twice(rows: tuple[ColumnRow, ...]) -> Iterator[Fault]:
    """The same id, address or path in two rows."""
    for what, shown in (("id", "编号"), ("url", "网址"), ("path", "层级和名称")):
        seen: dict[object, str] = {}
        for row in rows:
            key = (row.path, row.name, row.site) if what == "path" else getattr(row, what)
            if key and key in seen:
                yield Fault(row.cell, f"与 {seen[key]} 的{shown}相同，同一栏目只填一行")
            elif key:
                seen[key] = row.cell
