"""The words of a crosscheck (核对): what was looked at beside the list, and what it showed. Plain and
frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crawler.model import Outlet, Unread


class Where(StrEnum):
    """HOME: the site's home page; SHOWN: what a link on it leads to; ROW: the page of a row whose
    day is not sure; OUTSIDE: what a link outside the list leads to; FURTHER: a further page of the
    list; DATA: a data address that the column's page names (:mod:`crawler.offers`)."""

    HOME = "home"
    SHOWN = "shown"
    ROW = "row"
    OUTSIDE = "outside"
    FURTHER = "further"
    DATA = "data"


class Deposition(StrEnum):
    """NEWER: a post of the column newer than its list shows; UNDATED: a post of the column without
    a sure day; OTHER: none of the column's; NOTHING: nothing newer; FAILED: it could not be looked
    at."""

    NEWER = "newer"
    UNDATED = "undated"
    OTHER = "other"
    NOTHING = "nothing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Witness:
    """One page that was looked at, or was to be. ``day`` is the day that it bears, ``reason`` why
    it could not be seen."""

    where: Where
    url: str
    moment: datetime
    found: Deposition
    reason: str = ""
    title: str = ""
    day: date | None = None

    def newer_than(self, newest: date | None) -> bool:
        """Whether it may be a post newer than ``newest`` (``None``: the column shows no post at
        all).

        Rows and links of the list page itself have their bound there: only a day that they bear
        tells more.
        """
        if self.where is Where.HOME:
            return False
        if self.found is Deposition.NEWER:
            return self.day is None or newest is None or self.day > newest
        bounded = self.day is not None and newest is not None and self.day <= newest
        return (
            self.found is Deposition.UNDATED
            and self.where in (Where.SHOWN, Where.FURTHER)
            and not bounded
        )


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """All that was looked at beside the list of ``outlet``, whose newest post was of ``newest`` by
    then."""

    outlet: str
    moment: datetime
    newest: date | None
    looked: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class SilentColumn:
    """A column that is about to be accused: its newest day, and what its last looks left unread
    (frame and words taken off)."""

    outlet: Outlet
    newest: date | None
    unread: tuple[Unread, ...] = ()
