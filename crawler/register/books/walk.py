"""Down one sheet: heads begin tables, rows become lines, and what is no row of the form is left out
and named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crawler.register.books.bounds import MOST_COLUMNS, MOST_LINES
from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import Fault, Formula, Grid
from crawler.register.books.heads import SUBHEADS, Head, Sheet, head_at, sheet_of
from crawler.register.books.line import Line, check
from crawler.register.books.words import close, flat, said

NOTE = re.compile(
    r"(?:备?注|附?说明|填表说明|填报说明|填写说明|温馨提示)[::]|(?:备?注|说明)$|[※*＊]"
    r"|(?:填表人|填报人|联系电话|审核人|审批人|制表人?|经办人|单位负责人|填表日期)(?:[::]|$|\(|签)"
)
"""What forms print below their rows."""
NUMBERED = re.compile(r"(?:\(?[0-9一二三四五六七八九十]{1,3}[.、)])")
SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\))")
"""A heading between rows: 一、区直部门."""
SUM = re.compile(r"(?:小计|合计|总计|共计|累计|本页小计|本页合计)(?:$|[::(]|[0-9])")


@dataclass(slots=True)
class SheetWalk:
    """One sheet on the way down: what was found, and what was left out with its reason."""

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


def walked(grid: Grid, form: Form) -> SheetWalk:
    walk = SheetWalk(sheet_of(grid, MOST_LINES, MOST_COLUMNS), form)
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


def _begin(walk: SheetWalk, head: Head) -> None:
    walk.heads += 1
    walk.noted = False
    walk.faults += head.faults
    walk.unknown += head.unknown
    walk.keys |= {one.key for one in head.columns.values()}
    walk.columns = {} if head.faults else head.columns


def _unit_line(walk: SheetWalk, row: int) -> tuple[str, str] | None:
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


def _take(walk: SheetWalk, row: int) -> None:
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
        check(line)
        walk.lines.append(line)


def _name(line: Line, own: Sequence[int]) -> str:
    return line.text("name") if line.has("name") and own else ""


def _is_note(walk: SheetWalk, line: Line, own: Sequence[int], first: str) -> bool:
    needed = [c for c, one in line.columns.items() if one.needed and c in own]
    few = len(own) <= 2 and len(needed) <= 1
    goes_on = walk.noted and len(own) <= 1 and bool(NUMBERED.match(first))
    return few and (bool(NOTE.match(close(first))) or goes_on)


def _wide(walk: SheetWalk, row: int, own: Sequence[int]) -> bool:
    """Merged over most of the table: a heading between its rows."""
    span = walk.sheet.spans.get((row, own[0])) if own else None
    return span is not None and 2 * (span.right - span.left + 1) > len(walk.columns) > 3
