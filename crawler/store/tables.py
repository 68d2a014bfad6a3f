"""The tables of what was seen, and the engine that opens them: SQLite by default, PostgreSQL by
url.

``unit``, ``site``, ``outlet``, ``duty``, ``account``, ``account_state`` are the catalogue; ``run``,
``visit``, ``post``, ``account_candidate``, ``qr_image`` what the crawl saw. Only ``crawler`` writes
these tables. What leaves the catalogue is retired, never deleted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from crawler.model import utc


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. SQLite drops offsets, so a naive value is refused on the way
    in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table of both packages."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class UnitRow(Base):
    """A unit from ``since`` on (empty: it was there when watching began) until ``retired_at``."""

    __tablename__ = "unit"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    short: Mapped[str] = mapped_column(String(100))
    full: Mapped[str] = mapped_column(String(200))
    group_name: Mapped[str] = mapped_column(String(100))
    aliases: Mapped[list[Any]]
    quota: Mapped[int | None]
    emails: Mapped[list[Any]]
    contacts: Mapped[list[Any]] = mapped_column(default=list)
    since: Mapped[date | None]
    retired_at: Mapped[datetime | None]


class SiteRow(Base):
    __tablename__ = "site"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    home: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(String(20))
    hosts: Mapped[list[Any]]
    delay: Mapped[float]
    concurrency: Mapped[int]
    legacy_tls: Mapped[bool]
    retired_at: Mapped[datetime | None]


class OutletRow(Base):
    """An outlet of the catalogue and, below ``retired_at``, what the crawl knows of it.

    ``front`` packs 8-byte hashes of the addresses on its first page. ``walk_since`` is set while a
    walk over its pages is unfinished: until it ends no request is conditional and known posts do
    not stop it. ``walk_prior`` is the last conclusive look before that walk. ``evidence``,
    ``unread`` and ``total`` are those of the last reading, which an unchanged page repeats. From
    ``whole_since`` on every post of the column is known (up to the last conclusive look); empty
    where that is not proven of any day. ``last_plain`` is the last conclusive look that was asked
    without validators. ``kept_in`` is where the entry lives, ``config`` or ``workbook``: each
    retires only its own.
    """

    __tablename__ = "outlet"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    platform: Mapped[str] = mapped_column(String(40))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    url: Mapped[str | None] = mapped_column(Text)
    cls: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(300))
    level: Mapped[int]
    floor: Mapped[int]
    render: Mapped[str] = mapped_column(String(10), default="plain")
    state: Mapped[str] = mapped_column(String(20))
    handle: Mapped[dict[str, Any]]
    probes: Mapped[list[Any]]
    kept_in: Mapped[str] = mapped_column(String(20), default="config")
    purpose: Mapped[str] = mapped_column(String(20), default="")
    only: Mapped[str] = mapped_column(String(64), default="")
    retired_at: Mapped[datetime | None]

    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    page_hash: Mapped[str] = mapped_column(String(32), default="")
    front: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    newest: Mapped[date | None]
    newest_url: Mapped[str] = mapped_column(Text, default="")
    dated: Mapped[int] = mapped_column(default=0)
    family: Mapped[str] = mapped_column(String(40), default="")
    last_look: Mapped[datetime | None]
    last_outcome: Mapped[str] = mapped_column(String(20), default="")
    last_conclusive: Mapped[datetime | None]
    walk_since: Mapped[datetime | None]
    walk_prior: Mapped[datetime | None]
    walk_done: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[str] = mapped_column(String(20), default="")
    unread: Mapped[list[Any]] = mapped_column(default=list)
    total: Mapped[int | None]
    whole_since: Mapped[date | None]
    last_plain: Mapped[datetime | None]


class DutyRow(Base):
    """Who answers for an outlet, since and until when (days, ``until`` excluded); position 0
    leads."""

    __tablename__ = "duty"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    position: Mapped[int]
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (UniqueConstraint("outlet_id", "unit_id", "since"),)


class AccountRow(Base):
    """An account's card, one row a home (``config`` or ``workbook``); where both speak, config.yaml
    wins.

    ``platform`` and ``handle`` of a workbook's card fill what config.yaml leaves open. ``proof``
    names file, hash and cell. Phones stand here and nowhere else.
    """

    __tablename__ = "account"
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), primary_key=True)
    kept_in: Mapped[str] = mapped_column(String(20), primary_key=True)
    platform: Mapped[str] = mapped_column(String(40), default="")
    handle: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(String(200), default="")
    review: Mapped[bool | None]
    contacts: Mapped[list[Any]]
    link: Mapped[str] = mapped_column(Text, default="")
    printed: Mapped[str] = mapped_column(String(100), default="")
    proof: Mapped[str] = mapped_column(Text, default="")
    entered: Mapped[datetime]


class AccountStateRow(Base):
    """From which day an account was in a state; rows are corrected, never deleted."""

    __tablename__ = "account_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    since: Mapped[date]
    entered: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class CandidateRow(Base):
    """An account that the portal shows and nobody has decided about, with the page as proof.

    ``number`` is its id on the platform. ``state`` is ``new``, ``accepted`` or ``dismissed``; a
    decision has its moment, person and reason, and stands.
    """

    __tablename__ = "account_candidate"
    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(20))
    page_url: Mapped[str] = mapped_column(Text)
    page_hash: Mapped[str] = mapped_column(String(32))
    outlet_id: Mapped[str | None] = mapped_column(ForeignKey("outlet.id"))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="new")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (UniqueConstraint("platform", "number"),)


class QrImageRow(Base):
    """A picture of a home page that was looked at for a QR code; ``text`` is what the code said, or
    empty."""

    __tablename__ = "qr_image"
    url: Mapped[str] = mapped_column(String(800), primary_key=True)
    looked: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text, default="")


class PageFactRow(Base):
    """What a page said of itself, from ``first_seen`` to ``last_seen``: labels, footer, the newest
    item it leads to.

    ``subject`` is ``site:ID`` or ``outlet:ID``; ``kind`` is ``home``, ``home_list``, ``column`` or
    ``article``.
    """

    __tablename__ = "page_fact"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    __table_args__ = (Index("ix_page_fact_subject_kind", "subject", "kind"),)


class RunRow(Base):
    """One night or one recheck. ``ended`` is empty while it runs, and for ever when it was killed.

    Of ``planned`` outlets ``looked`` were asked, and of these ``unknown`` in vain: the others were
    seen.
    """

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    started: Mapped[datetime]
    ended: Mapped[datetime | None]
    planned: Mapped[int] = mapped_column(default=0)
    looked: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    new_posts: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")


class VisitRow(Base):
    """One look. ``run_id`` is the run it belongs to; empty for a look beside the runs (an offer, a
    crosscheck) and for those of before runs knew their own."""

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    moment: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    evidence: Mapped[str] = mapped_column(String(20))
    door: Mapped[str] = mapped_column(String(20))
    probe: Mapped[str] = mapped_column(String(40))
    page_no: Mapped[int]
    reason: Mapped[str] = mapped_column(String(100))
    mark: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    newest: Mapped[date | None]
    newest_url: Mapped[str] = mapped_column(Text)
    dated: Mapped[int]
    page_hash: Mapped[str] = mapped_column(String(32))
    etag: Mapped[str] = mapped_column(Text)
    last_modified: Mapped[str] = mapped_column(String(100))
    seconds: Mapped[float]
    family: Mapped[str] = mapped_column(String(40))
    seen: Mapped[datetime | None]
    unread: Mapped[list[Any]] = mapped_column(default=list)
    total: Mapped[int | None]
    conditional: Mapped[bool] = mapped_column(default=False)
    path: Mapped[str] = mapped_column(Text, default="")
    run_id: Mapped[int | None]
    __table_args__ = (
        Index("ix_visit_outlet_id_moment", "outlet_id", "moment"),
        Index("ix_visit_moment", "moment"),
        Index("ix_visit_run_id", "run_id"),
    )


class PostRow(Base):
    """A post as an outlet showed it; one row per outlet and address.

    ``published`` is the believed day, with ``raw`` and ``place`` as proof and ``page_hash`` of the
    page. ``prior_look`` is the last conclusive look that did *not* show the post: empty for a
    baseline. ``last_seen`` moves when the list changed while it showed the post; a post still on an
    unchanged first page is covered by the outlet's ``last_conclusive``. ``article`` is ``pending``,
    ``read``, ``failed`` or ``skipped`` (before the horizon, or another host).
    """

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"))
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    published: Mapped[date | None]
    published_at: Mapped[datetime | None]
    raw: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(Text)
    origin: Mapped[str | None] = mapped_column(Text)
    others: Mapped[list[Any]]
    pinned: Mapped[bool]
    page_hash: Mapped[str] = mapped_column(String(32))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    prior_look: Mapped[datetime | None]
    article: Mapped[str] = mapped_column(String(10))
    article_tries: Mapped[int] = mapped_column(default=0)
    article_reason: Mapped[str] = mapped_column(String(100), default="")
    __table_args__ = (
        UniqueConstraint("url", "outlet_id"),
        Index("ix_post_outlet_id_published", "outlet_id", "published"),
        Index("ix_post_published", "published"),
        Index("ix_post_first_seen_outlet_id", "first_seen", "outlet_id"),
        Index(
            "ix_post_pending",
            "outlet_id",
            sqlite_where=text("article = 'pending'"),
            postgresql_where=text("article = 'pending'"),
        ),
    )


WAITING = PostRow.article == literal_column("'pending'")
"""Posts whose article page is still to be read: written out, for a partial index is not used where
its condition arrives as a parameter."""


def open_store(url: str, *, readonly: bool = False) -> Engine:
    """An engine on the store at ``url``; for SQLite its folder is made.

    SQLite transactions begin IMMEDIATE, so that two writers queue instead of losing updates;
    ``readonly`` engines begin plainly and refuse writes.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _read_pragmas if readonly else _write_pragmas)
    event.listen(engine, "begin", _begin if readonly else _begin_immediate)
    return engine


WAL_PAGES = "wal_autocheckpoint=4000"
"""Pages (4 KB): a night writes the same index pages again and again; they go into the file once in
four times as many."""


def _write_pragmas(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin late and deferred.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        WAL_PAGES,
    ):
        connection.execute(f"PRAGMA {pragma}")


def _read_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
