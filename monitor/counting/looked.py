"""What the store knows of how far each column was read: looks, walks, rows left unread ->
:class:`Reach`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, func, not_, or_, select

from crawler.model import SHANGHAI, ColumnClass, Evidence, Outcome, OutletKind, Unread, shanghai_day
from crawler.reading.frames import frame_key, remaining
from crawler.store.rows import unread_of
from crawler.store.tables import OutletRow, PostRow, VisitRow
from crawler.walking.frame_store import frame_of
from monitor.counting.reach import Reach
from monitor.looks.column_words import ColumnWord, words_of
from monitor.looks.weight import CONVICTING

OUTLET, VISIT, POST = OutletRow.__table__.c, VisitRow.__table__.c, PostRow.__table__.c
CONCLUSIVE = tuple(outcome.value for outcome in Outcome if outcome.conclusive)
BOUNDED = (Evidence.COMPLETE.value, Evidence.PARTIAL.value)
"""A look in parts is as good as a whole one for every day that none of its unread parts can
bear."""
WHOLE_PAGE = 200
CHUNK = 400
ANSWERED_BY_TOTAL = "total"
"""That a page says it holds more is answered by how far the walk went, not by a row."""


def reaches(connection: Connection, start: date, as_of: datetime) -> dict[str, Reach]:
    """Every column that was in the catalogue on ``start`` or after, as it was known at ``as_of``,
    by id."""
    began = datetime.combine(start, time(0), SHANGHAI)
    wanted = and_(
        OUTLET.kind == OutletKind.COLUMN.value,
        or_(OUTLET.retired_at.is_(None), OUTLET.retired_at > began),
    )
    query = (
        select(OutletRow.__table__).where(wanted).order_by(OUTLET.id)
    )  # the same sentence on every store
    rows = connection.execute(query).mappings().all()
    looked = _looked(connection, wanted, began, as_of)
    unread = _unread(connection, wanted, began, as_of)
    missed = _missed(connection, start, as_of, looked)
    return {
        row["id"]: _reach(
            row, looked.get(row["id"]), as_of, unread.get(row["id"], ()), missed.get(row["id"], ())
        )
        for row in rows
    }


def _reach(
    row: Mapping[Any, Any],
    looked: datetime | None,
    as_of: datetime,
    unread: tuple[tuple[date | None, date], ...],
    missed: tuple[date, ...],
) -> Reach:
    left = row["retired_at"]
    return Reach(
        row["id"],
        row["name"],
        row["cls"] == ColumnClass.DISCLOSURE.value,
        row["only"],
        bool(row["url"]),
        row["whole_since"],
        shanghai_day(looked) if looked else None,
        unread,
        missed,
        shanghai_day(left) if left and left <= as_of else None,
    )


def _looked(
    connection: Connection, wanted: Any, began: datetime, as_of: datetime
) -> dict[str, datetime]:
    """The newest moment for which a look stands that saw the list itself: "unchanged" is only a
    server's word.

    While a walk is under way only what the look before it saw is known: more may stand on the pages
    to come.
    """
    word = and_(
        VISIT.outcome == Outcome.UNCHANGED.value,
        VISIT.conditional.is_(True),
        VISIT.status != WHOLE_PAGE,
    )
    walked = or_(
        OUTLET.walk_done.is_(True), OUTLET.walk_since > as_of, VISIT.moment <= OUTLET.walk_prior
    )
    query = (
        select(VISIT.outlet_id, func.max(func.coalesce(VISIT.seen, VISIT.moment)))
        .select_from(OutletRow.__table__.join(VisitRow.__table__, VISIT.outlet_id == OUTLET.id))
        .where(wanted, VISIT.page_no == 1, VISIT.moment >= began, VISIT.moment <= as_of)
        .where(VISIT.outcome.in_(CONCLUSIVE), VISIT.evidence.in_(BOUNDED), not_(word), walked)
        .group_by(VISIT.outlet_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _unread(
    connection: Connection, wanted: Any, began: datetime, as_of: datetime
) -> dict[str, tuple[tuple[date | None, date], ...]]:
    """What any page of the column left unread since then: neither the site's frame, nor dismissed
    by a person, nor stored.

    Rows that are stored as posts are counted as such.
    """
    query = (
        select(VISIT.outlet_id, OUTLET.site_id, VISIT.moment, VISIT.unread)
        .select_from(OutletRow.__table__.join(VisitRow.__table__, VISIT.outlet_id == OUTLET.id))
        .where(wanted, VISIT.moment >= began, VISIT.moment <= as_of, VISIT.outcome.in_(CONCLUSIVE))
        .where(cast(VISIT.unread, Text) != "[]")
    )
    rows = connection.execute(query).all()
    if not rows:
        return {}
    words = words_of(connection, {row[0] for row in rows}, as_of)
    frames = frame_of(connection, {row[1] for row in rows}, as_of)
    parts: dict[str, dict[tuple[str, str, date | None], date]] = defaultdict(dict)
    for outlet, site, moment, unread in rows:
        for one in _left(
            map(unread_of, unread), words.get(outlet, ()), frames.get(site, frozenset())
        ):
            parts[outlet][one.place if not one.url else "", one.url, one.day] = shanghai_day(moment)
    urls = {url for found in parts.values() for _, url, _ in found if url}
    own, named, days = _stored(connection, urls, as_of)
    return {
        outlet: tuple(
            (day or days.get(url), seen)
            for (_, url, day), seen in found.items()
            if url not in named and (outlet, url) not in own
        )
        for outlet, found in parts.items()
    }


def _left(
    unread: Iterable[Unread], words: Sequence[ColumnWord], frame: frozenset[str]
) -> tuple[Unread, ...]:
    """What remains of the unread rows and parts of one page, whatever their day."""
    rows = [
        one
        for one in unread
        if one.why != ANSWERED_BY_TOTAL and not any(word.dismisses(one) for word in words)
    ]
    return remaining(
        rows,
        None,
        is_frame=lambda url: frame_key(url) in frame,
        known_day=lambda url: None,
        dismissed=frozenset(),
    )


def _stored(
    connection: Connection, urls: Collection[str], as_of: datetime
) -> tuple[set[tuple[str, str]], set[str], dict[str, date]]:
    """Which columns show a post at which of ``urls``; which of these are known with their origin:
    they are counted, or told as posts without a date; and the newest sure day of each. A row
    elsewhere may print the origin that the known one lacks, but its day is known: a hot list's old
    posts leave no later month open.
    """
    own: set[tuple[str, str]] = set()
    named: set[str] = set()
    days: dict[str, date] = {}
    every = sorted(urls)
    for start in range(0, len(every), CHUNK):
        query = (
            select(POST.outlet_id, POST.url, POST.origin, POST.published, POST.place)
            .select_from(OutletRow.__table__.join(PostRow.__table__, POST.outlet_id == OUTLET.id))
            .where(POST.url.in_(every[start : start + CHUNK]), POST.first_seen <= as_of)
            .where(
                OUTLET.kind == OutletKind.COLUMN.value, OUTLET.cls != ColumnClass.DISCLOSURE.value
            )
        )
        for outlet, url, origin, published, place in connection.execute(query):
            own.add((outlet, url))
            if origin:
                named.add(url)
            if published is not None and place in CONVICTING:
                days[url] = max(published, days.get(url, published))
    return own, named, days


def _missed(
    connection: Connection, start: date, as_of: datetime, looked: Mapping[str, datetime]
) -> dict[str, tuple[date, ...]]:
    """Of a past moment: the days of posts that were found only after it, though no look before it
    missed them."""
    query = select(POST.outlet_id, POST.published, POST.prior_look).where(
        POST.published >= start, POST.published <= shanghai_day(as_of), POST.first_seen > as_of
    )
    found: dict[str, list[date]] = defaultdict(list)
    for outlet, day, prior in connection.execute(query.distinct()):
        if prior is None or (outlet in looked and prior < looked[outlet]):
            found[outlet].append(day)
    return {outlet: tuple(days) for outlet, days in found.items()}
