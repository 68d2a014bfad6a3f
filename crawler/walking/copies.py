"""Copies of the pages that a second look saw, so that the state of that day can be shown after the
page changed.

Only outlets that are about to be accused, or stand under a finding, get one: the nightly walk never
comes here.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from crawler.model import Ask, Outlet, OutletKind, Page, utc
from crawler.platforms import probe_urls
from crawler.store.tables import Base
from crawler.walking.model import Looked

Fetch = Callable[[Ask], Awaitable[Page]]
MAX_BODY = 5_000_000
"""Bytes: a longer page is no list page; its hash is kept, its body is cut off there and marked
``cut``."""


class PageCopyRow(Base):
    """A page as it was brought, once per outlet and content. ``moment`` is when it was first seen
    so, ``last`` when last.

    ``hash`` is sha256 over the bytes of ``body``, which is zlib-packed here; ``headers`` are the
    server's.
    """

    __tablename__ = "page_copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlet.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    final_url: Mapped[str] = mapped_column(Text)
    moment: Mapped[datetime] = mapped_column(index=True)
    last: Mapped[datetime]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    cut: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("outlet_id", "hash"),)


class PageShotRow(Base):
    """How a kept page looked in a browser; ``picture`` is PNG, ``sha256`` over its bytes. Empty,
    with ``note``: why not."""

    __tablename__ = "page_shot"
    copy_id: Mapped[int] = mapped_column(
        ForeignKey("page_copy.id"), primary_key=True, autoincrement=False
    )
    moment: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True, slots=True)
class Shot:
    """The picture of a kept page; ``sound`` tells whether it is still the one that was kept."""

    moment: datetime
    sha256: str
    picture: bytes

    @property
    def sound(self) -> bool:
        return hashlib.sha256(self.picture).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class PageCopy:
    """A kept page with its bytes; ``sound`` tells whether they still have the hash they were kept
    under."""

    id: int
    outlet: str
    hash: str
    url: str
    final_url: str
    moment: datetime
    last: datetime
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool

    @property
    def sound(self) -> bool:
        return hashlib.sha256(self.body).hexdigest() == self.hash


class Camera:
    """Remembers what a door brought, so that the page behind a look can be kept."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}

    def fetch(self, inner: Fetch) -> Fetch:
        """``inner``, watched."""

        async def watched(ask: Ask) -> Page:
            page = await inner(ask)
            if page.body:
                self._pages[ask.url] = self._pages[page.final_url] = page
            return page

        return watched

    def of(self, outlet: Outlet, looked: Looked) -> list[Page]:
        """The pages that a look at ``outlet`` rests on: where it ended, and for an account what its
        probes ask."""
        urls = [looked.visit.url]
        if outlet.kind is not OutletKind.COLUMN:
            urls += [url for probe in outlet.probes for url in probe_urls(outlet, probe)]
        pages = {id(page): page for url in urls if (page := self._pages.get(url)) is not None}
        return list(pages.values())


def keep_copies(connection: Connection, pages: Collection[tuple[str, Page]]) -> int:
    """Keep each (outlet id, page) that brought bytes; the same bytes again only move ``last``.
    Returns how many are new."""
    new = 0
    for outlet, page in pages:
        if not page.body:
            continue
        body = page.body[:MAX_BODY]
        digest = hashlib.sha256(body).hexdigest()
        same = (PageCopyRow.outlet_id == outlet) & (PageCopyRow.hash == digest)
        moment = utc(page.fetched_at)
        if connection.execute(update(PageCopyRow).where(same).values(last=moment)).rowcount:
            continue
        new += 1
        connection.execute(
            insert(PageCopyRow).values(
                outlet_id=outlet,
                hash=digest,
                url=page.url,
                final_url=page.final_url,
                moment=moment,
                last=moment,
                status=page.status,
                headers={k: v for k, v in page.headers.items() if k != "set-cookie"},
                body=zlib.compress(body, 6),
                cut=len(page.body) > MAX_BODY,
            )
        )
    return new


def copies_of(connection: Connection, outlet: str) -> tuple[PageCopy, ...]:
    """The copies of an outlet's page, oldest first. A body that can't be unpacked comes back empty,
    and unsound."""
    rows = connection.execute(
        select(PageCopyRow.__table__)
        .where(PageCopyRow.outlet_id == outlet)
        .order_by(PageCopyRow.id)
    )
    return tuple(_copy(row) for row in rows)


def one_copy(connection: Connection, outlet: str, number: int) -> PageCopy | None:
    """The copy ``number`` of an outlet's page."""
    mine = (PageCopyRow.id == number) & (PageCopyRow.outlet_id == outlet)
    row = connection.execute(select(PageCopyRow.__table__).where(mine)).first()
    return _copy(row) if row else None


def copies_by_number(connection: Connection, numbers: Collection[int]) -> tuple[PageCopy, ...]:
    """Those of the copies ``numbers`` that are still kept."""
    query = select(PageCopyRow.__table__).where(PageCopyRow.id.in_(sorted(numbers)))
    return tuple(_copy(row) for row in connection.execute(query.order_by(PageCopyRow.id)))


def _copy(r: Any) -> PageCopy:
    return PageCopy(
        r.id,
        r.outlet_id,
        r.hash,
        r.url,
        r.final_url,
        r.moment,
        r.last,
        r.status,
        r.headers,
        _unpacked(r.body),
        r.cut,
    )


def copied_since(connection: Connection, outlets: Sequence[str], since: datetime) -> frozenset[str]:
    """Those of ``outlets`` whose page was copied at or after ``since``."""
    query = select(PageCopyRow.outlet_id).where(
        PageCopyRow.outlet_id.in_(outlets), PageCopyRow.last >= since
    )
    return frozenset(connection.execute(query.distinct()).scalars())


def forget_copies(connection: Connection, before: datetime, spare: Collection[str]) -> int:
    """Drop copies last seen before ``before``, but none of the outlets in ``spare``; returns how
    many."""
    old = (PageCopyRow.last < before) & PageCopyRow.outlet_id.not_in(list(spare))
    connection.execute(
        delete(PageShotRow).where(PageShotRow.copy_id.in_(select(PageCopyRow.id).where(old)))
    )
    return connection.execute(delete(PageCopyRow).where(old)).rowcount


def shot_of(connection: Connection, copy: int) -> Shot | None:
    """The picture of the copy ``copy``, or none."""
    row = connection.execute(
        select(PageShotRow.__table__).where(PageShotRow.copy_id == copy)
    ).first()
    return Shot(row.moment, row.sha256, row.picture) if row and row.picture else None


def without_shot(
    connection: Connection, outlets: Collection[str], limit: int
) -> tuple[PageCopy, ...]:
    """The newest copy of each of ``outlets`` that nobody tried to photograph, at most ``limit``."""
    newest = select(func.max(PageCopyRow.id)).where(PageCopyRow.outlet_id.in_(sorted(outlets)))
    tried = select(PageShotRow.copy_id)
    query = select(PageCopyRow.__table__).where(
        PageCopyRow.id.in_(newest.group_by(PageCopyRow.outlet_id)), PageCopyRow.id.not_in(tried)
    )
    return tuple(
        _copy(row) for row in connection.execute(query.order_by(PageCopyRow.id).limit(limit))
    )


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return b""
