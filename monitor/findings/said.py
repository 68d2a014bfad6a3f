"""The journal of what was said: every judgement with the rules it went by, and each verdict that
was not fresh.

A row says what was said of a subject from one judgement to another; rows are closed, never changed,
so any past day can be compared with what it would be told today.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from monitor.model import Value, Verdict
from monitor.record.tables import JudgementRow, SaidRow

Key = tuple[str, str, str]
SAID = SaidRow.__table__.c
JUDGED = JudgementRow.__table__.c


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one subject by one rule at some moment."""

    value: Value
    cause: str = ""
    clause: str = ""
    newest: date | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of the whole store, with the limits it went by."""

    as_of: datetime
    failed_night: bool
    limits: Mapping[str, Any]


def journal(
    connection: Connection,
    verdicts: Sequence[Verdict],
    as_of: datetime,
    *,
    failed_night: bool = False,
    limits: Mapping[str, Any] | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Note what was said at ``as_of``, in the caller's transaction. ``only`` = those subjects were
    judged, no others.

    A judgement of an earlier moment than the newest one noted leaves no trace: history is never
    rewritten.
    """
    newest = connection.execute(select(func.max(JUDGED.as_of))).scalar()
    if newest is not None and newest > as_of:
        return
    now = {(v.rule, v.subject, v.period): _said(v) for v in verdicts if v.value is not Value.FRESH}
    current = _current(connection, only)
    ended = [row for key, (row, said) in current.items() if now.get(key) != said]
    begun = [key for key, said in now.items() if key not in current or current[key][1] != said]
    _end(connection, ended, as_of)
    _begin(connection, [(key, now[key]) for key in begun], as_of)
    if only is None:
        _judgement(connection, verdicts, as_of, failed_night, limits or {})


def _said(verdict: Verdict) -> Said:
    day = verdict.newest.day if verdict.newest else None
    return Said(verdict.value, verdict.cause[:100], verdict.clause, day)


def _current(connection: Connection, only: Collection[str] | None) -> dict[Key, tuple[int, Said]]:
    query = select(SaidRow.__table__).where(SAID.until.is_(None))
    if only is not None:
        query = query.where(SAID.subject.in_(sorted(only)))
    return {(r.rule, r.subject, r.period): (r.id, _of(r)) for r in connection.execute(query)}


def _of(row: Any) -> Said:
    return Said(Value(row.value), row.cause, row.clause, row.newest)


def _end(connection: Connection, ids: Sequence[int], as_of: datetime) -> None:
    if ids:
        statement = update(SaidRow.__table__).where(SAID.id == bindparam("b_id"))  # type: ignore[arg-type]
        connection.execute(statement.values(until=as_of), [{"b_id": number} for number in ids])


def _begin(connection: Connection, rows: Sequence[tuple[Key, Said]], as_of: datetime) -> None:
    values: list[dict[str, Any]] = [
        {
            "rule": key[0],
            "subject": key[1],
            "period": key[2],
            "value": said.value.value,
            "cause": said.cause,
        }
        | {"clause": said.clause, "newest": said.newest, "since": as_of, "until": None}
        for key, said in rows
    ]
    if values:
        connection.execute(insert(SaidRow), values)


def _judgement(
    connection: Connection,
    verdicts: Sequence[Verdict],
    as_of: datetime,
    failed: bool,
    limits: Mapping[str, Any],
) -> None:
    text = json.dumps(limits, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    last = connection.execute(
        select(JUDGED.digest).order_by(JUDGED.as_of.desc(), JUDGED.id.desc()).limit(1)
    )
    values = {
        "as_of": as_of,
        "failed_night": failed,
        "digest": digest,
        "counts": dict(Counter(v.value.value for v in verdicts)),
        "limits": {} if last.scalar() == digest else json.loads(text),
    }
    connection.execute(insert(JudgementRow).values(values))


def judged_on(connection: Connection, start: datetime, end: datetime) -> Judged | None:
    """The last judgement of the whole store from ``start`` up to ``end``, or none."""
    query = (
        select(JudgementRow.__table__)
        .where(JUDGED.as_of >= start, JUDGED.as_of <= end)
        .order_by(JUDGED.as_of.desc(), JUDGED.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return Judged(row.as_of, row.failed_night, _limits(connection, row)) if row else None


def _limits(connection: Connection, row: Any) -> Mapping[str, Any]:
    """The limits of a judgement: its own, or those of the judgement that first had the same."""
    if row.limits:
        return dict(row.limits)
    query = (
        select(JUDGED.limits)
        .where(JUDGED.digest == row.digest, JUDGED.as_of <= row.as_of)
        .order_by(JUDGED.id)
    )
    return next((limits for limits in connection.execute(query).scalars() if limits), {})


def said_at(connection: Connection, moment: datetime) -> dict[Key, Said]:
    """Everything that was not fresh as it was said at ``moment``."""
    query = select(SaidRow.__table__).where(
        SAID.since <= moment, or_(SAID.until.is_(None), SAID.until > moment)
    )
    return {(r.rule, r.subject, r.period): _of(r) for r in connection.execute(query)}
