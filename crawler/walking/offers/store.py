"""Offers in the store: what a search brought, what people decided, which addresses are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from crawler.model import Deed, Outlet, utc
from crawler.store.proof_tables import ColumnOfferRow
from crawler.store.tables import OutletRow
from crawler.walking.offers import (
    OVER,
    REFUSED,
    TAKEN,
    How,
    Offer,
    SearchResult,
    Side,
    Tried,
    Why,
)
from crawler.walking.shapes import ShapeRow

OFFER, OUTLET = ColumnOfferRow.__table__.c, OutletRow.__table__.c
PATIENCE = timedelta(days=3)
"""An offer whose data was not seen for so long falls away."""
MOST_URL, MOST_TEXT, MOST_TRIED, CHUNK = 800, 200, 12, 400


def offers(
    connection: Connection, outlets: Collection[str] | None = None, as_of: datetime | None = None
) -> dict[str, Offer]:
    """What waits for a person now, or waited at ``as_of``, by outlet: also searches that found
    nothing (``url`` empty)."""
    query = select(ColumnOfferRow.__table__).where(OFFER.ended.is_(None))
    if as_of is not None:
        still = or_(OFFER.ended.is_(None), OFFER.ended > utc(as_of))
        query = select(ColumnOfferRow.__table__).where(OFFER.first_seen <= utc(as_of), still)
    found: dict[str, Offer] = {}
    names = None if outlets is None else sorted(outlets)
    for start in range(0, 1 if names is None else len(names), CHUNK):
        some = (
            query
            if names is None
            else query.where(OFFER.outlet_id.in_(names[start : start + CHUNK]))
        )
        found |= {
            row.outlet_id: offer_of(row) for row in connection.execute(some.order_by(OFFER.id))
        }
    return found


def decided(connection: Connection, outlet: str) -> tuple[Offer, ...]:
    """What people decided of the offers for a column, the newest first."""
    query = select(ColumnOfferRow.__table__).where(
        OFFER.outlet_id == outlet, OFFER.state.in_((TAKEN, REFUSED))
    )
    return tuple(offer_of(row) for row in connection.execute(query.order_by(OFFER.id.desc())))


def keep(connection: Connection, found: Iterable[SearchResult]) -> None:
    """Write what a search brought, in the caller's transaction. An offer that reads no more, or
    whose page reads again, is over."""
    told = list(found)
    known = offers(connection, [one.outlet for one in told]) if told else {}
    for one in told:
        old = known.get(one.outlet)
        same = old is not None and (old.page, old.url) == (one.page, one.url) and not one.reads
        if old is not None and _waits(old, one):
            continue  # an interface that does not answer tonight is looked at again
        if old is not None and not same:
            _end(connection, old.id, one.moment, OVER)
        if one.reads:
            continue
        if same and old is not None:
            values = {**_said(one), "last_seen": utc(one.moment)}
            if len(one.tried) < len(old.tried):  # only the address itself was asked again
                del values["tried"]
            connection.execute(update(ColumnOfferRow).where(OFFER.id == old.id).values(**values))
        else:
            moment = utc(one.moment)
            connection.execute(
                insert(ColumnOfferRow).values(
                    outlet_id=one.outlet,
                    page=one.page,
                    url=one.url,
                    how=one.how.value if one.how else "",
                    **_said(one),
                    first_seen=moment,
                    last_seen=moment,
                )
            )


def _waits(old: Offer, one: SearchResult) -> bool:
    """Whether an offer whose data was not seen this time stands for some nights yet."""
    gone = bool(old.url) and not one.url and not one.reads and one.page == old.page
    return gone and utc(one.moment) - old.last_seen < PATIENCE


def keep_true(connection: Connection, now: datetime) -> None:
    """End the offers of columns that are read again, stand at another address, or were retired."""
    rows = select(
        OFFER.id,
        OFFER.page,
        OUTLET.url,
        OUTLET.retired_at,
        OUTLET.last_conclusive,
        OFFER.first_seen,
    )
    joined = rows.join(OutletRow.__table__, OUTLET.id == OFFER.outlet_id).where(
        OFFER.ended.is_(None)
    )
    for row in connection.execute(joined).all():
        read = row.last_conclusive is not None and row.last_conclusive > row.first_seen
        if read or row.url != row.page or row.retired_at is not None:
            _end(connection, row.id, now, OVER)


def _end(connection: Connection, number: int, moment: datetime, state: str, **said: str) -> None:
    values = {"ended": utc(moment), "state": state, **said}
    connection.execute(update(ColumnOfferRow).where(OFFER.id == number).values(**values))


def close(
    connection: Connection, offer: Offer, state: str, deed: Deed, *, render: str = "plain"
) -> None:
    """A person took (``TAKEN``) or refused (``REFUSED``) the offer of a page that was opened by
    ``render``."""
    _end(
        connection,
        offer.id,
        deed.now,
        state,
        person=deed.by[:100],
        reason=deed.words,
        render=render,
    )


def give_back(connection: Connection, outlet: str) -> Offer | None:
    """The address that was taken is the column's no more; returns what it was, ``None`` where none
    was taken."""
    query = select(ColumnOfferRow.__table__).where(OFFER.outlet_id == outlet, OFFER.state == TAKEN)
    rows = [offer_of(row) for row in connection.execute(query.order_by(OFFER.id))]
    for one in rows:
        connection.execute(update(ColumnOfferRow).where(OFFER.id == one.id).values(state=OVER))
    return rows[-1] if rows else None


def taken(connection: Connection) -> dict[str, Offer]:
    """The addresses that people took, by outlet: in force where the catalogue still says
    ``page``."""
    query = select(ColumnOfferRow.__table__).where(OFFER.state == TAKEN).order_by(OFFER.id)
    return {row.outlet_id: offer_of(row) for row in connection.execute(query)}


def reading_at(outlet: Outlet, offer: Offer | None) -> Outlet:
    """The column as it is read: at the data that a person took for the page that the catalogue
    names, which no browser opens."""
    if offer is None or not offer.url or outlet.url != offer.page:
        return outlet
    return replace(outlet, url=offer.url, render="plain")


def _said(one: SearchResult) -> dict[str, Any]:
    return {
        "before": _side_values(one.before) if one.before else {},
        "after": _side_values(one.after) if one.after else {},
        "tried": [_tried_values(t) for t in one.tried[:MOST_TRIED]],
    }


def _side_values(side: Side) -> dict[str, Any]:
    rows = [
        {"title": _plain(r.title)[:MOST_TEXT], "url": _plain(r.url)[:MOST_URL], "day": _iso(r.day)}
        for r in side.rows
    ]
    counts = {"count": side.count, "total": side.total}
    return {
        "outcome": side.outcome,
        "reason": side.reason,
        "newest": _iso(side.newest),
        "rows": rows,
        **counts,
    }


def _tried_values(one: Tried) -> dict[str, str]:
    said = _plain(one.said)[:MOST_TEXT]
    return {
        "url": _plain(one.url)[:MOST_URL],
        "how": one.how.value,
        "why": one.why.value,
        "said": said,
    }


def _plain(text: str) -> str:
    """Crawled text that both databases take."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _side(values: Mapping[str, Any]) -> Side:
    rows = tuple(ShapeRow(one["title"], one["url"], _day(one["day"])) for one in values["rows"])
    return Side(
        values["outcome"],
        values["reason"],
        _day(values["newest"]),
        values["count"],
        values["total"],
        rows,
    )


def offer_of(row: Any) -> Offer:
    """A row of the table as data."""
    tried: Sequence[Mapping[str, str]] = row.tried
    return Offer(
        row.id,
        row.outlet_id,
        row.page,
        row.url,
        How(row.how) if row.how else None,
        _side(row.before) if row.before else Side(""),
        _side(row.after) if row.after else None,
        tuple(Tried(one["url"], How(one["how"]), Why(one["why"]), one["said"]) for one in tried),
        row.first_seen,
        row.last_seen,
        row.state,
        row.render,
        row.ended,
        row.person,
        row.reason,
    )
