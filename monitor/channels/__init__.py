"""One file a channel: ``send`` hands a finished letter over under its own settings, ``TRAITS`` says
all else.

Face: ``channel``, ``channel_names``, ``doors_of``, ``copies_of``, ``section_fields``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Protocol

from pydantic import Field

from monitor.channels._delivery import HandingOver, Receipt, RecipientRefused, Undelivered
from monitor.channels._delivery import unrecorded as unrecorded
from monitor.channels._traits import ChannelSettings, ChannelTraits
from monitor.model import Letter

__all__ = [
    "ChannelSettings",
    "ChannelTraits",
    "Door",
    "HandingOver",
    "Receipt",
    "RecipientRefused",
    "Send",
    "Undelivered",
    "channel",
    "channel_names",
    "copies_of",
    "doors_of",
    "section_fields",
    "unrecorded",
]  # fmt: skip


class Send(Protocol):
    """A channel with its settings filled in."""

    def __call__(self, letter: Letter, *, moment: Any, handing_over: HandingOver) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Door:
    """One way out. ``name`` is the recipient itself (``robot:group``), or the section of a channel
    to the catalogue's addresses; ``summary``: it gets the day's summary."""

    name: str
    send: Send
    settings: ChannelSettings
    summary: bool


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
    return {traits.section: _field(traits) for traits in map(_traits, channel_names())}


def doors_of(channels: Mapping[str, Any]) -> tuple[Door, ...]:
    """The ways out that ``channels`` (settings by section, as config.yaml has them) opens."""
    return tuple(door for name in channel_names() for door in _doors(name, channels))


def copies_of(channels: Mapping[str, Any]) -> tuple[str, ...]:
    """Who gets a copy of every unit's letter."""
    return tuple(address for door in doors_of(channels) for address in door.settings.copies)


def _traits(name: str) -> ChannelTraits:
    found: ChannelTraits = channel(name).TRAITS
    return found


def _field(traits: ChannelTraits) -> tuple[Any, Any]:
    if traits.prefix:
        return dict[str, traits.settings], Field(default_factory=dict)  # type: ignore[name-defined]
    return traits.settings | None, None


def _doors(name: str, channels: Mapping[str, Any]) -> Iterator[Door]:
    traits, send = _traits(name), channel(name).send
    given = channels.get(traits.section)
    named = (given or {}) if traits.prefix else {traits.section: given} if given else {}
    for key, settings in named.items():
        filled = partial(send, settings=settings)
        yield Door(traits.prefix + key, filled, settings, bool(traits.prefix))
