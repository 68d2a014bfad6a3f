"""So many posts a week, or a working day: weeks of Shanghai, the State Council's working days, and
never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.model import AccountState, ColumnClass, Evidence, Outlet, OutletKind, Probe, Purpose
from monitor.days.official_days import official_days
from monitor.days.workdays import Calendar
from monitor.judging.evaluate import awaiting, evaluate, judge
from monitor.judging.rejudging import rejudge
from monitor.model import Facts, OutletFacts, PacedPosts, Value, Verdict
from monitor.office import count_until
from monitor.profiles import load_profile
from tests.conftest import Store
from tests.support.judging_facts import about, account, at, column, config, facts, failed, look, one
from tests.support.judging_store import column as stored_column
from tests.support.judging_store import enter, post, show, unit

WEEK = """
outlet_pace:
  valid_from: 2019-04-01
  news: {clause: 每周3条, operator: ">=", posts: 3, per: week}
  account: {clause: 每周3条, operator: ">", posts: 2, per: week}
"""
WORKDAY = """
outlet_pace:
  valid_from: 2019-04-01
  news: {clause: 每个工作日1条, operator: ">=", posts: 1, per: workday}
"""
MONDAY = at("2020-07-20", 2)
"""The night after Sunday 19 July, the week 2020-W29."""


def of(
    now: datetime, outlet: Outlet | None = None, looks: int = 2, **values: object
) -> OutletFacts:
    made = about(
        outlet or column(),
        now.date(),
        [look(now - timedelta(minutes=10 * (n + 1)), now.date()) for n in range(looks)],
    )
    return replace(made, read_until=now.date(), **values)  # type: ignore[arg-type]


def known(now: datetime, place: OutletFacts, days: Sequence[date | str], undated: int = 0) -> Facts:
    posts = tuple(date.fromisoformat(day) if isinstance(day, str) else day for day in days)
    official = official_days(Calendar(), {now.year})
    return facts(
        now,
        place,
        paces={place.outlet.id: PacedPosts(posts, undated)},
        horizon=date(2019, 1, 1),
        calendar=official.calendar,
        unknown_years=official.unknown,
    )


def said(rules: str, found: Facts, period: str) -> Verdict:
    return one(judge(found, config(rules)), "outlet_pace", period)


# --- weeks ---


@pytest.mark.parametrize(
    ("days", "value", "count"),
    [
        (("2020-07-13", "2020-07-16", "2020-07-19"), Value.FRESH, 3),
        (("2020-07-13", "2020-07-19"), Value.STALE, 2),
        (("2020-07-12", "2020-07-13", "2020-07-19"), Value.STALE, 2),
        (("2020-07-13", "2020-07-19", "2020-07-20"), Value.STALE, 2),
        ((), Value.STALE, 0),
    ],
)
def test_a_week_goes_from_monday_to_sunday_and_three_are_enough(
    days: tuple[str, ...], value: Value, count: int
) -> None:
    verdict = said(WEEK, known(MONDAY, of(MONDAY), days), "2020-W29")
    assert (verdict.value, verdict.numbers["count"], verdict.units) == (value, count, ("u",))


def test_the_week_ends_at_midnight_in_shanghai_and_not_in_utc() -> None:
    sunday = datetime(2020, 7, 19, 15, 59, tzinfo=UTC)
    assert said(WEEK, known(sunday, of(sunday), ()), "2020-W29").value is Value.DUE_SOON
    after = datetime(2020, 7, 19, 16, 20, tzinfo=UTC)
    place = of(after.astimezone(MONDAY.tzinfo))
    assert (
        said(WEEK, known(after.astimezone(MONDAY.tzinfo), place, ()), "2020-W29").value
        is Value.STALE
    )


def test_the_accusing_sentence_names_week_count_and_limit() -> None:
    verdict = said(WEEK, known(MONDAY, of(MONDAY), ("2020-07-14",)), "2020-W29")
    assert (
        verdict.sentence
        == "栏目“首页/要闻”2020年7月13日至2020年7月19日发布信息1条，未达到每周3条的要求。"
    )
    assert (verdict.clause, verdict.due) == ("每周3条", date(2020, 7, 19))


@pytest.mark.parametrize(
    ("days", "undated", "read", "told"),
    [
        (("2020-07-14",), 0, False, "已见信息不少于1条，是否达到每周3条未能判定"),
        ((), 0, False, "发布信息的数量未能判定"),
        (("2020-07-14",), 3, True, "已见信息1至4条，是否达到每周3条未能判定"),
        (("2020-07-14",), 1, True, "发布信息1至2条，未达到每周3条的要求"),
        (
            ("2020-07-13", "2020-07-14", "2020-07-15"),
            0,
            False,
            "发布信息不少于3条，达到每周3条的要求",
        ),
    ],
)
def test_a_number_is_said_with_its_bounds(
    days: tuple[str, ...], undated: int, read: bool, told: str
) -> None:
    """A week that was not read to its end, or has posts without a date, has no exact number."""
    place = of(MONDAY) if read else replace(of(MONDAY), read_until=date(2020, 7, 17))
    verdict = said(WEEK, known(MONDAY, place, days, undated), "2020-W29")
    assert told in verdict.sentence
    assert (verdict.numbers["most"] == "") is not read


@pytest.mark.parametrize(
    ("day", "value"),
    [("2020-07-13", Value.FRESH), ("2020-07-17", Value.FRESH), ("2020-07-18", Value.DUE_SOON), ("2020-07-19", Value.DUE_SOON)],
)  # fmt: skip
def test_a_running_week_is_at_most_due_soon(day: str, value: Value) -> None:
    now = at(day, 23)
    verdict = said(WEEK, known(now, of(now), ("2020-07-13",)), "2020-W29")
    assert verdict.value is value
    assert ("尚未到期" in verdict.sentence) is (value is Value.FRESH)


def test_the_week_over_new_year_belongs_to_its_own_year() -> None:
    now = at("2021-01-04", 2)
    verdict = said(
        WEEK, known(now, of(now), ("2020-12-28", "2020-12-31", "2021-01-01")), "2020-W53"
    )
    assert verdict.value is Value.FRESH


def test_accounts_are_counted_as_columns_are_and_closed_ones_are_not() -> None:
    days = ("2020-07-13", "2020-07-14")
    assert said(WEEK, known(MONDAY, of(MONDAY, account()), days), "2020-W29").value is Value.STALE
    more = (*days, "2020-07-15")
    assert said(WEEK, known(MONDAY, of(MONDAY, account()), more), "2020-W29").value is Value.FRESH
    assert judge(known(MONDAY, of(MONDAY, account(AccountState.CLOSED)), days), config(WEEK)) == ()


@pytest.mark.parametrize(
    "outlet", [column(ColumnClass.NOTICE), replace(column(), purpose=Purpose.STATIC)]
)
def test_classes_without_a_pace_and_static_columns_are_not_judged(outlet: Outlet) -> None:
    assert judge(known(MONDAY, of(MONDAY, outlet), ()), config(WEEK)) == ()


# --- what a short count proves ---


def test_one_look_after_the_week_waits_for_a_second_one() -> None:
    verdicts = judge(known(MONDAY, of(MONDAY, looks=1), ()), config(WEEK))
    verdict = one(verdicts, "outlet_pace", "2020-W29")
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "awaiting_second_look")
    assert awaiting(verdicts) == ("a",)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"read_until": date(2020, 7, 19)}, "not_covered"),
        ({"read_until": None}, "not_covered"),
        ({"looks": (failed(MONDAY),)}, "timeout"),
        ({"looks": ()}, "not_looked"),
        ({"looks": (look(MONDAY, MONDAY.date(), evidence=Evidence.LOWER_BOUND),)}, "lower_bound"),
        ({"looks": (look(MONDAY, MONDAY.date(), evidence=Evidence.MANUAL),)}, "not_looked"),
    ],
)
def test_a_short_count_that_may_be_incomplete_accuses_nobody(
    change: dict[str, object], cause: str
) -> None:
    place = replace(of(MONDAY), **change)  # type: ignore[arg-type]
    verdict = said(WEEK, known(MONDAY, place, ()), "2020-W29")
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, cause)


def test_posts_without_a_date_may_be_of_that_week() -> None:
    few = known(MONDAY, of(MONDAY), ("2020-07-14",), undated=2)
    assert said(WEEK, few, "2020-W29").cause == "no_dates"
    assert (
        said(WEEK, known(MONDAY, of(MONDAY), ("2020-07-14",), undated=1), "2020-W29").value
        is Value.STALE
    )


def test_weeks_before_the_horizon_were_never_crawled() -> None:
    found = replace(known(MONDAY, of(MONDAY), ()), horizon=date(2020, 7, 14))
    assert said(WEEK, found, "2020-W29").cause == "before_horizon"


# --- working days ---


def periods(now: datetime) -> list[str]:
    return [v.period for v in judge(known(now, of(now), ()), config(WORKDAY))]


def test_only_the_state_councils_working_days_count() -> None:
    # 2020: 1 to 8 October off, Sunday 27 September and Saturday 10 October worked.
    assert periods(at("2020-10-11", 2)) == [
        "2020-09-28",
        "2020-09-29",
        "2020-09-30",
        "2020-10-09",
        "2020-10-10",
    ]
    assert periods(at("2020-10-10", 2))[-2:] == ["2020-10-09", "2020-10-10"]
    assert periods(at("2020-10-05", 2)) == [
        "2020-09-25",
        "2020-09-27",
        "2020-09-28",
        "2020-09-29",
        "2020-09-30",
    ]


def test_a_working_day_without_a_post_is_told_the_day_after() -> None:
    now = at("2020-07-21", 2)
    found = known(now, of(now), ("2020-07-17", "2020-07-21"))
    values = {v.period: v.value for v in judge(found, config(WORKDAY))}
    assert values["2020-07-17"] is Value.FRESH
    assert values["2020-07-20"] is Value.STALE
    assert values["2020-07-21"] is Value.FRESH
    assert "2020-07-18" not in values
    running = said(WORKDAY, known(now, of(now), ()), "2020-07-21")
    assert (running.value, "尚未到期" in running.sentence) == (Value.FRESH, True)


def test_in_a_year_whose_holidays_nobody_registered_no_working_day_accuses() -> None:
    now = at("2045-07-21", 2)
    assert said(WORKDAY, known(now, of(now), ()), "2045-07-20").cause == "unknown_year"


# --- from the store ---


def test_the_store_is_asked_only_where_a_rule_counts_and_the_count_is_right(store: Store) -> None:
    with store.engine.begin() as connection:
        enter(
            connection,
            at("2020-07-01"),
            (unit("mzj"),),
            stored_column("n", "mzj", cls=ColumnClass.NEWS),
            stored_column("o", "mzj"),
        )
        for outlet in ("n", "o"):
            show(connection, outlet, at("2020-07-14", 2), date(2020, 7, 13), date(2020, 7, 12))
            show(connection, outlet, at("2020-07-20", 1), date(2020, 7, 19))
            show(connection, outlet, at("2020-07-20", 1, 30), date(2020, 7, 19))
        post(connection, "n", "/later", date(2020, 7, 15), at("2020-07-21"))

    def judged(rules: str) -> list[tuple[str, str, Value, str | int]]:
        found = evaluate(
            store.engine,
            config(rules),
            MONDAY,
            count=count_until,
            horizon=date(2020, 7, 6),
            record=False,
        )
        return [
            (v.subject, v.period, v.value, v.numbers["count"])
            for v in found.verdicts
            if v.rule == "outlet_pace"
        ]

    assert judged("column_blank: {valid_from: 2019-04-01, clause: 空白}") == []
    assert judged(WEEK) == [
        ("outlet:n", "2020-W28", Value.STALE, 1),
        ("outlet:n", "2020-W29", Value.FRESH, 3),
        ("outlet:n", "2020-W30", Value.FRESH, 0),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("tiedong_2021", {"outlet:n"}),
        ("xiayi_2022", {"outlet:w"}),
        ("xinglongtai_2024", {"outlet:n"}),
    ],
)
def test_the_local_profiles_count_weeks_and_working_days(
    sqlite_store: Store, name: str, short: set[str]
) -> None:
    store, now = sqlite_store, at("2024-07-15", 2)
    wb = Outlet(
        "w",
        OutletKind.ACCOUNT,
        "发布",
        "weibo",
        "site",
        ("mzj",),
        handle={"uid": "1"},
        probes=(Probe("weibo"),),
    )
    with store.engine.begin() as connection:
        enter(
            connection,
            at("2024-06-01"),
            (unit("mzj"),),
            stored_column("n", "mzj", cls=ColumnClass.NEWS),
            wb,
        )
        for outlet in ("n", "w"):
            show(connection, outlet, at("2024-07-01", 2), date(2024, 6, 30))
            show(connection, outlet, at("2024-07-15", 1), date(2024, 7, 9))
            show(connection, outlet, at("2024-07-15", 1, 30), date(2024, 7, 10))
    with store.reader.connect() as connection:
        found = rejudge(
            connection,
            config(),
            now,
            count=count_until,
            horizon=date(2024, 1, 1),
            profile=load_profile(name),
        )
    accused = {
        v.subject for v in found.verdicts if v.rule == "outlet_pace" and v.value is Value.STALE
    }
    assert accused == short
