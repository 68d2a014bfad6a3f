"""The tables of what it means: findings and their events, letters. Only ``monitor`` writes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store import Base


class FindingRow(Base):
    """At most one open finding per rule, subject and period; a closed one never opens again."""

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
    __table_args__ = (
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
    """What happened to a finding: ``opened``, ``changed``, ``closed``, ``told``; never edited."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    moment: Mapped[datetime]
    detail: Mapped[dict[str, Any]]


class LetterRow(Base):
    """One letter per unit and day. ``state`` is ``waiting``, ``claimed``, ``sent``, ``refused`` or ``failed``.

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
