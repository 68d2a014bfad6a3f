"""``gengxin entries import``: a file that somebody edited by hand counts from now on, as that
person's word."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from crawler.config import BadConfig
from crawler.model import Deed
from monitor.days.period import Period
from monitor.entries import decided, entered, papers
from monitor.entries.exports import Make, of_decisions, of_paper, of_period
from monitor.entries.forms import DECISIONS, ENTRIES, period_of, read_decisions, read_entries
from monitor.entries.kept import Word, WordKind, current, enter, last_words, settle
from monitor.entries.sealing import Unsound
from monitor.entries.takeover import take
from monitor.record.chain import Entry, hold

WHAT: Mapping[WordKind, str] = {WordKind.ORIGIN: "attribution", **entered.WHAT}
"""The kinds of links that a person's own word leaves."""


def take_in(
    connection: Connection, file: Path, units: Collection[str], *, by: str, now: datetime
) -> int:
    """Make what counts equal to what ``file`` says, each change with its link; returns how many
    there were.

    A frozen bulletin is only taken in where there is none of its period and day. Raises
    ``BadConfig`` for a file that is broken or none of ours, with nothing changed.
    """
    hold(connection)
    if not file.is_file():
        raise BadConfig(f"{file}：没有这个文件")
    if file.suffix == ".json":
        return _paper(connection, file, units, by, now)
    settle(connection, file.name)
    if file.name == DECISIONS:
        decisions = [decided.word_of(one) for one in read_decisions(file, units)]
        return _equal(connection, "", (WordKind.ORIGIN,), decisions, Deed(by, now))
    period = _period(file)
    words = list(entered.words_of(read_entries(file), period))
    return _equal(connection, period, entered.KINDS, words, Deed(by, now))


def exports_of(file: Path) -> Make:
    """What is exported to the file of that name."""
    if file.suffix == ".json":
        return of_paper(file.name.removesuffix(".json"))
    return of_decisions if file.name == DECISIONS else of_period(_period(file))


def _period(file: Path) -> str:
    try:
        if file.name.endswith(ENTRIES):
            return Period.parse(period_of(file.name)).name
    except ValueError:
        pass
    usual = f"{DECISIONS}、2020Q2{ENTRIES} 之类、封存的通报（.json）"
    raise BadConfig(f"{file.name}：不是可以采用的文件；可以采用：{usual}")


def _paper(
    connection: Connection, file: Path, units: Collection[str], by: str, now: datetime
) -> int:
    settle(connection, file.name)
    if file.stem in {one.name for one in papers.listed(connection)}:
        raise BadConfig(f"{file.name}：这一期已经封存在库中，封存的数据不能改，只能附更正")
    try:
        take(connection, file, units, now, by=by)
    except Unsound as error:
        raise BadConfig(str(error)) from None
    return 1


def _equal(
    connection: Connection, about: str, kinds: Collection[WordKind], wanted: list[Word], deed: Deed
) -> int:
    """Say what differs, take back what the file no longer has."""
    changes = 0
    for kind in kinds:
        before = {word.key: word for word in current(connection, kind, about)}
        after = {
            word.key: word for word in last_words(word for word in wanted if word.kind is kind)
        }
        gone = [Word(kind, about, key, {}, deed.by) for key in before if key not in after]
        new = [word for key, word in after.items() if _differs(before.get(key), word)]
        for word in (*gone, *new):
            _say(connection, before.get(word.key), word, deed)
        changes += len(gone) + len(new)
    return changes


def _differs(before: Word | None, after: Word) -> bool:
    """The file of a period does not tell whose the numbers of 找错 are: no name there is no other
    name."""
    if before is None or dict(before.data) != dict(after.data):
        return True
    return after.by not in ("", before.by)


def _say(connection: Connection, before: Word | None, word: Word, deed: Deed) -> None:
    """The link tells whose hand it was; the word keeps the name that the file gives it."""
    subject = f"bulletin:{word.about}" if word.about else f"origin:{word.key}"
    data = {"before": _told(before), "after": _told(word), "by_hand": True}
    enter(
        connection,
        replace(word, by=word.by or deed.by),
        Entry(WHAT[word.kind], subject, deed.by, data),
        deed.now,
    )


def _told(word: Word | None) -> dict[str, object] | None:
    return {**word.data, "by": word.by} if word and word.data else None
