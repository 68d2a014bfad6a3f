"""The tables of what it means: findings and their events, what was said, dispensations, letters.

Only ``monitor`` writes them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base


class FindingRow(Base):
    """At most one open finding per rule, subject and period; a closed one never opens again, nor
    changes.

    ``calm_since`` is the moment since which a flapping one has not been seen broken.
    """

    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    rule: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    period: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(String(20))
    sentence: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(Text)
    units: Mapped[list[Any]]
    numbers: Mapped[dict[str, Any]]
    newest: Mapped[dict[str, Any]]
    due: Mapped[date | None]
    ours: Mapped[bool] = mapped_column(default=False)
    opened: Mapped[datetime]
    closed: Mapped[datetime | None]
    ended: Mapped[str] = mapped_column(String(20), default="")
    recurrence: Mapped[int] = mapped_column(default=0)
    flapping: Mapped[bool] = mapped_column(default=False)
    calm_since: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_finding_closed", "closed"),
        Index(
            "uq_finding_open",
            "rule",
            "subject",
            "period",
            unique=True,
            sqlite_where=text("closed IS NULL"),
            postgresql_where=text("closed IS NULL"),
        ),
    )


class EventRow(Base):
    """What happened to a finding; never edited. ``opened``, ``changed``, ``flapping``, ``closed``,
    ``told``, ``ordered``, ``replied``, ``reopened``, ``order_closed``, ``withdrawn``,
    ``transferred``, ``acknowledged``, ``appealed``, ``decided``.
    """

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    moment: Mapped[datetime]
    detail: Mapped[dict[str, Any]]


class StreakRow(Base):
    """How many looks in a row said the same, for rules whose findings wait for more than one."""

    __tablename__ = "streak"
    rule: Mapped[str] = mapped_column(String(60), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True, default="")
    opens: Mapped[bool]
    looks: Mapped[int]
    looked: Mapped[datetime]


class JudgementRow(Base):
    """One judgement of the whole store. ``limits`` are the rules it went by; empty = as the one
    before."""

    __tablename__ = "judgement"
    id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[datetime] = mapped_column(index=True)
    failed_night: Mapped[bool]
    counts: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    limits: Mapped[dict[str, Any]]


class SaidRow(Base):
    """What was said of a subject, from ``since`` until ``until``; rows are closed, never changed.
    Fresh has no row."""

    __tablename__ = "said"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    period: Mapped[str] = mapped_column(String(20), default="")
    value: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(100), default="")
    clause: Mapped[str] = mapped_column(Text)
    newest: Mapped[date | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "ix_said_current",
            "rule",
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )


class DispensationRow(Base):
    """Somebody's decision that a rule keeps silent about a subject for a while; it may be
    withdrawn, never edited.

    ``kind`` is ``silence``, ``exemption`` or ``maintenance``. ``rule`` empty = every rule.
    ``subject`` is ``outlet:ID`` and the like; a trailing ``*`` stands for any rest. ``until`` is
    its last day.
    """

    __tablename__ = "dispensation"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(60), default="")
    subject: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[str] = mapped_column(String(100))
    since: Mapped[date]
    until: Mapped[date]
    entered: Mapped[datetime]
    withdrawn: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(100), default="")


class PersonVerdictRow(Base):
    """What a person judged of one indicator, subject and period; the newest row counts, none is
    edited.

    ``answer`` is ``pass``, ``fail`` or ``not_applicable``; ``day`` the day the person looked.
    """

    __tablename__ = "person_verdict"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    period: Mapped[str] = mapped_column(String(20), index=True)
    answer: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(100))
    proof: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    entered: Mapped[datetime]


class LetterRow(Base):
    """One letter per unit and day. ``state`` is ``waiting``, ``claimed``, ``sent``, ``refused``,
    ``failed`` or ``superseded``.

    ``key`` is the stable left part of its Message-ID; ``answer`` is the server's last word.
    """

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    unit_id: Mapped[str] = mapped_column(String(64), index=True)
    day: Mapped[date]
    recipients: Mapped[list[Any]]
    subject: Mapped[str] = mapped_column(Text)
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    written: Mapped[datetime]
    claimed: Mapped[datetime | None]
    sent: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(Text, default="")


class LetterFindingRow(Base):
    """Which findings a letter holds: the same finding goes to the same unit at most once a day."""

    __tablename__ = "letter_finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    unit_id: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    __table_args__ = (UniqueConstraint("finding_id", "unit_id", "day"),)
