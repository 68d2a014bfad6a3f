"""One file a channel: ``send`` hands a finished letter over under its own settings, ``TRAITS`` says
all else.

Face: ``channel``, ``channel_names``, ``traits``, ``section_fields``, ``Receipt``, ``Undelivered``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from pydantic import Field

from monitor.channels._delivery import (
    HandingOver,
    Receipt,
    RecipientRefused,
    Undelivered,
    unrecorded,
)
from monitor.channels._traits import ChannelSettings, ChannelTraits

__all__ = [
    "ChannelSettings", "ChannelTraits", "HandingOver", "Receipt", "RecipientRefused", "Undelivered",
    "channel", "channel_names", "section_fields", "traits", "unrecorded",
]  # fmt: skip


@cache
def channel_names() -> tuple[str, ...]:
    """The channels that exist: one module each."""
    return tuple(sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_")))


def channel(name: str) -> ModuleType:
    """The channel's module, with ``send`` and ``TRAITS``. Only for names of
    :func:`channel_names`."""
    return import_module(f"{__name__}.{name}")


def section_fields() -> dict[str, Any]:
    """The channels' sections of config.yaml as fields of a model."""
    return {one.section: _field(one) for one in map(traits, channel_names())}


def traits(name: str) -> ChannelTraits:
    """What the channel says of itself."""
    found: ChannelTraits = channel(name).TRAITS
    return found


def _field(of: ChannelTraits) -> tuple[Any, Any]:
    if of.prefix:
        return dict[str, of.settings], Field(default_factory=dict)  # type: ignore[name-defined]
    return of.settings | None, None
