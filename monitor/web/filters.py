"""A list's filters as they stand in its address: read from it, given to the form, changed by its
links.

What a filter is and may be stands in its declaration (:mod:`monitor.board.filters`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter, Signature
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy import Connection

from monitor.board.filters import TRUE, Filter, Selection, selection
from monitor.web.api.words import NO_NUL, asked

LONGEST, MOST = 100, 200
"""Characters of a value in an address."""


@dataclass(frozen=True, slots=True)
class Field:
    """A filter on the form. ``choices`` are what it offers, ``most`` ends a number or a text."""

    name: str
    label: str
    kind: str
    choices: Mapping[str, str]
    most: int


@dataclass(frozen=True, slots=True)
class Filters:
    """``given`` are the values in force by name; ``sort`` and ``down`` are also read by the table's
    head. ``narrowed``: something is asked for that is not asked for by itself."""

    given: Mapping[str, Any]
    fields: tuple[Field, ...] = ()
    narrowed: bool = False

    @property
    def sort(self) -> str:
        return str(self.given.get("sort", ""))

    @property
    def down(self) -> bool:
        return bool(self.given.get("down"))

    def __getitem__(self, name: str) -> Any:
        return self.given.get(name, "")

    def query(self, **changed: Any) -> str:
        """The address's query with some values changed; empty ones left out."""
        kept = {k: v for k, v in {**self.given, **changed}.items() if v not in ("", None, 0, False)}
        return "?" + urlencode({k: ("1" if v is True else v) for k, v in kept.items()})


def filters_of(connection: Connection, wanted: Selection) -> Filters:
    """The form of ``wanted`` and the links that keep it."""
    shown = [one for one in wanted.filters if one.label or one.linked]
    given = {one.name: _written(wanted[one.name]) for one in shown}
    narrowed = any(given[one.name] not in ("", 0, False, one.default) for one in shown)
    order = {"sort": wanted.sort, "down": wanted.down} if wanted.sort else {}
    return Filters(
        given | order, tuple(_field(connection, one) for one in shown if one.label), narrowed
    )


def from_address(
    filters: Sequence[Filter], sorts: Sequence[str] = (), **fixed: str
) -> Callable[..., Selection]:
    """A dependency: what an address asks for of ``filters``. ``fixed`` are values that stand in no
    address; the first of ``sorts`` is the order of a list that has several."""
    shown = [one for one in filters if one.label or one.linked]

    def read(**texts: str) -> Selection:
        sort = texts.get("sort", "")
        by = sort if sort in sorts else next(iter(sorts), "")
        given = {one.name: one.read(texts[one.name]) for one in shown}
        down = texts.get("down", "") in TRUE
        return selection(filters, {**given, **fixed}, sort=by, down=down)

    order = [_text(name) for name in ("sort", "down") if sorts]
    return _taking(read, [*(_text(one.name, one.default, one.most) for one in shown), *order])


def from_interface(filters: Sequence[Filter], **fixed: Any) -> Callable[..., Selection]:
    """A dependency: what a question to the interface asks for of those of ``filters`` that it
    has."""
    known = {one.name: one.api for one in filters if one.api and one.name not in fixed}

    def read(**values: Any) -> Selection:
        given = {name: value or "" for name, value in values.items()}
        return selection(filters, {**given, **fixed})

    return _taking(
        read,
        [
            _parameter(
                name, Annotated[one.type, asked(one.chinese, one.english, **_bounds(one.bounds))],
                one.default,
            )
            for name, one in known.items()
        ],
    )  # fmt: skip


def _text(name: str, default: str = "", most: int = LONGEST) -> Parameter:
    text = Annotated[str, Query(max_length=min(most, MOST), pattern=NO_NUL)]
    return _parameter(name, text, default)


def _bounds(bounds: Mapping[str, Any]) -> dict[str, Any]:
    return dict(bounds) | ({"pattern": NO_NUL} if "max_length" in bounds else {})


def _parameter(name: str, annotation: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _taking(
    read: Callable[..., Selection], parameters: list[Parameter]
) -> Callable[..., Selection]:
    """``read`` as FastAPI sees it: with these parameters."""
    read.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return read


def _field(connection: Connection, one: Filter) -> Field:
    choices = dict(one.choices(connection)) if one.choices else {}
    every = {"": one.every} if choices and one.every else {}
    return Field(one.name, one.label, one.kind, every | choices, one.most)


def _written(value: Any) -> Any:
    """A value as an address and a form write it."""
    return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value or ""
