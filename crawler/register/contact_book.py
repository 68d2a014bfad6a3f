"""The 通讯录 that a clerk keeps (one sheet: 单位, 角色, 姓名, 手机, 邮箱, 起, 止): grids -> rows with addresses.
Pure.

What cannot be understood is a fault with its cell; a book with a fault is never half taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from crawler.model import Addressee
from crawler.register.catalogue import MAIL, ROLES
from crawler.register.contacts import phone_in, plain_number, without_phones
from crawler.register.survey_rows import Fault
from crawler.register.workbook import BadWorkbook, Formula, Grid, Span, Value

SHEET = "通讯录"
HEADS: Mapping[str, str] = {
    "单位": "unit", "角色": "role", "姓名": "name", "手机": "phone", "邮箱": "email", "起": "since", "止": "until",
}  # fmt: skip
IGNORED = frozenset({"序号", "备注", ""})
"""Headings of columns that a clerk may keep for himself."""
HEAD_WITHIN = 10
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
YEARS = range(2000, 2101)
LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class BookRow:
    """One line: ``cell`` is the address of its name, ``unit_cell`` that of its unit."""

    cell: str
    unit: str
    unit_cell: str
    person: Addressee


@dataclass(frozen=True, slots=True)
class ContactBook:
    """All lines of the sheet; with ``faults`` nothing may be taken."""

    rows: tuple[BookRow, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _ContactLine:
    """The cells of one row by field, and what is wrong with them as it comes up."""

    grid: Grid
    row: int
    columns: Mapping[str, int]
    cells: dict[str, Value | Formula | None]
    faults: list[Fault]

    def at(self, field: str) -> str:
        return self.grid.address(self.row, self.columns[field])

    def fault(self, field: str, sentence: str) -> None:
        self.faults.append(Fault(self.at(field), sentence))

    def text(self, field: str) -> str:
        value = self.cells[field]
        if value is None or isinstance(value, Formula):
            return ""
        if isinstance(value, datetime | date):
            return f"{value:%Y-%m-%d}"
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return " ".join(_flat(plain_number(value) if number else str(value)).split())


def read_book(grids: tuple[Grid, ...]) -> ContactBook:
    """The lines of the sheet 通讯录. Raises :class:`BadWorkbook` where there is no such sheet or no
    line in it."""
    grid = next((one for one in grids if _flat(one.name).strip() == SHEET), None)
    if grid is None:
        names = "、".join(one.name[:20] for one in grids[:5])
        raise BadWorkbook(
            f"没有名为“{SHEET}”的工作表（现有：{names}）；请用 gengxin contacts export 导出的表填写"
        )
    head = _head(grid)
    if head is None:
        raise BadWorkbook(f"工作表“{SHEET}”前 {HEAD_WITHIN} 行没有表头，应有：{'、'.join(HEADS)}")
    row, columns, faults = head
    if faults:
        return ContactBook((), tuple(faults))
    rows = tuple(
        one for at in _rows_after(grid, row) if (one := _row(grid, at, columns, faults)) is not None
    )
    if not rows and not faults:
        raise BadWorkbook(f"工作表“{SHEET}”里没有填写任何人")
    return ContactBook(rows, (*faults, *_twice(rows)))


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _heading(value: Value | Formula | None) -> str:
    return re.sub(r"\s+", "", _flat(value)) if isinstance(value, str) else ""


def _head(grid: Grid) -> tuple[int, dict[str, int], list[Fault]] | None:
    """The row of headings, the column of each field, and what is missing, twice or unknown."""
    for row in range(1, HEAD_WITHIN + 1):
        found = {column: _heading(value) for (at, column), value in grid.cells.items() if at == row}
        if len(set(found.values()) & set(HEADS)) < 3:
            continue
        faults, columns = [], {}
        for column, text in sorted(found.items()):
            if text in HEADS and HEADS[text] in columns:
                faults.append(Fault(grid.address(row, column), f"表头“{text}”有两栏，请留一栏"))
            elif text in HEADS:
                columns[HEADS[text]] = column
            elif text not in IGNORED:
                known = "、".join((*HEADS, "序号", "备注"))
                faults.append(
                    Fault(grid.address(row, column), f"表头“{text[:20]}”不认识；只可以有：{known}")
                )
        missing = [name for name, field in HEADS.items() if field not in columns]
        if missing:
            faults.append(
                Fault(grid.address(row, 1), f"表头缺少“{'”“'.join(missing)}”，没有内容的栏也要保留")
            )
        return row, columns, faults
    return None


def _rows_after(grid: Grid, head: int) -> list[int]:
    return sorted({row for row, _ in grid.cells if row > head})


def _row(grid: Grid, row: int, columns: Mapping[str, int], faults: list[Fault]) -> BookRow | None:
    """The line as data; ``None`` for an empty one, and for one whose faults were noted."""
    cells = {field: grid.cells.get((row, column)) for field, column in columns.items()}
    if all(value is None for value in cells.values()):
        return None
    line = _ContactLine(grid, row, columns, cells, [])
    unit_cell = _merged(line)
    person = _person(line)
    faults += line.faults
    return (
        None if person is None else BookRow(line.at("name"), line.text("unit"), unit_cell, person)
    )


def _merged(line: _ContactLine) -> str:
    """The address of the unit's name: a cell merged over the rows of its people speaks for all of
    them."""
    unit_cell = line.at("unit")
    for field, column in line.columns.items():
        span = _span(line.grid, line.row, column)
        if span is None:
            continue
        if field == "unit" and span.left == span.right:
            line.cells["unit"] = line.grid.cells.get((span.top, span.left))
            unit_cell = line.grid.address(span.top, span.left)
        else:
            line.fault(field, "是合并单元格，请取消合并后逐行填写（只有“单位”一栏可以上下合并）")
    return unit_cell


def _span(grid: Grid, row: int, column: int) -> Span | None:
    return next(
        (s for s in grid.spans if s.top <= row <= s.bottom and s.left <= column <= s.right), None
    )


def _person(line: _ContactLine) -> Addressee | None:
    for field, value in line.cells.items():
        if isinstance(value, Formula):
            line.fault(field, "是公式，请改成文字")
    if line.faults:
        return None
    if not line.text("unit"):
        line.fault("unit", "没有写单位；上下几行同一单位的，每行都写，或合并这一栏")
    role = ROLES.get(line.text("role"))
    if role is None:
        line.fault("role", f"角色只填：{'、'.join(ROLES)}")
    name, phone, email = _name(line), _phone(line), _email(line)
    since, until = _day(line, "since"), _day(line, "until")
    if since and until and until < since:
        line.fault("until", f"止（{until}）早于起（{since}）")
    if not line.faults and not phone and not email:
        line.fault("email", "手机和邮箱至少填一项")
    return (
        None if line.faults or role is None else Addressee(role, email, name, phone, since, until)
    )


def _name(line: _ContactLine) -> str:
    name = re.sub(r"\s+", "", line.text("name"))
    if not name:
        line.fault("name", "没有写姓名")
    elif len(name) > LONGEST_NAME or re.search(r"[0-9@]", name):
        line.fault("name", "姓名里只写姓名，手机和邮箱各填各栏")
    return name


def _phone(line: _ContactLine) -> str:
    text = line.text("phone")
    phone = phone_in(text) if text else ""
    if phone is None:
        line.fault("phone", "不是完整的电话号码：手机 11 位，座机如 0591-12345678，一格只写一个")
    return phone or ""


def _email(line: _ContactLine) -> str:
    email = line.text("email")
    if email and not (MAIL.fullmatch(email) and len(email) <= 254 and ".." not in email):
        line.fault("email", "不是邮箱地址：应像 name@example.org，一格只写一个")
    return email


def _day(line: _ContactLine, field: str) -> date | None:
    value, text = line.cells[field], line.text(field)
    if not text:
        return None
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        found = DAY.fullmatch(text)
        try:
            value = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            value = None
    if not isinstance(value, date) or value.year not in YEARS:
        line.fault(field, "不是日期：写成 2020-07-01，或设为日期格式；没有期限的留空")
        return None
    return value


def _twice(rows: tuple[BookRow, ...]) -> Iterator[Fault]:
    """The same person in the same post on the same days."""
    seen: dict[tuple[object, ...], list[BookRow]] = {}
    for row in rows:
        key = (row.unit, row.person.role, row.person.name)
        for other in seen.get(key, []):
            if _overlap(row.person, other.person):
                yield Fault(
                    row.cell, f"与 {other.cell} 是同一人同一角色，起止日期重叠，请合并成一行"
                )
                break
        seen.setdefault(key, []).append(row)


def _overlap(one: Addressee, other: Addressee) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def shown(text: str) -> str:
    """What a cell of names holds, for a sentence: short, without phone numbers."""
    return without_phones(text)[:40]
