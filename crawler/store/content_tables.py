"""The tables of the content checks: which posts and resources were looked at, and what was
suspected. Only crawler writes.

A post or resource is due at ``due``; what is written moves it on, so a killed sweep goes on where
it was and a second one asks only what is new or due.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base


class CheckedPostRow(Base):
    """One post by its address, whatever the number of columns that list it; ``outlet_id`` is the
    first of them.

    ``outcome`` and ``reason`` are those of the last look; ``digest`` is of its title and text.
    ``without_alt`` counts pictures without a description, apart from all suspects.
    """

    __tablename__ = "checked_post"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(800), unique=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    digest: Mapped[str] = mapped_column(String(32), default="")
    template: Mapped[str] = mapped_column(String(16), default="", server_default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(100), default="")
    pictures: Mapped[int] = mapped_column(default=0)
    without_alt: Mapped[int] = mapped_column(default=0)
    first_seen: Mapped[datetime]
    looked: Mapped[datetime | None]
    due: Mapped[datetime] = mapped_column(index=True)


class ResourceRow(Base):
    """A file, picture or link that posts use, by its address.

    ``result`` is ``""`` (not looked at), ``fine``, ``unknown`` or the rule that it breaks;
    ``reason`` the machine word or sentence behind it. ``failed_on`` are the days of failed looks in
    a row. ``owner`` is whose site it is now, ``approved_owner`` whose it was when the office
    allowed it.
    """

    __tablename__ = "resource"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(800), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    status: Mapped[int] = mapped_column(default=0)
    result: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(String(20), default="")
    size: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(Text, default="")
    final_url: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(Text, default="")
    approved_owner: Mapped[str] = mapped_column(Text, default="")
    failed_on: Mapped[list[Any]]
    first_seen: Mapped[datetime]
    looked: Mapped[datetime | None]
    due: Mapped[datetime] = mapped_column(index=True)


class TemplateViewRow(Base):
    """One template of a site as a browser showed it last, on the newest post that has it;
    ``picture`` is a JPEG.

    ``outcome`` is empty where it was seen, else the machine word that says why not.
    """

    __tablename__ = "template_view"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    template: Mapped[str] = mapped_column(String(16))
    post_id: Mapped[int] = mapped_column(ForeignKey("checked_post.id"))
    looked: Mapped[datetime]
    due: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(60), default="")
    doubt: Mapped[str] = mapped_column(Text, default="")
    wide: Mapped[int] = mapped_column(default=0)
    letters: Mapped[int] = mapped_column(default=0)
    picture: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    __table_args__ = (UniqueConstraint("site_id", "template"),)


class UseRow(Base):
    """A post uses a resource; ``text`` is what its link says there."""

    __tablename__ = "resource_use"
    post_id: Mapped[int] = mapped_column(ForeignKey("checked_post.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(
        ForeignKey("resource.id"), primary_key=True, index=True
    )
    text: Mapped[str] = mapped_column(Text, default="")


class SuspectRow(Base):
    """One suspect of one post. ``state`` is ``open``, ``confirmed``, ``dismissed``, ``mended`` (was
    confirmed and is gone) or ``gone`` (went away before anybody decided).

    ``quote`` and ``sentence`` are masked where personal. ``resource_id`` names the resource it is
    about, if any. ``ended`` is when it was found gone; ``decision_id`` the decision that dismissed
    it. ``unit_id`` is whose fault a confirmed one is: the unit that published the post, empty while
    nobody has said.
    """

    __tablename__ = "suspect"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))
    post_id: Mapped[int] = mapped_column(ForeignKey("checked_post.id"))
    resource_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))
    identity: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    sentence: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    ended: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("content_decision.id"))
    unit_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    __table_args__ = (
        UniqueConstraint("post_id", "rule", "key"),
        Index("ix_suspect_state_rule", "state", "rule"),
    )


class ContentDecisionRow(Base):
    """A false alarm that is never asked again until ``until``: ``scope`` is ``here`` (this alarm),
    ``page``, ``phrase`` or ``rule``. ``post_id`` and ``identity`` say of which page and phrase.
    Decisions are withdrawn, never edited.
    """

    __tablename__ = "content_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(10))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("checked_post.id"))
    identity: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(String(100))
    entered: Mapped[datetime]
    until: Mapped[datetime | None]
    withdrawn: Mapped[datetime | None]
