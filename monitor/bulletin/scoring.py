"""Deduction schemes as data: an office's own points, applied to the bulletin's figures, formula
shown. Pure.

No scheme is invented here. The national points per row could not be retrieved; a scheme is typed in
by a person with its source, and one without a source is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from pydantic import Field

from crawler.config import BadConfig, Strict, section
from monitor.bulletin.model import Bulletin, Scored, UnitRow
from monitor.bulletin.model import Score as Score


class ScoreItem(Strict):
    """``points`` taken off for each of ``measure``, at most ``most`` in all."""

    name: str = Field(min_length=1, max_length=100)
    measure: str
    points: float = Field(gt=0, le=1000)
    most: float | None = Field(default=None, gt=0, le=1000)


class Scheme(Strict):
    """A scheme with its ``source`` (document and item). ``example`` marks one that no office
    uses."""

    name: str = Field(min_length=1, max_length=100)
    source: str = Field(min_length=4, max_length=400)
    full: float = Field(default=100, gt=0, le=1000)
    example: bool = False
    items: tuple[ScoreItem, ...] = Field(min_length=1)


def read_scheme(path: Path) -> Scheme:
    """The scheme in a YAML file. Raises :class:`BadConfig` for unknown keys or measures."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadConfig(f"{path}: cannot be read as YAML ({error.__class__.__name__})") from None
    scheme = section(Scheme, data, path.name)
    for number, item in enumerate(scheme.items):
        if item.measure not in MEASURES:
            known = ", ".join(MEASURES)
            raise BadConfig(
                f"{path.name}: items.{number}.measure: unknown measure {item.measure}; known: {known}"
            )
    return scheme


def score(bulletin: Bulletin, scheme: Scheme) -> tuple[Score, ...]:
    """Every listed unit's score, never below 0, in the annexes' order."""
    return tuple(_score(row, bulletin, scheme) for group in bulletin.groups for row in group.rows)


def scored(bulletin: Bulletin, scheme: Scheme) -> Scored:
    """The scores with where they come from: what the workbook prints."""
    return Scored(scheme.name, scheme.source, scheme.example, score(bulletin, scheme))


def _score(row: UnitRow, bulletin: Bulletin, scheme: Scheme) -> Score:
    left, parts = scheme.full, [f"{scheme.full:g}"]
    for item in scheme.items:
        number = MEASURES[item.measure](row, bulletin)
        off = item.points * number if item.most is None else min(item.most, item.points * number)
        if number:
            capped = (
                f"，上限{item.most:g}"
                if item.most is not None and item.points * number > item.most
                else ""
            )
            parts.append(f"{item.name}{number}×{item.points:g}{capped}")
            left -= off
    points = max(0.0, round(left, 2))
    return Score(row.short, points, f"{' − '.join(parts)} = {points:g}")


def _missing(row: UnitRow, _: Bulletin) -> int:
    return sum(
        short for short, state in zip(row.missing, row.states, strict=True) if state == "short"
    )


def _columns(row: UnitRow, bulletin: Bulletin) -> int:
    return sum(row.short in column.units for column in bulletin.columns)


def _lead_columns(row: UnitRow, bulletin: Bulletin) -> int:
    return sum(column.units[:1] == (row.short,) for column in bulletin.columns)


def _blank(row: UnitRow, bulletin: Bulletin) -> int:
    return sum(row.short in column.units for column in bulletin.blank_columns)


def _idle(row: UnitRow, bulletin: Bulletin) -> int:
    return sum(row.short in account.units for account in bulletin.idle)


def _unregistered(row: UnitRow, bulletin: Bulletin) -> int:
    return sum(row.short in account.units for account in bulletin.unregistered)


def _no_documents(row: UnitRow, bulletin: Bulletin) -> int:
    return int(row.short in bulletin.disclosure.none)


MEASURES: Mapping[str, Callable[[UnitRow, Bulletin], int]] = {
    "missing_posts": _missing,
    "months_short": lambda row, _: row.months_short,
    "stale_columns": _columns,
    "stale_columns_led": _lead_columns,
    "blank_columns": _blank,
    "idle_accounts": _idle,
    "unregistered_accounts": _unregistered,
    "no_documents": _no_documents,
}
"""What a scheme may count; months and outlets that could not be judged never cost a point."""
