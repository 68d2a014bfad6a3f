"""A site's frame as the store learns it from the columns' pages, and what hosts were caught at.
Both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from crawler.model import Outcome, Reading
from crawler.reading.keys import key
from crawler.register.enter import sync
from crawler.store.proof_tables import FrameLinkRow
from crawler.walking.address_store import same_lists
from crawler.walking.frame_store import forget, frame_of
from crawler.walking.model import Known, Looked, Step
from crawler.walking.record import record
from crawler.walking.traits import LIAR, liars, mark
from crawler.walking.visit import Fetched, look
from tests.conftest import Store
from tests.crawler.walking.test_store import NOW, SCOPE, catalogue, looked, outlet
from tests.support.walking import page, post, reading

HOME, SIDE, OWN = "http://portal/", "http://portal/hot/1.htm", "http://portal/a/t9.htm"


def hex_of(*urls: str) -> set[str]:
    return {key(url).hex() for url in urls}


def shown(column: str, *around: str, days: int = 0) -> Looked:
    return looked(NOW + timedelta(days=days), column=column, site="s", around=around)


def night(store: Store, looks: Sequence[Looked]) -> None:
    with store.engine.begin() as connection:
        record(connection, looks, [], SCOPE)


def enter(store: Store) -> None:
    with store.engine.begin() as connection:
        sync(connection, catalogue(*(outlet(name) for name in "abcdef")), NOW)


def test_what_several_columns_show_beside_their_lists_is_the_frame(store: Store) -> None:
    enter(store)
    night(store, [shown("a", HOME, SIDE, OWN), shown("b", HOME, SIDE)])
    night(store, [shown("c", HOME)])
    with store.reader.connect() as connection:
        frame = frame_of(connection, ["s", "unheard-of"])
    assert frame == {"s": hex_of(HOME), "unheard-of": set()}


def test_as_many_columns_must_show_a_link_however_many_are_known(store: Store) -> None:
    enter(store)
    night(store, [shown(name, HOME) for name in "abc"])
    night(store, [shown(name, SIDE) for name in "ab"])
    with store.reader.connect() as connection:
        assert frame_of(connection, ["s"])["s"] == hex_of(HOME)
    night(store, [shown(name, HOME) for name in "abcdef"])
    with store.reader.connect() as connection:
        assert frame_of(connection, ["s"])["s"] == hex_of(HOME)
        outlets = (
            connection.execute(select(FrameLinkRow.outlets).order_by(FrameLinkRow.id))
            .scalars()
            .all()
        )
    assert outlets == [["a", "b", "c", "d"], ["a", "b"]]


def test_a_past_day_is_judged_by_the_frame_that_was_known_then(store: Store) -> None:
    enter(store)
    night(store, [shown("a", HOME), shown("b", HOME)])
    night(store, [shown("c", HOME, days=2), shown("a", HOME, days=2)])
    with store.reader.connect() as connection:
        assert frame_of(connection, ["s"], NOW + timedelta(days=1))["s"] == set()
        assert frame_of(connection, ["s"], NOW + timedelta(days=2))["s"] == hex_of(HOME)
        assert frame_of(connection, ["s"])["s"] == hex_of(HOME)


def test_two_columns_that_show_one_list_are_told_and_make_no_frame(store: Store) -> None:
    enter(store)
    front = b"".join(key(f"http://portal/t{n}.htm") for n in range(3))
    night(store, [replace(shown(name, SIDE), front=front) for name in "ab"])
    night(store, [shown("c", SIDE), shown("d")])
    with store.reader.connect() as connection:
        assert same_lists(connection) == (("a", "b"),)
        assert frame_of(connection, ["s"])["s"] == set()
    night(store, [shown("d", SIDE)])
    with store.reader.connect() as connection:
        assert frame_of(connection, ["s"])["s"] == hex_of(SIDE)


def test_a_link_that_no_page_shows_any_more_is_forgotten(store: Store) -> None:
    enter(store)
    night(store, [shown(name, HOME, SIDE) for name in "abc"])
    for days in (3, 30, 59):
        night(store, [shown("a", HOME, days=days)])
    with store.engine.begin() as connection:
        assert forget(connection, NOW + timedelta(days=60)) == 0
        assert forget(connection, NOW + timedelta(days=61)) == 1
        assert set(frame_of(connection, ["s"])["s"]) == hex_of(HOME)


def test_a_page_with_very_many_links_is_learned_in_part(store: Store) -> None:
    enter(store)
    many = tuple(f"http://portal/x/{n}.htm" for n in range(1000))
    night(store, [shown("a", *many), shown("b", *many)])
    with store.reader.connect() as connection:
        assert (
            connection.execute(select(func.count()).select_from(FrameLinkRow)).scalar_one() == 400
        )


def test_a_read_first_page_tells_what_stands_around_its_list_and_others_do_not() -> None:
    known = Known(outlet())
    said = replace(reading([post(1)]), around=(HOME,))

    def seen(reading: Reading, number: int = 1) -> Looked:
        return look(
            known,
            page(),
            lambda *_: reading,
            fetched=Fetched("spider"),
            step=Step(SCOPE.horizon, number),
        )

    assert (seen(said).site, seen(said).around) == ("s", (HOME,))
    assert seen(said, 2).around == ()
    assert seen(replace(said, outcome=Outcome.BLOCKED)).around == ()


def test_a_host_is_a_liar_from_the_first_time_it_was_caught(store: Store) -> None:
    with store.engine.begin() as connection:
        for hours in (0, 5, 3):
            mark(connection, "portal:80", LIAR, NOW + timedelta(hours=hours), f"{hours}")
        mark(connection, "other", "slow", NOW, "")
        assert liars(connection) == {"portal:80": NOW}
        assert liars(connection, NOW - timedelta(seconds=1)) == {}
