"""The tables of access: users, their sessions and tokens, failed sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base


class UserRow(Base):
    """A person who signs in. ``secret`` is the argon2 hash, empty for whoever comes through the
    office's sign-on.

    ``unit_id`` is set for the role ``unit`` and for no other. ``disabled`` accounts stay, for the
    record's sake.
    """

    __tablename__ = "web_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    shown: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    secret: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime]
    disabled: Mapped[datetime | None]
    must_change: Mapped[bool] = mapped_column(default=False)


class SessionRow(Base):
    """One signed-in browser. ``id`` is the SHA-256 of what its cookie says: the store opens no
    session."""

    __tablename__ = "web_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("web_user.id"), index=True)
    created: Mapped[datetime]
    ends: Mapped[datetime]


class TokenRow(Base):
    """A token for the JSON interface; ``hash`` is its SHA-256. ``scopes`` are permissions, never
    more than the user's."""

    __tablename__ = "web_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("web_user.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created: Mapped[datetime]
    ends: Mapped[datetime]
    revoked: Mapped[datetime | None]


class CountedActRow(Base):
    """One failed sign-in or other counted act; ``who`` is ``user:NAME`` or ``from:ADDRESS``."""

    __tablename__ = "web_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(String(120))
    what: Mapped[str] = mapped_column(String(20))
    moment: Mapped[datetime]
    __table_args__ = (Index("ix_web_attempt_who_what_moment", "who", "what", "moment"),)
