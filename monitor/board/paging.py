"""Pages of rows: which one is asked for, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ROWS = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of ``rows`` out of ``total``; pages count from 1."""

    rows: Sequence[T]
    page: int
    total: int
    size: int = ROWS

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def within(page: int, total: int, size: int = ROWS) -> int:
    """``page`` brought into what there is."""
    return min(max(1, page), max(1, -(-total // size)))
