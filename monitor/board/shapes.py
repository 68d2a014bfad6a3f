"""How a column's page is built, for the person who decides about a page built anew: both readings,
line by line and row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, select

from crawler.store.tables import PostRow
from crawler.walking.shapes import Drifted, KeptShape
from monitor.looks.drifts import drift_of, golden_of
from monitor.looks.shapes import changed, proposed, told
from monitor.model import OutletFacts

POST = PostRow.__table__.c


@dataclass(frozen=True, slots=True)
class ShapeDifference:
    """One thing of a page, as it was (empty: nothing is kept) and as it is; ``differs``: it is
    otherwise than it was."""

    name: str
    before: str
    after: str
    differs: bool


@dataclass(frozen=True, slots=True)
class ShapedRow:
    """A row of a list. ``met``: it was known before the page was built anew; ``fresh``: it is newer
    than all that was."""

    title: str
    url: str
    day: date | None
    met: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One reading: when it was the page's, how many posts stood there, the newest day, and the
    first rows."""

    since: datetime
    until: datetime
    count: int
    newest: date | None
    rows: tuple[ShapedRow, ...]


@dataclass(frozen=True, slots=True)
class DriftPage:
    """A page built anew beside what was learned of it. ``number`` names this very reading;
    ``ready``: it may be taken as it is."""

    number: int
    changed: str
    lines: tuple[ShapeDifference, ...]
    before: Side | None
    after: Side
    ready: bool
    overlaps: bool


def drift_page(connection: Connection, column: str, of: OutletFacts | None) -> DriftPage | None:
    """The open drift of ``column``, ``of`` which the facts are known where it was ever judged;
    ``None``: there is none."""
    found = drift_of(connection, column)
    if found is None:
        return None
    ready = of is not None and proposed(replace(of, drifted=found))
    before = _side(found.golden, None, set()) if found.golden else None
    after = _side(found.now, found.golden, _known(connection, found.now))
    return DriftPage(
        found.now.id, changed(found), _lines(found), before, after, ready, found.now.overlaps
    )


def learned(
    connection: Connection, column: str
) -> tuple[KeptShape, tuple[tuple[str, str, str], ...]] | None:
    """The golden reading of ``column`` and its lines."""
    golden = golden_of(connection, column)
    return (golden, told(golden)) if golden is not None else None


def _lines(found: Drifted) -> tuple[ShapeDifference, ...]:
    before = {name: how for name, _, how in told(found.golden)} if found.golden else {}
    return tuple(
        ShapeDifference(title, before.get(name, ""), how, name in found.differs)
        for name, title, how in told(found.now)
    )


def _side(kept: KeptShape, before: KeptShape | None, known: set[str]) -> Side:
    """``kept`` as a side of the page; ``known`` are addresses that were seen ``before``, whose rows
    a person knows, too."""
    told_before = {(row.title, row.day) for row in before.rows} if before else set()
    last = _newest(before) if before else None
    rows = tuple(
        ShapedRow(
            row.title,
            row.url,
            row.day,
            row.url in known or (row.title, row.day) in told_before,
            row.day is not None and last is not None and row.day > last,
        )
        for row in kept.rows
    )
    return Side(kept.first_seen, kept.last_seen, kept.shape.rows, _newest(kept), rows)


def _newest(kept: KeptShape) -> date | None:
    return max((row.day for row in kept.rows if row.day), default=None)


def _known(connection: Connection, now: KeptShape) -> set[str]:
    """The rows' addresses that the column showed before its page was built anew."""
    query = select(POST.url).where(
        POST.outlet_id == now.outlet,
        POST.url.in_([row.url for row in now.rows]),
        POST.first_seen < now.first_seen,
    )
    return set(connection.execute(query).scalars())
