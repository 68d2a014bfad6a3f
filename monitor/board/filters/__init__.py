"""One declaration a filter: its name, label, choices, condition. Forms, addresses, the interface and
the lists take it from here.

Face: ``Filter``, ``Selection``, ``selection``, ``lists``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from monitor.board.filters._filter import (
    TRUE,
    ApiParameter,
    Filter,
    Selection,
    Sought,
    moment_of,
    number_of,
    selection,
)

__all__ = [
    "TRUE", "ApiParameter", "Filter", "Selection", "Sought", "lists", "moment_of", "number_of",
    "selection",
]  # fmt: skip


@cache
def lists() -> Mapping[str, tuple[Filter, ...]]:
    """The filters of every list that has some, by the list's name: one module each, with
    ``LISTS``."""
    names = [one.name for one in iter_modules(__path__) if not one.name.startswith("_")]
    modules = [import_module(f"{__name__}.{name}") for name in sorted(names)]
    return {name: filters for module in modules for name, filters in module.LISTS.items()}
