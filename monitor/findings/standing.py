"""Where everything stands now (现状): one row an outlet, its gravest verdict; every verdict of a unit
and of a site.

Screens read these rows instead of judging again; they are written with each judgement, in its
transaction, and can be thrown away: the next full judgement writes them anew. Sentences of fresh
outlets are not kept, they change daily.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Index, String, Text, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import shanghai_day
from crawler.store.bulk import execute_many
from crawler.store.tables import Base, OutletRow
from monitor.model import Facts, OutletFacts, Value, Verdict
from monitor.record.tables import JudgementRow
from monitor.rules import rules_with
from monitor.words.causes import NOT_JUDGED

GRAVITY: Mapping[Value, int] = {
    Value.EXEMPT: 0,
    Value.FRESH: 1,
    Value.DUE_SOON: 2,
    Value.UNKNOWN: 3,
    Value.BLANK: 4,
    Value.STALE: 5,
}
"""What is worst comes last."""


class StandingRow(Base):
    """``key`` is the subject for an outlet, else ``subject|rule|period``. ``kind`` is ``column``,
    ``account``, ``canary``, ``unit``, ``site``, ``beside`` or ``other``. ``since`` is when the
    value became what it is, ``before`` the one before (empty for a first judgement: a place never
    judged had none). ``outlet_id``, ``cls``, ``platform`` and ``newest`` repeat the outlet's, so
    that a list of a hundred thousand is filtered and sorted here alone; they are empty for whatever
    is no outlet.
    """

    __tablename__ = "standing"
    key: Mapped[str] = mapped_column(String(260), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(20), default="")
    value: Mapped[str] = mapped_column(String(20))
    gravity: Mapped[int]
    cause: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)
    numbers: Mapped[dict[str, Any]]
    due: Mapped[date | None]
    ours: Mapped[bool]
    since: Mapped[datetime]
    before: Mapped[str] = mapped_column(String(20), default="")
    outlet_id: Mapped[str | None] = mapped_column(String(64))
    cls: Mapped[str] = mapped_column(String(20), default="")
    platform: Mapped[str] = mapped_column(String(40), default="")
    newest: Mapped[date | None]
    __table_args__ = (
        Index("ix_standing_kind_value", "kind", "value"),
        Index("ix_standing_kind_gravity", "kind", "gravity"),
        Index("ix_standing_kind_due", "kind", "due"),
        Index("ix_standing_kind_newest", "kind", "newest"),
        Index("ix_standing_kind_name", "kind", "name"),
        Index("ix_standing_outlet_id", "outlet_id"),
        Index("ix_standing_since", "since"),
    )


class TrendRow(Base):
    """How many outlets of ``kind`` (or verdicts of units) had a value on a day: its last full
    judgement."""

    __tablename__ = "trend"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int]


STANDING = StandingRow.__table__.c
COMPARED = (
    "rule",
    "period",
    "value",
    "cause",
    "name",
    "sentence",
    "clause",
    "numbers",
    "due",
    "ours",
    "kind",
    "cls",
    "platform",
    "newest",
)
INSERT = insert(StandingRow)


def stand(connection: Connection, verdicts: Sequence[Verdict], facts: Facts) -> None:
    """Write what stands by ``verdicts``, the judgement of ``facts``, in the caller's transaction.

    Facts of some outlets only (a recheck) touch those outlets' rows and leave the trend alone. A
    judgement of an earlier moment than the newest one leaves what stands as it is.
    """
    newest = connection.execute(select(func.max(JudgementRow.as_of))).scalar()
    if newest is not None and newest > facts.as_of:
        return
    now = _rows(verdicts, facts)
    touched = None
    if facts.partial:
        touched = [f"outlet:{of.outlet.id}" for of in (*facts.outlets, *facts.canaries)]
        now = {key: row for key, row in now.items() if row["subject"] in touched}
    old = _kept(connection, touched)
    changed = [row for row in now.values() if _differs(row, old.get(row["key"]))]
    gone = [key for key in old if key not in now]
    fresh = [_dated(row, old.get(row["key"]), facts.as_of) for row in changed]
    _remove(connection, [*gone, *(row["key"] for row in changed if row["key"] in old)])
    execute_many(connection, INSERT, fresh)
    if not facts.partial and not facts.unseen:
        _trend(connection, now.values(), shanghai_day(facts.as_of))


def _rows(verdicts: Iterable[Verdict], facts: Facts) -> dict[str, dict[str, Any]]:
    kinds = {f"outlet:{of.outlet.id}": of for of in (*facts.outlets, *facts.canaries)}
    gravest: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.rule in rules_with("beside") and verdict.value is Value.FRESH:
            continue
        key = (
            verdict.subject
            if verdict.subject in kinds and verdict.rule not in rules_with("beside")
            else _key(verdict)
        )
        held = gravest.get(key)
        # Among equals the one with a day ahead tells more.
        if held is None or _order(verdict) > _order(held):
            gravest[key] = verdict
    rows = {key: _row(key, v, kinds.get(key)) for key, v in gravest.items()}
    for key in kinds.keys() - rows.keys():
        o = kinds[key].outlet
        rows[key] = _unjudged(o.id, o.kind.value, o.name, o.cls.value, o.platform)
    return rows


def _order(verdict: Verdict) -> tuple[int, bool, str]:
    return GRAVITY[verdict.value], verdict.due is not None, verdict.rule


def _key(verdict: Verdict) -> str:
    return f"{verdict.subject}|{verdict.rule}|{verdict.period}"


def _kind(verdict: Verdict) -> str:
    if verdict.rule in rules_with("beside"):
        return "beside"
    head = verdict.subject.partition(":")[0]
    return head if head in ("unit", "site") else "other"


def _row(key: str, v: Verdict, of: OutletFacts | None) -> dict[str, Any]:
    quiet = v.value is Value.FRESH and of is not None
    return {
        "key": key,
        "subject": v.subject,
        "kind": of.outlet.kind.value if of else _kind(v),
        "rule": v.rule,
        "period": v.period,
        "value": v.value.value,
        "gravity": GRAVITY[v.value],
        "cause": v.cause[:100],
        "name": v.name,
        "sentence": "" if quiet else v.sentence,
        "clause": v.clause,
        "numbers": {} if quiet else dict(v.numbers),
        "due": v.due,
        "ours": v.ours,
        "outlet_id": of.outlet.id if of else None,
        "cls": of.outlet.cls.value if of else "",
        "platform": of.outlet.platform if of else "",
        "newest": of.newest.day if of and of.newest else None,
    }


def _unjudged(id: str, kind: str, name: str, cls: str, platform: str) -> dict[str, Any]:
    """The row of an outlet of which no rule has spoken."""
    return {
        "key": f"outlet:{id}",
        "subject": f"outlet:{id}",
        "kind": kind,
        "rule": "",
        "period": "",
        "value": Value.UNKNOWN.value,
        "gravity": GRAVITY[Value.UNKNOWN],
        "cause": NOT_JUDGED,
        "name": name,
        "sentence": f"{name}尚未判定，等下一次抓取或复查。",
        "clause": "",
        "numbers": {},
        "due": None,
        "ours": False,
        "outlet_id": id,
        "cls": cls,
        "platform": platform,
        "newest": None,
    }


def _kept(connection: Connection, subjects: Sequence[str] | None) -> dict[str, Mapping[str, Any]]:
    query = select(StandingRow.__table__)
    if subjects is not None:
        query = query.where(STANDING.subject.in_(subjects))
    return {row["key"]: dict(row) for row in connection.execute(query).mappings()}


def _differs(row: Mapping[str, Any], old: Mapping[str, Any] | None) -> bool:
    return old is None or any(row[name] != old[name] for name in COMPARED)


def _dated(row: dict[str, Any], old: Mapping[str, Any] | None, moment: datetime) -> dict[str, Any]:
    if old is None:
        return row | {"since": moment, "before": ""}
    if old["value"] == row["value"]:
        return row | {"since": old["since"], "before": old["before"]}
    first = old["cause"] == NOT_JUDGED and not old["before"]
    return row | {"since": moment, "before": "" if first else old["value"]}


def _remove(connection: Connection, keys: Sequence[str]) -> None:
    for start in range(0, len(keys), 500):
        connection.execute(
            delete(StandingRow.__table__).where(STANDING.key.in_(keys[start : start + 500]))  # type: ignore[arg-type]
        )


def _trend(connection: Connection, rows: Iterable[Mapping[str, Any]], day: date) -> None:
    counts = Counter((row["kind"], row["value"]) for row in rows)
    connection.execute(delete(TrendRow).where(TrendRow.day == day))
    if counts:
        connection.execute(
            insert(TrendRow),
            [
                {"day": day, "kind": kind, "value": value, "n": n}
                for (kind, value), n in counts.items()
            ],
        )


def greet(connection: Connection, now: datetime) -> int:
    """Give every outlet of the catalogue that was never judged a row of its own, unknown; how many
    there were."""
    outlet = OutletRow
    query = (
        select(outlet.id, outlet.kind, outlet.name, outlet.cls, outlet.platform)
        .outerjoin(StandingRow, StandingRow.outlet_id == outlet.id)
        .where(outlet.retired_at.is_(None), StandingRow.key.is_(None))
    )
    rows = [_unjudged(*r) | {"since": now, "before": ""} for r in connection.execute(query)]
    execute_many(connection, INSERT, rows)
    return len(rows)


def follow(connection: Connection, now: datetime) -> None:
    """After a change of the catalogue: new outlets get a row, those that left lose theirs, what is
    repeated follows."""
    gone = select(OutletRow.id).where(OutletRow.retired_at.is_not(None))
    connection.execute(delete(StandingRow).where(StandingRow.outlet_id.in_(gone)))
    moved = (
        select(StandingRow.key, OutletRow.cls, OutletRow.platform)
        .join(OutletRow, OutletRow.id == StandingRow.outlet_id)
        .where((StandingRow.cls != OutletRow.cls) | (StandingRow.platform != OutletRow.platform))
    )
    for key, cls, platform in connection.execute(moved).all():
        mine = update(StandingRow).where(StandingRow.key == key)
        connection.execute(mine.values(cls=cls, platform=platform))
    greet(connection, now)


def stands(connection: Connection, kind: str) -> Mapping[str, int]:
    """How many rows of ``kind`` stand at each value."""
    query = (
        select(STANDING.value, func.count().label("n"))
        .where(STANDING.kind == kind)
        .group_by(STANDING.value)
    )
    return {row.value: row.n for row in connection.execute(query)}
