"""The rows of a form on the sheets of a workbook, each asked by field; what is no row of it is left
out and named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crawler.register.books.bounds import MOST_COLUMNS, MOST_LINES
from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import HIDDEN, Cell, CellPicture, Fault, Formula, Grid, Span
from crawler.register.books.heads import SUBHEADS, Head, Sheet, head_at, sheet_of
from crawler.register.books.words import clear, close, flat, has_none, said

NOTE = re.compile(
    r"(?:备?注|附?说明|填表说明|填报说明|填写说明|温馨提示)[::]|(?:备?注|说明)$|[※*＊]"
    r"|(?:填表人|填报人|联系电话|审核人|审批人|制表人?|经办人|单位负责人|填表日期)(?:[::]|$|\(|签)"
)
"""What forms print below their rows."""
NUMBERED = re.compile(r"(?:\(?[0-9一二三四五六七八九十]{1,3}[.、)])")
SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\))")
"""A heading between rows: 一、区直部门."""
SUM = re.compile(r"(?:小计|合计|总计|共计|累计|本页小计|本页合计)(?:$|[::(]|[0-9])")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a form. ``above`` is what the line of the unit says, with its cell."""

    sheet: Sheet
    form: Form
    row: int
    columns: Mapping[int, Field]
    above: tuple[str, str] = ("", "")
    faults: list[Fault] = field(default_factory=list)

    def has(self, key: str) -> bool:
        """Whether the table has the column at all."""
        return any(one.key == key for one in self.columns.values())

    def at(self, key: str) -> str:
        """The address of the field's cell: the first that is filled, else its first column's."""
        own = [c for c, one in self.columns.items() if one.key == key] or list(self.columns)
        filled = [c for c in own if self.cell(c) is not None]
        return self.sheet.grid.address(self.row, min(filled or own))

    def source(self, key: str) -> str:
        """The address of the cell that speaks for the field: that of a merged area where there is
        one."""
        column = next((c for c, one in self.columns.items() if one.key == key), 1)
        span = self.sheet.spans.get((self.row, column))
        return self.sheet.grid.address(*((span.top, span.left) if span else (self.row, column)))

    def fault(self, key: str, sentence: str) -> None:
        self.faults.append(Fault(self.at(key), sentence))

    def cell(self, column: int) -> Cell | None:
        """The cell's value, or that of the merged area it belongs to."""
        span = self.sheet.spans.get((self.row, column))
        if span is None:
            return self.sheet.grid.cells.get((self.row, column))
        return self.sheet.grid.cells.get((span.top, span.left)) if column == span.left else None

    def values(self, key: str) -> list[Cell]:
        """The filled cells of a field, in their order."""
        own = sorted(column for column, one in self.columns.items() if one.key == key)
        return [value for column in own if (value := self.cell(column)) is not None]

    def texts(self, key: str) -> list[str]:
        """What the field's cells say; nothing where they say 无 or ``/``."""
        empty = self.form.field(key).none_is_word
        found = [said(value) for value in self.values(key)]
        return [text for text in found if text and (empty or not has_none(text))]

    def text(self, key: str) -> str:
        return " ".join(self.texts(key))

    def written(self, key: str) -> str:
        """The same with its full-width forms as they were written: what is kept word by word."""
        texts = self.texts(key)
        raw = [clear(value) for value in self.values(key) if isinstance(value, str)]
        return " ".join(raw) if [flat(one) for one in raw] == texts else " ".join(texts)

    def codes(self, key: str) -> tuple[str, ...]:
        """What the QR codes of the field's pictures say."""
        return tuple(c for v in self.values(key) if isinstance(v, CellPicture) for c in v.codes)

    def link(self, key: str) -> str:
        """The address that the field's cell leads to when it is clicked."""
        for column, one in sorted(self.columns.items()):
            found = self.sheet.grid.links.get((self.row, column), "") if one.key == key else ""
            if found:
                return found
        return ""


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a form in a workbook. ``heads`` counts its tables, ``ignored`` names sheets
    without one. ``unseen``: rows were hidden, so that what is not listed may be listed all the
    same. ``notes`` say what was left out."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...] = ()
    heads: int = 0
    ignored: tuple[str, ...] = ()
    unseen: bool = False
    notes: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()

    def every_fault(self) -> tuple[Fault, ...]:
        """Those of heads and, once the rows were read as data, of their cells."""
        return (*self.faults, *(fault for line in self.lines for fault in line.faults))


@dataclass(slots=True)
class _SheetWalk:
    """One sheet on the way down."""

    sheet: Sheet
    form: Form
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    heads: int = 0
    keys: set[str] = field(default_factory=set)
    above: tuple[str, str] = ("", "")
    columns: Mapping[int, Field] = field(default_factory=dict)
    noted: bool = False

    def leave(self, why: str, row: int, text: str = "") -> None:
        shown = f"第 {row} 行{f'“{text[:20]}”' if text else ''}"
        self.left.setdefault(f"工作表“{self.sheet.grid.name[:20]}”{why}", []).append(shown)


def read_table(grids: Sequence[Grid], form: Form) -> Table:
    """The rows of every table of ``form`` that a person can see in ``grids``."""
    seen = [_walked(grid, form) for grid in grids if not grid.hidden]
    hidden = [grid.name for grid in grids if grid.hidden and _walked(grid, form).heads]
    tables = [walk for walk in seen if walk.heads]
    notes = [f"隐藏的工作表没有读：{'、'.join(name[:20] for name in hidden)}"] if hidden else []
    for walk in tables:
        notes += walk.sheet.grid.notes
        notes += [_told(why, rows) for why, rows in walk.left.items()]
        if walk.unknown and not form.strict:
            notes.append(f"不认识、没有读的栏：{'、'.join(t[:20] for t in walk.unknown)}")
    return Table(
        tuple(line for walk in tables for line in walk.lines),
        tuple(fault for walk in tables for fault in walk.faults),
        sum(walk.heads for walk in tables),
        tuple(walk.sheet.grid.name for walk in seen if not walk.heads),
        bool(hidden) or any(HIDDEN in walk.sheet.grid.left.values() for walk in tables),
        tuple(dict.fromkeys(notes)),
        frozenset(key for walk in tables for key in walk.keys),
    )


def _told(why: str, rows: Sequence[str]) -> str:
    more = f"等 {len(rows)} 行" if len(rows) > 10 else ""
    return f"{why}，没有读：{'、'.join(rows[:10])}{more}"


def _walked(grid: Grid, form: Form) -> _SheetWalk:
    walk = _SheetWalk(sheet_of(grid, MOST_LINES, MOST_COLUMNS), form)
    below = 0
    for row in sorted({row for row, _ in grid.cells}):
        if row <= below:
            continue
        if form.above and (found := _unit_line(walk, row)) is not None:
            walk.above, walk.columns = found, {}
        elif (head := head_at(walk.sheet, form, row)) is not None:
            _begin(walk, head)
            below = head.row
        elif walk.columns:
            _take(walk, row)
    return walk


def _begin(walk: _SheetWalk, head: Head) -> None:
    walk.heads += 1
    walk.noted = False
    walk.faults += head.faults
    walk.unknown += head.unknown
    walk.keys |= {one.key for one in head.columns.values()}
    walk.columns = {} if head.faults else head.columns


def _unit_line(walk: _SheetWalk, row: int) -> tuple[str, str] | None:
    """What stands behind 单位名称, in its own cell or the next one."""
    grid, mark = walk.sheet.grid, walk.form.above
    cells = {c: value for (at, c), value in sorted(grid.cells.items()) if at == row}
    at = next((c for c, v in cells.items() if close(said(v)).startswith(mark)), 0)
    if not at:
        return None
    text = re.sub(rf"^{mark}(?:\(.{{0,8}}\))?[::]?", "", close(said(cells[at])))
    text = text.partition("填表日期")[0]
    where = at
    if not text:
        where = next((c for c in cells if c > at), at)
        text = close(said(cells[where])) if where != at else ""
        text, where = ("", at) if text.startswith("填表日期") else (text, where)
    if isinstance(cells[where], Formula):
        fault = Fault(grid.address(row, where), f"{mark}是公式，请改成文字")
        walk.faults.append(fault)
    return text, grid.address(row, where)


def _take(walk: _SheetWalk, row: int) -> None:
    """The row as a line, or among those that are left out."""
    line = Line(walk.sheet, walk.form, row, walk.columns, walk.above)
    own = [c for c in sorted(walk.columns) if (row, c) in walk.sheet.grid.cells]
    everything = sorted(c for at, c in walk.sheet.grid.cells if at == row)
    first = flat(said(walk.sheet.grid.cells[row, everything[0]])) if everything else ""
    why = walk.sheet.grid.left.get(row, "")
    if why:
        walk.leave(f"里{why}的行", row, _name(line, own) or first)
    elif _is_note(walk, line, own, first):
        walk.noted = True
        walk.leave("里的说明", row, first)
    elif SUM.match(close(first)) or any(SUM.match(close(said(line.cell(c)))) for c in own[:2]):
        walk.leave("里的小计", row, first)
    elif len(own) <= 1 and (SECTION.match(close(first)) or _wide(walk, row, own)):
        walk.leave("里的小标题", row, first)
    elif not own:  # an empty line of the form, its number only, or the lower half of a tall one
        return
    elif {close(said(line.cell(c))) for c in own} <= SUBHEADS:
        return  # the lower line of a head that nobody merged
    else:
        walk.noted = False
        _check(line)
        walk.lines.append(line)


def _name(line: Line, own: Sequence[int]) -> str:
    return line.text("name") if line.has("name") and own else ""


def _is_note(walk: _SheetWalk, line: Line, own: Sequence[int], first: str) -> bool:
    needed = [c for c, one in line.columns.items() if one.needed and c in own]
    few = len(own) <= 2 and len(needed) <= 1
    goes_on = walk.noted and len(own) <= 1 and bool(NUMBERED.match(first))
    return few and (bool(NOTE.match(close(first))) or goes_on)


def _wide(walk: _SheetWalk, row: int, own: Sequence[int]) -> bool:
    """Merged over most of the table: a heading between its rows."""
    span = walk.sheet.spans.get((row, own[0])) if own else None
    return span is not None and 2 * (span.right - span.left + 1) > len(walk.columns) > 3


def _check(line: Line) -> None:
    """Cells that cannot be taken whatever the field: computed, struck out, pictures, merged where
    each row speaks for itself."""
    for column, one in sorted(line.columns.items()):
        place = (line.row, column)
        value, span = line.cell(column), line.sheet.spans.get(place)
        where = line.sheet.grid.address(*place)
        if isinstance(value, Formula):
            hint = f"：{value.address}" if value.address else ""
            line.faults.append(Fault(where, f"是公式，请改成文字{hint}"))
        elif isinstance(value, CellPicture) and not one.picture:
            line.faults.append(Fault(where, "是图片，请改成文字"))
        if place in line.sheet.grid.struck:
            line.faults.append(Fault(where, "划了删除线，请删去内容或取消删除线"))
        if span is not None:
            line.faults.extend(_merged(line, column, span))


def _merged(line: Line, column: int, span: Span) -> Iterator[Fault]:
    one = line.columns[column]
    across = [line.columns[c] for c in range(span.left, span.right + 1) if c in line.columns]
    titles = "”“".join(dict.fromkeys(other.title for other in across))
    where = line.sheet.grid.address(line.row, column)
    if len(set(across)) > 1:
        if (line.row, column) == (span.top, span.left):
            yield Fault(where, f"合并了“{titles}”几栏，请取消合并后分别填写")
    elif not one.shared and _speaks_for_others(line, span):
        yield Fault(where, "是合并单元格，请取消合并后逐行填写")


def _speaks_for_others(line: Line, span: Span) -> bool:
    """A row may be two rows of the sheet high; then the lower one holds nothing of its own."""
    cells = line.sheet.grid.cells
    below = range(span.top + 1, span.bottom + 1)
    return any((row, column) in cells for row in below for column in line.columns)
