"""The tables of what limits a look's proof: a site's frame, hosts that mislead, moved addresses,
people's words.

``frame_link``, ``host_trait``, ``outlet_address``, ``crosscheck``, ``column_shape`` and
``column_offer`` are written by the crawl; ``column_word`` and ``whole_word`` hold what people
decided, each with its person, reason and moment. Rows are ended, never deleted.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crawler.store.tables import Base


class FrameLinkRow(Base):
    """A link that columns of a site show outside their lists. On several columns it is the site's
    frame.

    ``key`` is the hexadecimal :func:`crawler.visit.key` of its address, ``outlets`` up to four
    columns that showed it, ``since`` from when each did (ISO 8601, in their order): what was not
    yet frame on a day is none when it is judged again.
    """

    __tablename__ = "frame_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(String(16))
    outlets: Mapped[list[Any]]
    since: Mapped[list[Any]]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    __table_args__ = (UniqueConstraint("site_id", "key"),)


class HostTraitRow(Base):
    """What a host was caught at, for instance ``liar_304``: from when, last when, and the proof in
    a sentence."""

    __tablename__ = "host_trait"
    host: Mapped[str] = mapped_column(String(260), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    since: Mapped[datetime]
    last_seen: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


class OutletAddressRow(Base):
    """Which address an outlet had, from when, and until when (empty for the present one)."""

    __tablename__ = "outlet_address"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CrosscheckRow(Base):
    """What was looked at beside the list of a column that was about to be accused
    (:mod:`crawler.crosscheck`).

    ``newest`` is the newest day that the column was known to show then, ``looked`` the pages, each
    as an object.
    """

    __tablename__ = "crosscheck"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    moment: Mapped[datetime]
    newest: Mapped[date | None]
    looked: Mapped[list[Any]]
    __table_args__ = (Index("ix_crosscheck_outlet_id_moment", "outlet_id", "moment"),)


class ColumnWordRow(Base):
    """What a person decided once about a column.

    ``kind`` is ``part`` (the part at ``key`` is not of this column), ``backwards`` (the list went
    back, and that is right) or ``address`` (its other address at ``key`` is right). In force until
    ``ended``.
    """

    __tablename__ = "column_word"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(Text, default="")
    shown: Mapped[dict[str, Any]]
    person: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime]
    ended: Mapped[datetime | None]
    __table_args__ = (Index("ix_column_word_outlet_id_kind", "outlet_id", "kind"),)


class WholeWordRow(Base):
    """The office's word that the catalogue holds every place where a unit publishes.

    Until it was given no count of that unit accuses anybody. ``kept_in`` is where it stands,
    ``office`` (a person said it) or ``config``: each ends only its own.
    """

    __tablename__ = "whole_word"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    person: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime]
    ended: Mapped[datetime | None]
    kept_in: Mapped[str] = mapped_column(String(20), default="office")


class ColumnShapeRow(Base):
    """How a column's page was built: ``golden``, the reading that later ones are held against, or a
    ``drift`` from it.

    ``shape`` and ``rows`` (title, url, day) are those of :mod:`crawler.walking.shapes`; of a golden
    reading that a drift followed the newest rows before it. ``whole``: everything on the page was
    accounted for; ``overlaps``: it led on from the known posts. ``ended`` is when a drift was over
    or accepted, a golden reading followed by another; ``person`` and ``reason`` are those of
    whoever accepted it. At most one of each kind is open for a column.
    """

    __tablename__ = "column_shape"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    kind: Mapped[str] = mapped_column(String(10))
    shape: Mapped[dict[str, Any]]
    rows: Mapped[list[Any]]
    whole: Mapped[bool]
    overlaps: Mapped[bool]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    ended: Mapped[datetime | None]
    person: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("ix_column_shape_outlet_id_kind", "outlet_id", "kind"),)


class ColumnOfferRow(Base):
    """What was found for a column whose ``page`` shows no list (:mod:`crawler.offers`): a data
    address, or none that fits.

    ``before`` and ``after`` are what page and data said, ``tried`` every address that the page
    names and what came of it. ``state``: ``offered`` (it waits for a person; at most one open row a
    column), ``taken``, ``refused``, ``over``. ``ended`` is when it was decided or fell away,
    ``person`` and ``reason`` are those of whoever decided, ``render`` how the page was opened until
    then.
    """

    __tablename__ = "column_offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    page: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text, default="")
    how: Mapped[str] = mapped_column(String(20), default="")
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    tried: Mapped[list[Any]]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="offered")
    render: Mapped[str] = mapped_column(String(20), default="plain")
    ended: Mapped[datetime | None]
    person: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (Index("ix_column_offer_outlet_id_state", "outlet_id", "state"),)
