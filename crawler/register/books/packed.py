"""Grids as JSON and back: what the reading child tells its parent. Nothing in it is ever run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from crawler.register.books.grid import Cell, CellPicture, Formula, Grid, Span


def packed(grids: Iterable[Grid]) -> str:
    """``grids`` as one line of JSON."""
    return json.dumps([_grid(one) for one in grids], ensure_ascii=True)


def unpacked(told: str) -> tuple[Grid, ...]:
    """The grids that :func:`packed` was given. Raises ``ValueError`` for anything else."""
    try:
        return tuple(_grid_of(one) for one in json.loads(told))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a packed workbook") from error


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "name": grid.name,
        "cells": [[*place, _cell(value)] for place, value in grid.cells.items()],
        "spans": [[one.top, one.left, one.bottom, one.right] for one in grid.spans],
        "links": [[*place, address] for place, address in grid.links.items()],
        "left": list(grid.left.items()),
        "struck": sorted(grid.struck),
        "hidden": grid.hidden,
        "notes": grid.notes,
    }


def _cell(value: Cell) -> object:
    if isinstance(value, Formula):
        return {"formula": value.text, "address": value.address}
    if isinstance(value, CellPicture):
        return {"codes": value.codes}
    if isinstance(value, date):
        return {"moment" if isinstance(value, datetime) else "day": value.isoformat()}
    return value


def _grid_of(said: dict[str, Any]) -> Grid:
    return Grid(
        said["name"],
        {(row, column): _cell_of(value) for row, column, value in said["cells"]},
        tuple(Span(*one) for one in said["spans"]),
        {(row, column): address for row, column, address in said["links"]},
        dict(said["left"]),
        frozenset((row, column) for row, column in said["struck"]),
        said["hidden"],
        tuple(said["notes"]),
    )


def _cell_of(said: Any) -> Cell:
    if not isinstance(said, dict):
        found: Cell = said
        return found
    if "formula" in said:
        return Formula(said["formula"], said["address"])
    if "codes" in said:
        return CellPicture(tuple(said["codes"]))
    if "day" in said:
        return date.fromisoformat(said["day"])
    return datetime.fromisoformat(said["moment"])
