"""What the crawl saw goes into the store here, and only here: batched, each page whole or not at
all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2s
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from crawler.model import Article, Dated, Outcome, Post, Unread
from crawler.store.bulk import execute_many, execute_rows
from crawler.store.tables import WAITING, OutletRow, PostRow, RunRow, VisitRow
from crawler.walking import frame_store, shape_store
from crawler.walking.model import Looked

ARTICLE_TRIES = 3
"""An article page that was gone or not understood on three nights is left alone; its list entry
stands."""
REFUSED_TRIES = 30
"""Nights on which a portal may be down or refuse us before a waiting article page is given up; on
as many nights the page of a row without a date is asked for it."""
GONE = ("not_found", "soft_404")
"""A removed post answers with 404, or with a page of the portal that says so."""
PORTAL = "portal"
"""Only a column's posts have article pages to read: a platform's lists say all that is asked of an
account."""
CHUNK = 500
MOST_UNREAD = 40
"""So many unread parts of one page are kept; a page with more stays partial by those."""
LONGEST_URL = 800
"""Characters. A longer address is no article's (scripts and search forms are), and no index holds
it."""


@dataclass(frozen=True, slots=True)
class ArticleSeen:
    """An article page read (or not): it speaks for every post with this address."""

    url: str
    article: Article
    moment: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """Which new posts deserve an article page: not older than ``horizon`` and
    ``fetchable(url)``; and the run that looks."""

    horizon: date
    fetchable: Callable[[str], bool]
    run: int | None = None

    def wants(self, post: Post) -> bool:
        return (post.published is None or post.published.day >= self.horizon) and self.fetchable(
            post.url
        )


def record(
    connection: Connection, looks: Sequence[Looked], articles: Sequence[ArticleSeen], scope: Scope
) -> None:
    """Write a batch in the caller's transaction, as seen by the run of ``scope``.

    Writing the same batch again adds nothing but visits: posts are keyed by address and outlet.
    """
    _posts(connection, looks, scope)
    if looks:
        execute_many(connection, _VISITS, [_visit(looked, scope.run) for looked in looks])
        _outlets(connection, looks)
        frame_store.learn(connection, looks)
        shape_store.learn(connection, looks)
    for start in range(0, len(articles), CHUNK):
        _articles(connection, articles[start : start + CHUNK])


_VISITS = insert(VisitRow)
_VISIT_FIELDS = [
    c.name for c in VisitRow.__table__.columns if c.name not in ("id", "outlet_id", "run_id")
]


def _visit(looked: Looked, run: int | None) -> dict[str, Any]:
    visit = looked.visit
    values: dict[str, Any] = {"outlet_id": visit.outlet, "run_id": run}
    for name in _VISIT_FIELDS:
        values[name] = getattr(visit, name)
    for name in ("mark", "url", "newest_url", "etag", "last_modified", "path"):
        if values[name]:
            values[name] = _clean(values[name])
    values["unread"] = [unread_values(one) for one in visit.unread[:MOST_UNREAD]]
    return values


def unread_values(one: Unread) -> dict[str, str]:
    """An unread part as the store keeps it; :func:`unread_of` reads it back."""
    day = one.day.isoformat() if one.day else ""
    return {
        "place": _clean(one.place[:200]),
        "why": one.why,
        "text": _clean(one.text[:200]),
        "url": _clean(one.url[:LONGEST_URL]),
        "day": day,
    }


def _clean(text: str) -> str:
    """Text that both databases take: crawled pages hold NULs and halves of characters."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\x00", "") if "\x00" in text else text


def _posts(connection: Connection, looks: Sequence[Looked], scope: Scope) -> None:
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for looked in looks:
        for row in _rows(looked, scope):
            rows.setdefault((row[0], row[1]), row)
    execute_rows(connection, _upsert(connection.dialect.name), _POST, list(rows.values()))


@lru_cache(maxsize=2)
def _upsert(database: str) -> UpdateBase:
    """A new post enters; one that is known was seen again. Its first date stands, or the first
    believed one.

    Another date that the same address shows later is kept with its proof among ``others``, each day
    once.
    """
    statement = (postgresql if database == "postgresql" else sqlite).insert(PostRow)
    old, new = PostRow.__table__.c, statement.excluded
    dates = {name: case((old.published.is_(None), new[name]), else_=old[name]) for name in _DATE}
    upsert: UpdateBase = statement.on_conflict_do_update(
        index_elements=["url", "outlet_id"],
        set_={"last_seen": new.last_seen, "others": _with_another_day(database, old, new), **dates},
    )
    return upsert


def _with_another_day(database: str, old: Any, new: Any) -> ColumnElement[Any]:
    """``others`` of a known post, with the day that it shows now where nobody saw it there before.

    Words and numbers are written into the statement: its only parameters are the columns.
    """
    more, seen = _POSTGRES if database == "postgresql" else _SQLITE
    another = and_(old.published != new.published, seen(old, new) == literal_column("0"))
    return case((another, more(old, new)), else_=old.others)


_DAY: ColumnElement[str] = literal_column("'day'")
_RAW: ColumnElement[str] = literal_column("'raw'")
_PLACE: ColumnElement[str] = literal_column("'place'")
_NEXT: ColumnElement[str] = literal_column("'$[#]'")
_ISO: ColumnElement[str] = literal_column("'YYYY-MM-DD'")
_Made = Callable[[Any, Any], ColumnElement[Any]]
_SQLITE: tuple[_Made, _Made] = (
    lambda old, new: func.json_insert(
        old.others, _NEXT, func.json_object(_DAY, new.published, _RAW, new.raw, _PLACE, new.place)
    ),
    lambda old, new: func.instr(old.others, new.published),
)
_POSTGRES: tuple[_Made, _Made] = (
    lambda old, new: cast(
        cast(old.others, postgresql.JSONB).op("||")(
            func.jsonb_build_array(
                func.jsonb_build_object(
                    _DAY, func.to_char(new.published, _ISO), _RAW, new.raw, _PLACE, new.place
                )
            )
        ),
        JSON,
    ),
    lambda old, new: func.strpos(cast(old.others, Text), func.to_char(new.published, _ISO)),
)
"""How each database adds a day to ``others``, and where it finds it there (0: nowhere)."""


_DATE = ("published", "published_at", "raw", "place", "why", "page_hash")


_POST = (
    "outlet_id", "url", "title", "published", "published_at", "raw", "place", "why", "origin", "others", "pinned",
    "page_hash", "first_seen", "last_seen", "prior_look", "article", "article_tries", "article_reason",
)  # fmt: skip
_UNDATED = (None, None, "", "", "")


def _rows(looked: Looked, scope: Scope) -> Iterator[tuple[Any, ...]]:
    """The posts of a look as values of ``_POST``."""
    visit = looked.visit
    outlet, moment, page, prior = visit.outlet, visit.moment, visit.page_hash, looked.walk_prior
    portal, clean = visit.probe == PORTAL, _cleaner(looked.posts)
    nameless = shared_addresses(looked.posts) if portal else frozenset()
    for post in looked.posts:
        own = post.url not in nameless
        if not own:
            post = replace(post, url=made_address(post, visit.url))
        if len(post.url) > LONGEST_URL:
            continue
        dated = post.published
        proof = _UNDATED if dated is None else _proof(dated, clean)
        yield (
            outlet,
            clean(post.url),
            clean(post.title),
            *proof,
            clean(post.origin) if post.origin else None,
            [_dated(other) for other in post.others],
            post.pinned,
            page,
            moment,
            moment,
            prior if looked.proven.covers(post) else None,
            "pending" if portal and own and scope.wants(post) else "skipped",
            0,
            "",
        )


def shared_addresses(posts: Sequence[Post]) -> frozenset[str]:
    """The addresses that are no post's own: none at all, or one under which posts of several titles
    open by a script."""
    titles: dict[str, set[str]] = {}
    for post in posts:
        titles.setdefault(post.url, set()).add(post.title)
    return frozenset(url for url, told in titles.items() if not url or len(told) > 1)


def made_address(post: Post, page: str) -> str:
    """An address for a post that has none of its own: its column's folder, or its own, with a mark
    of its title and day.

    On each page of the list the same, so that a post is one row wherever it stands.
    """
    day = post.published.day.isoformat() if post.published else ""
    mark = blake2s(f"{post.title}\n{day}".encode(), digest_size=6).hexdigest()
    return f"{post.url or page.partition('?')[0].rpartition('/')[0] + '/'}#~{mark}"


def _proof(
    dated: Dated, clean: Callable[[str], str]
) -> tuple[date, datetime | None, str, str, str]:
    return dated.day, dated.moment, clean(dated.raw[:200]), dated.place, dated.why


def _cleaner(posts: Sequence[Post]) -> Callable[[str], str]:
    """:func:`_clean`, or nothing to do where a look at all the texts at once shows nothing to
    clean."""
    texts = [post.url + post.title + (post.origin or "") for post in posts]
    texts += [post.published.raw for post in posts if post.published is not None]
    together = "".join(texts)
    return _as_it_is if together == _clean(together) else _clean


def _as_it_is(text: str) -> str:
    return text


def _dated(dated: Dated) -> dict[str, str]:
    return {"day": dated.day.isoformat(), "raw": _clean(dated.raw[:200]), "place": dated.place}


def _outlets(connection: Connection, looks: Sequence[Looked]) -> None:
    """Fold the looks, in their order, into each outlet's row."""
    changes: dict[str, dict[str, Any]] = {}
    for looked in looks:
        state = _state(looked)
        if state:  # a further page that failed changes nothing
            changes.setdefault(looked.visit.outlet, {}).update(state)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for outlet, values in changes.items():
        groups.setdefault(tuple(values), []).append({"b_id": outlet, **values})
    for names, rows in groups.items():
        execute_many(connection, _change(OutletRow, names), rows)


@lru_cache(maxsize=64)
def _change(row: type[OutletRow] | type[PostRow], names: tuple[str, ...]) -> UpdateBase:
    """An update of these columns of the row whose id is ``b_id``."""
    table = row.__table__
    statement = update(table).where(table.c.id == bindparam("b_id"))  # type: ignore[arg-type]
    return statement.values({name: bindparam(name) for name in names})


def _state(looked: Looked) -> dict[str, Any]:
    visit = looked.visit
    walk: dict[str, Any] = {
        "walk_since": looked.walk_since,
        "walk_prior": looked.walk_prior,
        "walk_done": looked.walk_done,
    }
    if looked.whole is not None:
        walk["whole_since"] = looked.whole.since
    if visit.page_no > 1:
        if looked.left is not None:
            walk["unread"] = [unread_values(one) for one in looked.left[-MOST_UNREAD:]]
        return walk if visit.outcome.conclusive else {}
    values: dict[str, Any] = {"last_look": visit.moment, "last_outcome": visit.outcome.value}
    if not visit.outcome.conclusive or not looked.learns:
        return values
    values |= {
        "last_conclusive": visit.moment,
        "etag": visit.etag,
        "last_modified": visit.last_modified,
    }
    values |= {
        "page_hash": visit.page_hash,
        "newest": visit.newest,
        "newest_url": _clean(visit.newest_url),
    }
    values |= {"dated": visit.dated, **walk, "evidence": visit.evidence.value, "total": visit.total}
    values["unread"] = [unread_values(one) for one in visit.unread[:MOST_UNREAD]]
    if not visit.conditional:
        values["last_plain"] = visit.moment
    if visit.family:
        values["family"] = visit.family
    if looked.front is not None:
        values["front"] = looked.front
    return values


def _articles(connection: Connection, articles: Sequence[ArticleSeen]) -> None:
    seen = {_clean(item.url): item for item in articles}
    rows = connection.execute(select(PostRow.__table__).where(PostRow.url.in_(seen))).mappings()
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        values = _article(row, seen[row["url"]].article)
        groups.setdefault(tuple(values), []).append({"b_id": row["id"], **values})
    for names, changed in groups.items():
        execute_many(connection, _change(PostRow, names), changed)


def _article(row: Mapping[Any, Any], article: Article) -> dict[str, Any]:
    """What an article page changes of a post: state, origin, a date where none was, a full
    title."""
    tries = row["article_tries"] + 1
    if article.outcome is not Outcome.READ and not _said_enough(row, article):
        own = article.outcome is Outcome.UNREADABLE or article.reason in GONE
        most = ARTICLE_TRIES if own and row["published"] is not None else REFUSED_TRIES
        state = "failed" if tries >= most else "pending"
        return {"article": state, "article_tries": tries, "article_reason": article.reason[:100]}
    values: dict[str, Any] = {"article": "read", "article_tries": tries, "article_reason": ""}
    if article.origin:
        values["origin"] = _clean(article.origin)
    if article.title and row["title"].rstrip().endswith(("…", "...")) and len(article.title) > 3:
        values["title"] = _clean(article.title)
    dated = article.published
    if dated is not None and row["published"] is None:
        values |= {
            "published": dated.day,
            "published_at": dated.moment,
            "raw": _clean(dated.raw[:200]),
        }
        values |= {"place": dated.place, "why": dated.why}
    elif dated is not None and dated.day != row["published"]:
        values["others"] = [*row["others"], _dated(dated)]
    return values


def _said_enough(row: Mapping[Any, Any], article: Article) -> bool:
    """A page without a date still says who wrote it; the list has dated the post."""
    return article.reason == "no_dates" and bool(article.origin) and row["published"] is not None


def adopt_articles(connection: Connection, outlets: Sequence[str] | None = None) -> None:
    """A post that stands on two columns was fetched once: its other rows (those of ``outlets``
    only, where given) take over what was read."""
    post, twin = PostRow.__table__.alias("post"), PostRow.__table__.alias("twin")
    theirs = {f"twin_{name}": twin.c[name].label(f"twin_{name}") for name in _DATE}
    query = (
        select(post.c.id, post.c.published, twin.c.origin, *theirs.values())
        .join(twin, (twin.c.url == post.c.url) & (twin.c.article == "read"))
        .where(post.c.article == literal_column("'pending'"))
        .order_by(post.c.id, twin.c.id)
    )
    if outlets is not None:
        query = query.where(post.c.outlet_id.in_(outlets))
    for row in connection.execute(query).mappings().all():
        dates = {name: row[f"twin_{name}"] for name in _DATE} if row["published"] is None else {}
        values = {"article": "read", "origin": row["origin"], **dates}
        connection.execute(update(PostRow).where(PostRow.id == row["id"]).values(**values))


def unseen(connection: Connection, urls: Iterable[str]) -> set[str]:
    """Those of ``urls`` whose article page nobody has to fetch again are left out."""
    wanted = {_clean(url): url for url in urls if len(url) <= LONGEST_URL}
    rows = connection.execute(
        select(PostRow.url).where(PostRow.url.in_(wanted), PostRow.article != "pending").distinct()
    )
    known = set(rows.scalars())
    return {url for cleaned, url in wanted.items() if cleaned not in known}


def stored_before(connection: Connection, outlet: str, url: str, moment: datetime) -> bool:
    """Whether the outlet showed the post at ``url`` before ``moment``."""
    query = select(PostRow.id).where(
        PostRow.url == _clean(url), PostRow.outlet_id == outlet, PostRow.first_seen < moment
    )
    return connection.execute(query).first() is not None


def pending_articles(connection: Connection, outlets: Sequence[str] | None = None) -> list[str]:
    """Addresses of article pages that an earlier run left unfetched, each once; those that owe a
    date come first."""
    undated = func.max(case((PostRow.published.is_(None), 1), else_=0))
    query = select(PostRow.url).where(WAITING).group_by(PostRow.url)
    if outlets is not None:
        query = query.where(PostRow.outlet_id.in_(outlets))
    return list(connection.execute(query.order_by(undated.desc(), PostRow.url)).scalars())


def open_run(connection: Connection, kind: str, started: datetime, planned: int) -> int:
    """A run's row, made before its first look; returns its id."""
    result = connection.execute(insert(RunRow).values(kind=kind, started=started, planned=planned))
    return int((result.inserted_primary_key or (0,))[0])


def close_run(connection: Connection, run: int, ended: datetime, note: str = "") -> None:
    """Count what the run's own visits saw and close its row: ``looked`` were asked, of which
    ``unknown`` proved nothing."""
    own = VisitRow.run_id == run
    last = (
        select(func.max(VisitRow.id))
        .where(own, VisitRow.page_no == 1)
        .group_by(VisitRow.outlet_id)
        .scalar_subquery()
    )
    counted = select(VisitRow.outcome, func.count()).where(VisitRow.id.in_(last))
    outcomes = connection.execute(counted.group_by(VisitRow.outcome)).all()
    values = {
        "looked": sum(count for _, count in outcomes),
        "unknown": sum(count for outcome, count in outcomes if not Outcome(outcome).conclusive),
        "new_posts": _first_shown(connection, own),
    }
    connection.execute(
        update(RunRow).where(RunRow.id == run).values(ended=ended, note=note, **values)
    )


def _first_shown(connection: Connection, own: ColumnElement[bool]) -> int:
    """How many posts the visits ``own`` were the first to show: a post bears the moment of its
    visit."""
    looks = select(VisitRow.outlet_id, VisitRow.moment).where(own).distinct().subquery()
    query = (
        select(func.count())
        .select_from(looks)
        .join(
            PostRow,
            and_(PostRow.outlet_id == looks.c.outlet_id, PostRow.first_seen == looks.c.moment),
        )
    )
    return int(connection.execute(query).scalar_one())
