"""What a clerk entered for one period: names struck or added, 找错 numbers, commendations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from crawler.config import BadConfig, Strict, section
from monitor.entries.forms import Entries, entries_name
from monitor.entries.kept import Word, WordKind, current, waiting

KINDS = (WordKind.EDIT, WordKind.COMMENDED, WordKind.ERRORS)
WHAT: Mapping[WordKind, str] = {
    WordKind.EDIT: "bulletin_edit",
    WordKind.COMMENDED: "commended",
    WordKind.ERRORS: "errors",
}
"""How the record names what was said of a bulletin."""


def entries_of(connection: Connection, period: str) -> Entries:
    """What was entered for the period of that name and counts.

    Raises :class:`BadConfig` while the file of the version before is broken and was not taken over.
    """
    name = entries_name(period)
    fault = waiting(connection, name).get(name)
    if fault:
        raise BadConfig(fault)
    return stored(connection, period)


def stored(connection: Connection, period: str) -> Entries:
    """The same, whatever waits to be taken over."""
    edits, praise = (
        [{**word.data, "by": word.by} for word in current(connection, kind, period)]
        for kind in (WordKind.EDIT, WordKind.COMMENDED)
    )
    errors = next((dict(word.data) for word in current(connection, WordKind.ERRORS, period)), None)
    return section(Entries, {"edits": edits, "errors": errors, "commended": praise}, period)


def words_of(entries: Entries, period: str) -> Iterator[Word]:
    """Everything of ``entries`` as it is kept; a later word on the same name takes the place of an
    earlier one."""
    for edit in entries.edits:
        yield Word(WordKind.EDIT, period, edit_key(edit.list, edit.name), _said(edit), edit.by)
    for one in entries.commended:
        yield Word(WordKind.COMMENDED, period, one.name, _said(one), one.by)
    if entries.errors:
        yield Word(WordKind.ERRORS, period, "", entries.errors.model_dump(mode="json"))


def edit_key(list_: str, name: str) -> str:
    """What an edit is about: one name on one list."""
    return f"{list_}|{name}"


def _said(entry: Strict) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude={"by"})
