"""One statement for many rows, straight to the driver: what a night writes goes through here.

A night writes twenty rows a page. SQLAlchemy compiles the statement and says what each column's
values look like to the driver; both are kept, so that per row only plain values move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Dialect
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Form = Callable[[Any], Any]
KEPT_VALUES = 1024
"""Days and moments repeat: as many of a column's driver forms are kept."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A compiled statement: its parameters in the driver's order, and the forms of those that need
    one."""

    sql: str
    names: tuple[str, ...]
    positional: bool
    forms: tuple[tuple[int, Form], ...]

    def parameters(self, given: tuple[str, ...], rows: list[Any]) -> list[Any]:
        """``rows`` of values in the order ``given``, as the driver takes them."""
        if self.names != given:
            places = itemgetter(*map(given.index, self.names))
            rows = list(map(places, rows))
        if self.forms:
            columns: list[Any] = list(zip(*rows, strict=True))
            for place, form in self.forms:
                columns[place] = map(form, columns[place])
            rows = list(zip(*columns, strict=True))
        return (
            rows if self.positional else [dict(zip(self.names, row, strict=True)) for row in rows]
        )


def execute_many(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run ``statement`` for every one of ``rows``, which all give the same two or more parameters.

    Does what ``connection.execute(statement, rows)`` does, at about a third of its cost. The
    compiled form is kept by the statement object: pass the same one again, not an equal one.
    """
    if rows:
        names = tuple(rows[0])
        execute_rows(connection, statement, names, list(map(itemgetter(*names), rows)))


def execute_rows(
    connection: Connection,
    statement: UpdateBase,
    names: tuple[str, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    """The same for rows that are tuples of the values of ``names``, in that order."""
    if rows:
        prepared = _prepare(statement, connection.dialect, names)
        connection.exec_driver_sql(prepared.sql, prepared.parameters(names, rows))


@lru_cache(maxsize=64)
def _prepare(statement: UpdateBase, dialect: Dialect, given: tuple[str, ...]) -> _Prepared:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(given))
    names = tuple(compiled.positiontup or given)
    forms = ((place, _form(compiled.binds[name].type, dialect)) for place, name in enumerate(names))
    return _Prepared(
        compiled.string,
        names,
        bool(compiled.positional),
        tuple((place, form) for place, form in forms if form is not None),
    )


def _form(kind: TypeEngine[Any], dialect: Dialect) -> Form | None:
    """How the driver wants a value of this type; ``None`` when it takes it as it is."""
    process: Form | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return None
    if isinstance(kind, JSON):
        return _json(process)
    return lru_cache(maxsize=KEPT_VALUES, typed=True)(process)


def _json(process: Form) -> Form:
    """JSON values are not hashable, and nearly all of them are the empty list."""
    nothing = process([])
    return lambda value: nothing if value == [] else process(value)
