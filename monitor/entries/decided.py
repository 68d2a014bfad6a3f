"""What a person decided about doubtful origins, once and for all: the last word on an origin holds,
earlier ones stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from crawler.config import BadConfig, section
from monitor.counting.origins import clean
from monitor.entries.forms import DECISIONS, NOBODY, Decision, decisions_text, known
from monitor.entries.kept import Word, WordKind, current, enter, history, waiting
from monitor.record.chain import Entry, hold


def decisions(connection: Connection) -> tuple[Decision, ...]:
    """The last word on each origin, in the order of deciding.

    Raises :class:`BadConfig` while the file of the version before is broken and was not taken over.
    """
    fault = waiting(connection, DECISIONS).get(DECISIONS)
    if fault:
        raise BadConfig(fault)
    return tuple(_decision(word) for word in current(connection, WordKind.ORIGIN))


def in_force(decisions: Sequence[Decision]) -> Mapping[str, str | None]:
    """Cleaned origin -> unit id, or ``None`` for nobody; what ``counts.tally(decisions=...)``
    takes."""
    return {clean(one.origin): None if one.unit == NOBODY else one.unit for one in decisions}


def decide(
    connection: Connection, decision: Decision, units: Collection[str], now: datetime
) -> None:
    """Keep ``decision`` with its link in the record, in the caller's transaction.

    Raises :class:`BadConfig` for an unknown unit or an origin that names nothing.
    """
    known(decision, "decision", units)
    hold(connection)
    word = word_of(decision)
    before = next(
        (one.unit for one in decisions(connection) if clean(one.origin) == word.key), None
    )
    data = {"before": before, "after": decision.unit, "why": decision.why}
    enter(
        connection, word, Entry("attribution", f"origin:{decision.origin}", decision.by, data), now
    )


def word_of(decision: Decision) -> Word:
    """A decision as it is kept."""
    data = decision.model_dump(mode="json", exclude={"by"})
    return Word(WordKind.ORIGIN, "", clean(decision.origin), data, decision.by)


def exported(connection: Connection) -> str:
    """The text of the exported file: every decision on each origin that is still decided, oldest
    first."""
    standing = {word.key for word in current(connection, WordKind.ORIGIN)}
    told = [
        word for word in history(connection, WordKind.ORIGIN) if word.key in standing and word.data
    ]
    return decisions_text([_decision(word) for word in told])


def _decision(word: Word) -> Decision:
    return section(Decision, {**word.data, "by": word.by}, "decision")
