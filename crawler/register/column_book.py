"""The 栏目维护分工表 that a clerk keeps: its form, and its rows as columns. Pure.

What cannot be understood is a fault with its cell; a book with a fault is never half taken. A sheet
with the column 是否纳入 is a proposal (``gengxin discover``): it adds and changes, and says nothing of
the columns that it does not list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crawler.model import CLASS_NAMES, PURPOSE_NAMES, ColumnClass, Purpose
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.forms import OWN_NOTES, Field, Form
from crawler.register.books.grid import Fault, Grid
from crawler.register.books.line import Line
from crawler.register.books.lines import Table, read_table
from crawler.register.books.words import chosen, close

MOST_ROWS = 20_000
FORM = Form(
    "栏目维护分工表",
    (
        Field("id", ("编号", "栏目编号", "台账编号")),
        Field("proposed", ("建议编号",)),
        Field("wanted", ("是否纳入",)),
        Field("first", ("一级栏目",), shared=True),
        Field("second", ("二级栏目",), shared=True),
        Field("rest", ("三级及以下栏目", "三级栏目"), shared=True),
        Field("name", ("栏目名称", "栏目"), needed=True),
        Field("level", ("层级",)),
        Field("cls", ("类别", "类别(建议)", "栏目类别"), needed=True, shared=True),
        Field("lead", ("责任单位", "责任单位(牵头)", "牵头单位", "维护单位"), needed=True, shared=True),
        Field("others", ("协同单位", "协办单位", "配合单位"), shared=True),
        Field("url", ("栏目网址", "网址", "栏目地址", "地址", "栏目链接", "链接"), needed=True),
        Field("purpose", ("更新要求",), shared=True),
        Field("floor", ("条数下限",)),
        Field("render", ("读取方式",)),
        Field("site", ("站点", "所属站点"), shared=True),
        Field("only", ("仅限单位", "所属单位唯一"), shared=True),
    ),
    marks=(frozenset({"name"}), frozenset({"cls", "lead"})),
    least=2,
    ignored=OWN_NOTES | {"类别依据", "读取结果", "首页条数", "最新日期", "与台账比对", "建站系统", "登记在"},
)  # fmt: skip
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
ADDRESS_LIKE = re.compile(r"[A-Za-z0-9-]\.[A-Za-z]{2}|//")
YES, NO = ("是", "√", "✓", "✔"), ("否", "×", "✗")
ID = re.compile(r"[\w.-]{1,64}")
SEVERAL = re.compile(r"[、，,;；/\s]+")
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
    list is retired; ``proposed``: it never said that it lists everything.

    ``left_out`` counts rows marked 否, ``ignored`` names sheets that hold no columns, ``notes`` say
    what else was not read.
    """

    rows: tuple[ColumnRow, ...]
    faults: tuple[Fault, ...] = ()
    whole: bool = True
    left_out: int = 0
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proposed: bool = False


def read_columns(grids: Sequence[Grid]) -> ColumnBook:
    """The columns of every sheet that has their heading. Raises :class:`BadWorkbook` where no sheet
    has."""
    table = read_table(grids, FORM)
    if not table.heads:
        names = "、".join(grid.name[:20] for grid in grids[:5])
        needed = "、".join(one.title for one in FORM.fields if one.needed)
        raise BadWorkbook(
            f"没有一张工作表是{FORM.title}（现有：{names}）；表头应有：{needed}，"
            "可用 gengxin columns export 导出的表填写"
        )
    asked = [line for line in table.lines if _wanted(line)]
    rows = tuple(row for line in asked if (row := _row(line)) is not None)
    left_out = sum(line.text("wanted") in NO for line in table.lines if line.has("wanted"))
    faults = table.every_fault()
    if not rows and not faults and not left_out:
        raise BadWorkbook("表里没有填写任何栏目")
    proposed = "wanted" in table.keys
    return ColumnBook(
        rows,
        (*faults, *_twice(rows)),
        whole=not proposed and not table.unseen,
        left_out=left_out,
        ignored=table.ignored,
        notes=_notes(table),
        proposed=proposed,
    )


def _notes(table: Table) -> tuple[str, ...]:
    unseen = (
        "有隐藏的行或工作表，无法断定哪些栏目不在表上，这次不停用任何栏目；请取消隐藏或删去后再导入"
    )
    return (*table.notes, *([unseen] if table.unseen else []))


def _row(line: Line) -> ColumnRow | None:
    """The line as data; ``None`` for one whose faults were noted."""
    if line.faults:
        return None
    name = line.text("name")
    parts = [part for key in ("first", "second", "rest") if (part := _text(line, key))]
    path = "/".join(parts) or name
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
        id_cell=_at(line, "id"),
        proposed=_id(line, "proposed"),
        site=_text(line, "site"),
        site_cell=_at(line, "site"),
        level=_number(line, "level", 1, 9),
        floor=_number(line, "floor", 0, 1000),
        render=_chosen(line, "render", RENDERS),
        purpose=_chosen(line, "purpose", PURPOSES),
        only=_only(line),
        only_cell=_at(line, "only"),
    )
    return None if line.faults else row


def _text(line: Line, key: str) -> str:
    return line.text(key) if line.has(key) else ""


def _at(line: Line, key: str) -> str:
    """The field's cell; that of the name where the sheet has no such column."""
    return line.at(key if line.has(key) else "name")


def _wanted(line: Line) -> bool:
    """Whether the row is to be taken: a proposal says so of each."""
    if not line.has("wanted"):
        return True
    said = close(line.text("wanted"))
    if said not in (*YES, *NO):
        line.fault("wanted", "“是否纳入”没有填，请填“是”或“否”")
    if said in NO:  # nobody asks what else is wrong with it
        line.faults.clear()
    return said in YES


def _cls(line: Line) -> ColumnClass | None:
    said = line.text("cls")
    found = chosen(said.removesuffix("类"), CLASSES)
    if found is None:
        line.fault("cls", f"类别只填：{'、'.join(CLASS_NAMES.values())}")
    return found


def _url(line: Line) -> str | None:
    """The address as written, or where the cell leads to when it is clicked and bears a name
    only."""
    said = line.text("url")
    if line.link("url") and not ADDRESS_LIKE.search(said):
        said = line.link("url")  # "点击打开" with the address behind it
    if said and (len(said) > LONGEST_URL or not re.fullmatch(r"https?://\S+", said)):
        line.fault("url", "不是网址：应以 http:// 或 https:// 开头，一格只写一个；还没有网址的留空")
    return said or None


def _units(line: Line) -> tuple[str, ...]:
    names = [name for key in ("lead", "others") for name in SEVERAL.split(_text(line, key)) if name]
    if len(names) > len(set(names)):
        line.fault("lead", "同一个单位写了两次")
    return tuple(names)


def _only(line: Line) -> str | None:
    """The one unit whose posts the column can hold, as written; empty for 不限, ``None`` where the
    sheet leaves it open."""
    said = _text(line, "only")
    if not said:
        return None
    if len([name for name in SEVERAL.split(said) if name]) > 1:
        line.fault("only", f"“仅限单位”只写一个单位；几个单位都可能发布的栏目填“{ANYBODY}”或留空")
    return "" if said == ANYBODY else said


def _id(line: Line, field: str) -> str:
    said = _text(line, field)
    if said and not ID.fullmatch(said):
        line.fault(field, "编号只用字母、数字、点、横线，最多 64 个；新栏目可以留空")
    return said


def _number(line: Line, field: str, least: int, most: int) -> int | None:
    said = _text(line, field)
    if not said:
        return None
    if not (re.fullmatch(r"[0-9]{1,4}", said) and least <= int(said) <= most):
        line.fault(field, f"应是 {least} 到 {most} 的整数，或留空")
        return None
    return int(said)


def _chosen(line: Line, field: str, known: Mapping[str, T]) -> T | None:
    said = _text(line, field)
    found = chosen(said, known)
    if said and found is None:
        more = (
            "；更新时限由类别决定，在 config.yaml 的 monitor.rules 里改"
            if field == "purpose"
            else ""
        )
        line.fault(field, f"只填：{'、'.join(known)}，或留空{more}")
    return found


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
