"""Which templates a browser looks at next, and what it saw, in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from crawler.checking.record import Spot, merge
from crawler.checks.suspects import Suspect
from crawler.checks.view import View
from crawler.model import Outcome
from crawler.store.content_tables import CheckedPostRow, SuspectRow, TemplateViewRow
from crawler.store.tables import OutletRow

POST, VIEW, OUTLET = CheckedPostRow.__table__.c, TemplateViewRow.__table__.c, OutletRow.__table__.c
READ = (Outcome.READ.value, Outcome.UNCHANGED.value)
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Template:
    """A template with the newest post that has it; ``before`` is the post it was seen on last
    time."""

    site: str
    template: str
    post: int
    url: str
    view: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class TemplateLook:
    """What the browser saw (``seen``) of a template at the moment ``now`` (a text says why
    nothing), and the suspects ``found``."""

    seen: View | str
    found: tuple[Suspect, ...]
    now: datetime


def due_templates(
    connection: Connection,
    now: datetime,
    limit: int,
    *,
    url: str | None = None,
    column: str | None = None,
) -> list[Template]:
    """The templates that nobody has looked at or that are due, the longest waiting first; in a
    scope: all of it."""
    newest = (
        select(OUTLET.site_id, POST.template, func.max(POST.id).label("post"))
        .join_from(CheckedPostRow, OutletRow, OUTLET.id == POST.outlet_id)
        .where(POST.template != "", POST.outcome.in_(READ))
        .group_by(OUTLET.site_id, POST.template)
    )
    if url is not None:
        newest = newest.where(POST.url == url)
    if column is not None:
        newest = newest.where(POST.outlet_id == column)
    found = newest.subquery()
    seen = and_(VIEW.site_id == found.c.site_id, VIEW.template == found.c.template)
    query = (
        select(found, POST.url, VIEW.id, VIEW.post_id)
        .select_from(
            found.join(CheckedPostRow.__table__, POST.id == found.c.post).outerjoin(
                TemplateViewRow.__table__, seen
            )
        )
        .order_by(VIEW.due.is_not(None), VIEW.due, found.c.post.desc())
        .limit(limit)
    )
    if url is None and column is None:
        query = query.where(or_(VIEW.due.is_(None), VIEW.due <= now))
    return [Template(*row) for row in connection.execute(query)]


def record_view(connection: Connection, of: Template, look: TemplateLook, days: int) -> int:
    """One look at a template; returns how many suspects opened. What could not be seen changes no
    suspect."""
    wait = (
        SOON if isinstance(look.seen, str) else timedelta(days=min(days, 7) if look.found else days)
    )
    values: dict[str, Any] = {"post_id": of.post, "looked": look.now, "due": look.now + wait}
    if isinstance(look.seen, str):
        values |= {"outcome": look.seen[:60]}
    else:
        values |= {
            "outcome": "",
            "doubt": look.seen.doubt,
            "wide": look.seen.wide,
            "letters": look.seen.letters,
        }
        values |= {"picture": look.seen.picture}
    if of.view is None:
        connection.execute(
            insert(TemplateViewRow).values(site_id=of.site, template=of.template, **values)
        )
    else:
        connection.execute(update(TemplateViewRow).where(VIEW.id == of.view).values(**values))
    if isinstance(look.seen, str) or look.seen.doubt:
        return 0
    if of.before is not None and of.before != of.post:
        merge(connection, Spot(of.before, None, view=True), (), look.now)
    return merge(connection, Spot(of.post, None, view=True), look.found, look.now)


def views(connection: Connection) -> list[Any]:
    """Every template that was looked at: site, post, moment, outcome, width, open suspects; the
    newest look first."""
    suspects = (
        select(func.count())
        .where(
            SuspectRow.post_id == VIEW.post_id,
            SuspectRow.rule.startswith("view."),
            SuspectRow.state == "open",
        )
        .correlate(TemplateViewRow.__table__)
        .scalar_subquery()
    )
    query = select(
        VIEW.id,
        VIEW.site_id,
        VIEW.template,
        POST.url,
        POST.title,
        VIEW.looked,
        VIEW.outcome,
        VIEW.doubt,
        VIEW.wide,
        func.length(VIEW.picture).label("bytes"),
        suspects.label("suspects"),
    ).join_from(TemplateViewRow, CheckedPostRow, POST.id == VIEW.post_id)
    return list(connection.execute(query.order_by(VIEW.looked.desc(), VIEW.id)).mappings())


def picture(connection: Connection, view: int) -> bytes:
    """The JPEG of a view; empty where there is none."""
    return connection.execute(select(VIEW.picture).where(VIEW.id == view)).scalar() or b""
