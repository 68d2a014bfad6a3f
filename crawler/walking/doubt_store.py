"""What the store knows that may explain a list that went back, or shows nothing of what was
known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select

from crawler.model import Post, utc
from crawler.store.proof_tables import ColumnWordRow
from crawler.store.tables import OutletRow, PostRow, VisitRow
from crawler.walking.doubts import WENT_BACK

MOST = 10
BACKWARDS, ADDRESS = "backwards", "address"


def newer(connection: Connection, outlet: str, day: date) -> list[str]:
    """Addresses of the outlet's stored posts of after ``day``, the newest first; a few are enough
    to tell."""
    query = select(PostRow.url).where(PostRow.outlet_id == outlet, PostRow.published > day)
    return list(connection.execute(query.order_by(PostRow.published.desc()).limit(MOST)).scalars())


def gone_back(connection: Connection, outlet: str, since: datetime) -> list[str]:
    """The newest posts that other columns of the site no longer show, by their looks after
    ``since``."""
    site = select(OutletRow.site_id).where(OutletRow.id == outlet).scalar_subquery()
    query = (
        select(VisitRow.newest_url)
        .join(OutletRow, OutletRow.id == VisitRow.outlet_id)
        .where(OutletRow.site_id == site, OutletRow.id != outlet)
        .where(VisitRow.moment > utc(since), VisitRow.page_no == 1, VisitRow.reason == WENT_BACK)
    )
    return list(connection.execute(query.distinct()).scalars())


def familiar(connection: Connection, outlet: str, posts: Sequence[Post], before: datetime) -> int:
    """How many of ``posts`` the outlet showed before that moment with the same title and day, under
    whatever address."""
    told = {(post.title, post.published.day) for post in posts if post.published}
    query = select(PostRow.title, PostRow.published).where(
        PostRow.outlet_id == outlet,
        PostRow.title.in_({title for title, _ in told}),
        PostRow.first_seen <= utc(before),
    )
    return len(told & {(row.title, row.published) for row in connection.execute(query)})


def words(
    connection: Connection, outlets: Collection[str]
) -> tuple[dict[str, datetime], dict[str, frozenset[str]]]:
    """What people said of ``outlets``: when that going back is right, and which other addresses are
    their own."""
    row = ColumnWordRow
    query = select(row.outlet_id, row.kind, row.key, row.moment).where(
        row.outlet_id.in_(outlets), row.ended.is_(None), row.kind.in_((BACKWARDS, ADDRESS))
    )
    back: dict[str, datetime] = {}
    own: dict[str, set[str]] = {}
    for word in connection.execute(query):
        if word.kind == BACKWARDS:
            back[word.outlet_id] = max(word.moment, back.get(word.outlet_id, word.moment))
        else:
            own.setdefault(word.outlet_id, set()).add(word.key)
    return back, {outlet: frozenset(keys) for outlet, keys in own.items()}
