"""The tables of what people enter: their words, the frozen bulletins, the files that were read
once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base


class EntryRow(Base):
    """One word of a person; a row is never changed or deleted.

    ``about`` names its matter (a period, a frozen bulletin) and ``key`` what of it: a later row of
    equal kind, about and key takes its place. ``data`` is what was said; empty = the word before it
    is taken back.
    """

    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(100))
    moment: Mapped[datetime]
    __table_args__ = (Index("ix_entry_kind_about", "kind", "about"),)


class FrozenRow(Base):
    """A printed bulletin as it was kept: ``packed`` is its text compressed, ``sha256`` the hash
    over that text.

    ``name`` is its period and day of print, as its file is named; ``size`` counts the bytes of the
    text.
    """

    __tablename__ = "frozen_bulletin"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    period: Mapped[str] = mapped_column(String(60), index=True)
    printed: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    by: Mapped[str] = mapped_column(String(100))
    moment: Mapped[datetime]


class EntryFileRow(Base):
    """A file of the version before that was read once: the hash of its bytes then.

    ``fault`` is the sentence that says why nothing of it was taken over; empty: it was, whole. The
    row without a name says that the files were looked for.
    """

    __tablename__ = "entry_file"
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    fault: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime]
