"""Findings open, are kept, and close once; every change is written with its event in one
transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from crawler.model import SHANGHAI, shanghai_day, utc
from monitor.findings.lifecycle import Key, Past, pasts, ready
from monitor.findings.mistaken import mistaken
from monitor.model import Finding, Newest, Value, Verdict
from monitor.record.chain import add_events
from monitor.record.numbers import FINDINGS, reserved
from monitor.record.tables import FindingRow
from monitor.settings.life import CLEARING, Life
from monitor.words.ends import MISTAKEN

FINDING = FindingRow.__table__.c
TOLD = ("value", "clause", "units", "due", "newest")
"""A change of these is an event; the sentence and numbers, which count days, move every night."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one night did to the ledger."""

    opened: tuple[Finding, ...] = ()
    changed: tuple[Finding, ...] = ()
    closed: tuple[Finding, ...] = ()


def apply(
    connection: Connection,
    verdicts: Iterable[Verdict],
    as_of: datetime,
    *,
    rules: Collection[str] | None = None,
    subjects: Collection[str] | None = None,
    lives: Mapping[str, Life] | None = None,
) -> Changes:
    """Fold the verdicts of one moment into the ledger, in the caller's transaction.

    An accusing verdict (or an unknown of ours) opens a finding where none is open; fresh, due soon
    and exempt close it (as ``mistaken`` where what clears it stood there before); unknown leaves it
    as it is. ``lives`` by rule say how many looks in a row that takes, and when a finding is
    flapping; without them one is enough and none flaps. With ``rules`` in force and ``subjects``
    judged, an open finding that got no verdict closes with its reason: ``rule_off``, ``retired``,
    ``period_over``, ``not_judged``. The same verdicts again change nothing, and older ones never
    undo what is known from later ones.
    """
    as_of = utc(as_of)
    _one_writer(connection)
    lives = lives or {}
    judged = {(v.rule, v.subject, v.period): v for v in verdicts}
    known = {_key(row): row for row in _open_rows(connection)}
    later = _closed_since(connection, as_of)
    held = ready(connection, judged, lives, as_of)
    new = [
        v
        for k, v in judged.items()
        if v.opens and k not in known and k not in later and k not in held
    ]
    opened = _open(connection, new, as_of, lives)
    kept = [
        (row, judged[key]) for key, row in known.items() if key in judged and row["opened"] <= as_of
    ]
    changed = _change(connection, [(row, v) for row, v in kept if v.opens], as_of)
    clear = [(row, v) for row, v in kept if v.value in CLEARING]
    cleared = [
        (row, v)
        for row, v in clear
        if v.value is Value.EXEMPT or (_key(row) not in held and not _unquiet(row, lives, as_of))
    ]
    wrong = mistaken(connection, cleared)
    ending = [
        (row, MISTAKEN if row["id"] in wrong else v.value.value, v.sentence) for row, v in cleared
    ]
    _calm(connection, [(row, v) for row, v in clear if row["flapping"]], lives, as_of)
    if rules is not None and subjects is not None:
        left = [row for key, row in known.items() if key not in judged and row["opened"] <= as_of]
        ending += [(row, _why_left(row, rules, subjects), row["sentence"]) for row in left]
    return Changes(opened, changed, _close(connection, ending, as_of))


def end(connection: Connection, finding: int, ended: str, sentence: str, moment: datetime) -> None:
    """A person's decision ends an open finding; its rule may open another one unless somebody
    exempts it."""
    _one_writer(connection)
    query = select(FindingRow.__table__).where(FINDING.id == finding, FINDING.closed.is_(None))
    row = connection.execute(query).mappings().first()
    if row is not None:
        _close(connection, [(row, ended, sentence)], utc(moment))


def _unquiet(row: Mapping[Any, Any], lives: Mapping[str, Life], as_of: datetime) -> bool:
    """A flapping finding stays until it was calm long enough."""
    life = lives.get(row["rule"], Life())
    if not row["flapping"] or not life.flap_times:
        return False
    calm = row["calm_since"]
    return calm is None or as_of - calm < timedelta(days=life.flap_days)


def _calm(
    connection: Connection,
    pairs: Sequence[tuple[Mapping[Any, Any], Verdict]],
    lives: Mapping[str, Life],
    as_of: datetime,
) -> None:
    """A flapping finding that is well tonight says so, and since when."""
    for row, verdict in pairs:
        if not _unquiet(row, lives, as_of):
            continue
        since = row["calm_since"] or as_of
        until = since.astimezone(SHANGHAI).date() + timedelta(days=lives[row["rule"]].flap_days)
        said = f"{verdict.sentence}（近期反复出现，按同一问题观察至{until.isoformat()}，其间正常即销号。）"
        values = {"calm_since": since, "sentence": said}
        connection.execute(update(FindingRow).where(FindingRow.id == row["id"]).values(values))


def open_findings(
    connection: Connection, as_of: datetime, *, subject: str | None = None
) -> tuple[Finding, ...]:
    """The findings that were open at ``as_of``, by number. Their texts are those of the last
    judgement."""
    query = select(FindingRow.__table__).where(
        FINDING.opened <= as_of, or_(FINDING.closed.is_(None), FINDING.closed > as_of)
    )
    if subject is not None:
        query = query.where(FINDING.subject == subject)
    rows = connection.execute(query.order_by(FINDING.id)).mappings()
    return tuple(_finding(row) for row in rows)


def findings_of(
    connection: Connection, as_of: datetime, since: datetime, unit: str = ""
) -> tuple[Finding, ...]:
    """The findings that were open at ``as_of`` or ended after ``since``, by number; of one ``unit``
    where it is given."""
    alive = or_(FINDING.closed.is_(None), FINDING.closed > since)
    query = select(FindingRow.__table__).where(FINDING.opened <= as_of, alive)
    if unit:
        query = query.where(answered_by(unit))
    return tuple(_finding(row) for row in connection.execute(query.order_by(FINDING.id)).mappings())


def answered_by(unit: str) -> ColumnElement[bool]:
    """The condition that ``unit`` answers for a finding, alone or with others."""
    return cast(FindingRow.units, Text).contains(json.dumps(unit), autoescape=True)


def _one_writer(connection: Connection) -> None:
    # SQLite's transactions begin IMMEDIATE; PostgreSQL needs to be told, or two judges take one
    # number.
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE finding IN SHARE ROW EXCLUSIVE MODE"))


def _open_rows(connection: Connection) -> Sequence[Mapping[Any, Any]]:
    query = select(FindingRow.__table__).where(FINDING.closed.is_(None)).order_by(FINDING.id)
    return connection.execute(query).mappings().all()


def _closed_since(connection: Connection, as_of: datetime) -> set[Key]:
    rows = connection.execute(
        select(FINDING.rule, FINDING.subject, FINDING.period).where(FINDING.closed >= as_of)
    )
    return {(row.rule, row.subject, row.period) for row in rows}


def _why_left(row: Mapping[Any, Any], rules: Collection[str], subjects: Collection[str]) -> str:
    if row["rule"] not in rules:
        return "rule_off"
    if row["subject"] not in subjects:
        return "retired"
    return "period_over" if row["period"] else "not_judged"


def _open(
    connection: Connection, verdicts: Sequence[Verdict], as_of: datetime, lives: Mapping[str, Life]
) -> tuple[Finding, ...]:
    if not verdicts:
        return ()
    year = shanghai_day(as_of).year
    first = _last_number(connection, year) + 1
    before = pasts(connection, verdicts, as_of, lives)
    rows = [
        _new_row(
            v, f"{year}-{number:04d}", as_of, before.get((v.rule, v.subject, v.period), Past())
        )
        for number, v in enumerate(verdicts, first)
    ]
    statement = insert(FindingRow).returning(FindingRow.id, sort_by_parameter_order=True)
    ids = connection.execute(statement, rows).scalars().all()
    opened = [{**row, "id": id_} for row, id_ in zip(rows, ids, strict=True)]
    told = [before.get(_key(row), Past()) for row in opened]
    details = [
        (row["id"], _snapshot(row) | past.detail) for row, past in zip(opened, told, strict=True)
    ]
    _events(connection, "opened", as_of, details)
    flapping = [
        (row["id"], {"times": p.times + 1}) for row, p in zip(opened, told, strict=True) if p.flaps
    ]
    _events(connection, "flapping", as_of, flapping)
    return tuple(_finding(row) for row in opened)


def _new_row(v: Verdict, number: str, as_of: datetime, past: Past) -> dict[str, Any]:
    return {
        **_text(v),
        "number": number,
        "opened": as_of,
        "closed": None,
        "ended": "",
        "calm_since": None,
        "rule": v.rule,
        "subject": v.subject,
        "period": v.period,
        "name": v.name,
        "ours": v.ours,
        "recurrence": past.repaired,
        "flapping": past.flaps,
    }


def _last_number(connection: Connection, year: int) -> int:
    query = (
        select(FINDING.number)
        .where(FINDING.number.like(f"{year}-%"))
        .order_by(func.length(FINDING.number).desc(), FINDING.number.desc())
        .limit(1)
    )
    number = connection.execute(query).scalar()
    stored = int(number.partition("-")[2]) if number else 0
    return max(stored, reserved(connection, FINDINGS, year))


def _change(
    connection: Connection, pairs: Sequence[tuple[Mapping[Any, Any], Verdict]], as_of: datetime
) -> tuple[Finding, ...]:
    rows, told = [], []
    for row, verdict in pairs:
        new = _text(verdict) | {"calm_since": None}
        if all(row[name] == value for name, value in new.items()):
            continue
        rows.append({f"b_{name}": value for name, value in {"id": row["id"], **new}.items()})
        if any(row[name] != new[name] for name in TOLD):
            told.append({**row, **new})
    if rows:
        names = [name.removeprefix("b_") for name in rows[0] if name != "b_id"]
        statement = update(FindingRow.__table__).where(FINDING.id == bindparam("b_id"))  # type: ignore[arg-type]
        connection.execute(statement.values({name: bindparam(f"b_{name}") for name in names}), rows)
    _events(connection, "changed", as_of, [(row["id"], _snapshot(row)) for row in told])
    return tuple(_finding(row) for row in told)


def _close(
    connection: Connection, ending: Sequence[tuple[Mapping[Any, Any], str, str]], as_of: datetime
) -> tuple[Finding, ...]:
    if not ending:
        return ()
    one = FINDING.id == bindparam("b_id")
    statement = update(FindingRow.__table__).where(one, FINDING.closed.is_(None))  # type: ignore[arg-type]
    values = {"closed": as_of, "ended": bindparam("b_ended")}
    rows = [{"b_id": row["id"], "b_ended": reason} for row, reason, _ in ending]
    connection.execute(statement.values(values), rows)
    details = [(row["id"], {"reason": reason, "sentence": said}) for row, reason, said in ending]
    _events(connection, "closed", as_of, details)
    return tuple(_finding({**row, "closed": as_of, "ended": reason}) for row, reason, _ in ending)


def _events(
    connection: Connection,
    kind: str,
    moment: datetime,
    details: Sequence[tuple[int, dict[str, Any]]],
) -> None:
    if details:
        add_events(
            connection,
            [
                {"finding_id": id_, "kind": kind, "moment": moment, "detail": d}
                for id_, d in details
            ],
        )


def _text(verdict: Verdict) -> dict[str, Any]:
    """The columns that follow the verdict while the finding is open."""
    newest = verdict.newest
    return {
        "value": verdict.value.value,
        "sentence": verdict.sentence,
        "clause": verdict.clause,
        "units": list(verdict.units),
        "numbers": dict(verdict.numbers),
        "due": verdict.due,
        "newest": {
            "day": newest.day.isoformat(),
            "title": newest.title,
            "url": newest.url,
            "raw": newest.raw,
            "place": newest.place,
        }
        if newest
        else {},
    }


def _snapshot(row: Mapping[Any, Any]) -> dict[str, Any]:
    names = ("value", "sentence", "clause", "units", "numbers", "newest")
    due = row["due"]
    return {name: row[name] for name in names} | {"due": due.isoformat() if due else None}


def _key(row: Mapping[Any, Any]) -> Key:
    return (row["rule"], row["subject"], row["period"])


def _finding(row: Mapping[Any, Any]) -> Finding:
    found = row["newest"]
    newest = Newest(**{**found, "day": date.fromisoformat(found["day"])}) if found else None
    plain = (
        "id",
        "number",
        "rule",
        "subject",
        "period",
        "opened",
        "closed",
        "sentence",
        "clause",
        "name",
        "due",
        "recurrence",
        "flapping",
        "ended",
    )
    return Finding(
        **{name: row[name] for name in plain},
        units=tuple(row["units"]),
        newest=newest,
        ours=row["ours"],
        value=Value(row["value"]),
        numbers=row["numbers"],
    )
