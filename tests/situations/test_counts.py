"""Situations 15, 17, 18, 32 and 34 of the design where they concern months: who is short, and of
whom nobody can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection, delete, update

from crawler.model import ColumnClass, Evidence, Outcome, Outlet, OutletKind, Probe, Unit
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from crawler.store.proof_tables import WholeWordRow
from crawler.store.tables import OutletRow
from monitor.model import Count
from monitor.office import count_until
from tests.conftest import Store
from tests.support.judging_facts import at
from tests.support.judging_store import SITE, column, enter, failure, post, unit, visit

UNITS = (unit("a"), unit("b"), unit("c"))
BEGUN, JUDGED = at("2020-01-01"), at("2020-07-02")
NEWS = column("news", cls=ColumnClass.NEWS)
OWN = tuple(column(f"of-{one.id}", one.id) for one in UNITS)


def june(connection: Connection, unit_id: str) -> Count:
    """What is known of a unit's June on 2 July."""
    return count_until(connection, date(2020, 4, 1), date(2020, 8, 1), JUDGED)[unit_id, "2020-06"]


def look(connection: Connection, *outlets: str) -> None:
    """A whole look at each after the end of June."""
    for outlet in outlets:
        visit(connection, outlet, at("2020-07-02", 2), date(2020, 6, 1))


def test_situation_15_without_the_offices_word_the_first_column_convicts_nobody(
    sqlite_store: Store,
) -> None:
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN)
        look(c, *(one.id for one in OWN))
        assert june(c, "a").falls_short(10)
        c.execute(delete(WholeWordRow))
        found = june(c, "a")
    assert (found.text, found.cause) == ("未作判定", "catalogue_open")
    assert not found.falls_short(10)


def test_situation_15_a_unit_without_a_watched_column_has_no_count(sqlite_store: Store) -> None:
    account = Outlet(
        "wb", OutletKind.ACCOUNT, "账号", "weibo", "site", ("b",), probes=(Probe("weibo"),)
    )
    nowhere = replace(column("of-c", "c"), url=None)
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, OWN[0], account, nowhere)
        look(c, "of-a", "wb")
        found = {one: june(c, one) for one in ("b", "c")}
    assert not any(count.falls_short(10) for count in found.values())
    assert found["b"].cause == "no_column"


def test_situation_17_of_a_month_that_a_unit_did_not_live_through_nothing_is_asked(
    sqlite_store: Store,
) -> None:
    new = Unit("d", "d局", "仓山区d局", "区直部门", quota=10)
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN)
        enter(c, at("2020-06-10"), (*UNITS[:2], new), OWN[0], OWN[1], column("of-d", "d"))
        look(c, "of-a", "of-b", "of-d")
        left, joined = june(c, "c"), june(c, "d")
        july = count_until(c, date(2020, 7, 1), date(2020, 8, 1), JUDGED)
    assert not left.falls_short(10)
    assert (left.cause, joined.cause) == ("lived_partly", "lived_partly")
    assert ("c", "2020-07") not in july


def test_situation_18_an_unread_news_column_holds_back_only_those_who_publish_in_it(
    sqlite_store: Store,
) -> None:
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN, NEWS)
        for day in range(1, 20):
            for name in ("a", "b"):
                for hour in range(2):
                    moment = at(date(2020, 5, day), 3)
                    url = f"/news/{name}/{day}/{hour}"
                    origin = f"仓山区{name}局"
                    post(c, "news", url, date(2020, 5, day), moment, origin=origin, prior_look=None)
        visit(c, "news", at("2020-06-15", 2), date(2020, 5, 19))
        failure(c, "news", at("2020-07-02", 2))
        look(c, *(one.id for one in OWN))
        found = {one.id: june(c, one.id) for one in UNITS}
        assert (found["a"].places, found["b"].places) == (("news",), ("news",))
        assert found["c"].falls_short(10)
        # Of a column that was never known whole nobody knows who may stand in it.
        c.execute(update(OutletRow).where(OutletRow.id == "news").values(whole_since=None))
        assert june(c, "c").places == ("news",)


def test_situation_18_a_column_that_says_whose_it_is_holds_back_that_unit(
    sqlite_store: Store,
) -> None:
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, OWN[0], OWN[1], replace(OWN[2], only="c"))
        look(c, "of-a", "of-b")
        assert june(c, "a").falls_short(10)
        assert not june(c, "c").falls_short(10)
        enter(c, at("2020-01-02"), UNITS, *OWN)
        assert not june(c, "a").falls_short(10)


def test_situation_32_a_column_read_in_part_leaves_its_months_open(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN)
        look(c, *(one.id for one in OWN))
        own = update(OutletRow).where(OutletRow.id == "of-a")
        c.execute(own.values(whole_since=date(2020, 6, 2), total=432))
        assert not june(c, "a").falls_short(10)
        # Dated a month earlier a post may have come late and count in June: the walk must reach as
        # far.
        c.execute(own.values(whole_since=date(2020, 6, 1)))
        assert not june(c, "a").falls_short(10)
        c.execute(own.values(whole_since=date(2020, 4, 28)))
        assert june(c, "a").falls_short(10)


def test_a_servers_word_or_a_row_left_unread_completes_no_month(sqlite_store: Store) -> None:
    row = [{"place": "row 1", "why": "undated", "text": "一条", "url": "/x", "day": ""}]
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN)
        look(c, "of-a", "of-b")
        said = {"outcome": Outcome.UNCHANGED.value, "conditional": True, "status": 304}
        visit(c, "of-c", at("2020-07-02", 2), date(2020, 6, 1), **said)
        assert not june(c, "c").falls_short(10)
        visit(
            c,
            "of-c",
            at("2020-07-02", 3),
            date(2020, 6, 1),
            evidence=Evidence.PARTIAL.value,
            unread=row,
        )
        assert not june(c, "c").falls_short(10)
        post(c, "of-c", "/x", date(2020, 6, 3), at("2020-07-02", 4))
        assert june(c, "c").falls_short(10)


def test_situation_34_the_portals_own_name_is_nobodys_word(sqlite_store: Store) -> None:
    joint = column("joint", "a", "b")
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN, joint)
        for outlet in ("of-a", "joint"):
            for n in range(6):
                day = date(2020, 6, 1 + n)
                post(
                    c,
                    outlet,
                    f"/{outlet}/{n}",
                    day,
                    at(day + timedelta(days=1)),
                    origin=SITE.name,
                    prior_look=at(day),
                )
        look(c, "joint", *(one.id for one in OWN))
        found = {one.id: june(c, one.id) for one in UNITS}
    assert (found["a"].at_least, found["a"].at_most) == (6, 12)
    assert (found["b"].at_least, found["b"].at_most) == (0, 6)
    assert found["c"].complete


def test_a_catalogue_that_loses_a_column_after_the_word_must_be_vouched_for_anew(
    sqlite_store: Store,
) -> None:
    with sqlite_store.engine.begin() as c:
        enter(c, BEGUN, UNITS, *OWN, column("more", "a"))
        sync(c, Catalogue(UNITS, (SITE,), OWN), at("2020-02-01"))
        look(c, *(one.id for one in OWN))
        assert june(c, "a").cause == "catalogue_open"
        enter(c, at("2020-02-02"), UNITS, *OWN)
        assert june(c, "a").falls_short(10)
