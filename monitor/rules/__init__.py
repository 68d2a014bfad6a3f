"""One file a rule: ``check`` says of plain facts what the rule finds, under limits from
config.yaml, ``TRAITS`` all else. Pure.

Face: ``rule``, ``rule_names``, ``traits``, ``rules_with``, ``rule_name``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from monitor.verdicts.traits import Traits


@cache
def _modules() -> dict[str, str]:
    """Every rule's module by its name: one file in one of the folders beside this one."""
    kinds = [found.name for found in iter_modules(__path__) if found.ispkg]
    return {
        found.name: f"{__name__}.{kind}.{found.name}"
        for kind in kinds
        for found in iter_modules(import_module(f"{__name__}.{kind}").__path__)
    }


def rule_names() -> tuple[str, ...]:
    """The rules that exist, by name."""
    return tuple(sorted(_modules()))


def rule(name: str) -> ModuleType:
    """The rule's module, with ``check`` and ``TRAITS``. Only for names of :func:`rule_names`."""
    return import_module(_modules()[name])


def traits(name: str) -> Traits:
    """What the rule says of itself; a rule of an earlier release that is no more is called by its
    name."""
    if name not in _modules():
        return Traits(title=name)
    found: Traits = rule(name).TRAITS
    return found


def rule_name(name: str) -> str:
    """The rule on screens and papers."""
    return traits(name).title


@cache
def rules_with(trait: str) -> frozenset[str]:
    """The rules of which ``trait`` (a field of :class:`Traits`) is set: ``newest``, ``upkeep``,
    ``beside`` …"""
    return frozenset(name for name in rule_names() if getattr(traits(name), trait))
