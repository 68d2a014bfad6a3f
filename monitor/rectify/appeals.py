"""Appeals (申诉) against a finding: what was seen is shown, somebody decides, and the decision
stands.

An upheld appeal ends the finding, keeps its rule silent about the subject for a while (so that the
same mistake does not accuse again tonight), and puts an erratum beside every printed bulletin that
held it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Text, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import Deed, shanghai_day, utc
from crawler.store.tables import Base
from monitor.findings import dispensations
from monitor.findings.dispensations import Bounds
from monitor.findings.ledger import end
from monitor.record.chain import Seal, seal
from monitor.record.tables import FindingRow
from monitor.rectify import rechecks
from monitor.rectify.orders import StepRefused, note_event
from monitor.words.ends import CORRECTED, UPHELD

DECIDED = ("state", "decided", "decided_by", "decision")
WAITING, REJECTED = "waiting", "rejected"
STATE_NAMES: Mapping[str, str] = {WAITING: "待核", UPHELD: "申诉成立", REJECTED: "申诉不成立"}
MAX_TEXT = 5000


class AppealRow(Base):
    """One appeal of one unit. ``state`` is waiting, upheld or rejected; a decision is never
    changed."""

    __tablename__ = "appeal"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    moment: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    recheck_id: Mapped[int | None] = mapped_column(ForeignKey("recheck.id"))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    decided: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index(
            "uq_appeal_open",
            "finding_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal as it stands; ``second_look`` is what the recheck it asked for found, empty while
    it waits."""

    id: int
    finding_id: int
    unit: str
    moment: datetime
    who: str
    reason: str
    state: str
    decided: datetime | None
    decided_by: str
    decision: str
    second_look: Mapping[str, Any]


def appeal(connection: Connection, finding: str, *, deed: Deed) -> Appeal:
    """Enter an appeal against ``finding`` (its number), open or ended, and ask for a second look.

    Raises :class:`StepRefused` for a finding that is none or not the unit's, one appeal waiting, or
    no reason given."""
    row = _finding(connection, finding)
    if deed.unit not in row.units:
        raise StepRefused(
            f"问题 {finding} 的责任单位是 {'、'.join(row.units) or '我办'}，不接受 {deed.unit} 的申诉"
        )
    if not deed.words.strip() or not deed.by.strip() or len(deed.words) > MAX_TEXT:
        raise StepRefused(f"须写明申诉人和理由，不超过 {MAX_TEXT} 字")
    if _rows(connection, row.id, WAITING):
        raise StepRefused(f"问题 {finding} 已有申诉待核，请先处理")
    kind, _, outlet = row.subject.partition(":")
    look = (
        rechecks.ask(connection, outlet, f"问题 {finding} 申诉", deed.now)[0]
        if kind == "outlet"
        else None
    )
    values = {
        "finding_id": row.id,
        "unit_id": deed.unit,
        "moment": utc(deed.now),
        "who": deed.by.strip()[:100],
    }
    values |= {"reason": deed.words.strip(), "recheck_id": look, "state": WAITING}
    made = connection.execute(insert(AppealRow).values(values).returning(AppealRow.id)).scalar_one()
    seal(connection, "appeal", [made], deed.now, told=Seal(deed.by))
    note_event(
        connection,
        row.id,
        "appealed",
        deed,
        {"unit": deed.unit, "reason": deed.words.strip()},
    )
    return appeals(connection, row.id)[-1]


def decide(
    connection: Connection, finding: str, *, upheld: bool, deed: Deed, exempt_days: int
) -> Appeal:
    """Decide the waiting appeal against ``finding``. Raises :class:`StepRefused` where none waits,
    or without reason."""
    row = _finding(connection, finding)
    waiting = _rows(connection, row.id, WAITING)
    if not waiting:
        raise StepRefused(f"问题 {finding} 没有待核的申诉")
    if not deed.by.strip() or not deed.words.strip():
        raise StepRefused("须写明核定人和理由")
    values = {
        "state": UPHELD if upheld else REJECTED,
        "decided": utc(deed.now),
        "decided_by": deed.by.strip()[:100],
    }
    if upheld and row.closed is None:
        end(connection, row.id, UPHELD, f"申诉成立：{deed.words.strip()}", deed.now)
    connection.execute(
        update(AppealRow)
        .where(AppealRow.id == waiting[0].id)
        .values(**values, decision=deed.words.strip())
    )
    said = {"before": WAITING, "after": values["state"]}
    seal(
        connection,
        "appeal",
        [waiting[0].id],
        deed.now,
        told=Seal(deed.by, what="decision", columns=DECIDED, data=said),
    )
    detail = {"decision": values["state"], "reason": deed.words.strip(), "by": deed.by.strip()}
    note_event(connection, row.id, "decided", deed, detail)
    if upheld:
        _spare(
            connection, row, Deed(deed.by, deed.now, f"申诉成立：{deed.words.strip()}"), exempt_days
        )
    return appeals(connection, row.id)[-1]


def take_back(connection: Connection, finding: str, *, deed: Deed, exempt_days: int) -> str:
    """The office ends an open accusation that it finds to be wrong, though nobody appealed; returns
    the subject's name.

    Its rule keeps silent about the subject for ``exempt_days``. Raises :class:`StepRefused` for a
    finding that is none, is ours or has ended, while an appeal waits (that one is decided), or
    without reason.
    """
    row = _finding(connection, finding)
    if not deed.by.strip() or not deed.words.strip():
        raise StepRefused("须写明核定人和理由")
    if row.ours or row.closed is not None:
        raise StepRefused(
            f"问题 {finding} {'由我办核查' if row.ours else '已经销号'}，没有可撤回的认定"
        )
    if _rows(connection, row.id, WAITING):
        raise StepRefused(f"问题 {finding} 有申诉待核，请核定申诉")
    end(connection, row.id, CORRECTED, f"我办撤回认定：{deed.words.strip()}", deed.now)
    note_event(
        connection,
        row.id,
        CORRECTED,
        deed,
        {"reason": deed.words.strip(), "by": deed.by.strip()},
    )
    _spare(connection, row, Deed(deed.by, deed.now, f"我办撤回：{deed.words.strip()}"), exempt_days)
    return str(row.name)


def _spare(connection: Connection, row: Any, deed: Deed, days: int) -> dispensations.Dispensation:
    """What was judged wrongly is not judged again until the cause is mended."""
    day = shanghai_day(deed.now)
    return dispensations.grant(
        connection,
        dispensations.DispensationKind.EXEMPTION,
        row.subject,
        deed=Deed(deed.by.strip(), deed.now, f"问题{row.number}{deed.words}"),
        bounds=Bounds(day, day + timedelta(days=days), row.rule),
    )


def appeals(connection: Connection, finding: int) -> tuple[Appeal, ...]:
    """The appeals against a finding, oldest first, each with its second look."""
    found = []
    for row in _rows(connection, finding):
        asked = rechecks.one(connection, row.recheck_id) if row.recheck_id else None
        found.append(
            Appeal(
                row.id,
                row.finding_id,
                row.unit_id,
                row.moment,
                row.who,
                row.reason,
                row.state,
                row.decided,
                row.decided_by,
                row.decision,
                asked.result if asked else {},
            )
        )
    return tuple(found)


def pending(connection: Connection) -> frozenset[int]:
    """Findings whose appeal waits: nobody climbs the ladder for them."""
    return frozenset(
        connection.execute(select(AppealRow.finding_id).where(AppealRow.state == WAITING)).scalars()
    )


def _finding(connection: Connection, number: str) -> Any:
    row = connection.execute(
        select(FindingRow.__table__).where(FindingRow.number == number)
    ).first()
    if row is None:
        raise StepRefused(f"没有编号为 {number} 的问题")
    return row


def _rows(connection: Connection, finding: int, state: str = "") -> list[Any]:
    query = (
        select(AppealRow.__table__).where(AppealRow.finding_id == finding).order_by(AppealRow.id)
    )
    if state:
        query = query.where(AppealRow.state == state)
    return list(connection.execute(query).all())
