"""The ways out that config.yaml opens: each channel with its settings filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from monitor.channels import (
    ChannelSettings,
    HandingOver,
    Receipt,
    channel,
    channel_names,
    traits,
)
from monitor.model import Letter


class Send(Protocol):
    """A channel with its settings filled in."""

    def __call__(
        self, letter: Letter, *, moment: datetime, handing_over: HandingOver
    ) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Door:
    """One way out. ``name`` is the recipient itself (``robot:group``), or the section of a channel
    to the catalogue's addresses; ``summary``: it gets the day's summary."""

    name: str
    send: Send
    settings: ChannelSettings
    summary: bool


def doors_of(channels: Mapping[str, Any]) -> tuple[Door, ...]:
    """The ways out that ``channels`` (settings by section, as config.yaml has them) opens."""
    return tuple(door for name in channel_names() for door in _doors(name, channels))


def copies_of(channels: Mapping[str, Any]) -> tuple[str, ...]:
    """Who gets a copy of every unit's letter."""
    return tuple(address for door in doors_of(channels) for address in door.settings.copies)


def _doors(name: str, channels: Mapping[str, Any]) -> Iterator[Door]:
    of, send = traits(name), channel(name).send
    given = channels.get(of.section)
    named = (given or {}) if of.prefix else {of.section: given} if given else {}
    for key, settings in named.items():
        yield Door(of.prefix + key, partial(send, settings=settings), settings, bool(of.prefix))
