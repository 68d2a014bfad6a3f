"""The survey form 附件4 (政务新媒体情况调查表) as it is printed: grids of cells -> rows, each with its
addresses.

Pure. What cannot be understood is a fault with its cell; a form with a fault is never half taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from crawler.model import Contact, ContactRole
from crawler.reading.homes import home_of
from crawler.reading.media import MEDIA_NAMES, medium_called
from crawler.register.contacts import BadContact, contacts_in, plain_number, without_phones
from crawler.register.survey_rows import Fault, Survey, SurveyRow
from crawler.register.workbook import Formula, Grid, Span, Value

HEADS: Mapping[str, str] = {
    "序号": "number", "平台类型": "place", "账号名称": "name", "运营主体": "body", "网址": "link",
    "是否建立信息": "review", "联系人": "contact", "负责人": "leader",
}  # fmt: skip
HEAD_NAMES = {field: head for head, field in HEADS.items()} | {"link": "网址/二维码"}
NEEDED = ("place", "name")
SUBHEADS = frozenset({"姓名", "手机号码", "手机", "手机号", "电话", "联系电话"})
FOOT = ("填表人", "联系电话", "注", "备注")
YES = frozenset({"是", "有", "已建立", "建立", "已建", "√", "✓", "✔"})
NO = frozenset({"否", "无", "没有", "未建立", "未建", "×", "✗", "✘"})
URL = re.compile(r"https?://[^\s，。；、）)>\"']{4,400}", re.I)
BARE_URL = re.compile(
    r"(?<![\w.])(?:www\.|m\.)?(?:weibo\.com|weibo\.cn|mp\.weixin\.qq\.com)/[^\s，。；、）)]{2,300}"
)
LONGEST_NAME, LONGEST_LINK = 100, 400


@dataclass(slots=True)
class _Form:
    """The form that is being read on one sheet."""

    grid: Grid
    spans: Mapping[tuple[int, int], Span]
    unit: str = ""
    unit_cell: str = ""
    columns: dict[int, str] = field(default_factory=dict)
    rows: list[SurveyRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    heads: int = 0


def read_survey(grids: tuple[Grid, ...]) -> Survey:
    """The rows of every form in ``grids``. A workbook without any form has no rows and no forms."""
    forms = [_sheet(grid) for grid in grids]
    filled = [form for form in forms if form.heads]
    return Survey(
        rows=tuple(row for form in filled for row in form.rows),
        faults=tuple(fault for form in filled for fault in form.faults),
        ignored=tuple(form.grid.name for form in forms if not form.heads),
        forms=sum(form.heads for form in filled),
    )


def flat(text: str) -> str:
    """Without blanks and line breaks, full-width forms made plain: what headings are compared
    by."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _sheet(grid: Grid) -> _Form:
    covered = {
        (row, column): span
        for span in grid.spans
        for row in range(span.top, min(span.bottom, span.top + 2000) + 1)
        for column in range(span.left, min(span.right, span.left + 40) + 1)
    }
    form = _Form(grid, covered)
    rows = sorted({row for row, _ in grid.cells})
    for row in rows:
        cells = {column: value for (at, column), value in grid.cells.items() if at == row}
        _row(form, row, {column: cells[column] for column in sorted(cells)})
    return form


def _row(form: _Form, row: int, cells: Mapping[int, Value | Formula]) -> None:
    texts = {column: flat(_text(value)) for column, value in cells.items()}
    first = next(iter(texts.values()), "")
    if any(text.startswith("单位名称") for text in texts.values()):
        _unit(form, row, cells, texts)
    elif _is_head(texts):
        form.heads += 1
        form.columns = _columns(form, row, texts)
        _check_head(form, row)
    elif form.columns and first.startswith(FOOT):
        form.columns, form.unit, form.unit_cell = {}, "", ""
    elif form.columns and not set(texts.values()) <= SUBHEADS:
        _account(form, row)


def _is_head(texts: Mapping[int, str]) -> bool:
    found = {
        field for text in texts.values() for head, field in HEADS.items() if text.startswith(head)
    }
    return bool(found & set(NEEDED)) and len(found) >= 3


def _check_head(form: _Form, row: int) -> None:
    missing = [HEAD_NAMES[one] for one in NEEDED if one not in form.columns.values()]
    if missing:
        where = form.grid.address(row, 1)
        form.faults.append(Fault(where, f"表头缺少“{'”“'.join(missing)}”一栏，请用附件4原表"))
        form.columns = {}


def _unit(
    form: _Form, row: int, cells: Mapping[int, Value | Formula], texts: Mapping[int, str]
) -> None:
    at = next(column for column, text in texts.items() if text.startswith("单位名称"))
    said = re.sub(r"^单位名称(?:\(盖章\))?[::]?", "", texts[at])
    said = said.partition("填表日期")[0]
    where = at
    if not said:
        later = [c for c, text in texts.items() if c > at and text]
        where = later[0] if later and not texts[later[0]].startswith("填表日期") else at
        said = texts[where] if where != at else ""
    form.unit, form.unit_cell = said, form.grid.address(row, where)
    form.columns = {}
    if isinstance(cells[where], Formula):
        form.faults.append(Fault(form.unit_cell, "单位名称是公式，请改成文字"))


def _columns(form: _Form, row: int, texts: Mapping[int, str]) -> dict[int, str]:
    """Which field each column holds: a merged head covers its columns, a lone 手机号码 follows its
    person."""
    columns: dict[int, str] = {}
    person = ""
    for column, text in texts.items():
        named = next((field for head, field in HEADS.items() if text.startswith(head)), "")
        if not named and text in SUBHEADS and person:
            named = person
        if not named:
            person = ""
            continue
        person = named if named in ("contact", "leader") else ""
        span = form.spans.get((row, column))
        for one in range(column, (span.right if span else column) + 1):
            columns[one] = named
    return columns


def _account(form: _Form, row: int) -> None:
    fields: dict[str, list[tuple[int, Value | Formula]]] = {}
    own, faults = False, len(form.faults)
    for column, name in form.columns.items():
        value, mine = _value(form, row, column, name)
        if value is not None and name != "number":
            fields.setdefault(name, []).append((column, value))
            own |= mine
    if not own:  # an empty line of the form, or the lower half of a tall one
        return
    made = _made(form, row, fields)
    if made is not None and len(form.faults) == faults:
        form.rows.append(made)


def _value(form: _Form, row: int, column: int, name: str) -> tuple[Value | Formula | None, bool]:
    """The cell's value, or that of the merged area it belongs to; and whether the row holds it
    itself."""
    span = form.spans.get((row, column))
    if span is None:
        return form.grid.cells.get((row, column)), True
    across = {form.columns.get(c) for c in range(span.left, span.right + 1)} - {name, None}
    value = form.grid.cells.get((span.top, span.left))
    if across and value is not None:
        if (row, column) == (span.top, span.left):
            names = "”“".join(HEAD_NAMES[one] for one in sorted({name, *(a for a in across if a)}))
            form.faults.append(
                Fault(form.grid.address(row, column), f"合并了“{names}”几栏，请取消合并后分别填写")
            )
            return value, True
        return None, False
    if column != span.left:
        return None, False
    return value, span.top == row


def _made(
    form: _Form, row: int, fields: Mapping[str, list[tuple[int, Value | Formula]]]
) -> SurveyRow | None:
    """The row as data; ``None``, and its faults noted, where a cell would have to be computed."""
    at = {name: form.grid.address(row, column) for column, name in reversed(form.columns.items())}
    at |= {name: form.grid.address(row, cells[0][0]) for name, cells in fields.items()}
    formulas = [
        name for name, cells in fields.items() if any(isinstance(v, Formula) for _, v in cells)
    ]
    if formulas:
        form.faults += [
            Fault(at[name], f"“{HEAD_NAMES[name]}”是公式，请改成文字或数字") for name in formulas
        ]
        return None
    texts = {name: [_text(value) for _, value in cells] for name, cells in fields.items()}
    said = {name: " ".join(" ".join(parts).split()) for name, parts in texts.items()}
    _check_texts(form, at, said)
    printed = said.get("place", "")
    platform = medium_called(flat(printed).lower())
    link, handle = _link(said.get("link", ""), platform)
    if link is None:
        form.faults.append(
            Fault(at["link"], f"网址不是{MEDIA_NAMES[platform]}的地址，与平台类型不符")
        )
    review = _review(said.get("review", ""))
    return SurveyRow(
        cell=at["name"],
        unit=form.unit,
        unit_cell=form.unit_cell,
        platform=platform,
        printed=printed[:100],
        name=without_phones(said.get("name", "")),
        body=without_phones(said.get("body", "")),
        link=link or "",
        handle=handle,
        review=review if isinstance(review, bool) else None,
        contacts=tuple(_people(form, at, texts)),
    )


def _check_texts(form: _Form, at: Mapping[str, str], said: Mapping[str, str]) -> None:
    """What must be filled in is, and what was filled in can be taken."""
    if not form.unit:
        form.faults.append(Fault(at["name"], "表上没有写单位名称，不知道是哪个单位的账号"))
    for name in NEEDED:
        if not said.get(name):
            form.faults.append(Fault(at[name], f"没有填“{HEAD_NAMES[name]}”"))
    for name in ("name", "body"):
        if len(said.get(name, "")) > LONGEST_NAME:
            form.faults.append(Fault(at[name], f"“{HEAD_NAMES[name]}”超过 {LONGEST_NAME} 个字"))
    if _review(said.get("review", "")) == "?":
        form.faults.append(Fault(at["review"], "“是否建立信息审核机制”只填“是”或“否”"))


def _people(
    form: _Form, at: Mapping[str, str], texts: Mapping[str, list[str]]
) -> Iterator[Contact]:
    for name, role in (("contact", ContactRole.CONTACT), ("leader", ContactRole.LEADER)):
        try:
            yield from contacts_in(texts.get(name, []), role)
        except BadContact as error:
            form.faults.append(Fault(at[name], f"“{HEAD_NAMES[name]}”{error}"))


def _review(text: str) -> bool | str | None:
    word = flat(text)
    if not word:
        return None
    return True if word in YES else False if word in NO else "?"


def _link(text: str, platform: str) -> tuple[str | None, Mapping[str, str]]:
    """The address and the ids in it; ``None`` for an address of another platform."""
    found = URL.search(text) or BARE_URL.search(text)
    if found is None:
        return without_phones(text)[:LONGEST_LINK], {}
    url = found[0] if found[0].lower().startswith("http") else f"https://{found[0]}"
    home = home_of(url)
    if home is None:
        return url[:LONGEST_LINK], {}
    if home.platform != platform and platform != "other":
        return None, {}
    return url[:LONGEST_LINK], home.handle if home.platform == platform else {}


def _text(value: Value | Formula) -> str:
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, datetime | date):
        return f"{value.year}-{value.month:02}-{value.day:02}"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return plain_number(value if isinstance(value, float) else str(value))
    return str(value)
