"""A measured number beside its limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` must not exceed ``limit`` (or equal it where ``exact``); without a limit it only
    informs.

    ``sized`` figures have their limit for the full size: a start-up costs as much as a hundred
    pages.
    """

    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    exact: bool = False
    note: str = ""
    sized: bool = False

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.value == self.limit if self.exact else self.value <= self.limit

    def line(self) -> str:
        """One line for a person."""
        bound = "" if self.limit is None else f"{'=' if self.exact else '<='} {self.limit:g}"
        mark = "" if self.limit is None else ("ok" if self.kept else "MISSED")
        value = f"{self.value:.3f}".rstrip("0").rstrip(".")
        return (
            f"{self.name:<58} {value:>9} {self.unit:<6} {bound:>9} {mark:<6} {self.note}".rstrip()
        )

    def plain(self) -> dict[str, Any]:
        return {**asdict(self), "kept": self.kept}


def missed(figures: Sequence[Figure]) -> list[Figure]:
    return [figure for figure in figures if not figure.kept]
