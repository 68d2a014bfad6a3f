"""A list's filters, each declared once.

The form of the page, the reading of its address, the parameter of the interface, the links of its
files and the condition in SQL all come from the declaration; a filter more is one more of them
beside its list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection

from crawler.model import SHANGHAI

Kind = Literal["choice", "text", "number", "tick", "moment"]
Choices = Callable[[Connection], Mapping[str, str]]
EVERYTHING = "全部"
TRUE = ("1", "true", "True", "on")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a condition is made of: the filter's ``value``, the day or moment the list is asked for,
    and the values of all its filters."""

    value: Any
    at: Any
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """A filter as a parameter of the interface: its words in both languages, its type, its
    bounds."""

    chinese: str
    english: str
    type: Any = str
    default: Any = ""
    bounds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filter:
    """``name`` stands in addresses, ``label`` on the form (empty: on no form). ``where`` is asked
    only where something is wanted.

    ``choices`` are values with what they are called; ``every`` names the choice of all of them,
    empty where one is always chosen (``default``). ``most`` ends a number or the length of a text.
    ``api``: the interface has it too. ``linked``: links of other pages
    name it, though it is on no form.
    """

    name: str
    where: Callable[[Sought], ColumnElement[bool]]
    label: str = ""
    kind: Kind = "text"
    choices: Choices | None = None
    every: str = EVERYTHING
    default: str = ""
    most: int = 100
    api: ApiParameter | None = None
    linked: bool = False

    def read(self, text: str) -> Any:
        """What an address says. A field that a form sent empty, or that holds nothing of its kind,
        asks for nothing."""
        plain = text.strip()
        if self.kind == "number":
            return number_of(plain, self.most)
        if self.kind == "tick":
            return plain in TRUE
        return moment_of(plain) if self.kind == "moment" else plain


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list is asked for: the values of its ``filters`` by name. ``sort`` and ``down`` are
    its order, for lists that have one."""

    filters: tuple[Filter, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    sort: str = ""
    down: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.given.get(name, "")

    def conditions(self, at: date | datetime | None = None) -> Iterator[ColumnElement[bool]]:
        """The conditions of what is wanted, on the day or at the moment ``at`` (for
        filters that ask for it)."""
        for one in self.filters:
            if value := self[one.name]:
                yield one.where(Sought(value, at, self.given))

    def changed(self, **given: Any) -> Selection:
        """The same with other values."""
        return selection(self.filters, {**self.given, **given}, sort=self.sort, down=self.down)


def selection(
    filters: Sequence[Filter], given: Mapping[str, Any], *, sort: str = "", down: bool = False
) -> Selection:
    """What is asked for by the names of ``filters``; the others hold their default. Raises
    ``TypeError`` for a name that no filter has."""
    values = {one.name: one.default for one in filters}
    if strange := sorted(set(given) - set(values)):
        raise TypeError(f"no such filter: {', '.join(strange)}")
    return Selection(tuple(filters), {**values, **given}, sort, down)


def number_of(text: str, most: int = 100_000) -> int:
    """A small whole number, 0 for anything else."""
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def moment_of(text: str) -> datetime | None:
    """A day (its start) or a moment, in Shanghai, as an address names it; ``None`` for no filter,
    or none that exists."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=SHANGHAI) if 2000 <= found.year < 2100 else None
