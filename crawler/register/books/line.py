"""One row of a form, asked by field, and what is wrong with its cells whatever the field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crawler.register.books.forms import Field, Form
from crawler.register.books.grid import Cell, CellPicture, Fault, Formula, Span
from crawler.register.books.heads import Sheet
from crawler.register.books.words import clear, flat, has_none, said


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


def check(line: Line) -> None:
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
