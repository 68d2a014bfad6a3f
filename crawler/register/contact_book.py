"""The 通讯录 that a clerk keeps (单位, 角色, 姓名, 手机, 邮箱, 起, 止): its form, and its rows as people.
Pure.

What cannot be understood is a fault with its cell; a book with a fault is never half taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crawler.model import Addressee
from crawler.register.books.bounds import BadWorkbook
from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import Fault, Grid
from crawler.register.books.line import Line
from crawler.register.books.lines import Table, read_table
from crawler.register.books.words import chosen, close
from crawler.register.catalogue import MAIL, ROLES
from crawler.register.contacts import phone_in, without_phones

SHEET = "通讯录"
FORM = Form(
    SHEET,
    (
        Field("unit", ("单位", "单位名称", "部门", "所属单位", "责任单位"), needed=True, shared=True),
        Field("role", ("角色", "人员类别", "类型"), needed=True, shared=True),
        Field("name", ("姓名", "联系人姓名"), needed=True),
        Field("phone", ("手机", "手机号码", "手机号", "电话", "联系电话", "电话号码", "联系方式"), needed=True),
        Field("email", ("邮箱", "电子邮箱", "电子邮件", "邮箱地址", "email", "Email", "E-mail"), needed=True),
        Field("since", ("起", "起始日期", "开始日期", "任职起", "自"), needed=True),
        Field("until", ("止", "截止日期", "终止日期", "结束日期", "任职止", "至"), needed=True),
    ),
    marks=(frozenset({"name", "unit", "role"}),),
)  # fmt: skip
HEADS: Mapping[str, str] = {one.title: one.key for one in FORM.fields}
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
OPEN_ENDS = frozenset({"至今", "今", "长期", "现在", "在任", "无期限"})
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
    """All lines of the sheet; with ``faults`` nothing may be taken. ``whole``: who is not listed is
    taken out of a unit that is. ``notes`` say what was left out."""

    rows: tuple[BookRow, ...]
    faults: tuple[Fault, ...] = ()
    whole: bool = True
    notes: tuple[str, ...] = ()


def read_book(grids: Sequence[Grid]) -> ContactBook:
    """The lines of the sheet 通讯录, or of the only sheet that has its heading. Raises
    :class:`BadWorkbook` where there is no such sheet or no line in it."""
    named = [one for one in grids if close(one.name) == SHEET and not one.hidden]
    hidden = [one for one in grids if one.hidden]
    table = read_table([*named, *hidden] if named else grids, FORM)
    if not table.heads:
        raise BadWorkbook(_no_head(grids, bool(named)))
    rows = tuple(row for line in table.lines if (row := _row(line)) is not None)
    faults = table.every_fault()
    if not rows and not faults:
        raise BadWorkbook(f"工作表“{SHEET}”里没有填写任何人")
    return ContactBook(rows, (*faults, *_twice(rows)), not table.unseen, _notes(table))


def _no_head(grids: Sequence[Grid], named: bool) -> str:
    if named:
        return f"工作表“{SHEET}”没有表头，应有：{'、'.join(HEADS)}"
    names = "、".join(one.name[:20] for one in grids[:5])
    return f"没有名为“{SHEET}”的工作表（现有：{names}）；请用 gengxin contacts export 导出的表填写"


def _notes(table: Table) -> tuple[str, ...]:
    unseen = "有隐藏的行或工作表，无法断定谁不在表上，这次不停用任何人；请取消隐藏或删去后再导入"
    return (*table.notes, *([unseen] if table.unseen else []))


def _row(line: Line) -> BookRow | None:
    """The line as data; ``None`` for one whose faults were noted."""
    person = None if line.faults else _person(line)
    if person is None:
        return None
    return BookRow(line.at("name"), line.text("unit"), line.source("unit"), person)


def _person(line: Line) -> Addressee | None:
    if not line.text("unit"):
        line.fault("unit", "没有写单位；上下几行同一单位的，每行都写，或合并这一栏")
    role = chosen(line.text("role"), ROLES)
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


def _name(line: Line) -> str:
    name = re.sub(r"\s+", "", line.text("name"))
    if not name:
        line.fault("name", "没有写姓名")
    elif len(name) > LONGEST_NAME or re.search(r"[0-9@]", name):
        line.fault("name", "姓名里只写姓名，手机和邮箱各填各栏")
    return name


def _phone(line: Line) -> str:
    text = line.text("phone")
    phone = phone_in(text) if text else ""
    if phone is None:
        line.fault("phone", "不是完整的电话号码：手机 11 位，座机如 0591-12345678，一格只写一个")
    return phone or ""


def _email(line: Line) -> str:
    """Address books of mail programs write ``mailto:`` in front, input methods ``。`` for the
    point."""
    email = re.sub(r"^mailto:\s*", "", line.text("email"), flags=re.I).replace("。", ".")
    if email and not (MAIL.fullmatch(email) and len(email) <= 254 and ".." not in email):
        line.fault("email", "不是邮箱地址：应像 name@example.org，一格只写一个")
    return email


def _day(line: Line, key: str) -> date | None:
    text = close(line.text(key))
    if not text or (text in OPEN_ENDS and key == "until"):
        return None
    raw = next(iter(line.values(key)), None)
    value: object = raw.date() if isinstance(raw, datetime) else raw
    if not isinstance(value, date):
        found = DAY.fullmatch(text)
        try:
            value = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            value = None
    if not isinstance(value, date) or value.year not in YEARS:
        number = "是数字，" if isinstance(raw, int | float) else ""
        line.fault(key, f"{number}不是日期：写成 2020-07-01，或设为日期格式；没有期限的留空")
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
