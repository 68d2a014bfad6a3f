"""The golden reading of each column and the drifts from it, in the store. A quiet night writes
nothing here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from crawler.model import Evidence, Shape, Unread, utc
from crawler.reading.frames import frame_key, proves, remaining
from crawler.store.proof_tables import ColumnShapeRow, ColumnWordRow
from crawler.store.tables import PostRow
from crawler.walking.frame_store import frame_of
from crawler.walking.model import Looked
from crawler.walking.shapes import DRIFTING, GOLDEN, KEPT, KeptShape, ShapeRow, Turn, differences

AGAIN = timedelta(days=60)
"""A page that takes turns is one drift: one that was over for no longer goes on."""
CHUNK = 400
MOST_TEXT, MOST_URL = 200, 800
ROW, POST, WORD = ColumnShapeRow.__table__.c, PostRow.__table__.c, ColumnWordRow.__table__.c
PRINTED = ("item", "attr", "label", "meta", "json", "feed")
"""Where a day stands that may exclude a link: as surely printed as one that convicts."""


def opened(connection: Connection, outlets: Collection[str]) -> dict[str, dict[str, KeptShape]]:
    """What is open of ``outlets``, by outlet and kind."""
    found: defaultdict[str, dict[str, KeptShape]] = defaultdict(dict)
    names = sorted(outlets)
    for start in range(0, len(names), CHUNK):
        query = select(ColumnShapeRow.__table__).where(
            ROW.outlet_id.in_(names[start : start + CHUNK]), ROW.ended.is_(None)
        )
        for row in connection.execute(query.order_by(ROW.id)):
            found[row.outlet_id][row.kind] = kept_of(row)
    return found


def learn(connection: Connection, looks: Sequence[Looked]) -> None:
    """Keep how the pages of ``looks`` are built, where they say it, in the caller's transaction."""
    told = [looked for looked in looks if looked.built is not None]
    if not told:
        return
    whole = _whole(connection, told)
    known = opened(connection, {looked.visit.outlet for looked in told})
    for number, looked in enumerate(told):
        _fold(connection, looked, number in whole, known[looked.visit.outlet])


def _fold(connection: Connection, looked: Looked, whole: bool, known: dict[str, KeptShape]) -> None:
    built, moment = looked.built, looked.visit.moment
    assert built is not None
    if built.turn is Turn.DRIFT:
        known[DRIFTING] = _drift(connection, looked, whole, known)
        return
    golden = known.get(GOLDEN)
    if built.turn is Turn.LEARN:
        if not whole or looked.visit.reason or not looked.learns:
            return
        if golden is None or differences(golden.shape, built.shape):
            if golden is not None:
                _end(connection, golden, moment)
            known[GOLDEN] = _enter(connection, GOLDEN, looked, whole)
    if DRIFTING in known:
        _end(connection, known.pop(DRIFTING), moment)


def _drift(
    connection: Connection, looked: Looked, whole: bool, known: Mapping[str, KeptShape]
) -> KeptShape:
    """The open drift that the look belongs to: seen once more, begun again, or new."""
    built, moment, old = looked.built, looked.visit.moment, known.get(DRIFTING)
    assert built is not None
    if old is not None and differences(old.shape, built.shape):
        _end(connection, old, moment)
        old = None
    old = old or _before(connection, looked)
    if old is None:
        if GOLDEN in known:
            _refresh(connection, known[GOLDEN], moment)
        return _enter(connection, DRIFTING, looked, whole)
    values = {
        "whole": whole,
        "overlaps": built.overlaps,
        "rows": _rows(built.rows),
        "last_seen": utc(moment),
    }
    connection.execute(update(ColumnShapeRow).where(ROW.id == old.id).values(**values, ended=None))
    return old


def _before(connection: Connection, looked: Looked) -> KeptShape | None:
    """A drift to the same page that was over of late and that nobody accepted."""
    query = select(ColumnShapeRow.__table__).where(
        ROW.outlet_id == looked.visit.outlet,
        ROW.kind == DRIFTING,
        ROW.person == "",
        ROW.ended > utc(looked.visit.moment) - AGAIN,
    )
    ended = [kept_of(row) for row in connection.execute(query.order_by(ROW.id.desc()))]
    assert looked.built is not None
    return next((one for one in ended if not differences(one.shape, looked.built.shape)), None)


def _refresh(connection: Connection, golden: KeptShape, before: datetime) -> None:
    """Keep with the golden reading the newest posts that were known before the drift: those that a
    person compares."""
    query = select(POST.title, POST.url, POST.published).where(
        POST.outlet_id == golden.outlet, POST.first_seen < utc(before), POST.published.is_not(None)
    )
    found = connection.execute(query.order_by(POST.published.desc(), POST.id).limit(KEPT)).all()
    rows = [ShapeRow(row.title, row.url, row.published) for row in found]
    if rows:
        values = {"rows": _rows(rows), "last_seen": utc(before)}
        connection.execute(update(ColumnShapeRow).where(ROW.id == golden.id).values(**values))


def _enter(connection: Connection, kind: str, looked: Looked, whole: bool) -> KeptShape:
    built, moment = looked.built, utc(looked.visit.moment)
    assert built is not None
    values = {
        "outlet_id": looked.visit.outlet,
        "kind": kind,
        "shape": asdict(built.shape),
        "rows": _rows(built.rows),
        "whole": whole,
        "overlaps": built.overlaps,
        "first_seen": moment,
        "last_seen": moment,
    }
    made = connection.execute(insert(ColumnShapeRow).values(values))
    number = int((made.inserted_primary_key or (0,))[0])
    return KeptShape(
        number,
        looked.visit.outlet,
        kind,
        built.shape,
        built.rows,
        whole,
        built.overlaps,
        moment,
        moment,
        None,
        "",
        "",
    )


def _end(connection: Connection, one: KeptShape, moment: datetime, **said: str) -> None:
    connection.execute(
        update(ColumnShapeRow).where(ROW.id == one.id).values(ended=utc(moment), **said)
    )


def adopt(
    connection: Connection, drift: KeptShape, now: datetime, *, person: str, reason: str
) -> None:
    """Make an open drift the column's golden reading, because a person found it right."""
    golden = opened(connection, [drift.outlet])[drift.outlet].get(GOLDEN)
    if golden is not None:
        _end(connection, golden, now)
    _end(connection, drift, now, person=person[:100], reason=reason)
    values = {
        "outlet_id": drift.outlet,
        "kind": GOLDEN,
        "shape": asdict(drift.shape),
        "rows": _rows(drift.rows),
        "whole": drift.whole,
        "overlaps": drift.overlaps,
        "first_seen": utc(now),
        "last_seen": utc(now),
    }
    connection.execute(insert(ColumnShapeRow).values(**values, person=person[:100], reason=reason))


def _whole(connection: Connection, looks: Sequence[Looked]) -> set[int]:
    """The looks that account for everything on their page, by number; what is frame or known by now
    is accounted for."""
    partial = {n: one for n, one in enumerate(looks) if one.visit.evidence is Evidence.PARTIAL}
    whole = {n for n, one in enumerate(looks) if one.visit.evidence is Evidence.COMPLETE}
    if not partial:
        return whole
    frames = frame_of(connection, {one.site for one in partial.values()})
    days = _days(
        connection, {part.url for one in partial.values() for part in one.visit.unread if part.url}
    )
    words = _dismissed(connection, {one.visit.outlet for one in partial.values()})
    for number, one in partial.items():
        visit, frame = one.visit, frames.get(one.site, frozenset())
        left = _left(visit.unread, visit.newest, frame, days, words.get(visit.outlet, frozenset()))
        if proves(visit.evidence, left) is Evidence.COMPLETE:
            whole.add(number)
    return whole


def _left(
    unread: Sequence[Unread],
    newest: date | None,
    frame: Collection[str],
    days: Mapping[str, date],
    words: frozenset[str],
) -> tuple[Unread, ...]:
    return remaining(
        unread,
        newest,
        is_frame=lambda url: frame_key(url) in frame,
        known_day=days.get,
        dismissed=words,
    )


def _days(connection: Connection, urls: Collection[str]) -> dict[str, date]:
    """The newest day of a stored post at each address."""
    found: dict[str, date] = {}
    every = sorted(urls)
    for start in range(0, len(every), CHUNK):
        query = select(POST.url, POST.published).where(
            POST.url.in_(every[start : start + CHUNK]),
            POST.published.is_not(None),
            POST.place.in_(PRINTED),
        )
        for url, day in connection.execute(query):
            found[url] = max(day, found.get(url, day))
    return found


def _dismissed(connection: Connection, outlets: Collection[str]) -> dict[str, frozenset[str]]:
    """The places of which a person said that they are not of the column."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    query = select(WORD.outlet_id, WORD.key).where(
        WORD.outlet_id.in_(outlets), WORD.kind == "part", WORD.ended.is_(None)
    )
    for outlet, place in connection.execute(query):
        found[outlet].add(place)
    return {outlet: frozenset(places) for outlet, places in found.items()}


def _rows(rows: Iterable[ShapeRow]) -> list[dict[str, str]]:
    return [
        {
            "title": _plain(row.title)[:MOST_TEXT],
            "url": _plain(row.url)[:MOST_URL],
            "day": row.day.isoformat() if row.day else "",
        }
        for row in rows
    ]


def _plain(text: str) -> str:
    """Text that JSON takes in both databases."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def kept_of(row: Any) -> KeptShape:
    """A row of the table as data."""
    shape = Shape(**{**row.shape, "place": tuple(row.shape["place"])})
    rows = tuple(
        ShapeRow(one["title"], one["url"], date.fromisoformat(one["day"]) if one["day"] else None)
        for one in row.rows
    )
    return KeptShape(
        row.id,
        row.outlet_id,
        row.kind,
        shape,
        rows,
        row.whole,
        row.overlaps,
        row.first_seen,
        row.last_seen,
        row.ended,
        row.person,
        row.reason,
    )
