"""The outbox: letters are written once, claimed by one sender, and every attempt is recorded.

A letter waits, is claimed (a row count decides who has it), and ends ``sent``, ``refused`` (no
recipient wants it, ever), ``failed`` (given up after :data:`RETRIES`) or ``superseded``. A claim
whose sender died is found by :func:`sweep`: before the hand-over it is repeated as if nothing had
been; after it, the letter may have arrived, so its repeat keeps the Message-ID and the attempt
stays in the record as ``doubtful``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, Text, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base
from monitor.channels import Receipt, RecipientRefused, Undelivered
from monitor.model import Letter
from monitor.record.chain import Entry, add_events, append, seal
from monitor.record.tables import LetterFindingRow, LetterRow

RETRIES = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240, 720, 1440, 1440))
"""Waits after the first, second ... temporary fault; after the last one the letter has failed."""

LEASE = timedelta(minutes=30)
"""A claim older than this has died: longer than any channel's time-outs together."""

MAX_DOUBTFUL = 3
"""A server that swallows letters without an answer gets each at most this often."""

DIED = "发送程序中断，未收到服务器答复"
NO_ADDRESS = "台账中没有该单位的邮箱地址，请在台账补登后等待下一封通知"
SUPERSEDED = "未发出，由以后的通知代替"
NOT_IN_CATALOGUE = "收件地址已不在台账中，未发送"


class AttemptRow(Base):
    """One try to send a letter. ``result`` is empty while it runs, then ``sent``, ``partly``,
    ``temporary``, ``permanent``, ``doubtful`` (handed over, no answer) or ``died`` (before the
    hand-over).

    ``recipients`` were tried; ``refused`` holds ``[address, permanent, answer]``; ``next_try`` is
    set while the letter backs off.
    """

    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    recipients: Mapped[list[Any]]
    started: Mapped[datetime]
    handed_over: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    refused: Mapped[list[Any]]
    next_try: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that this sender alone may send now; ``letter.to`` are the recipients still without
    it."""

    letter_id: int
    attempt_id: int
    tries: int
    letter: Letter


@dataclass(frozen=True, slots=True)
class Swept:
    """Dead claims found: ``repeated`` had not been handed over, ``doubtful`` may have arrived."""

    repeated: int = 0
    doubtful: int = 0


def add(
    connection: Connection, letter: Letter, day: date, findings: Sequence[int], moment: datetime
) -> bool:
    """Put ``letter`` in the outbox with an event ``told`` per finding; False if the unit has
    today's.

    A letter without recipients is kept as ``refused`` and tells nobody: no event is written.
    """
    state, answer = ("waiting", "") if letter.to else ("refused", NO_ADDRESS)
    row = {
        "key": letter.key,
        "unit_id": letter.unit,
        "day": day,
        "recipients": list(letter.to),
        "subject": letter.subject,
        "text_body": letter.text,
        "html_body": letter.html,
        "state": state,
        "written": moment,
        "tries": 0,
        "answer": answer,
    }
    letter_id = _insert_once(connection, row)
    if letter_id is None:
        return False
    if findings:
        links = [
            {"letter_id": letter_id, "finding_id": f, "unit_id": letter.unit, "day": day}
            for f in findings
        ]
        connection.execute(insert(LetterFindingRow), links)
    if findings and letter.to:
        detail = {"unit": letter.unit, "letter": letter.key}
        events = [
            {"finding_id": f, "kind": "told", "moment": moment, "detail": detail} for f in findings
        ]
        add_events(connection, events)
    seal(connection, "letter", [letter_id], moment)
    return True


def _insert_once(connection: Connection, row: Mapping[str, Any]) -> int | None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(LetterRow).values(row).on_conflict_do_nothing().returning(LetterRow.id)
    )
    return connection.execute(statement).scalar_one_or_none()


def due(connection: Connection, now: datetime) -> tuple[tuple[int, str], ...]:
    """Ids and channels of the letters that wait and do not back off, oldest first."""
    backing_off = (
        select(AttemptRow.id)
        .where(AttemptRow.letter_id == LetterRow.id, AttemptRow.next_try > now)
        .exists()
    )
    query = (
        select(LetterRow.id, LetterRow.recipients)
        .where(LetterRow.state == "waiting", ~backing_off)
        .order_by(LetterRow.id)
    )
    return tuple((row.id, channel(row.recipients)) for row in connection.execute(query))


def supersede(connection: Connection, day: date, now: datetime) -> frozenset[str]:
    """Withdraw the letters of days before ``day`` that nobody has and nobody may have: a newer one
    says it all.

    Returns their units. A letter that reached one of its recipients, or may have, stays.
    """
    left = AttemptRow.result.in_(("sent", "partly", "doubtful", ""))
    handed = select(AttemptRow.id).where(AttemptRow.letter_id == LetterRow.id, left).exists()
    rows = connection.execute(
        update(LetterRow)
        .where(LetterRow.state == "waiting", LetterRow.day < day, ~handed)
        .values(state="superseded", answer=SUPERSEDED)
        .returning(LetterRow.id, LetterRow.unit_id)
    ).all()
    entries = [
        Entry("superseded", f"letter:{row.id}") for row in sorted(rows, key=lambda row: row.id)
    ]
    append(connection, now, entries)
    return frozenset(row.unit_id for row in rows)


def channel(recipients: Sequence[str]) -> str:
    """``mail`` for mail addresses, which have no colon, else the one recipient itself
    (``robot:NAME``)."""
    return recipients[0] if recipients and ":" in recipients[0] else "mail"


def claim(
    connection: Connection, letter_id: int, allowed: Collection[str], now: datetime
) -> Claim | None:
    """The letter for this sender alone, or None when another has it or nobody may get it.

    Only recipients in ``allowed`` are kept; a letter that keeps none becomes ``refused``.
    """
    taken = connection.execute(
        update(LetterRow)
        .where(LetterRow.id == letter_id, LetterRow.state == "waiting")
        .values(state="claimed", claimed=now, tries=LetterRow.tries + 1)
    )
    if taken.rowcount != 1:
        return None
    row = connection.execute(select(LetterRow.__table__).where(LetterRow.id == letter_id)).one()
    left = [address for address in _outstanding(connection, row) if address in allowed]
    if not left:
        _settle_letter(connection, letter_id, "refused", NOT_IN_CATALOGUE, now)
        return None
    attempt = {"letter_id": letter_id, "recipients": left, "started": now, "refused": []}
    attempt_id = connection.execute(
        insert(AttemptRow).values(attempt | {"result": "", "answer": ""}).returning(AttemptRow.id)
    ).scalar_one()
    letter = Letter(row.key, row.unit_id, tuple(left), row.subject, row.text_body, row.html_body)
    return Claim(letter_id, attempt_id, row.tries, letter)


def hand_over(connection: Connection, claim: Claim, now: datetime) -> bool:
    """Record that the letter is about to leave for good; False when the claim was taken away
    meanwhile."""
    marked = connection.execute(
        update(AttemptRow)
        .where(AttemptRow.id == claim.attempt_id, AttemptRow.ended.is_(None))
        .values(handed_over=now)
    )
    return marked.rowcount == 1


def delivered(
    connection: Connection, claim: Claim, receipt: Receipt, copies: Collection[str], now: datetime
) -> str:
    """Record the server's yes, and the letter's new state, which is returned.

    Recipients refused for the moment are tried again alone; ``copies`` decide nothing: a letter of
    which only a copy arrived was refused.
    """
    refused = receipt.refused
    if not _end_attempt(connection, claim, outcome_of(receipt), receipt.answer, refused, now):
        return _late(connection, claim, receipt, now)
    again = [a for a, why in refused.items() if not why.permanent]
    if again:
        return _retry(connection, claim, receipt.answer, copies, now)
    return _close(connection, claim, receipt.answer, copies, now)


def undelivered(
    connection: Connection, claim: Claim, error: Undelivered, copies: Collection[str], now: datetime
) -> str:
    """Record a fault, and the letter's new state, which is returned: waiting, refused, sent or
    failed."""
    result = outcome_of(error)
    refused = error.refused
    if error.permanent:
        # No server saw some of them; for the record all were refused, with the same word.
        refused = {a: RecipientRefused(True, error.answer) for a in claim.letter.to} | error.refused
    if not _end_attempt(connection, claim, result, error.answer, refused, now):
        return "lost"
    if error.permanent:
        return _close(connection, claim, error.answer, copies, now)
    return _retry(connection, claim, error.answer, copies, now)


def outcome_of(end: Receipt | Undelivered) -> str:
    """How a try ended, as :class:`AttemptRow` has it."""
    if isinstance(end, Receipt):
        return "partly" if end.refused else "sent"
    return "doubtful" if end.doubtful else "permanent" if end.permanent else "temporary"


def sweep(connection: Connection, now: datetime, lease: timedelta = LEASE) -> Swept:
    """Give letters whose sender died back to the queue; those handed over are counted as
    doubtful."""
    query = (
        select(LetterRow.id, LetterRow.tries, AttemptRow.id, AttemptRow.handed_over)
        .join(AttemptRow, AttemptRow.letter_id == LetterRow.id)
        .where(
            LetterRow.state == "claimed",
            LetterRow.claimed <= now - lease,
            AttemptRow.ended.is_(None),
        )
    )
    repeated = doubtful = 0
    for letter_id, tries, attempt_id, handed_over in connection.execute(query).all():
        result = "doubtful" if handed_over else "died"
        ended = connection.execute(
            update(AttemptRow)
            .where(AttemptRow.id == attempt_id, AttemptRow.ended.is_(None))
            .values(ended=now, result=result, answer=DIED)
        )
        if ended.rowcount == 1:
            state = "failed" if _enough(connection, letter_id, tries) else "waiting"
            _settle_letter(connection, letter_id, state, DIED, now)
            repeated, doubtful = repeated + (not handed_over), doubtful + bool(handed_over)
    return Swept(repeated, doubtful)


def again(connection: Connection, letter_id: int, now: datetime, by: str = "") -> bool:
    """Put a failed letter back in the queue, for the person who mended the cause; False if it is
    not failed."""
    back = connection.execute(
        update(LetterRow)
        .where(LetterRow.id == letter_id, LetterRow.state == "failed")
        .values(state="waiting", tries=0, claimed=None, answer="人工重新投递")
    )
    connection.execute(
        update(AttemptRow)
        .where(AttemptRow.letter_id == letter_id, AttemptRow.next_try > now)
        .values(next_try=None)
    )
    if back.rowcount:
        data = {"before": "failed", "after": "waiting"}
        append(connection, now, [Entry("again", f"letter:{letter_id}", by, data)])
    return back.rowcount == 1


def _outstanding(connection: Connection, letter: Any) -> list[str]:
    """The letter's recipients less those who have it and those who refused it for good."""
    done: set[str] = set()
    for recipients, result, refused in _history(connection, letter.id):
        no = {address: permanent for address, permanent, _ in refused}
        done |= {address for address, permanent in no.items() if permanent}
        if result in ("sent", "partly"):
            done |= set(recipients) - set(no)
    return [address for address in letter.recipients if address not in done]


def _received(connection: Connection, letter_id: int, copies: Collection[str]) -> bool:
    """Whether a server took the letter for anybody but the copies."""
    return any(
        set(recipients) - {address for address, *_ in refused} - set(copies)
        for recipients, result, refused in _history(connection, letter_id)
        if result in ("sent", "partly")
    )


def _history(connection: Connection, letter_id: int) -> Sequence[Any]:
    query = select(AttemptRow.recipients, AttemptRow.result, AttemptRow.refused)
    return connection.execute(query.where(AttemptRow.letter_id == letter_id)).all()


def _end_attempt(
    connection: Connection,
    claim: Claim,
    result: str,
    answer: str,
    refused: Mapping[str, RecipientRefused],
    now: datetime,
) -> bool:
    ended = connection.execute(
        update(AttemptRow)
        .where(AttemptRow.id == claim.attempt_id, AttemptRow.ended.is_(None))
        .values(
            ended=now,
            result=result,
            answer=answer,
            refused=[[address, why.permanent, why.answer] for address, why in refused.items()],
        )
    )
    return ended.rowcount == 1


def _retry(
    connection: Connection, claim: Claim, answer: str, copies: Collection[str], now: datetime
) -> str:
    if _enough(connection, claim.letter_id, claim.tries):
        state = "sent" if _received(connection, claim.letter_id, copies) else "failed"
        return _settle_letter(connection, claim.letter_id, state, answer, now)
    connection.execute(
        update(AttemptRow)
        .where(AttemptRow.id == claim.attempt_id)
        .values(next_try=now + RETRIES[claim.tries - 1])
    )
    return _settle_letter(connection, claim.letter_id, "waiting", answer, now)


def _enough(connection: Connection, letter_id: int, tries: int) -> bool:
    """Whether a letter was tried as often as is decent; one that may have arrived, three times at
    most."""
    doubtful = sum(result == "doubtful" for _, result, _ in _history(connection, letter_id))
    return tries > len(RETRIES) or doubtful >= MAX_DOUBTFUL


def _close(
    connection: Connection, claim: Claim, answer: str, copies: Collection[str], now: datetime
) -> str:
    state = "sent" if _received(connection, claim.letter_id, copies) else "refused"
    return _settle_letter(connection, claim.letter_id, state, answer, now)


def _late(connection: Connection, claim: Claim, receipt: Receipt, now: datetime) -> str:
    """The claim was swept as dead, and then the server said yes after all: the waiting repeat is
    dropped."""
    connection.execute(
        update(AttemptRow)
        .where(AttemptRow.id == claim.attempt_id)
        .values(result="sent", answer=f"{receipt.answer}（答复迟到）")
    )
    connection.execute(
        update(LetterRow)
        .where(LetterRow.id == claim.letter_id, LetterRow.state == "waiting")
        .values(state="sent", sent=now, answer=receipt.answer)
    )
    _noted(connection, claim.letter_id, "sent", receipt.answer, now)
    return "sent"


def _settle_letter(
    connection: Connection, letter_id: int, state: str, answer: str, now: datetime
) -> str:
    values: dict[str, Any] = {"state": state, "answer": answer, "claimed": None}
    if state == "sent":
        values["sent"] = now
    connection.execute(update(LetterRow).where(LetterRow.id == letter_id).values(values))
    if state != "waiting":
        _noted(connection, letter_id, state, answer, now)
    return state


def _noted(connection: Connection, letter_id: int, state: str, answer: str, now: datetime) -> None:
    append(connection, now, [Entry(state, f"letter:{letter_id}", data={"answer": answer})])
