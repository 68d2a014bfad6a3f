"""Facts are what the store knew at one moment: today or on any past day, in a handful of
queries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, update

from crawler.model import ColumnClass, Evidence, Outcome, Outlet, OutletKind, Probe, shanghai_day
from crawler.store.tables import OutletRow
from monitor.facts.facts import gather, posts_of
from monitor.model import Count, Facts, OutletFacts, exactly
from monitor.office import count_until
from tests.conftest import Store
from tests.support.judging_facts import at
from tests.support.judging_store import column, enter, failure, post, show, unit, visit

HORIZON = date(2020, 1, 1)
UNITS = (unit("a"), unit("b"))


def nothing(_c: Connection, _s: date, _e: date, _a: datetime) -> Mapping[tuple[str, str], Count]:
    return {}


def known(connection: Connection, as_of: datetime, **options: Any) -> Facts:
    return gather(connection, as_of, **{"count": nothing, "horizon": HORIZON, **options})


def of(facts: Facts, outlet: str = "x") -> OutletFacts:
    return next(found for found in facts.outlets if found.outlet.id == outlet)


def test_a_past_day_knows_only_what_had_been_seen_by_then(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        show(connection, "x", at("2020-07-01", 2), date(2020, 6, 20))
        # Published on 5 July, but only shown from 10 July on.
        show(connection, "x", at("2020-07-10", 2), date(2020, 7, 5))
        before, after = (of(known(connection, at(day))) for day in ("2020-07-09", "2020-07-11"))
    assert before.newest is not None
    assert after.newest is not None
    assert (before.newest.day, after.newest.day) == (date(2020, 6, 20), date(2020, 7, 5))
    assert [look.moment for look in before.looks] == []
    assert before.last_look is None
    assert [look.moment for look in after.looks] == [at("2020-07-10", 2)]
    assert after.newest.raw == "2020-07-05"


def test_both_judgements_of_a_night_read_the_same_looks(sqlite_store: Store) -> None:
    """The window ends at midnight: a look of a week before must not fall out between them, just as
    it was counted on."""
    with sqlite_store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        for day in (3, 4, 10):
            show(connection, "x", at(f"2020-07-{day:02}", 2), date(2020, 6, 20))
        moments = [at("2020-07-11", 2) + timedelta(seconds=n) for n in range(-1, 3)]
        days = [
            {shanghai_day(look.moment).day for look in of(known(connection, moment)).looks}
            for moment in moments
        ]
    assert days == [{4, 10}] * 4


def test_the_newest_post_comes_with_its_proof_whatever_shows_first(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"), column("y", "b"))
        for day in (date(2020, 6, 20), date(2020, 6, 28), date(2020, 6, 1), None):
            post(connection, "x", f"/x/{day}", day, at("2020-07-01", 2), place="meta")
        post(connection, "x", "/x/future", date(2020, 7, 9), at("2020-07-01", 2))
        post(connection, "y", "/y/undated", None, at("2020-07-01", 2))
        facts = known(connection, at("2020-07-02"))
    newest = of(facts).newest
    assert newest is not None
    assert (newest.url, newest.place, newest.title) == (
        "/x/2020-06-28",
        "meta",
        "样例 /x/2020-06-28",
    )
    assert of(facts, "y").newest is None
    assert of(facts, "y").ever_posts


def test_an_outlet_that_never_showed_a_post_says_so(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        visit(connection, "x", at("2020-07-01", 2), None)
        found = of(known(connection, at("2020-07-02")))
        post(connection, "x", "/later", None, at("2020-07-05"))
        assert not of(known(connection, at("2020-07-02"))).ever_posts
        assert of(known(connection, at("2020-07-06"))).ever_posts
    assert not found.ever_posts
    assert found.looks[0].outcome is Outcome.EMPTY


def test_duties_are_those_of_the_judged_day_with_the_lead_first(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "b", "a"))
        enter(connection, at("2020-07-10"), UNITS, column("x", "a"))
        assert of(known(connection, at("2020-07-09", 23))).units == ("b", "a")
        assert of(known(connection, at("2020-07-10", 0))).units == ("a",)


def test_a_retired_outlet_is_judged_no_more_but_its_past_is(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"), column("y", "a"))
        enter(connection, at("2020-07-10"), UNITS[:1], column("x", "a"))
        assert [f.outlet.id for f in known(connection, at("2020-07-09")).outlets] == ["x", "y"]
        later = known(connection, at("2020-07-10"))
    assert [f.outlet.id for f in later.outlets] == ["x"]
    assert [f.unit.id for f in later.units] == ["a"]


def test_looks_are_newest_first_and_reach_back_to_two_that_prove_a_list(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        for day in range(8, 14):
            visit(connection, "x", at(date(2020, 7, day), 2), date(2020, 7, 1))
        visit(connection, "x", at("2020-07-13", 2), date(2020, 6, 1), page_no=2)
        for hour in range(3, 13):
            failure(connection, "x", at("2020-07-14", hour))
        looks = of(known(connection, at("2020-07-14", 20))).looks
        early = of(known(connection, at("2020-07-14", 1))).looks
    assert [look.moment for look in looks[:2]] == [at("2020-07-14", 12), at("2020-07-14", 11)]
    assert [look.moment for look in looks if look.outcome.conclusive] == [
        at("2020-07-13", 2),
        at("2020-07-12", 2),
    ]
    assert early[0].moment == at("2020-07-13", 2)


def test_the_time_zone_of_the_moment_does_not_matter_and_a_naive_one_is_refused(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        assert known(connection, at("2020-07-01", 1)).day == date(2020, 7, 1)
        with pytest.raises(ValueError, match="naive"):
            known(connection, datetime(2020, 7, 1, 1))  # noqa: DTZ001


def test_a_night_with_too_few_looks_has_failed(sqlite_store: Store) -> None:
    with sqlite_store.engine.begin() as connection:
        outlets = [column(f"x{n}", "a") for n in range(4)]
        enter(connection, at("2020-07-01"), UNITS, *outlets, column("nowhere", "a", url=None))
        as_of = at("2020-07-20")
        for n in range(3):
            failure(connection, f"x{n}", as_of - timedelta(hours=3))
        assert not known(connection, as_of, coverage=0.75).failed_night
        assert known(connection, as_of, coverage=0.8).failed_night
        assert not known(connection, as_of, coverage=0.8, only=["x3"]).failed_night
        assert not known(connection, as_of, coverage=0.8, failed_night=False).failed_night
        assert known(connection, as_of + timedelta(days=2), coverage=0.75).failed_night


def account(id_: str, kind: OutletKind = OutletKind.ACCOUNT) -> Outlet:
    return Outlet(
        id_, kind, f"账号{id_}", "weibo", "site", ("a",), probes=(Probe("weibo"),), floor=0
    )


def test_an_account_that_posted_lately_is_not_asked_and_no_gap_in_the_nights_coverage(
    sqlite_store: Store,
) -> None:
    as_of = at("2020-07-20")
    with sqlite_store.engine.begin() as connection:
        enter(
            connection, at("2020-07-01"), UNITS, column("x", "a"), account("lately"), account("due")
        )
        post(connection, "lately", "/1", date(2020, 7, 11), at("2020-07-12"))
        post(connection, "due", "/2", date(2020, 7, 10), at("2020-07-12"))
        visit(connection, "x", as_of - timedelta(hours=3), date(2020, 7, 1))
        assert known(connection, as_of, coverage=0.6).failed_night
        visit(connection, "due", as_of - timedelta(hours=2), date(2020, 7, 10))
        assert not known(connection, as_of, coverage=1).failed_night


def test_a_canary_is_no_outlet_of_the_district(sqlite_store: Store) -> None:
    as_of = at("2020-07-20")
    with sqlite_store.engine.begin() as connection:
        enter(
            connection,
            at("2020-07-01"),
            UNITS,
            column("x", "a"),
            account("bird", OutletKind.CANARY),
        )
        visit(connection, "x", as_of - timedelta(hours=3), date(2020, 7, 1))
        facts = known(connection, as_of, coverage=1)
    assert [found.outlet.id for found in facts.outlets] == ["x"]
    assert [found.outlet.id for found in facts.canaries] == ["bird"]
    assert [found.site.id for found in facts.sites] == ["site"]
    assert not facts.failed_night


def test_months_and_counts_reach_from_the_previous_quarter_to_the_running_month(
    store: Store,
) -> None:
    asked = []

    def count(
        _c: Connection, start: date, end: date, as_of: datetime
    ) -> Mapping[tuple[str, str], Count]:
        asked.append((start, end, as_of))
        return {
            ("a", "2020-04"): exactly(6),
            ("b", "2020-07"): exactly(2),
            ("gone", "2020-04"): exactly(1),
        }

    with store.engine.begin() as connection:
        enter(connection, at("2020-01-01"), (*UNITS, unit("c", quota=None)))
        facts = known(connection, at("2020-07-20"), count=count)
    assert facts.months == ("2020-04", "2020-05", "2020-06")
    assert facts.this_month == "2020-07"
    assert asked == [(date(2020, 4, 1), date(2020, 8, 1), at("2020-07-20"))]
    seen = [
        (u.unit.id, {m: n.at_least for m, n in u.counts.items() if n.at_least}) for u in facts.units
    ]
    assert seen == [("a", {"2020-04": 6}), ("b", {"2020-07": 2}), ("c", {})]


def gaps(facts: Facts, unit_id: str) -> Mapping[str, tuple[str, ...]]:
    found = next(u for u in facts.units if u.unit.id == unit_id)
    return {month: count.places for month, count in found.counts.items() if count.places}


def test_a_month_has_a_gap_until_every_column_that_may_hold_a_units_posts_was_read_past_it(
    store: Store,
) -> None:
    with store.engine.begin() as connection:
        catalogue = (
            column("own", "a"),
            column("other", "b"),
            column("news", "b", cls=ColumnClass.NEWS),
            column("desk"),
            column("papers", "a", cls=ColumnClass.DISCLOSURE),
        )
        enter(connection, at("2020-01-01"), UNITS, *catalogue)
        show(connection, "own", at("2020-06-30", 2), date(2020, 6, 1))
        for outlet in ("news", "desk"):
            show(connection, outlet, at("2020-07-01", 0, 1), date(2020, 6, 1))
        first = known(connection, at("2020-07-01", 3), count=count_until)
        show(connection, "own", at("2020-07-01", 4), date(2020, 6, 30))
        second = known(connection, at("2020-07-01", 5), count=count_until)
    every = ("2020-04", "2020-05", "2020-06", "2020-07")
    # Nobody's word and no history tells that only b's posts stand in "other": on real portals a's
    # may.
    never = dict.fromkeys(every, ("other",))
    assert gaps(first, "a") == never | {"2020-06": ("other", "own")}
    assert gaps(second, "a") == gaps(second, "b") == never


def test_an_unfinished_walk_leaves_a_gap_since_the_look_before_it(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-01-01"), UNITS, column("own", "a"))
        visit(connection, "own", at("2020-06-15", 2), date(2020, 6, 1))
        show(connection, "own", at("2020-07-02", 2), date(2020, 6, 1))
        walking = {"walk_done": False, "walk_since": at("2020-07-02", 2)}
        connection.execute(update(OutletRow).values(walk_prior=at("2020-06-15", 2), **walking))
        settled = known(connection, at("2020-07-02", 9), count=count_until)
        connection.execute(update(OutletRow).values(walk_prior=None, **walking))
        baseline = known(connection, at("2020-07-02", 9), count=count_until)
        connection.execute(
            update(OutletRow).values(walk_prior=at("2020-07-02", 2), walk_since=at("2020-07-05"))
        )
        earlier = known(connection, at("2020-07-02", 9), count=count_until)
    assert "2020-05" not in gaps(settled, "a")
    assert gaps(settled, "a")["2020-06"] == ("own",)
    assert set(gaps(baseline, "a")) == {"2020-04", "2020-05", "2020-06", "2020-07"}
    assert gaps(earlier, "a") == {}


def test_a_part_of_a_list_does_not_read_a_month_through(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-01-01"), UNITS, column("own", "a"))
        visit(
            connection,
            "own",
            at("2020-07-02", 2),
            date(2020, 7, 1),
            evidence=Evidence.LOWER_BOUND.value,
        )
        assert "2020-06" in gaps(known(connection, at("2020-07-02", 9), count=count_until), "a")


def test_posts_for_a_person_come_newest_first_with_the_undated_last(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS, column("x", "a"))
        for day in (None, date(2020, 6, 1), date(2020, 6, 20)):
            post(
                connection,
                "x",
                f"/{day}",
                day,
                at("2020-07-01"),
                others=[{"day": "2020-06-02", "raw": "", "place": "url"}],
            )
        post(connection, "x", "/tomorrow", date(2020, 7, 2), at("2020-07-02"))
        shown = posts_of(connection, "x", at("2020-07-01"), 10)
    assert [one.url for one in shown] == ["/2020-06-20", "/2020-06-01", "/None"]
    assert shown[0].others[0]["place"] == "url"


def test_the_number_of_queries_does_not_grow_with_the_outlets(sqlite_store: Store) -> None:
    def queries(outlets: int) -> int:
        seen = []
        with sqlite_store.engine.begin() as connection:
            names = [f"x{n}" for n in range(outlets)]
            enter(connection, at("2020-07-01"), UNITS, *(column(name, "a") for name in names))
            for name in names:
                show(
                    connection,
                    name,
                    at("2020-07-19") + timedelta(minutes=outlets),
                    date(2020, 7, 1),
                )
            event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
            known(connection, at("2020-07-20"))
        return len(seen)

    assert queries(2) == queries(40) <= 26  # one of them asks for the open offers of data
