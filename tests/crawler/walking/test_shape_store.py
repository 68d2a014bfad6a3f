"""The golden reading of a column in the store, on both databases: learned, drifted from, gone back
to, accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from crawler.model import (
    Dated,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Post,
    Shape,
    Site,
    Unread,
    Visit,
)
from crawler.register.catalogue import Catalogue
from crawler.register.enter import accept, sync
from crawler.store.proof_tables import ColumnShapeRow, ColumnWordRow
from crawler.store.tables import RunRow
from crawler.walking.known import known_outlets
from crawler.walking.model import Looked
from crawler.walking.record import Scope, record
from crawler.walking.shape_store import opened
from crawler.walking.shapes import Built, KeptShape, ShapeRow, Turn
from tests.conftest import Store

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
SCOPE = Scope(date(2020, 4, 1), lambda url: False)
OLD = Shape("trs", ("div.main", "ul.list"), "item after", 20, "index_#.htm")
NEW = replace(OLD, place=("div.cards",))
THIRD = replace(OLD, place=("table",))


def post(n: int) -> Post:
    day = date(2020, 7, 19) - timedelta(days=n)
    return Post(f"标题{n}\x00", f"http://portal/a/t{n}.htm", Dated(day, day.isoformat(), "item"))


def built(turn: Turn, shape: Shape, *, overlaps: bool = True) -> Built:
    return Built(
        turn, shape, (ShapeRow("标题1\x00", "http://portal/a/t1.htm", date(2020, 7, 18)),), overlaps
    )


def looked(days: float, of: Built | None, **more: Any) -> Looked:
    """A look at column a so many days after NOW, and its two posts."""
    given: dict[str, Any] = {"evidence": Evidence.COMPLETE, "newest": date(2020, 7, 19)}
    visit = Visit(
        "a", NOW + timedelta(days=days), outcome=Outcome.READ, door="spider", **given | more
    )
    return Looked(
        visit, posts=(post(0), post(1)), front=b"12345678", walk_done=True, site="s", built=of
    )


def entered(connection: Connection) -> None:
    outlets = tuple(
        Outlet(name, OutletKind.COLUMN, name, "portal", "s", (), url=f"http://portal/{name}/")
        for name in "abcd"
    )
    sync(connection, Catalogue((), (Site("s", "门户", "http://portal/"),), outlets), NOW)


def nights(store: Store, *looks: Looked) -> dict[str, KeptShape]:
    """What is open of column a after these looks, each recorded by itself."""
    for one in looks:
        with store.engine.begin() as connection:
            record(connection, [one], [], SCOPE)
    with store.reader.connect() as connection:
        return opened(connection, ["a"]).get("a", {})


def every(store: Store) -> list[Any]:
    with store.reader.connect() as connection:
        return list(
            connection.execute(select(ColumnShapeRow.__table__).order_by(ColumnShapeRow.id))
        )


def test_the_first_whole_reading_is_golden_and_known_at_the_next_look(store: Store) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    found = nights(store, looked(0, built(Turn.LEARN, OLD, overlaps=False)))
    assert list(found) == ["golden"]
    assert (found["golden"].shape, found["golden"].first_seen) == (OLD, NOW)
    assert found["golden"].rows == (ShapeRow("标题1", "http://portal/a/t1.htm", date(2020, 7, 18)),)
    with store.reader.connect() as connection:
        (known,) = known_outlets(connection, ["a"])
    assert (known.golden, known.drifting) == (OLD, False)


def test_a_reading_that_is_not_whole_or_doubted_is_not_learned(store: Store) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    learning = built(Turn.LEARN, OLD)
    weak = looked(0, learning, evidence=Evidence.WEAK)
    beside = (Unread("beside the list", "outside", "热点", "http://portal/hot/1.htm"),)
    partial = looked(1, learning, evidence=Evidence.PARTIAL, unread=beside)
    doubted = looked(2, learning, reason="moved_address")
    assert nights(store, weak, partial, doubted, replace(looked(3, learning), learns=False)) == {}


def test_what_is_frame_known_or_dismissed_by_now_is_accounted_for(store: Store) -> None:
    with store.engine.begin() as connection:
        entered(connection)
        for name in "bcd":
            visit = Visit(name, NOW, Outcome.READ, Evidence.COMPLETE, "spider")
            shown = Looked(visit, walk_done=True, site="s", around=("http://portal/hot/1.htm",))
            record(connection, [shown], [], SCOPE)
        word = {
            "outlet_id": "a",
            "kind": "part",
            "key": "tab 2",
            "shown": {"rows": []},
            "person": "甲",
            "reason": "x",
        }
        connection.execute(insert(ColumnWordRow).values(**word, moment=NOW))
    unread = (
        Unread("beside the list", "outside", "热点", "http://portal/hot/1.htm"),
        Unread("above the list", "part", "头条", "http://portal/a/t1.htm"),
        Unread("tab 2", "part", "别的栏目"),
    )
    partial = looked(1, built(Turn.LEARN, OLD), evidence=Evidence.PARTIAL, unread=unread)
    assert list(nights(store, partial)) == ["golden"]


def test_a_drift_is_one_row_however_many_nights_and_ends_when_the_page_is_as_it_was(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    drift = built(Turn.DRIFT, NEW)
    bounded = {"evidence": Evidence.LOWER_BOUND, "reason": "drift"}
    found = nights(
        store,
        looked(0, built(Turn.LEARN, OLD)),
        looked(1, built(Turn.DRIFT, NEW, overlaps=False), **bounded),
        looked(2, drift),
        looked(3, drift),
    )
    kept = found["drift"]
    assert (kept.shape, kept.whole, kept.overlaps) == (NEW, True, True)
    assert (kept.first_seen, kept.last_seen) == (NOW + timedelta(days=1), NOW + timedelta(days=3))
    assert [row.title for row in found["golden"].rows] == ["标题0", "标题1"], (
        "the newest before the drift"
    )
    assert list(nights(store, looked(4, built(Turn.SAME, OLD)))) == ["golden"]
    assert [row.kind for row in every(store)] == ["golden", "drift"]


def test_a_page_that_takes_turns_is_one_drift_and_a_third_page_another(store: Store) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    drift, same = built(Turn.DRIFT, NEW), built(Turn.SAME, OLD)
    found = nights(
        store,
        looked(0, built(Turn.LEARN, OLD)),
        looked(1, drift),
        looked(2, same),
        looked(3, drift),
        looked(4, same),
    )
    assert list(found) == ["golden"]
    assert len(every(store)) == 2
    found = nights(store, looked(5, drift), looked(6, built(Turn.DRIFT, THIRD)))
    assert found["drift"].shape == THIRD
    assert [row.ended is None for row in every(store)] == [True, False, True]


def accepted(store: Store, days: float) -> Any:
    with store.engine.begin() as connection:
        return accept(
            connection, "a", NOW + timedelta(days=days), person="经办人", reason="栏目改版"
        )


def test_a_person_takes_the_page_as_it_is_and_nothing_is_forgotten_that_leads_on(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    nights(store, looked(0, built(Turn.LEARN, OLD)), looked(1, built(Turn.DRIFT, NEW)))
    learned = accepted(store, 2)
    assert learned.kept
    assert learned.drift.shape == NEW
    with store.reader.connect() as connection:
        (known,) = known_outlets(connection, ["a"])
        note = connection.execute(select(RunRow.note).where(RunRow.kind == "accept")).scalar_one()
    assert (known.golden, known.drifting, known.front) == (NEW, False, b"12345678")
    assert note == "a: drift adopted; 经办人: 栏目改版"
    old, drift, golden = every(store)
    assert (old.ended, drift.ended) == (NOW + timedelta(days=2),) * 2
    assert (drift.person, drift.reason, golden.person) == ("经办人", "栏目改版", "经办人")


def test_where_it_does_not_lead_on_the_rest_is_learned_anew_too(store: Store) -> None:
    with store.engine.begin() as connection:
        entered(connection)
    nights(
        store, looked(0, built(Turn.LEARN, OLD)), looked(1, built(Turn.DRIFT, NEW, overlaps=False))
    )
    assert not accepted(store, 2).kept
    with store.reader.connect() as connection:
        (known,) = known_outlets(connection, ["a"])
    assert (known.golden, known.drifting, known.front, known.dated) == (NEW, False, b"", 0)
    found = nights(store, looked(3, built(Turn.LEARN, NEW)))
    assert found["golden"].person == "经办人", "it was learned already"
    assert nights(store, looked(4, built(Turn.LEARN, THIRD)))["golden"].shape == THIRD, (
        "a new address"
    )
    assert [row.kind for row in every(store) if row.ended is None] == ["golden"]
