"""Crosschecks as the judgement, the letters and the pages ask for them: what was found of late,
what was looked at last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from crawler.crosscheck.model import Crosscheck, Deposition, Where, Witness
from crawler.crosscheck.store import crosschecks, last_of
from monitor.looks.column_words import words_of
from monitor.looks.crosscheck_rows import CheckLine, as_row, lines_of

COUNTS = timedelta(days=8)
"""What was found beside a list counts so long; then it is looked for again."""


def elsewhere(
    connection: Connection, as_of: datetime, outlets: Collection[str] | None = None
) -> dict[str, tuple[Witness, ...]]:
    """By outlet what was found beside its list of late and may be its post; what a person said is
    not is left out."""
    found = {
        outlet: _standing(checks)
        for outlet, checks in crosschecks(connection, as_of - COUNTS, as_of, outlets).items()
    }
    found = {outlet: pages for outlet, pages in found.items() if pages}
    words = words_of(connection, found, as_of) if found else {}
    return {
        outlet: tuple(
            one
            for one in pages
            if not any(word.dismisses(as_row(one)) for word in words.get(outlet, ()))
        )
        for outlet, pages in found.items()
    }


def _standing(checks: Sequence[Crosscheck]) -> tuple[Witness, ...]:
    """Each page as it was last seen, of those that may be posts: what could not be seen again
    stands as it was."""
    pages: dict[str, Witness] = {}
    for one in (page for check in checks for page in check.looked):
        if one.found is not Deposition.FAILED and one.where is not Where.HOME:
            pages.setdefault(one.url, one)
    return tuple(
        one for one in pages.values() if one.found in (Deposition.NEWER, Deposition.UNDATED)
    )


def looked_at(
    connection: Connection, outlets: Collection[str], now: datetime
) -> Mapping[str, tuple[CheckLine, ...]]:
    """By outlet what was looked at beside its list when that was last done."""
    return {outlet: lines_of(check) for outlet, check in last_of(connection, outlets, now).items()}
