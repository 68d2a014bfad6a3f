"""Acknowledgements (签收): a unit has heard and says until when; its reminders rest that long, its
deadline does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, ForeignKey, String, Text, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import Deed, shanghai_day, utc
from crawler.store.tables import Base
from monitor.record.chain import Seal, seal
from monitor.record.tables import FindingRow
from monitor.rectify.orders import StepRefused, note_event
from monitor.settings.letters import LetterSettings


class AckRow(Base):
    """One acknowledgement; ``until`` is its last day."""

    __tablename__ = "ack"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    who: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[date]
    entered: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Ack:
    finding: str
    unit: str
    who: str
    until: date


def acknowledge(
    connection: Connection, finding: str, *, deed: Deed, until: date, letters: LetterSettings
) -> Ack:
    """Enter that ``unit`` has heard of ``finding``. Raises :class:`StepRefused` for one that lasts
    too long or is not theirs."""
    row = connection.execute(
        select(FindingRow.__table__).where(FindingRow.number == finding)
    ).first()
    if row is None or row.closed is not None:
        raise StepRefused(f"没有编号为 {finding} 的未销号问题")
    if deed.unit not in row.units:
        raise StepRefused(
            f"问题 {finding} 的责任单位是 {'、'.join(row.units) or '我办'}，不是 {deed.unit}"
        )
    if not deed.by.strip():
        raise StepRefused("须写明签收人")
    today = shanghai_day(deed.now)
    if until < today or letters.calendar.between(today, until) > letters.ack_days:
        raise StepRefused(f"签收截止日须在今天以后 {letters.ack_days} 个工作日以内，不能是 {until}")
    values = {
        "finding_id": row.id,
        "unit_id": deed.unit,
        "who": deed.by.strip()[:100],
        "text": deed.words.strip()[:1000],
    }
    values |= {"until": until, "entered": utc(deed.now)}
    made = connection.execute(insert(AckRow).values(values).returning(AckRow.id)).scalar_one()
    seal(connection, "ack", [made], deed.now, told=Seal(deed.by))
    detail = {"unit": deed.unit, "until": until.isoformat(), "text": deed.words.strip()[:1000]}
    note_event(connection, row.id, "acknowledged", deed, detail)
    return Ack(finding, deed.unit, deed.by.strip(), until)


def acknowledged(connection: Connection, day: date) -> frozenset[tuple[int, str]]:
    """Findings with the unit whose reminders rest on ``day``."""
    query = select(AckRow.finding_id, AckRow.unit_id).where(AckRow.until >= day)
    return frozenset((row.finding_id, row.unit_id) for row in connection.execute(query))
