"""Silences, exemptions and reported maintenance (报备): who decided what about which subject, from
when to when.

A silence stops the telling, not the finding. An exemption closes the finding and says who approved
it. While maintenance that was reported beforehand lasts, nothing new is found and nothing is
cleared by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, insert, or_, select, update

from crawler.model import Deed, shanghai_day, utc
from monitor.days.calendar import chinese_day
from monitor.model import Facts, Finding, Value, Verdict
from monitor.record.chain import Entry, Seal, append, seal
from monitor.record.tables import DispensationRow
from monitor.words.causes import MAINTENANCE

ROW = DispensationRow.__table__.c


class DispensationKind(StrEnum):
    SILENCE = "silence"
    EXEMPTION = "exemption"
    MAINTENANCE = "maintenance"


KIND_NAMES: Mapping[DispensationKind, str] = {
    DispensationKind.SILENCE: "静默",
    DispensationKind.EXEMPTION: "豁免",
    DispensationKind.MAINTENANCE: "报备",
}


class DispensationRefused(ValueError):
    """One sentence: why a dispensation cannot be entered."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a decision reaches: from the day ``since`` through the day ``until``, for one
    ``rule`` or, where that is empty, for every rule."""

    since: date
    until: date
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Dispensation:
    """One decision. ``rule`` empty = every rule; ``subject`` may end in ``*``; ``until`` is its
    last day."""

    id: int
    kind: DispensationKind
    rule: str
    subject: str
    reason: str
    approved_by: str
    since: date
    until: date

    def covers(self, rule: str, subject: str, site: str = "") -> bool:
        """Whether it speaks of ``rule`` about ``subject``, which stands on ``site``
        (``site:ID``)."""
        if self.rule and self.rule != rule:
            return False
        if self.subject.endswith("*"):
            return subject.startswith(self.subject[:-1])
        return self.subject in (subject, site)

    @property
    def said(self) -> str:
        """Who decided it and how long it lasts, in Chinese."""
        return f"{self.approved_by}批准{KIND_NAMES[self.kind]}至{chinese_day(self.until)}，事由：{self.reason}"


def grant(
    connection: Connection, kind: DispensationKind, subject: str, *, deed: Deed, bounds: Bounds
) -> Dispensation:
    """Enter a decision. Raises :class:`DispensationRefused` without reason or approver, or where it
    ends before it begins."""
    if not deed.words.strip() or not deed.by.strip():
        raise DispensationRefused("须写明事由和批准人")
    if bounds.until < bounds.since:
        raise DispensationRefused(f"截止日{bounds.until}早于开始日{bounds.since}")
    if bounds.until < shanghai_day(deed.now):
        raise DispensationRefused(f"截止日{bounds.until}已过；豁免不能补记到已经作出的判定之前")
    if not subject.partition(":")[2]:
        raise DispensationRefused(
            f"对象{subject!r}须写成 outlet:编号、unit:编号或 site:编号，末尾可用*"
        )
    values = {
        "kind": kind.value,
        "rule": bounds.rule,
        "subject": subject,
        "reason": deed.words.strip(),
        "approved_by": deed.by.strip(),
        "since": bounds.since,
        "until": bounds.until,
        "entered": utc(deed.now),
    }
    row = connection.execute(insert(DispensationRow).values(values))
    number = int((row.inserted_primary_key or (0,))[0])
    told = ("kind", "rule", "subject", "reason", "since", "until")
    after = {name: str(values[name]) for name in told}
    seal(
        connection,
        "dispensation",
        [number],
        deed.now,
        told=Seal(deed.by.strip(), data={"before": None, "after": after}),
    )
    return Dispensation(
        number,
        kind,
        bounds.rule,
        subject,
        deed.words.strip(),
        deed.by.strip(),
        bounds.since,
        bounds.until,
    )


def withdraw(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """End a decision now; ``False`` where there is none in force with that number. Its row
    stays."""
    done = connection.execute(
        update(DispensationRow)
        .where(ROW.id == number, ROW.withdrawn.is_(None))
        .values(withdrawn=utc(now), withdrawn_by=by)
    )
    if done.rowcount:
        data = {"before": "in force", "after": "withdrawn"}
        append(connection, now, [Entry("withdrawn", f"dispensation:{number}", by, data)])
    return bool(done.rowcount)


def in_force(connection: Connection, as_of: datetime) -> tuple[Dispensation, ...]:
    """The decisions that had been entered by ``as_of``, not withdrawn, and that cover its day."""
    day = shanghai_day(as_of)
    query = (
        select(DispensationRow.__table__)
        .where(ROW.entered <= as_of, or_(ROW.withdrawn.is_(None), ROW.withdrawn > as_of))
        .where(ROW.since <= day, ROW.until >= day)
        .order_by(ROW.id)
    )
    return tuple(
        Dispensation(
            r.id,
            DispensationKind(r.kind),
            r.rule,
            r.subject,
            r.reason,
            r.approved_by,
            r.since,
            r.until,
        )
        for r in connection.execute(query)
    )


def dispensed(
    verdicts: Sequence[Verdict], decisions: Iterable[Dispensation], facts: Facts
) -> tuple[Verdict, ...]:
    """``verdicts`` under the exemptions and maintenance in force. What is fresh stays fresh."""
    counting = [one for one in decisions if one.kind is not DispensationKind.SILENCE]
    if not counting:
        return tuple(verdicts)
    outlets = (*facts.outlets, *facts.canaries)
    sites = {f"outlet:{of.outlet.id}": f"site:{of.outlet.site}" for of in outlets}
    return tuple(_under(v, counting, sites.get(v.subject, "")) for v in verdicts)


def _under(verdict: Verdict, decisions: Iterable[Dispensation], site: str) -> Verdict:
    if verdict.value is Value.FRESH:
        return verdict
    covering = [one for one in decisions if one.covers(verdict.rule, verdict.subject, site)]
    exempt = next((one for one in covering if one.kind is DispensationKind.EXEMPTION), None)
    if exempt is not None:
        sentence = f"{verdict.name}：{exempt.said}，其间不作判定。"
        return replace(
            verdict, value=Value.EXEMPT, cause="exemption", sentence=sentence, due=exempt.until
        )
    if covering and verdict.opens:
        sentence = f"{verdict.name}：{covering[0].said}，其间不作新的认定。"
        return replace(
            verdict, value=Value.UNKNOWN, cause=MAINTENANCE, sentence=sentence, ours=False
        )
    return verdict


def unsilenced(
    findings: Iterable[Finding], decisions: Iterable[Dispensation]
) -> tuple[Finding, ...]:
    """The findings that nobody silenced: those that letters may speak of."""
    silences = [one for one in decisions if one.kind is DispensationKind.SILENCE]
    return tuple(f for f in findings if not any(one.covers(f.rule, f.subject) for one in silences))
