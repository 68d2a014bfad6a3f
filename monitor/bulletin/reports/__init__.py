"""One file a report: ``write(bulletin, path)`` makes the paper, ``TRAITS`` says all else.

Face: ``report``, ``report_names``, ``kinds``, ``Unavailable``, ``BadTemplate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from monitor.bulletin.reports._traits import ReportTraits

FIGURES = ReportTraits("数据 JSON", ".json", "application/json", holds="通报数据")
"""Written beside every report, and what is frozen."""


class Unavailable(RuntimeError):
    """One sentence: why this report cannot be made on this machine and what to do; the others are
    not affected."""


class BadTemplate(ValueError):
    """One sentence: which template of the office, which field, what is known."""


@cache
def report_names() -> tuple[str, ...]:
    """The reports that exist: one module each."""
    return tuple(sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_")))


def report(name: str) -> ModuleType:
    """The report's module, with ``write`` and ``TRAITS``. Only for names of
    :func:`report_names`."""
    return import_module(f"{__name__}.{name}")


@cache
def kinds() -> Mapping[str, ReportTraits]:
    """What is known of a bulletin's files, by suffix without its dot; the figures last."""
    every = (*(report(name).TRAITS for name in report_names()), FIGURES)
    return {traits.suffix[1:]: traits for traits in every}
