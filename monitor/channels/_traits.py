"""What a channel says of itself beside its sending: each channel's file holds one, and no list
elsewhere repeats it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from crawler.config import Strict


class ChannelSettings(Strict):
    """What config.yaml says of one door of a channel; each channel's file has its own."""

    @property
    def copies(self) -> tuple[str, ...]:
        """Addresses that get a copy of every unit's letter."""
        return ()

    def message_id(self, key: str) -> str:
        """By what a repeat of the letter ``key`` is known as one."""
        return key


@dataclass(frozen=True, slots=True)
class ChannelTraits:
    """``title`` is the channel's name in the docs, ``section`` its key under ``monitor`` in
    config.yaml, ``settings`` what stands there.

    ``prefix`` begins each recipient of a channel with several doors (``robot:group``): its section
    holds settings by name, and each door gets the day's summary. A channel without one has one
    door, for the addresses of the catalogue.
    """

    title: str
    section: str
    settings: type[ChannelSettings]
    prefix: str = ""


def loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by its name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
