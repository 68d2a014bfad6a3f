"""What the content checks found goes into the store here, and only here: each post or resource
whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crawler.checking.due import LONGEST_URL, PostToCheck, ResourceToCheck
from crawler.checks.page import SITE_WIDE, Checked, Resource
from crawler.checks.resources import FINE, UNKNOWN, Judged
from crawler.checks.suspects import Suspect
from crawler.model import Outcome, Page, shanghai_day
from crawler.store.content_tables import (
    CheckedPostRow,
    ContentDecisionRow,
    ResourceRow,
    SuspectRow,
    UseRow,
)
from crawler.store.tables import OutletRow, PostRow

POST, RESOURCE, USE, SUSPECT = (
    CheckedPostRow.__table__.c, ResourceRow.__table__.c, UseRow.__table__.c, SuspectRow.__table__.c,
)  # fmt: skip
LONGEST_TEXT = 500
CHUNK = 400
LADDER = ((timedelta(days=7), timedelta(hours=20)), (timedelta(days=60), timedelta(days=14)))
"""A post younger than the first is looked at again after the second; corrections come in the first
days."""
LATER = timedelta(days=90)
TOMORROW = timedelta(hours=20)
"""The next night, whatever the hour of this one."""
GONE = ("not_found", "soft_404")
"""A post that is no longer there: nobody reads what was wrong with it."""
LIVE = ("open", "confirmed", "dismissed")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where suspects stand: on the page of ``post`` (its id), in a ``resource`` of it, or in what a
    browser showed of it (``view``)."""

    post: int
    resource: int | None = None
    view: bool = False


@dataclass(frozen=True, slots=True)
class ResourceLook:
    """What one look at a resource brought: the ``page``, what it is ``judged`` to be, the suspects
    ``found``."""

    page: Page
    judged: Judged
    found: Sequence[Suspect]


def record_post(
    connection: Connection, post: PostToCheck, page: Page, checked: Checked | None
) -> int:
    """One post's look; returns how many suspects opened. ``checked`` is ``None`` for a page that
    did not change (304)."""
    now = page.fetched_at
    found = _gone(connection, post, now) if checked is not None and checked.reason in GONE else None
    if checked is None:
        values: dict[str, Any] = {
            "looked": now,
            "due": now + _again(post, now),
            "outcome": Outcome.UNCHANGED.value,
        }
    elif checked.outcome is not Outcome.READ:
        values = {
            "looked": now,
            "due": now + (_again(post, now) if checked.reason in GONE else TOMORROW),
            "outcome": checked.outcome.value,
            "reason": checked.reason[:100],
        }
    else:
        values = {
            "looked": now,
            "due": now + _again(post, now),
            "outcome": checked.outcome.value,
            "reason": "",
            "title": _clean(checked.title) or post.title,
            "digest": checked.digest,
            "template": checked.template,
            "pictures": checked.pictures,
            "without_alt": checked.without_alt,
            "etag": page.headers.get("etag", "")[:1000],
            "last_modified": page.headers.get("last-modified", "")[:100],
        }
    connection.execute(update(CheckedPostRow).where(CheckedPostRow.id == post.id).values(values))
    opened = 0
    if found is not None:
        live = select(SUSPECT.id).where(
            SUSPECT.post_id == post.id, SUSPECT.state.in_(("open", "confirmed"))
        )
        others = live.where(or_(SUSPECT.resource_id.is_not(None), SUSPECT.rule.startswith("view.")))
        _end(connection, list(connection.execute(others).scalars()), now)
        opened = merge(connection, Spot(post.id, None), found, now)
    if checked is None or checked.outcome is not Outcome.READ:
        _hurry(connection, CheckedPostRow, SUSPECT.post_id, post.id, now)
        return opened
    _use(connection, post, checked.wanted, now)
    told = _told_on_site(connection, post, checked.suspects)
    fresh = [
        s for s in checked.suspects if s.rule not in SITE_WIDE or (s.rule, s.identity) not in told
    ]
    opened = merge(connection, Spot(post.id, None), fresh, now)
    _hurry(connection, CheckedPostRow, SUSPECT.post_id, post.id, now)
    return opened


def _gone(connection: Connection, post: PostToCheck, now: datetime) -> tuple[Suspect, ...]:
    """Nothing, or that the newest list still shows a post whose page was gone on an earlier day
    too.

    Read before this look is written.
    """
    before = connection.execute(select(POST.reason, POST.looked).where(POST.id == post.id)).one()
    twice = before.reason in GONE and shanghai_day(before.looked) < shanghai_day(now)
    if not twice or not _listed(connection, post.url):
        return ()
    why = f"列表上还有这篇信息，{shanghai_day(before.looked)}、{shanghai_day(now)} 两次打开都提示不存在"
    return (
        Suspect(
            "links.post",
            "列表",
            post.url[:300],
            post.title,
            why,
            "恢复网页，或从列表中删除",
            "post",
        ),
    )


def _listed(connection: Connection, url: str) -> bool:
    """Whether the newest list of one of its columns, as far as it changed, shows the post."""
    row, other = PostRow.__table__, PostRow.__table__.alias()
    newest = (
        select(func.max(other.c.last_seen))
        .where(other.c.outlet_id == row.c.outlet_id)
        .scalar_subquery()
    )
    query = select(row.c.id).where(row.c.url == url, row.c.last_seen >= newest).limit(1)
    return connection.execute(query).first() is not None


def _hurry(connection: Connection, table: Any, column: Any, id_: int, now: datetime) -> None:
    """What a unit has to mend is looked at again the next night."""
    faulty = select(SUSPECT.id).where(column == id_, SUSPECT.state == "confirmed").limit(1)
    if connection.execute(faulty).first() is not None:
        later = (table.id == id_) & (table.due > now + TOMORROW)
        connection.execute(update(table).where(later).values(due=now + TOMORROW))


def _again(post: PostToCheck, now: datetime) -> timedelta:
    age = now - post.first_seen
    return next((wait for limit, wait in LADDER if age < limit), LATER)


def _use(
    connection: Connection, post: PostToCheck, wanted: Sequence[Resource], now: datetime
) -> None:
    """The post's resources as they are now: new ones enter, and are due at once."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    unique = {one.url: one for one in wanted if len(one.url) <= LONGEST_URL}
    ids: dict[str, int] = {}
    if unique:
        rows: list[dict[str, Any]] = [
            {
                "url": _clean(one.url),
                "kind": one.kind,
                "first_seen": now,
                "due": now,
                "failed_on": [],
                "looked": None,
            }
            for one in unique.values()
        ]
        connection.execute(
            dialect.insert(ResourceRow).on_conflict_do_nothing(index_elements=["url"]), rows
        )
        query = select(RESOURCE.url, RESOURCE.id).where(
            RESOURCE.url.in_([_clean(url) for url in unique])
        )
        ids = {row[0]: row[1] for row in connection.execute(query)}
    gone = delete(UseRow).where(
        USE.post_id == post.id, USE.resource_id.not_in(list(ids.values()) or [0])
    )
    connection.execute(gone)
    uses = [
        {
            "post_id": post.id,
            "resource_id": ids[_clean(one.url)],
            "text": _clean(one.text)[:LONGEST_TEXT],
        }
        for one in unique.values()
        if _clean(one.url) in ids
    ]
    if uses:
        statement = dialect.insert(UseRow)
        key = ["post_id", "resource_id"]
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=key, set_={"text": statement.excluded.text}
            ),
            uses,
        )
    # What the post no longer uses is no longer wrong with it.
    stale = select(SUSPECT.id).where(
        SUSPECT.post_id == post.id,
        SUSPECT.resource_id.is_not(None),
        SUSPECT.resource_id.not_in(list(ids.values()) or [0]),
        SUSPECT.state.in_(("open", "confirmed")),
    )
    _end(connection, list(connection.execute(stale).scalars()), now)


def _told_on_site(
    connection: Connection, post: PostToCheck, suspects: Iterable[Suspect]
) -> set[tuple[str, str]]:
    """What another post of the same site already tells of the template."""
    wanted = {s.identity for s in suspects if s.rule in SITE_WIDE}
    if not wanted:
        return set()
    outlet = OutletRow.__table__.c
    site = select(outlet.site_id).where(outlet.id == post.outlet).scalar_subquery()
    query = (
        select(SUSPECT.rule, SUSPECT.identity)
        .select_from(
            SuspectRow.__table__.join(CheckedPostRow.__table__, POST.id == SUSPECT.post_id).join(
                OutletRow.__table__, outlet.id == POST.outlet_id
            )
        )
        .where(
            SUSPECT.rule.in_(SITE_WIDE), SUSPECT.identity.in_(wanted), SUSPECT.post_id != post.id
        )
        .where(SUSPECT.state.in_(LIVE), outlet.site_id == site)
    )
    return {(row[0], row[1]) for row in connection.execute(query)}


def record_resource(
    connection: Connection, resource: ResourceToCheck, look: ResourceLook, days: int
) -> int:
    """One resource's look, with ``found`` for every post that uses it; returns how many suspects
    opened.

    While nothing is known (``unknown``) the posts' suspects stay as they are.
    """
    now = look.page.fetched_at
    wait = (
        TOMORROW
        if look.judged.result == UNKNOWN
        else timedelta(days=days if look.judged.result == FINE else min(days, 7))
    )
    values = {
        "looked": now,
        "due": now + wait,
        "status": look.page.status,
        "result": look.judged.result,
        "reason": _clean(look.judged.reason)[:500],
        "note": look.judged.note[:20],
        "size": len(look.page.body),
        "title": _clean(look.judged.title)[:300],
        "final_url": _clean(look.page.final_url)[:LONGEST_URL],
        "owner": _clean(look.judged.owner)[:300],
        "failed_on": [day.isoformat() for day in look.judged.failed_on[-5:]],
    }
    connection.execute(update(ResourceRow).where(ResourceRow.id == resource.id).values(values))
    if look.judged.result == UNKNOWN:
        return 0
    uses = (
        connection.execute(select(USE.post_id).where(USE.resource_id == resource.id))
        .scalars()
        .all()
    )
    opened = sum(merge(connection, Spot(post, resource.id), look.found, now) for post in uses)
    _hurry(connection, ResourceRow, SUSPECT.resource_id, resource.id, now)
    return opened


def merge(connection: Connection, spot: Spot, found: Sequence[Suspect], now: datetime) -> int:
    """Make the post's suspects (those of the page, of one resource, or of its ``view`` in a
    browser) what was found; returns how many opened.

    What a decision covers is dismissed from the start and never asked again; what is gone ends.
    """
    query = select(SUSPECT.id, SUSPECT.rule, SUSPECT.key, SUSPECT.state, SUSPECT.decision_id).where(
        SUSPECT.post_id == spot.post
    )
    mine = (
        SUSPECT.resource_id.is_(None)
        if spot.resource is None
        else SUSPECT.resource_id == spot.resource
    )
    seen_so = SUSPECT.rule.startswith("view.")
    query = query.where(mine, seen_so if spot.view else ~seen_so)
    known = {(row.rule, row.key): row for row in connection.execute(query)}
    if not found and not known:
        return 0
    decisions = _decisions(connection, found, spot.post, now)
    opened, seen, rows = 0, [], []
    for one in found:
        key = key_of(one.identity if spot.resource is None else f"{spot.resource} {one.identity}")
        decision = _covering(decisions, one, spot.post)
        row = known.pop((one.rule, key), None)
        if row is None:
            opened += decision is None
            rows.append(_row(one, key, Spot(spot.post, spot.resource), now, decision))
        elif row.state in ("gone", "mended") or (row.state == "dismissed" and decision is None):
            opened += decision is None
            _reopen(connection, row.id, now, decision)
        else:
            seen.append(row.id)
    if rows:
        connection.execute(insert(SuspectRow), rows)
    if seen:
        connection.execute(update(SuspectRow).where(SuspectRow.id.in_(seen)).values(last_seen=now))
    _end(connection, [row.id for row in known.values() if row.state in ("open", "confirmed")], now)
    return opened


def key_of(identity: str) -> str:
    return hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _row(one: Suspect, key: str, spot: Spot, now: datetime, decision: int | None) -> dict[str, Any]:
    texts = {
        name: _clean(getattr(one, name))[:LONGEST_TEXT]
        for name in ("place", "quote", "sentence", "why", "hint", "identity")
    }
    return {
        **texts,
        "rule": one.rule,
        "key": key,
        "post_id": spot.post,
        "resource_id": spot.resource,
        "first_seen": now,
        "last_seen": now,
        "ended": None,
        "state": "open" if decision is None else "dismissed",
        "decision_id": decision,
        "decided_at": None if decision is None else now,
    }


def _reopen(connection: Connection, id_: int, now: datetime, decision: int | None) -> None:
    state = "open" if decision is None else "dismissed"
    values = {
        "state": state,
        "last_seen": now,
        "ended": None,
        "decision_id": decision,
        "decided_at": None,
        "decided_by": "",
        "unit_id": "",
    }
    connection.execute(update(SuspectRow).where(SuspectRow.id == id_).values(values))


def _end(connection: Connection, ids: Collection[int], now: datetime) -> None:
    for state, ended in (("open", "gone"), ("confirmed", "mended")):
        if ids:
            statement = update(SuspectRow).where(SuspectRow.id.in_(ids), SuspectRow.state == state)
            connection.execute(statement.values(state=ended, ended=now))


def _decisions(
    connection: Connection, found: Sequence[Suspect], post: int, now: datetime
) -> Mapping[tuple[str, str, object], int]:
    """Decisions in force that may cover what was found: (rule, scope, page or phrase) -> id."""
    if not found:
        return {}
    row = ContentDecisionRow.__table__.c
    query = select(row.id, row.rule, row.scope, row.post_id, row.identity).where(
        row.rule.in_({one.rule for one in found}),
        row.withdrawn.is_(None),
        or_(row.until.is_(None), row.until > now),
        or_(
            row.scope.in_(("phrase", "rule")),
            and_(row.scope.in_(("page", "here")), row.post_id == post),
        ),
    )
    keys: dict[tuple[str, str, object], int] = {}
    for one in connection.execute(query):
        about: object = {
            "page": one.post_id,
            "phrase": one.identity,
            "here": (one.post_id, one.identity),
        }.get(one.scope)
        keys[one.rule, one.scope, about] = one.id
    return keys


def _covering(
    decisions: Mapping[tuple[str, str, object], int], one: Suspect, post: int
) -> int | None:
    identity = _clean(one.identity)[:LONGEST_TEXT]
    for scope, about in (
        ("here", (post, identity)),
        ("page", post),
        ("phrase", identity),
        ("rule", None),
    ):
        if (one.rule, scope, about) in decisions:
            return decisions[one.rule, scope, about]
    return None


def tell_what_hangs_there(
    connection: Connection, resource: ResourceToCheck, host: str, title: str
) -> None:
    """A foreign link's suspect says what hangs there now."""
    if not title:
        return
    users = select(USE.post_id).where(USE.resource_id == resource.id)
    why = f"{host} 不是政府网站，也不在准许名单；现为：{_clean(title)[:80]}"
    connection.execute(
        update(SuspectRow)
        .where(
            SuspectRow.rule == "links.foreign",
            SuspectRow.identity == host,
            SuspectRow.post_id.in_(users),
        )
        .values(why=why)
    )


def _clean(text: str) -> str:
    """Text that both databases take."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
