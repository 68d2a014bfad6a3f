"""Is what an open finding says still borne out? Old looks say nothing new.

A reminder, an overdue mark, a step up the ladder and a row for 约谈 need the accusation to be what is
said *now*, and a look of the last two days that proved something by itself: of the whole list,
asked without validators, no cache's copy, no entry that a person made before that. Where that is
missing the finding stays open and waits, and the office is told which one and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from crawler.model import Evidence, Outcome, utc
from crawler.store.tables import OutletRow, VisitRow
from monitor.facts.content import looked_since
from monitor.looks.weight import pair_of
from monitor.model import Finding, Look, Value, Verdict, Witness
from monitor.record.tables import FindingRow, JudgementRow, SaidRow
from monitor.words.causes import cause_name, looked_like

RECENT = timedelta(days=2)
"""An older look says nothing new."""
UNLISTED = ("content_faults",)
"""Rules about an outlet that rest on a person's word about single posts, not on a look at the
list."""
CONCLUSIVE = tuple(outcome.value for outcome in Outcome if outcome.conclusive)
PROVING = (Evidence.COMPLETE.value, Evidence.PARTIAL.value, Evidence.MANUAL.value)
"""A part that was left unread is weighed by the judgement (``looks/resolving.py``), which must
accuse all the same."""
ACCUSING = tuple(value.value for value in Value if value.accuses)
SAID, FINDING, VISIT, JUDGED = (
    SaidRow.__table__.c,
    FindingRow.__table__.c,
    VisitRow.__table__.c,
    JudgementRow.__table__.c,
)
Key = tuple[str, str, str]
NOT_SAID = "最近一次判定没有再认定，等再次查看确认"
NOT_JUDGED = "近两日没有有效的判定"
NOT_SEEN = "近两日没有看清"
NOT_PLAIN = "近两日只有服务器“未变化”的答复，没有重新读到整页"
PARTLY = "近两日只看到一部分，不能据以认定"
NOT_LOOKED_AGAIN = "近两日没有重新查看有问题的信息"
SITE_DOWN_NOW = "所在网站现在打不开"


def borne_out(now: datetime, finding: Any = FINDING) -> ColumnElement[bool]:
    """The condition that what a row of ``finding`` (columns of its table, or of an alias) says is
    borne out at ``now``; for every query that marks who is late.
    """
    now = utc(now)
    said = exists().where(
        SAID.rule == finding.rule,
        SAID.subject == finding.subject,
        SAID.period == finding.period,
        SAID.since <= now,
        or_(SAID.until.is_(None), SAID.until > now),
        SAID.value.in_(ACCUSING),
    )
    seen = exists().where(
        VISIT.outlet_id == func.substr(finding.subject, len("outlet:") + 1),
        *_proves(now),
        *_within(now),
    )
    judged = exists().where(
        JUDGED.as_of > now - RECENT, JUDGED.as_of <= now, JUDGED.failed_night.is_(False)
    )
    looks = and_(finding.subject.like("outlet:%"), finding.rule.not_in(UNLISTED))
    return and_(said, or_(and_(looks, seen), and_(~looks, judged)))


def _proves(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        VISIT.page_no == 1,
        VISIT.outcome.in_(CONCLUSIVE),
        VISIT.evidence.in_(PROVING),
        VISIT.conditional.is_(False),
        func.coalesce(VISIT.seen, VISIT.moment) > now - RECENT,
    )


def _within(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return VISIT.moment > now - RECENT, VISIT.moment <= now


def waiting(
    connection: Connection,
    findings: Iterable[Finding],
    now: datetime,
    *,
    verdicts: Iterable[Verdict] | None = None,
    down: frozenset[str] = frozenset(),
) -> dict[int, str]:
    """Those of ``findings`` about units that have to wait at ``now``, by id, with the reason in
    Chinese.

    ``verdicts`` are what is said now where somebody judged just before: what they do not bear out
    waits, too. ``down`` are sites that do not answer now.
    """
    own = [one for one in findings if not one.ours]
    if not own:
        return {}
    ids = [one.id for one in own]
    query = select(FindingRow.id).where(FINDING.id.in_(ids), borne_out(now))
    good = set(connection.execute(query).scalars())
    current = None if verdicts is None else {(v.rule, v.subject, v.period): v for v in verdicts}
    sites = _sites(connection, own) if down else {}
    held: dict[int, str] = {}
    for one in own:
        found = current.get((one.rule, one.subject, one.period)) if current is not None else None
        if sites.get(one.subject, "") in down:
            held[one.id] = SITE_DOWN_NOW
        elif current is not None and (found is None or not found.value.accuses):
            held[one.id] = (
                cause_name(found.cause) if found is not None and found.cause else NOT_SAID
            )
        elif one.id not in good:
            held[one.id] = ""
        elif one.rule in UNLISTED and not _read_again(connection, one, now):
            held[one.id] = NOT_LOOKED_AGAIN
    return _told(connection, [one for one in own if one.id in held], held, utc(now))


def _read_again(connection: Connection, finding: Finding, now: datetime) -> bool:
    """Whether the posts at fault were looked at in the last two days."""
    return looked_since(connection, finding.subject.removeprefix("outlet:"), now - RECENT)


def _told(
    connection: Connection, findings: Sequence[Finding], held: Mapping[int, str], now: datetime
) -> dict[int, str]:
    """``held`` with a reason for each: what the looks of the last days came to, before what was
    said of them."""
    looks = _looks(connection, [f for f in findings if f.subject.startswith("outlet:")], now)
    said = _said(connection, findings, now)
    found = {}
    for one in findings:
        listed = one.subject.startswith("outlet:") and one.rule not in UNLISTED
        seen = _of_looks(looks.get(one.subject.removeprefix("outlet:"), ()), now) if listed else ""
        found[one.id] = (
            held[one.id]
            if held[one.id] == SITE_DOWN_NOW
            else seen or held[one.id] or _of_said(one, said)
        )
    return found


def unwitnessed(connection: Connection, since: datetime) -> tuple[str, ...]:
    """Outlets under an open finding about a unit of which no look ``since`` proves anything by
    itself.

    Whoever refuses us tonight is not asked once more: that helps nobody.
    """
    found = open_subjects(connection)
    query = select(VISIT.outlet_id, VISIT.outcome, *PLAIN).where(
        VISIT.outlet_id.in_(found), VISIT.page_no == 1, VISIT.moment >= since
    )
    looks = connection.execute(query.order_by(VISIT.id)).all()
    good = {
        row.outlet_id
        for row in looks
        if row.outcome in CONCLUSIVE
        and row.evidence in PROVING
        and not row.conditional
        and row.seen is None
    }
    last = {row.outlet_id: row.outcome for row in looks}
    refused = {outlet for outlet, outcome in last.items() if outcome == Outcome.BLOCKED}
    return tuple(one for one in found if one not in good | refused)


PLAIN = (VISIT.evidence, VISIT.conditional, VISIT.seen)


def open_subjects(connection: Connection, only: Sequence[str] = ()) -> tuple[str, ...]:
    """The outlets in use under an open finding about a unit; of rules about their list, or of those
    in ``only``."""
    query = select(FINDING.subject).where(
        FINDING.closed.is_(None), FINDING.ours.is_(False), FINDING.subject.like("outlet:%")
    )
    query = query.where(FINDING.rule.in_(only) if only else FINDING.rule.not_in(UNLISTED))
    found = {subject.removeprefix("outlet:") for subject in connection.execute(query).scalars()}
    used = select(OutletRow.id).where(OutletRow.id.in_(found), OutletRow.retired_at.is_(None))
    return tuple(sorted(connection.execute(used).scalars()))


@dataclass(frozen=True, slots=True)
class _Seen:
    moment: datetime
    outcome: Outcome
    evidence: str
    conditional: bool
    reason: str
    mark: str
    seen: datetime | None

    @property
    def proves(self) -> bool:
        return self.outcome.conclusive and self.evidence in PROVING


def _looks(
    connection: Connection, findings: Sequence[Finding], now: datetime
) -> dict[str, list[_Seen]]:
    """The looks of the last two days at each outlet, newest first."""
    ids = {f.subject.removeprefix("outlet:") for f in findings}
    columns = (
        VISIT.moment,
        VISIT.outcome,
        VISIT.evidence,
        VISIT.conditional,
        VISIT.reason,
        VISIT.mark,
        VISIT.seen,
    )
    query = select(VISIT.outlet_id, *columns).where(
        VISIT.outlet_id.in_(ids), VISIT.page_no == 1, *_within(now)
    )
    found: dict[str, list[_Seen]] = {}
    for row in connection.execute(query.order_by(VISIT.moment.desc(), VISIT.id.desc())):
        looked = _Seen(
            row.moment,
            Outcome(row.outcome),
            row.evidence,
            row.conditional,
            row.reason,
            row.mark,
            row.seen,
        )
        found.setdefault(row.outlet_id, []).append(looked)
    return found


def _of_looks(looks: Sequence[_Seen], now: datetime) -> str:
    """Why the looks of the last two days bear nothing out; empty where one of them could."""
    if any(
        one.proves and not one.conditional and (one.seen or one.moment) > now - RECENT
        for one in looks
    ):
        return ""
    if not looks:
        return NOT_SEEN
    if any(one.proves for one in looks):
        return NOT_PLAIN
    last = looks[0]
    if last.outcome.conclusive:
        return looked_like(last.reason, last.mark) if last.reason else PARTLY
    return looked_like(last.reason or last.outcome.value, last.mark)


def _said(
    connection: Connection, findings: Sequence[Finding], now: datetime
) -> dict[Key, tuple[str, str]]:
    """What is said of each finding now: value and cause."""
    subjects = sorted({one.subject for one in findings})
    query = select(SAID.rule, SAID.subject, SAID.period, SAID.value, SAID.cause).where(
        SAID.subject.in_(subjects), SAID.since <= now, or_(SAID.until.is_(None), SAID.until > now)
    )
    return {(r.rule, r.subject, r.period): (r.value, r.cause) for r in connection.execute(query)}


def _of_said(finding: Finding, said: Mapping[Key, tuple[str, str]]) -> str:
    value, cause = said.get((finding.rule, finding.subject, finding.period), ("", ""))
    if value in ACCUSING:
        return NOT_JUDGED
    return cause_name(cause) if cause else NOT_SAID


def _sites(connection: Connection, findings: Sequence[Finding]) -> dict[str, str]:
    """The site of each column among the findings' subjects."""
    ids = {f.subject.removeprefix("outlet:") for f in findings if f.subject.startswith("outlet:")}
    query = select(OutletRow.id, OutletRow.site_id).where(
        OutletRow.id.in_(ids), OutletRow.kind == "column"
    )
    return {f"outlet:{row.id}": row.site_id for row in connection.execute(query)}


def witnesses(
    connection: Connection, outlets: Iterable[str], now: datetime
) -> dict[str, tuple[Witness, ...]]:
    """The newest two independent looks at each outlet that may prove something, newest first; one
    where there is no pair."""
    now = utc(now)
    columns = (
        VISIT.moment,
        VISIT.outcome,
        VISIT.evidence,
        VISIT.probe,
        VISIT.newest,
        VISIT.dated,
        VISIT.seen,
        VISIT.conditional,
        VISIT.door,
        VISIT.path,
        VISIT.url,
    )
    query = select(VISIT.outlet_id, *columns).where(
        VISIT.outlet_id.in_(sorted(set(outlets))),
        VISIT.page_no == 1,
        VISIT.outcome.in_(CONCLUSIVE),
        VISIT.evidence.in_(PROVING),
        VISIT.moment > now - WITNESSED,
        VISIT.moment <= now,
    )
    looks: dict[str, list[Look]] = {}
    urls: dict[Look, str] = {}
    for row in connection.execute(query.order_by(VISIT.moment.desc(), VISIT.id.desc())):
        one = Look(
            row.moment,
            Outcome(row.outcome),
            Evidence(row.evidence),
            row.probe,
            row.newest,
            dated=row.dated,
            seen=row.seen,
            conditional=row.conditional,
            door=row.door,
            path=row.path,
        )
        looks.setdefault(row.outlet_id, []).append(one)
        urls[one] = row.url
    return {
        outlet: tuple(_witness(one, urls[one]) for one in pair_of(mine) or mine[:1])
        for outlet, mine in looks.items()
    }


def _witness(look: Look, url: str) -> Witness:
    return Witness(look.moment, url, look.door, look.outcome, look.newest, look.dated, look.seen)


WITNESSED = timedelta(days=8)
"""An accusation rests on looks of the days before it; older ones are in the record."""
