"""The words between the outbox and a channel: what a channel is told, gives back, or raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


class Undelivered(Exception):
    """The letter was not accepted. ``answer`` is the server's word, or what went wrong, for a
    person.

    ``permanent``: saying it again would not help. ``stage`` names how far it came: ``settings``,
    ``connect``, ``tls``, ``hello``, ``login``, ``sender``, ``recipient``, ``data``, ``answer``.
    ``code`` is the server's number, 0 when it gave none. ``closed``: the door itself is shut
    (server down, login refused), so that the next letter would fare the same. ``doubtful``: it was
    handed over and the answer never came: it may have been delivered. ``refused`` names each
    refused recipient.
    """

    def __init__(
        self,
        permanent: bool,
        answer: str,
        *,
        stage: str = "",
        code: int = 0,
        closed: bool = False,
        doubtful: bool = False,
        refused: Mapping[str, RecipientRefused] | None = None,
    ) -> None:
        super().__init__(answer)
        self.permanent = permanent
        self.answer = answer
        self.stage = stage
        self.code = code
        self.closed = closed
        self.doubtful = doubtful
        self.refused = dict(refused or {})


@dataclass(frozen=True, slots=True)
class RecipientRefused:
    """Why one recipient was refused."""

    permanent: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The server took the letter for everybody but those in ``refused`` (address -> why)."""

    answer: str
    refused: Mapping[str, RecipientRefused] = field(default_factory=dict)


HandingOver: TypeAlias = Callable[[], None]
"""A channel calls it at the last moment before the letter can no longer be taken back."""


def unrecorded() -> None:
    """The hand-over that nobody records, for letters outside the outbox (a test mail)."""
