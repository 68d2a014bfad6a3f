"""The head of a table on a sheet: one line or two, merged or not, below any title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import Fault, Grid, Place, Span
from crawler.register.books.words import close

SUBHEADS = frozenset(
    {"姓名", "职务", "手机号码", "手机", "手机号", "电话", "联系电话", "电话号码", "办公电话"}
)
"""What stands below 联系人 and 负责人."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid asked by place, merged areas looked through."""

    grid: Grid
    spans: Mapping[Place, Span]

    def heading(self, row: int, column: int) -> str:
        span = self.spans.get((row, column))
        value = self.grid.cells.get((span.top, span.left) if span else (row, column))
        return close(value) if isinstance(value, str) else ""

    def headings(self, row: int) -> dict[int, str]:
        """The texts that stand in the row itself, by column."""
        return {
            column: close(value) if isinstance(value, str) else ""
            for (at, column), value in sorted(self.grid.cells.items())
            if at == row
        }


@dataclass(frozen=True, slots=True)
class Head:
    """Where the rows begin, and which field each column holds. With ``faults`` no row is read;
    ``unknown`` are headings that nobody knows where the form may have them."""

    row: int
    columns: Mapping[int, Field]
    faults: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()


def sheet_of(grid: Grid, rows: int, columns: int) -> Sheet:
    """``grid`` with the merged area of each place, as far as a form reaches."""
    spans = {
        (row, column): span
        for span in grid.spans
        for row in range(span.top, min(span.bottom, span.top + rows) + 1)
        for column in range(span.left, min(span.right, span.left + columns) + 1)
    }
    return Sheet(grid, spans)


def head_at(sheet: Sheet, form: Form, row: int) -> Head | None:
    """The head that begins in ``row``, if one does."""
    single = sheet.headings(row)
    if not single:
        return None
    if _second_line(sheet, form, row, single):
        both = _both(sheet, form, row, single)
        if form.is_head(text for text, _ in both.values()):
            return _head(sheet, form, row + 1, both)
    if form.is_head(single.values()):
        return _head(sheet, form, row, {c: (text, (row, c)) for c, text in single.items()})
    return None


def _second_line(sheet: Sheet, form: Form, row: int, single: Mapping[int, str]) -> bool:
    """Whether the row below goes on with the head: both hold headings, and it holds nothing else.

    A title above a head of one line is one text, and no heading.
    """
    if len(set(single.values()) - {""}) < 2 or not any(map(form.called, single.values())):
        return False
    below = {c: text for c, text in sheet.headings(row + 1).items() if text}
    known = form.ignored | SUBHEADS
    return bool(below) and all(
        text in known or form.called(text) is not None for text in below.values()
    )


def _both(
    sheet: Sheet, form: Form, row: int, single: Mapping[int, str]
) -> dict[int, tuple[str, Place]]:
    """The heading of each column of a head in two lines, with the cell that it stands in."""
    below = sheet.headings(row + 1)
    found: dict[int, tuple[str, Place]] = {}
    top = ""
    for column in range(1, max((*single, *below), default=0) + 1):
        over = sheet.heading(row, column) or (top if below.get(column) else "")
        top = over
        under = below.get(column, "")
        if not over and not under:
            continue
        tried = [t for t in (over + under, f"{over}({under})", under, over) if t]
        known = next((t for t in tried if form.called(t) is not None), under or over)
        found[column] = (known, (row + 1 if under else row, column))
    return found


def _head(sheet: Sheet, form: Form, row: int, texts: Mapping[int, tuple[str, Place]]) -> Head:
    columns: dict[int, Field] = {}
    faults: list[Fault] = []
    unknown: list[str] = []
    seen: dict[str, str] = {}
    person: Field | None = None
    for column, (text, place) in sorted(texts.items()):
        one = form.called(text)
        if one is None and text in SUBHEADS and person is not None:
            one = person  # a lone 手机号码 follows its person
        person = one if one is not None and one.wide else None
        if one is None and _foreign(text, form):
            where = sheet.grid.address(*place)
            if form.strict:
                faults.append(Fault(where, _foreign_said(text, form)))
            unknown.append(text)
        elif one is not None and one.key in seen and not one.wide:
            twice = "有两栏" if seen[one.key] == text else "与另一栏重复"
            where = sheet.grid.address(*place)
            faults.append(Fault(where, f"表头“{text}”{twice}，请留一栏"))
        elif one is not None:
            span = sheet.spans.get((row, column)) if one.wide else None
            seen.setdefault(one.key, text)
            columns |= dict.fromkeys(range(column, (span.right if span else column) + 1), one)
    if missing := form.missing(columns):
        said = f"表头缺少“{'”“'.join(missing)}”一栏，没有内容的栏也要保留"
        faults.append(Fault(sheet.grid.address(row, 1), said))
    return Head(row, columns, tuple(faults), tuple(unknown))


def _foreign(text: str, form: Form) -> bool:
    return bool(text) and re.sub(r"\(.*\)", "", text) not in form.ignored


def _foreign_said(text: str, form: Form) -> str:
    known = "、".join(one.title for one in form.fields)
    return f"表头“{text[:20]}”不认识；只可以有：{known}；只给人看的内容请放在“备注”栏"
