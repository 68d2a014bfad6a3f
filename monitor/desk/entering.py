"""What people enter by hand, at a desk or on a page: each done and put on the record together, with before and after.

A change of the store and its link are one transaction. A change of a file is made inside the transaction of its
link: where the file cannot be written nothing is recorded.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from crawler.config import BadConfig, section
from crawler.model import AccountState, shanghai_day
from crawler.register import account_candidates
from crawler.register.account_cards import enter_state, histories, state_on
from crawler.register.account_import import Proposal, apply
from crawler.register.enter import Learned, accept
from crawler.store.tables import CandidateRow
from monitor.bulletin import frozen
from monitor.bulletin.edits import edited
from monitor.bulletin.entries import EditEntry, Entries, entries_file, read_entries, with_edit, write_entries
from monitor.bulletin.frozen import Kept, Unfinished, archived, keep
from monitor.bulletin.model import Bulletin, Commendation, Edit, ErrorReports, Period, Record
from monitor.bulletin.printing import archive, draft, finished
from monitor.counting.decisions import Decision, decide, read_decisions
from monitor.counting.origins import clean as cleaned
from monitor.office import Office, decisions_path, known_units
from monitor.record.chain import Entry, append, root_of_day


def decide_origin(office: Office, *, origin: str, unit: str, by: str, why: str, now: datetime) -> Decision:
    """Whose an origin is from now on (``unit`` an id, or ``nobody``). Raises ``BadConfig``."""
    path, units = decisions_path(office), known_units(office)
    given = {"origin": origin, "unit": unit, "by": by, "day": shanghai_day(now), "why": why}
    made = section(Decision, given, "decision")
    with office.engine.begin() as connection:
        before = [one for one in read_decisions(path, units) if cleaned(one.origin) == cleaned(origin)]
        data = _changed(before[-1].unit if before else None, unit) | {"why": why}
        append(connection, now, [Entry("attribution", f"origin:{origin}", by, data)])
        decide(path, made, units)
    return made


def candidate(
    connection: Connection, number: int, verdict: str, *, by: str, reason: str, now: datetime
) -> None:
    """A person's word (``accepted`` or ``dismissed``) on an account that nobody registered. Raises ``UnknownCandidate``."""
    before = connection.scalar(select(CandidateRow.state).where(CandidateRow.id == number))
    account_candidates.decide(connection, number, verdict, by, reason, now)
    data = _changed(before, verdict) | {"reason": reason}
    append(connection, now, [Entry("account_candidate", f"account_candidate:{number}", by, data)])


def accounts(connection: Connection, proposal: Proposal, *, by: str, proof: str, now: datetime) -> None:
    """A survey form into the register, whole. Raises ``ValueError`` where the proposal has faults."""
    apply(connection, proposal, now, proof)
    entries = [
        Entry(
            "account",
            f"outlet:{change.id}",
            by,
            _changed(
                None if change.new else {name: old for name, old, _ in change.fields},
                {"name": change.row.name} if change.new else {name: new for name, _, new in change.fields},
            )
            | {"proof": proof},
        )
        for change in proposal.changes
        if not change.same
    ]
    summary = {"proof": proof, "added": len(proposal.added), "changed": len(proposal.changed)}
    append(connection, now, [Entry("import", "accounts", by, summary), *entries])


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


def learn_anew(connection: Connection, outlet: str, *, by: str, reason: str, now: datetime) -> Learned | None:
    """A person found a redesigned column healthy: it learns its page anew, and a drift becomes its golden reading.

    ``None``: no such column.
    """
    learned = accept(connection, outlet, now, person=by, reason=reason)
    if learned is not None and not learned.kept:
        data = _changed({"dated": learned.dated, "family": learned.family}, None) | {"reason": reason}
        append(connection, now, [Entry("learn_anew", f"outlet:{outlet}", by, data)])
    if learned is not None and learned.drift is not None:
        shape = asdict(learned.drift.shape)
        data = {"reading": learned.drift.id, "after": shape, "reason": reason}
        append(connection, now, [Entry("shape_adopted", f"outlet:{outlet}", by, data)])
    return learned


def edit(
    office: Office, period: Period, one: Edit, now: datetime, *, compiled: Bulletin | None = None
) -> Path:
    """Strike a name from a list of the bulletin or add one, after trying it on the bulletin as it stands.

    ``compiled`` is that bulletin before any entry by hand, where it is at hand; else it is compiled now.
    Returns the file of the entries. Raises ``BadEdit``, ``BadConfig``.
    """
    file = entries_file(archive(office), period)
    entries = read_entries(file)
    same = [e for e in entries.edits if (e.list, e.name) == (one.list, one.name)]
    others = entries.model_copy(update={"edits": tuple(e for e in entries.edits if e not in same)})
    found = (
        finished(office, compiled, force=True, entries=others)
        if compiled
        else draft(office, period, now, force=True, entries=others)
    )
    edited(found.bulletin, [one])
    data = _changed(_edit(same[-1]) if same else None, asdict(one))
    _enter(office, period, with_edit(entries, one), now, Entry("bulletin_edit", _about(period), one.by, data))
    return file


def unedit(office: Office, period: Period, list_: str, name: str, *, by: str, now: datetime) -> bool:
    """Take back what was struck or added; whether there was such an edit."""
    entries = read_entries(entries_file(archive(office), period))
    same = [e for e in entries.edits if (e.list, e.name) == (list_, name)]
    if not same:
        return False
    kept = tuple(e for e in entries.edits if e not in same)
    entry = Entry("bulletin_edit", _about(period), by, _changed(_edit(same[-1]), None))
    _enter(office, period, entries.model_copy(update={"edits": kept}), now, entry)
    return True


def uncommend(office: Office, period: Period, name: str, *, by: str, now: datetime) -> bool:
    """Take back a commendation; whether there was one."""
    entries = read_entries(entries_file(archive(office), period))
    same = [c for c in entries.commended if c.name == name]
    if not same:
        return False
    kept = tuple(c for c in entries.commended if c.name != name)
    entry = Entry("commended", _about(period), by, _changed(same[-1].model_dump(mode="json"), None))
    _enter(office, period, entries.model_copy(update={"commended": kept}), now, entry)
    return True


def commend(office: Office, period: Period, *, name: str, reason: str, by: str, now: datetime) -> Path:
    """A commendation for the bulletin's text; an earlier one of the same name gives way. Raises ``BadConfig``."""
    try:
        one = Commendation(name=name, reason=reason, by=by)
    except ValueError:
        raise BadConfig("表扬须写明对象和事由（至少 2 个字）") from None
    entries = read_entries(entries_file(archive(office), period))
    same = [c for c in entries.commended if c.name == name]
    kept = tuple(c for c in entries.commended if c.name != name)
    data = _changed(same[-1].model_dump(mode="json") if same else None, one.model_dump(mode="json"))
    entry = Entry("commended", _about(period), by, data)
    return _enter(office, period, entries.model_copy(update={"commended": (*kept, one)}), now, entry)


def errors(office: Office, period: Period, found: ErrorReports, *, by: str, now: datetime) -> Path:
    """The period's 找错 messages. Raises ``BadConfig`` where they contradict each other."""
    if found.done > found.received or found.late > found.done:
        raise BadConfig(
            f"找错留言 {found.received} 条、办结 {found.done} 条、超期办结 {found.late} 条：后一个数不能大于前一个"
        )
    entries = read_entries(entries_file(archive(office), period))
    before = entries.errors.model_dump(mode="json") if entries.errors else None
    entry = Entry("errors", _about(period), by, _changed(before, found.model_dump(mode="json")))
    return _enter(office, period, entries.model_copy(update={"errors": found}), now, entry)


def freeze(office: Office, bulletin: Bulletin, now: datetime, *, by: str, unfinished: str = "") -> Kept:
    """Keep ``bulletin`` as printed, with the day's root of the record in it; one that was kept before is returned.

    A draft (of a period that is not over, or was not seen to its end) is kept only with ``unfinished``, the reason why
    it is frozen all the same, which is printed and recorded. Raises ``frozen.Unfinished`` without one,
    ``frozen.Unsound`` when the kept file was changed, ``OSError`` when it cannot be written.
    """
    folder = archive(office)
    known = archived(folder, bulletin.period, bulletin.printed)
    if known is not None:
        return known
    why = unfinished.strip()[:400] if bulletin.draft else ""
    if bulletin.draft and not why:
        raise Unfinished(f"这只是草稿（{'；'.join(bulletin.draft)}），没有封存；确需封存，请写明理由")
    day = shanghai_day(now)
    with office.engine.begin() as connection:
        root = root_of_day(connection, day)
        record = Record(day, root) if root else None
        kept = keep(replace(bulletin, record=record, unfinished=why), folder)
        told = {"file": kept.file.name, "sha256": kept.root, "record": root}
        data = _changed(None, told | ({"unfinished": why} if why else {}))
        append(connection, now, [Entry("bulletin_frozen", f"bulletin:{kept.file.stem}", by, data)])
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
    """An erratum beside a kept bulletin. Raises ``BadConfig`` where none was kept, ``frozen.Unsound``."""
    kept = archived(archive(office), period, printed)
    if kept is None:
        raise BadConfig(f"{period.name}：没有封存过这一期；先用 gengxin bulletin {period.name} --freeze 印发")
    with office.engine.begin() as connection:
        data = _changed(None, {"subject": subject, "text": text}) | {"sha256": kept.root}
        append(connection, now, [Entry("erratum", f"bulletin:{kept.file.stem}", by, data)])
        frozen.correct(kept.file, now, subject, text, by)
    return kept


def _enter(office: Office, period: Period, entries: Entries, now: datetime, entry: Entry) -> Path:
    file = entries_file(archive(office), period)
    with office.engine.begin() as connection:
        append(connection, now, [entry])
        write_entries(file, entries)
    return file


def _about(period: Period) -> str:
    return f"bulletin:{period.name}"


def _edit(entry: EditEntry) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def _changed(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}
