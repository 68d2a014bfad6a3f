"""What people enter by hand, at a desk or on a page: each kept and put on the record together, with
before and after.

A word and its link are one transaction of the store. The files that tell of it are exported after
the commit.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from crawler.config import BadConfig, Strict, section
from crawler.model import AccountState, Deed, shanghai_day
from crawler.register import account_candidates
from crawler.register.account_cards import enter_state, histories, state_on
from crawler.register.enter import Learned, accept
from crawler.store.tables import CandidateRow
from monitor.bulletin.edits import edited
from monitor.bulletin.entries import edit_entry
from monitor.bulletin.frozen import Kept, Unfinished, archived, paper_of
from monitor.bulletin.model import Bulletin, Edit, Period, Record
from monitor.bulletin.printing import Edition, archive, draft, finished
from monitor.entries import exports, papers
from monitor.entries.decided import decide
from monitor.entries.entered import WHAT, edit_key, entries_of
from monitor.entries.forms import Commendation, Decision, ErrorReports, entries_name
from monitor.entries.kept import Word, WordKind, current, enter
from monitor.entries.sealing import root_of
from monitor.judging.unit_rhythm import settle_doubt
from monitor.office import Office, known_units
from monitor.record.chain import Entry, append, hold, root_of_day


def decide_origin(
    office: Office, *, origin: str, unit: str, by: str, why: str, now: datetime
) -> Decision:
    """Whose an origin is from now on (``unit`` an id, or ``nobody``). Raises ``BadConfig``."""
    units = known_units(office)
    given = {"origin": origin, "unit": unit, "by": by, "day": shanghai_day(now), "why": why}
    made = section(Decision, given, "decision")
    with office.engine.begin() as connection:
        decide(connection, made, units, now)
        settle_doubt(connection, origin)
    exports.write(office.reader, office.settings.places, exports.of_decisions)
    return made


def candidate(
    connection: Connection, number: int, verdict: str, *, by: str, reason: str, now: datetime
) -> None:
    """A person's word (``accepted`` or ``dismissed``) on an account that nobody registered. Raises
    ``UnknownCandidate``."""
    before = connection.scalar(select(CandidateRow.state).where(CandidateRow.id == number))
    account_candidates.decide(connection, number, verdict, Deed(by, now, reason))
    data = _changed(before, verdict) | {"reason": reason}
    append(connection, now, [Entry("account_candidate", f"account_candidate:{number}", by, data)])


def account_state(
    connection: Connection,
    account: str,
    state: AccountState,
    since: date,
    *,
    by: str,
    note: str,
    now: datetime,
) -> None:
    """A person's word that an account is in ``state`` from ``since`` on."""
    before = state_on(histories(connection).get(account, ()), since)
    enter_state(connection, account, state, since, now, note)
    data = _changed(before.state.value if before else None, state.value)
    data |= {"since": since.isoformat(), "note": note}
    append(connection, now, [Entry("account_state", f"outlet:{account}", by, data)])


def learn_anew(
    connection: Connection, outlet: str, *, by: str, reason: str, now: datetime
) -> Learned | None:
    """A person found a redesigned column healthy: it learns its page anew, and a drift becomes its
    golden reading.

    ``None``: no such column.
    """
    learned = accept(connection, outlet, now, person=by, reason=reason)
    if learned is not None and not learned.kept:
        data = _changed({"dated": learned.dated, "family": learned.family}, None) | {
            "reason": reason
        }
        append(connection, now, [Entry("learn_anew", f"outlet:{outlet}", by, data)])
    if learned is not None and learned.drift is not None:
        shape = asdict(learned.drift.shape)
        data = {"reading": learned.drift.id, "after": shape, "reason": reason}
        append(connection, now, [Entry("shape_adopted", f"outlet:{outlet}", by, data)])
    return learned


def edit(
    office: Office, period: Period, one: Edit, now: datetime, *, compiled: Bulletin | None = None
) -> Path:
    """Strike a name from a list of the bulletin or add one, after trying it on the bulletin as it
    stands.

    ``compiled`` is that bulletin before any entry by hand, where it is at hand; else it is compiled
    now. Returns the file of the entries. Raises ``BadEdit``, ``BadConfig``.
    """
    with office.reader.connect() as connection:
        entries = entries_of(connection, period.name)
    kept = tuple(e for e in entries.edits if (e.list, e.name) != (one.list, one.name))
    others = entries.model_copy(update={"edits": kept})
    found = (
        finished(office, compiled, Edition(force=True, entries=others))
        if compiled
        else draft(office, period, now, edition=Edition(force=True, entries=others))
    )
    edited(found.bulletin, [one])
    said = edit_entry(one)
    word = Word(WordKind.EDIT, period.name, edit_key(said.list, said.name), _said(said), said.by)
    _enter(office, word, asdict(one), by=one.by, now=now)
    return _file(office, period)


def unedit(
    office: Office, period: Period, list_: str, name: str, *, by: str, now: datetime
) -> bool:
    """Take back what was struck or added; whether there was such an edit."""
    return _enter(
        office, Word(WordKind.EDIT, period.name, edit_key(list_, name), by=by), None, by=by, now=now
    )


def commend(
    office: Office, period: Period, *, name: str, reason: str, by: str, now: datetime
) -> Path:
    """A commendation for the bulletin's text; an earlier one of the same name gives way. Raises
    ``BadConfig``."""
    try:
        one = Commendation(name=name, reason=reason, by=by)
    except ValueError:
        raise BadConfig("表扬须写明对象和事由（至少 2 个字）") from None
    word = Word(WordKind.COMMENDED, period.name, one.name, _said(one), one.by)
    _enter(office, word, one.model_dump(mode="json"), by=by, now=now)
    return _file(office, period)


def uncommend(office: Office, period: Period, name: str, *, by: str, now: datetime) -> bool:
    """Take back a commendation; whether there was one."""
    return _enter(office, Word(WordKind.COMMENDED, period.name, name, by=by), None, by=by, now=now)


def errors(office: Office, period: Period, found: ErrorReports, *, by: str, now: datetime) -> Path:
    """The period's 找错 messages. Raises ``BadConfig`` where they contradict each other."""
    if found.done > found.received or found.late > found.done:
        raise BadConfig(
            f"找错留言 {found.received} 条、办结 {found.done} 条、超期办结 {found.late} 条：后一个数不能大于前一个"
        )
    said = found.model_dump(mode="json")
    _enter(office, Word(WordKind.ERRORS, period.name, "", said, by), said, by=by, now=now)
    return _file(office, period)


def freeze(
    office: Office, bulletin: Bulletin, now: datetime, *, by: str, unfinished: str = ""
) -> Kept:
    """Keep ``bulletin`` as printed, with the day's root of the record in it; one that was kept
    before is returned.

    A draft (of a period that is not over, or was not seen to its end) is kept only with
    ``unfinished``, the reason why it is frozen all the same, which is printed and recorded. Raises
    ``frozen.Unfinished`` without one, ``Unsound`` when the kept one was changed.
    """
    folder, why = archive(office), unfinished.strip()[:400] if bulletin.draft else ""
    with office.engine.begin() as connection:
        hold(connection)
        known = archived(connection, folder, bulletin.period, bulletin.printed)
        if known is not None:
            return known
        if bulletin.draft and not why:
            raise Unfinished(
                f"这只是草稿（{'；'.join(bulletin.draft)}），没有封存；确需封存，请写明理由"
            )
        root = root_of_day(connection, shanghai_day(now))
        record = Record(shanghai_day(now), root) if root else None
        made = replace(bulletin, record=record, unfinished=why)
        paper = paper_of(made)
        kept = Kept(made, folder / f"{paper.name}.json", root_of(paper.text))
        told = {"file": kept.file.name, "sha256": kept.root, "record": root}
        data = _changed(None, told | ({"unfinished": why} if why else {}))
        entry = Entry("bulletin_frozen", f"bulletin:{paper.name}", by, data)
        papers.put(connection, paper, entry, by=by, now=now)
    exports.write(office.reader, office.settings.places, exports.of_paper(paper.name))
    return kept


def correct(
    office: Office,
    period: Period,
    *,
    subject: str,
    text: str,
    by: str,
    now: datetime,
    printed: date | None = None,
) -> Kept:
    """An erratum beside a kept bulletin. Raises ``BadConfig`` where none was kept, ``Unsound``."""
    with office.engine.begin() as connection:
        kept = archived(connection, archive(office), period, printed)
        if kept is None:
            raise BadConfig(
                f"{period.name}：没有封存过这一期；先用 gengxin bulletin {period.name} --freeze 印发"
            )
        papers.correct(connection, kept.name, subject=subject, deed=Deed(by, now, text))
    exports.write(office.reader, office.settings.places, exports.of_paper(kept.name))
    return kept


def _enter(
    office: Office, word: Word, after: dict[str, Any] | None, *, by: str, now: datetime
) -> bool:
    """Keep ``word`` with its link, then export its period; nothing where there is nothing to take
    back."""
    with office.engine.begin() as connection:
        hold(connection)
        # A file of the version before that is broken may hold a word about the same: it is mended
        # first.
        entries_of(connection, word.about)
        before = next(
            (one for one in current(connection, word.kind, word.about) if one.key == word.key), None
        )
        if before is None and not word.data:
            return False
        data = _changed(_told(before), after)
        enter(connection, word, Entry(WHAT[word.kind], f"bulletin:{word.about}", by, data), now)
    exports.write(office.reader, office.settings.places, exports.of_period(word.about))
    return True


def _told(word: Word | None) -> dict[str, Any] | None:
    """What a word said, as its link told it."""
    if word is None:
        return None
    return dict(word.data) if word.kind is WordKind.ERRORS else {**word.data, "by": word.by}


def _file(office: Office, period: Period) -> Path:
    return archive(office) / entries_name(period.name)


def _said(entry: Strict) -> dict[str, Any]:
    return entry.model_dump(mode="json", exclude={"by"})


def _changed(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}
