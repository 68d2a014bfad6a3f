"""A form as it is declared: which headings its columns may bear, and what its rows may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OWN_NOTES = frozenset({"序号", "备注", "说明", ""})
"""Headings of columns that a person may keep for himself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``heads``: its printed heading first, then other spellings. ``needed``: the form
    is not read without it. ``shared``: a cell merged over rows speaks for all of them. ``wide``: it
    may take several columns. ``none_is_word``: 无 is an answer and not an empty cell. ``picture``: a
    picture may stand in it."""

    key: str
    heads: tuple[str, ...]
    needed: bool = False
    shared: bool = False
    wide: bool = False
    none_is_word: bool = False
    picture: bool = False

    @property
    def title(self) -> str:
        return self.heads[0]


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of table. A row is its head when it bears ``least`` of its headings and one at least
    of each set of ``marks``.

    ``begins``: a heading may go on behind its known beginning (是否建立信息审核机制). ``strict``:
    a heading that nobody knows is a fault, else it is told. ``above``: how the line begins that
    names the unit of the rows below.
    """

    title: str
    fields: tuple[Field, ...]
    marks: tuple[frozenset[str], ...]
    least: int = 3
    ignored: frozenset[str] = OWN_NOTES
    begins: bool = False
    strict: bool = True
    above: str = ""

    def field(self, key: str) -> Field:
        return next(one for one in self.fields if one.key == key)

    def called(self, heading: str) -> Field | None:
        """The field that ``heading`` (no blanks) names."""
        exact = next((one for one in self.fields if heading in one.heads), None)
        if exact is not None or not self.begins or not heading:
            return exact
        return next(
            (one for one in self.fields if any(heading.startswith(h) for h in one.heads)), None
        )

    def is_head(self, headings: Iterable[str]) -> bool:
        keys = {one.key for text in headings if (one := self.called(text)) is not None}
        return len(keys) >= self.least and all(keys & mark for mark in self.marks)

    def missing(self, columns: Mapping[int, Field]) -> list[str]:
        """The titles of needed fields that no column has."""
        there = {one.key for one in columns.values()}
        return [one.title for one in self.fields if one.needed and one.key not in there]
