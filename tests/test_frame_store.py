"""A site's frame as the store learns it from the columns' pages, and what hosts were caught at. Both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from crawler.model import Outcome, Reading
from crawler.proof_store import FrameLinkRow
from crawler.record import record
from crawler.register import sync
from crawler.visit import Known, Looked, key, look
from crawler.walking.frame_store import forget, frame_of
from crawler.walking.traits import LIAR, liars, mark
from tests.conftest import Store
from tests.test_store import NOW, SCOPE, catalogue, looked, outlet
from tests.walking import page, post, reading

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
    night(store, [shown("a", HOME, SIDE, OWN), shown("b", HOME)])
    night(store, [shown("c", HOME, SIDE)])
    with store.reader.connect() as connection:
        frame = frame_of(connection, ["s", "unheard-of"])
    assert set(frame["s"]) == hex_of(HOME, SIDE)
    assert frame["s"][key(HOME).hex()] == ("a", "b", "c")
    assert frame["s"][key(SIDE).hex()] == ("a", "c")
    assert frame["unheard-of"] == {}


def test_four_columns_are_named_and_a_column_once(store: Store) -> None:
    enter(store)
    for days in range(2):
        night(store, [shown(name, HOME, days=days) for name in "abcdef"])
    with store.reader.connect() as connection:
        assert frame_of(connection, ["s"])["s"] == {key(HOME).hex(): ("a", "b", "c", "d")}


def test_a_link_that_no_page_shows_any_more_is_forgotten(store: Store) -> None:
    enter(store)
    night(store, [shown("a", HOME, SIDE), shown("b", HOME, SIDE)])
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
        assert connection.execute(select(func.count()).select_from(FrameLinkRow)).scalar_one() == 400


def test_a_read_first_page_tells_what_stands_around_its_list_and_others_do_not() -> None:
    known = Known(outlet())
    said = replace(reading([post(1)]), around=(HOME,))

    def seen(reading: Reading, number: int = 1) -> Looked:
        return look(known, page(), lambda *_: reading, door="spider", horizon=SCOPE.horizon, page_no=number)

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
