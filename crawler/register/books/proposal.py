"""What an import would do, said before it is done: the same for every form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from crawler.register.books.grid import Fault

ADDED, CHANGED, ENDED, SAME = "added", "changed", "ended", "same"
Fields = tuple[tuple[str, str, str], ...]
"""(name, before, after) of each thing that differs, phones masked."""


class Outrun(ValueError):
    """One sentence: somebody changed the catalogue between the proposal and its entry."""


class Changed(Protocol):
    """What one row does. ``kind`` is ``added`` (also what comes back), ``changed``, ``ended`` (what
    the book no longer lists) or ``same``; ``cell`` is the row's, empty for what it does not
    list."""

    @property
    def kind(self) -> str: ...
    @property
    def cell(self) -> str: ...
    @property
    def fields(self) -> Fields: ...
    @property
    def line(self) -> str: ...


C = TypeVar("C", bound=Changed, covariant=True)


@dataclass(frozen=True, slots=True)
class Proposal(Generic[C]):
    """With ``faults`` nothing may be applied. ``notes`` are for a person to look at; what was left
    out of the book stands among them."""

    changes: tuple[C, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[C, ...]:
        return self.of(ADDED)

    @property
    def changed(self) -> tuple[C, ...]:
        return self.of(CHANGED)

    @property
    def ended(self) -> tuple[C, ...]:
        return self.of(ENDED)

    @property
    def same(self) -> tuple[C, ...]:
        return self.of(SAME)

    def of(self, kind: str) -> tuple[C, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)


def must_be_whole(proposal: Proposal[Any]) -> None:
    """Raises ``ValueError`` for a proposal with faults: nothing is half-imported."""
    if proposal.faults:
        raise ValueError("a proposal with faults is never applied")


def told(fields: Fields) -> str:
    """``网址 （空） → http://…，层级 1 → 2``."""
    return "，".join(
        f"{name} {before or '（空）'} → {after or '（空）'}" for name, before, after in fields
    )
