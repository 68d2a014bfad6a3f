"""What the content checks look at next: posts and resources that are new or due, in small
batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, or_, select

from crawler.model import OutletKind
from crawler.store.content_tables import CheckedPostRow, ResourceRow, UseRow
from crawler.store.tables import OutletRow, PostRow

POST, RESOURCE, USE = CheckedPostRow.__table__.c, ResourceRow.__table__.c, UseRow.__table__.c
LONGEST_URL = 800


@dataclass(frozen=True, slots=True)
class PostToCheck:
    id: int
    url: str
    title: str
    outlet: str
    etag: str
    last_modified: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class ResourceToCheck:
    id: int
    url: str
    kind: str
    text: str
    failed_on: tuple[date, ...]
    approved_owner: str
    post_title: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What of all posts is asked for: one post's ``url``, one ``column`` (an outlet's id), what was
    not looked at after ``since``. Nothing given: what is due."""

    url: str | None = None
    column: str | None = None
    since: datetime | None = None


WHATEVER_IS_DUE = Errand()


def enlist(connection: Connection, now: datetime) -> None:
    """Every column's post that has no row yet gets one, due since it was first seen."""
    post, outlet = PostRow.__table__.c, OutletRow.__table__.c
    known = select(POST.id).where(POST.url == post.url).exists()
    found = (
        select(
            post.url,
            func.min(post.outlet_id),
            func.min(post.title),
            func.min(post.first_seen),
            func.min(post.first_seen),
            literal(""),
            literal(""),
            literal(""),
            literal(""),
            literal(""),
            literal(""),
            literal(0),
            literal(0),
        )
        .select_from(PostRow.__table__.join(OutletRow.__table__, post.outlet_id == outlet.id))
        .where(outlet.kind == OutletKind.COLUMN.value, outlet.retired_at.is_(None), ~known)
        .where(func.length(post.url) <= LONGEST_URL, post.first_seen <= now)
        .group_by(post.url)
    )
    names = [
        "url",
        "outlet_id",
        "title",
        "first_seen",
        "due",
        "etag",
        "last_modified",
        "digest",
        "template",
        "outcome",
        "reason",
        "pictures",
        "without_alt",
    ]
    connection.execute(insert(CheckedPostRow).from_select(names, found))


def due_posts(
    connection: Connection, now: datetime, limit: int, *, errand: Errand = WHATEVER_IS_DUE
) -> list[PostToCheck]:
    """The next posts to look at, newest first. With ``since`` those not looked at after it, due or
    not (on demand)."""
    query = select(
        POST.id,
        POST.url,
        POST.title,
        POST.outlet_id,
        POST.etag,
        POST.last_modified,
        POST.first_seen,
    )
    query = query.where(_wanted(POST, now, errand.since), *_scope(errand.url, errand.column))
    rows = connection.execute(query.order_by(POST.due.desc(), POST.id.desc()).limit(limit))
    return [PostToCheck(*row) for row in rows]


def due_resources(
    connection: Connection, now: datetime, limit: int, *, errand: Errand = WHATEVER_IS_DUE
) -> list[ResourceToCheck]:
    """The next resources to look at: of the posts in scope, each once."""
    query = select(
        RESOURCE.id,
        RESOURCE.url,
        RESOURCE.kind,
        func.max(USE.text),
        RESOURCE.failed_on,
        RESOURCE.approved_owner,
        func.max(POST.title),
    ).select_from(
        ResourceRow.__table__.join(UseRow.__table__, USE.resource_id == RESOURCE.id).join(
            CheckedPostRow.__table__, POST.id == USE.post_id
        )
    )
    ids = (
        select(RESOURCE.id)
        .where(_wanted(RESOURCE, now, errand.since))
        .order_by(RESOURCE.due, RESOURCE.id)
    )
    if errand.url is not None or errand.column is not None:
        used = select(USE.resource_id).join_from(UseRow, CheckedPostRow, POST.id == USE.post_id)
        ids = ids.where(RESOURCE.id.in_(used.where(*_scope(errand.url, errand.column))))
    query = query.where(RESOURCE.id.in_(ids.limit(limit).scalar_subquery())).group_by(RESOURCE.id)
    return [
        ResourceToCheck(
            row[0],
            row[1],
            row[2],
            row[3],
            tuple(date.fromisoformat(d) for d in row[4]),
            row[5],
            row[6],
        )
        for row in connection.execute(query)
    ]


def _wanted(table: Any, now: datetime, since: datetime | None) -> Any:
    if since is None:
        return table.due <= now
    return or_(table.looked.is_(None), table.looked < since)


def _scope(url: str | None, column: str | None) -> list[Any]:
    found = [POST.url == url] if url is not None else []
    if column is not None:
        listed = select(PostRow.__table__.c.url).where(PostRow.__table__.c.outlet_id == column)
        found.append(POST.url.in_(listed))
    return found
