"""From the store to the ledger: whole stories of nights, good and bad."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from crawler.model import Evidence, Outcome, Unit
from monitor.config import MonitorConfig
from monitor.findings.ledger import open_findings
from monitor.judging.evaluate import Judgement, awaiting, evaluate, explain
from monitor.model import Value
from monitor.office import count_until
from tests.conftest import Store
from tests.support.judging_facts import RULES, at, config
from tests.support.judging_store import column, enter, failure, post, show, unit, visit

HORIZON = date(2020, 1, 1)
CONFIG = config()
UNITS: tuple[Unit, ...] = (unit("a"), unit("b", quota=None))


def nothing(_c: Connection, _s: date, _e: date, _a: datetime) -> Mapping[tuple[str, str], int]:
    return {}


def judged(
    store: Store, as_of: datetime, *, using: MonitorConfig = CONFIG, **options: Any
) -> Judgement:
    defaults: dict[str, Any] = {"count": nothing, "horizon": HORIZON, "reader": store.reader}
    return evaluate(store.engine, using, as_of, **defaults | options)


def column_findings(judgement: Judgement, what: str = "opened") -> list[str]:
    return [
        f"{f.rule} {f.subject}" for f in getattr(judgement.changes, what) if f.rule != "unit_quota"
    ]


@pytest.fixture
def district(sqlite_store: Store) -> Store:
    """Two columns of one class: ``x`` last updated 300 days before July 2020, ``y`` in June
    2020."""
    with sqlite_store.engine.begin() as connection:
        enter(connection, at("2020-07-01"), UNITS[1:], column("x", "b"), column("y", "b"))
        show(connection, "x", at("2020-07-01", 2), date(2019, 7, 10))
        show(connection, "y", at("2020-07-01", 2), date(2020, 6, 10))
    return sqlite_store


def good_night(store: Store, day: date, newest: date = date(2019, 7, 10)) -> None:
    with store.engine.begin() as connection:
        visit(connection, "x", at(day, 2), newest, outcome=Outcome.UNCHANGED.value)
        visit(connection, "y", at(day, 2), date(2020, 6, 10), outcome=Outcome.UNCHANGED.value)


def test_a_column_is_accused_in_the_second_night_after_its_year_and_cleared_by_its_next_post(
    district: Store,
) -> None:
    told = []
    for day in range(8, 14):
        good_night(district, date(2020, 7, day))
        told.append((day, column_findings(judged(district, at(date(2020, 7, day))))))
    assert [(day, opened) for day, opened in told if opened] == [(12, ["column_stale outlet:x"])]
    with district.engine.begin() as connection:
        show(connection, "x", at("2020-07-14", 2), date(2020, 7, 13))
        visit(connection, "y", at("2020-07-14", 2), date(2020, 6, 10))
    assert column_findings(judged(district, at("2020-07-14")), "closed") == [
        "column_stale outlet:x"
    ]


def test_one_night_awaits_a_second_look_and_a_recheck_gives_it(district: Store) -> None:
    good_night(district, date(2020, 7, 11))
    first = judged(district, at("2020-07-11"), record=False)
    assert awaiting(first.verdicts) == ("x",)
    with district.engine.begin() as connection:
        visit(connection, "x", at("2020-07-11", 9, 1), date(2019, 7, 10), door="recheck")
    second = judged(district, at("2020-07-11", 9, 2))
    assert awaiting(second.verdicts) == ()
    assert column_findings(second) == ["column_stale outlet:x"]


def test_a_bad_week_accuses_nobody_and_the_next_good_nights_heal_it(district: Store) -> None:
    good_night(district, date(2020, 7, 8))
    judged(district, at("2020-07-08"))
    for day in range(9, 17):
        with district.engine.begin() as connection:
            for outlet in ("x", "y"):
                failure(connection, outlet, at(date(2020, 7, day), 2))
        bad = judged(district, at(date(2020, 7, day)))
        assert not any(f.units for f in bad.changes.opened)
        assert not any(v.value.accuses for v in bad.verdicts)
    last = {v.subject: (v.value, v.cause) for v in bad.verdicts if v.rule == "column_stale"}
    assert last == {"outlet:x": (Value.UNKNOWN, "timeout"), "outlet:y": (Value.FRESH, "")}
    good_night(district, date(2020, 7, 17))
    healed = judged(district, at("2020-07-17"))
    assert column_findings(healed, "closed") == [
        "outlet_unreadable outlet:x",
        "outlet_unreadable outlet:y",
    ]
    good_night(district, date(2020, 7, 18))
    assert column_findings(judged(district, at("2020-07-18"))) == ["column_stale outlet:x"]


def test_an_open_finding_outlives_nights_that_see_nothing(district: Store) -> None:
    for day in (11, 12):
        good_night(district, date(2020, 7, day))
    assert len(judged(district, at("2020-07-12")).changes.opened) == 1
    for day in range(13, 21):
        silent = judged(district, at(date(2020, 7, day)))
        assert column_findings(silent, "closed") == []
        assert column_findings(silent) == []
    assert silent.failed_night
    with district.reader.connect() as connection:
        assert [f.subject for f in open_findings(connection, at("2020-07-20"))] == ["outlet:x"]


def test_a_failed_night_accuses_nobody_newly(district: Store) -> None:
    good_night(district, date(2020, 7, 11))
    good_night(district, date(2020, 7, 12))
    failed = judged(district, at("2020-07-12"), failed_night=True)
    assert failed.changes.opened == ()
    stale = next(v for v in failed.verdicts if v.subject == "outlet:x" and v.rule == "column_stale")
    assert (stale.value, stale.cause) == (Value.UNKNOWN, "failed_night")
    assert column_findings(judged(district, at("2020-07-12"))) == ["column_stale outlet:x"]


def test_any_past_day_is_judged_as_it_was_and_nothing_is_written(district: Store) -> None:
    for day in range(10, 16):
        good_night(district, date(2020, 7, day))
    with district.engine.begin() as connection:
        show(connection, "x", at("2020-07-16", 2), date(2020, 7, 1))

    def stale(as_of: datetime) -> Value:
        past = judged(district, as_of, record=False)
        assert past.changes.opened == ()
        return next(
            v.value for v in past.verdicts if v.subject == "outlet:x" and v.rule == "column_stale"
        )

    # Back-dated to 1 July, shown from 16 July on: the days before it was seen stay as they were.
    assert stale(at("2020-07-10")) is Value.DUE_SOON
    assert stale(at("2020-07-15")) is Value.STALE
    assert stale(at("2020-07-16")) is Value.FRESH
    with district.reader.connect() as connection:
        assert open_findings(connection, at("2020-07-20")) == ()


def test_a_rule_switched_off_and_an_outlet_that_left_close_their_findings(district: Store) -> None:
    for day in (11, 12):
        good_night(district, date(2020, 7, day))
    judged(district, at("2020-07-12"))
    without = config(RULES[RULES.index("column_blank") :])
    assert column_findings(judged(district, at("2020-07-12", 10), using=without), "closed") == [
        "column_stale outlet:x"
    ]
    good_night(district, date(2020, 7, 13))
    assert column_findings(judged(district, at("2020-07-13"))) == ["column_stale outlet:x"]
    with district.engine.begin() as connection:
        enter(connection, at("2020-07-14"), UNITS[1:], column("y", "b"))
        visit(connection, "y", at("2020-07-14", 2), date(2020, 6, 10))
    assert column_findings(judged(district, at("2020-07-14")), "closed") == [
        "column_stale outlet:x"
    ]


def test_judging_one_outlet_touches_no_other(district: Store) -> None:
    for day in (11, 12):
        good_night(district, date(2020, 7, day))
    judged(district, at("2020-07-12"))
    only = judged(district, at("2020-07-12", 11), only=["y"])
    assert only.changes.closed == ()
    assert {v.subject for v in only.verdicts} == {"outlet:y"}


def test_a_part_seen_on_the_second_night_keeps_an_outlet_unaccused(district: Store) -> None:
    good_night(district, date(2020, 7, 11))
    with district.engine.begin() as connection:
        visit(
            connection,
            "x",
            at("2020-07-12", 2),
            date(2019, 7, 10),
            evidence=Evidence.LOWER_BOUND.value,
        )
        visit(connection, "y", at("2020-07-12", 2), date(2020, 6, 10))
    assert column_findings(judged(district, at("2020-07-12"))) == []


def test_the_quarter_is_counted_from_the_store_and_opens_each_short_month(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(connection, at("2020-01-01"), UNITS, column("x", "a"))
        for month, posts in ((4, 9), (5, 10), (6, 0)):
            for number in range(posts):
                day = date(2020, month, 1 + number)
                post(connection, "x", f"/x/{day}", day, at("2020-07-20", 2), origin="仓山区a局")
        visit(connection, "x", at("2020-07-20", 2), date(2020, 5, 10))
    first = judged(store, at("2020-07-20"), count=count_until)
    short = {f.period: f.numbers["short"] for f in first.changes.opened if f.rule == "unit_quota"}
    assert short == {"2020-04": 1, "2020-06": 10}
    assert judged(store, at("2020-07-20"), count=count_until).changes.opened == ()
    with store.engine.begin() as connection:
        visit(connection, "x", at("2020-10-01", 2), date(2020, 5, 10))
        october = at("2020-10-01")
    later = judged(store, october, count=count_until)
    assert [f.period for f in later.changes.closed if f.rule == "unit_quota"] == [
        "2020-04",
        "2020-06",
    ]


def test_posts_whose_origin_nobody_read_yet_may_be_anybodys(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(
            connection,
            at("2020-01-01"),
            UNITS,
            column("x", "a"),
            column("desk"),
            column("joint", "a", "b"),
        )
        for number in range(6):
            day = date(2020, 4, 1 + number)
            post(connection, "x", f"/x/{day}", day, at("2020-07-20", 2), origin="仓山区a局")
            post(connection, "joint", f"/joint/{day}", date(2020, 5, 1), at("2020-07-20", 2))
            state = "failed" if number < 4 else "read"
            post(connection, "desk", f"/desk/{day}", day, at("2020-07-20", 2), article=state)
            post(
                connection,
                "desk",
                f"/desk/{number}",
                date(2020, 5, 1),
                at("2020-07-20", 2),
                article="pending",
            )
            post(
                connection,
                "desk",
                f"/desk/6/{number}",
                date(2020, 6, 1),
                at("2020-07-20", 2),
                article="skipped",
            )
        for outlet in ("x", "desk", "joint"):
            visit(connection, outlet, at("2020-07-20", 2), date(2020, 5, 1))
    found = judged(store, at("2020-07-20"), count=count_until)
    months = {
        v.period: (v.value, v.cause, v.numbers["undecided"])
        for v in found.verdicts
        if v.rule == "unit_quota"
    }
    # An article page that prints no origin, in a column that nobody answers for, is nobody's word
    # either.
    assert months["2020-04"] == (Value.UNKNOWN, "undecided", 6)
    assert months["2020-05"] == (Value.UNKNOWN, "undecided", 12)
    assert months["2020-06"] == (Value.STALE, "", 0)


def test_explain_gives_everything_behind_an_outlets_verdicts(district: Store) -> None:
    for day in (11, 12):
        good_night(district, date(2020, 7, day))
    judged(district, at("2020-07-12"))
    found = explain(district.reader, CONFIG, "x", at("2020-07-12"), horizon=HORIZON)
    assert found is not None
    assert [v.rule for v in found.verdicts] == ["column_stale", "column_blank", "outlet_unreadable"]
    assert found.verdicts[0].value is Value.STALE
    assert [look.moment for look in found.facts.looks][:2] == [
        at("2020-07-12", 2),
        at("2020-07-11", 2),
    ]
    assert [(shown.published, shown.place) for shown in found.posts] == [
        (date(2019, 7, 10), "item")
    ]
    assert [f.number for f in found.findings] == ["2020-0001"]
    assert explain(district.reader, CONFIG, "nowhere", at("2020-07-12"), horizon=HORIZON) is None


def test_the_rules_see_nothing_later_than_the_moment(district: Store) -> None:
    good_night(district, date(2020, 7, 11))
    good_night(district, date(2020, 7, 12))
    before = judged(district, at("2020-07-12", 1), record=False)
    again = judged(district, at("2020-07-12", 1) + timedelta(minutes=30), record=False)
    for judgement in (before, again):
        stale = next(
            v for v in judgement.verdicts if v.subject == "outlet:x" and v.rule == "column_stale"
        )
        assert stale.cause == "awaiting_second_look"
