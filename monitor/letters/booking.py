"""A letter's two lines in the book beside the store: before it leaves, and when its channel has
answered."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from monitor.channels import Receipt, Undelivered
from monitor.letters.outbox import Claim, outcome_of
from monitor.letters.postbook import Ending, Leaving, Numbers, add, new_id, text_hash
from monitor.record.tables import FindingRow, LetterFindingRow, LetterRow
from monitor.rectify.orders import OrderRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booking:
    """The lines of one try. Where there is no ``book`` (letters outside an office) none is
    written."""

    book: Path | None
    line: Leaving

    def leaves(self, moment: datetime) -> None:
        """Write down that the letter leaves. Raises :class:`Undelivered`: what is not written down
        does not leave, and the next letter would fare the same."""
        if self.book is None:
            return
        try:
            add(self.book, replace(self.line, moment=moment))
        except OSError as error:
            why = error.strerror or error
            answer = f"寄信台账 {self.book} 写不进（{why}），信件没有交出：请检查磁盘和权限"
            raise Undelivered(False, answer, stage="settings", closed=True) from error

    def ends(self, state: str, end: Receipt | Undelivered, moment: datetime) -> None:
        """Write down what became of it; without this line the letter counts as doubtful after a
        restore."""
        if self.book is None:
            return
        refused = tuple((a, why.permanent, why.answer) for a, why in end.refused.items())
        line = Ending(self.line.id, state, outcome_of(end), end.answer, refused, moment)
        try:
            add(self.book, line)
        except OSError as error:
            log.error("寄信台账 %s 写不进（%s）：请检查磁盘和权限", self.book, error)


def booking(connection: Connection, book: Path | None, claim: Claim, message_id: str) -> Booking:
    """The lines of ``claim``, whose letter is sent now under ``message_id``."""
    letter = claim.letter
    findings = (
        select(FindingRow.number)
        .join(LetterFindingRow, LetterFindingRow.finding_id == FindingRow.id)
        .where(LetterFindingRow.letter_id == claim.letter_id)
        .order_by(FindingRow.id)
    )
    row = connection.execute(
        select(LetterRow.day, LetterRow.written).where(LetterRow.id == claim.letter_id)
    ).one()
    return Booking(
        book,
        Leaving(
            new_id(),
            letter.key,
            message_id,
            letter.unit,
            row.day,
            letter.to,
            letter.subject,
            text_hash(letter.text),
            row.written,
            tuple(connection.scalars(findings)),
            _numbers(connection),
        ),
    )


def _numbers(connection: Connection) -> Numbers:
    finding = select(FindingRow.number).order_by(FindingRow.id.desc()).limit(1)
    order = select(OrderRow.year, OrderRow.serial).order_by(OrderRow.id.desc()).limit(1)
    last = connection.execute(order).first()
    return Numbers(connection.scalar(finding) or "", (last.year, last.serial) if last else None)
