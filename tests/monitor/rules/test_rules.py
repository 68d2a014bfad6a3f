"""The rules: the boundary table, and what no rule may ever do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.model import AccountState, ColumnClass, Evidence, Outcome, Outlet
from monitor.days.calendar import add_months, last_day, months_from, quarter_start
from monitor.judging.evaluate import judge
from monitor.model import Look, Value, Verdict
from monitor.rules import rule, rule_names
from monitor.settings.limits import Limit
from tests.support.judging_facts import (
    about,
    account,
    at,
    column,
    config,
    facts,
    failed,
    look,
    nights,
    one,
    unit,
)

CONFIG = config()
FORTNIGHT = Limit(clause="c", operator=">", days=14, warn=10)
HALF_YEAR = Limit(clause="c", operator=">", months=6)
YEAR = Limit(clause="c", operator=">", months=12)


def stale_on(newest: date | str, as_of: datetime, cls: ColumnClass = ColumnClass.NEWS) -> Verdict:
    """The verdict on a column looked at every night."""
    newest = date.fromisoformat(newest) if isinstance(newest, str) else newest
    return one(
        judge(facts(as_of, about(column(cls), newest, nights(as_of, newest, 4))), CONFIG),
        "column_stale",
    )


@pytest.mark.parametrize(
    ("limit", "newest", "due"),
    [
        (FORTNIGHT, "2020-07-06", "2020-07-20"),
        (Limit(clause="c", operator=">=", days=14), "2020-07-06", "2020-07-19"),
        (HALF_YEAR, "2019-08-31", "2020-02-29"),
        (HALF_YEAR, "2020-08-31", "2021-02-28"),
        (HALF_YEAR, "2020-08-30", "2021-02-28"),
        (HALF_YEAR, "2020-01-20", "2020-07-20"),
        (YEAR, "2020-02-29", "2021-02-28"),
        (YEAR, "2019-02-28", "2020-02-28"),
        (YEAR, "2019-07-20", "2020-07-20"),
    ],
)
def test_the_last_day_that_passes_is_counted_by_calendar(
    limit: Limit, newest: str, due: str
) -> None:
    assert limit.due(date.fromisoformat(newest)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("newest", "day", "cls", "value"),
    [
        ("2020-07-11", "2020-07-20", ColumnClass.NEWS, Value.FRESH),
        ("2020-07-10", "2020-07-20", ColumnClass.NEWS, Value.DUE_SOON),
        ("2020-07-06", "2020-07-20", ColumnClass.NEWS, Value.DUE_SOON),
        ("2020-07-05", "2020-07-21", ColumnClass.NEWS, Value.STALE),
        ("2019-08-31", "2020-02-29", ColumnClass.NOTICE, Value.DUE_SOON),
        ("2019-08-31", "2020-03-02", ColumnClass.NOTICE, Value.STALE),
        ("2019-08-31", "2020-03-02", ColumnClass.POLICY, Value.STALE),
        ("2019-08-31", "2020-03-02", ColumnClass.OTHER, Value.FRESH),
        ("2020-02-29", "2021-02-28", ColumnClass.OTHER, Value.DUE_SOON),
        ("2020-02-29", "2021-03-02", ColumnClass.OTHER, Value.STALE),
    ],
)
def test_each_class_of_column_has_its_own_limit(
    newest: str, day: str, cls: ColumnClass, value: Value
) -> None:
    assert stale_on(newest, at(day), cls).value is value


def test_day_fourteen_passes_and_day_fifteen_fails_at_midnight_in_shanghai() -> None:
    newest = date(2020, 7, 5)
    last = datetime(2020, 7, 19, 15, 59, 59, tzinfo=UTC)
    assert stale_on(newest, last).value is Value.DUE_SOON
    # The first two looks of 20 July in Shanghai, still 19 July in UTC.
    looks = (
        look(last + timedelta(seconds=3), newest, door="recheck"),
        look(last + timedelta(seconds=2), newest),
    )
    after = facts(last + timedelta(seconds=3), about(column(), newest, looks))
    verdict = one(judge(after, CONFIG), "column_stale")
    assert verdict.value is Value.STALE
    assert verdict.numbers["days"] == 15
    assert verdict.due == date(2020, 7, 19)


def test_a_stale_verdict_says_all_a_letter_needs() -> None:
    verdict = stale_on("2020-05-01", at("2020-07-20"))
    assert verdict.sentence == (
        "栏目“首页/要闻”最近一次更新为2020年5月1日，至2020年7月20日已80天未更新，超过14天的更新期限。"
    )
    assert verdict.clause == "19号 栏目不更新"
    assert verdict.units == ("u",)
    assert verdict.numbers == {
        "newest": "2020-05-01",
        "days": 80,
        "limit": "14天",
        "over": 66,
        "due": "2020-05-15",
        "warn": "2020-05-11",
        "looks": "2020-07-20 08:00夜间抓取、2020-07-19 08:00夜间抓取",
    }
    assert verdict.newest is not None
    assert verdict.newest.raw == "2020-05-01"


def test_a_disclosure_column_is_not_judged_for_age_without_a_limit() -> None:
    as_of = at("2020-07-20")
    old = about(column(ColumnClass.DISCLOSURE), date(2018, 1, 1), nights(as_of, date(2018, 1, 1)))
    assert [v.rule for v in judge(facts(as_of, old), CONFIG)] == [
        "column_blank",
        "outlet_unreadable",
    ]


@pytest.mark.parametrize("outlet", [column(), account()])
def test_one_look_after_the_line_awaits_a_second(outlet: Outlet) -> None:
    newest, as_of = date(2020, 7, 5), at("2020-07-20")
    looks = [look(at("2020-07-20", 2), newest), look(at("2020-07-19", 2), newest)]
    verdict = judge(facts(as_of, about(outlet, newest, looks)), CONFIG)[0]
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "awaiting_second_look")
    assert "待复核" in verdict.sentence
    again = look(at("2020-07-20", 3), newest, outcome=Outcome.UNCHANGED)
    assert (
        judge(facts(as_of, about(outlet, newest, [again, *looks])), CONFIG)[0].cause
        == "awaiting_second_look"
    )
    confirmed = [replace(again, door="recheck"), *looks]
    assert judge(facts(as_of, about(outlet, newest, confirmed)), CONFIG)[0].value is Value.STALE


@pytest.mark.parametrize("outlet", [column(), account()])
def test_a_part_of_a_list_clears_but_never_convicts(outlet: Outlet) -> None:
    as_of = at("2020-07-20")

    def verdict(newest: date) -> Verdict:
        looks = [replace(seen, evidence=Evidence.LOWER_BOUND) for seen in nights(as_of, newest, 3)]
        return judge(facts(as_of, about(outlet, newest, looks)), CONFIG)[0]

    assert verdict(date(2020, 7, 18)).value is Value.FRESH
    assert verdict(date(2020, 7, 8)).value is Value.FRESH
    assert (verdict(date(2020, 6, 1)).value, verdict(date(2020, 6, 1)).cause) == (
        Value.UNKNOWN,
        "lower_bound",
    )


def test_a_persons_word_convicts_like_a_whole_list() -> None:
    as_of = at("2020-07-20")
    looks = [replace(seen, evidence=Evidence.MANUAL) for seen in nights(as_of, date(2020, 6, 1))]
    assert (
        judge(facts(as_of, about(account(), date(2020, 6, 1), looks)), CONFIG)[0].value
        is Value.STALE
    )


@pytest.mark.parametrize(
    ("outcome", "reason", "cause"),
    [
        (Outcome.BLOCKED, "captcha", "captcha"),
        (Outcome.BLOCKED, "", "blocked"),
        (Outcome.UNREACHABLE, "timeout", "timeout"),
        (Outcome.UNREADABLE, "no_list", "no_list"),
    ],
)
def test_a_failed_look_is_never_silence(outcome: Outcome, reason: str, cause: str) -> None:
    as_of = at("2020-07-20")
    looks = [failed(as_of - timedelta(hours=h), outcome, reason) for h in (1, 25, 49)]
    for outlet, newest in ((column(), date(2020, 6, 1)), (column(), None), (account(), None)):
        verdict = judge(facts(as_of, about(outlet, newest, looks)), CONFIG)[0]
        assert (verdict.value, verdict.cause) == (Value.UNKNOWN, cause)


def test_eight_days_without_looks_turn_nothing_stale_or_fresh() -> None:
    seen = at("2020-07-10", 2)
    for days in range(3, 9):
        as_of = seen + timedelta(days=days)
        for newest in (date(2020, 6, 30), date(2020, 7, 1), date(2020, 6, 1), None):
            looks = nights(seen, newest)
            for outlet in (column(), account()):
                first = judge(facts(as_of, about(outlet, newest, looks)), CONFIG)[0]
                assert (first.value, first.cause) == (Value.UNKNOWN, "not_looked")


def test_what_a_posts_date_proves_needs_no_look() -> None:
    as_of = at("2020-07-20")
    verdict = one(judge(facts(as_of, about(column(), date(2020, 7, 18))), CONFIG), "column_stale")
    assert verdict.value is Value.FRESH


def test_a_place_without_an_address_is_unknown_and_says_so() -> None:
    as_of = at("2020-07-20")
    for outlet in (column(url=None), account(probes=())):
        verdicts = judge(facts(as_of, about(outlet, None)), CONFIG)
        assert {(v.value, v.cause) for v in verdicts} == {(Value.UNKNOWN, "no_address")}
        assert "台账中没有地址" in verdicts[0].sentence
        ours = one(verdicts, "outlet_unreadable")
        assert ours.opens
        assert ours.units == ()


def test_an_empty_column_is_blank_after_two_looks_and_not_stale_as_well() -> None:
    as_of = at("2020-07-20")
    once = judge(facts(as_of, about(column(), None, nights(as_of, None, 1))), CONFIG)
    assert one(once, "column_blank").cause == "awaiting_second_look"
    twice = judge(facts(as_of, about(column(), None, nights(as_of, None, 2))), CONFIG)
    assert one(twice, "column_blank").value is Value.BLANK
    assert one(twice, "column_blank").sentence == "栏目“首页/要闻”内容空白，没有任何信息。"
    assert "column_stale" not in [v.rule for v in twice]


def test_a_column_emptied_after_posts_were_seen_is_in_doubt_and_ours() -> None:
    as_of, newest = at("2020-07-20"), date(2020, 6, 1)
    verdicts = judge(facts(as_of, about(column(), newest, nights(as_of, None, 3))), CONFIG)
    assert {(v.value, v.cause) for v in verdicts} == {(Value.UNKNOWN, "emptied")}
    assert one(verdicts, "outlet_unreadable").opens


def test_two_looks_that_disagree_convict_nobody() -> None:
    as_of, newest = at("2020-07-20"), date(2020, 6, 1)
    ahead = [
        look(as_of - timedelta(hours=1), "2020-08-01"),
        look(as_of - timedelta(hours=25), newest),
    ]
    assert judge(facts(as_of, about(column(), newest, ahead)), CONFIG)[0].cause == "future_date"
    anew = [look(as_of - timedelta(hours=hours), "2020-07-10") for hours in (1, 25)]
    assert judge(facts(as_of, about(column(), newest, anew)), CONFIG)[0].cause == "redated"
    empty_before = [look(as_of - timedelta(hours=1), newest), look(as_of - timedelta(hours=25))]
    assert (
        judge(facts(as_of, about(column(), newest, empty_before)), CONFIG)[0].value is Value.UNKNOWN
    )


def test_posts_without_any_believed_date_leave_the_column_unknown() -> None:
    as_of = at("2020-07-20")
    verdicts = judge(facts(as_of, about(column(), None, nights(as_of, None), ever=True)), CONFIG)
    assert one(verdicts, "column_stale").cause == "no_dates"


def test_an_idle_account_is_stale_on_day_fifteen() -> None:
    newest = date(2020, 7, 1)
    for day, value in ((15, Value.DUE_SOON), (17, Value.STALE)):
        as_of = at(date(2020, 7, day))
        verdict = judge(facts(as_of, about(account(), newest, nights(as_of, newest))), CONFIG)[0]
        assert verdict.value is value
    assert verdict.sentence.startswith(
        "账号“仓山发布”最近一次更新为2020年7月1日，至2020年7月17日已16天"
    )


def test_an_account_without_any_post_is_blank() -> None:
    as_of = at("2020-07-20")
    verdict = judge(facts(as_of, about(account(), None, nights(as_of, None))), CONFIG)[0]
    assert (verdict.value, verdict.sentence) == (
        Value.BLANK,
        "账号“仓山发布”内容空白，没有发布过任何信息。",
    )


@pytest.mark.parametrize("state", list(AccountState))
def test_closed_accounts_are_exempt_and_closing_ones_are_judged(state: AccountState) -> None:
    as_of, newest = at("2020-07-20"), date(2020, 6, 1)
    verdicts = judge(facts(as_of, about(account(state), newest, nights(as_of, newest))), CONFIG)
    gone = state in (AccountState.CLOSED, AccountState.MERGED)
    assert one(verdicts, "account_idle").value is (Value.EXEMPT if gone else Value.STALE)
    assert one(verdicts, "outlet_unreadable").value is (Value.EXEMPT if gone else Value.FRESH)


def test_an_outlet_is_ours_after_two_failed_looks_in_a_row() -> None:
    as_of = at("2020-07-20")
    good = look(as_of - timedelta(hours=49), "2020-07-18")
    looks = [failed(as_of - timedelta(hours=1)), failed(as_of - timedelta(hours=25)), good]

    def verdict(seen: list[Look]) -> Verdict:
        return one(
            judge(facts(as_of, about(column(), date(2020, 7, 18), seen)), CONFIG),
            "outlet_unreadable",
        )

    assert verdict(looks).opens
    assert verdict(looks).units == ()
    assert verdict(looks).sentence == (
        "栏目“首页/要闻”连续2次未能读取（连接超时），不能判定，请核对地址或读取方式。"
    )
    assert not verdict(looks[1:]).opens
    assert verdict([look(as_of, "2020-07-18"), *looks]).value is Value.FRESH
    assert verdict([good]).cause == "not_looked"
    assert verdict([good]).opens
    assert not verdict([]).opens


def test_an_account_that_posted_lately_is_left_in_peace_and_no_trouble_of_ours() -> None:
    as_of = at("2020-07-20")
    old = [look(as_of - timedelta(days=7), "2020-07-12")]

    def verdict(newest: str) -> Verdict:
        said = judge(facts(as_of, about(account(), date.fromisoformat(newest), old)), CONFIG)
        return one(said, "outlet_unreadable")

    assert verdict("2020-07-11").value is Value.FRESH
    assert verdict("2020-07-10").cause == "not_looked"


@pytest.mark.parametrize(
    ("count", "value", "short"),
    [(10, Value.FRESH, 0), (9, Value.STALE, 1), (0, Value.STALE, 10), (40, Value.FRESH, 0)],
)
def test_ten_posts_a_month_pass_and_nine_fail(count: int, value: Value, short: int) -> None:
    counts = {"2020-04": 30, "2020-05": count, "2020-06": 30}
    verdicts = judge(facts(at("2020-07-20"), units=[unit(counts)]), CONFIG)
    assert one(verdicts, "unit_quota", "2020-05").value is value
    assert one(verdicts, "unit_quota", "2020-05").numbers["short"] == short
    assert one(verdicts, "unit_quota", "2020-04").value is Value.FRESH


def test_the_night_of_20_july_2020_opens_the_shortfalls_of_three_months() -> None:
    counts = {"2020-04": 6, "2020-05": 5, "2020-06": 6}
    verdicts = judge(
        facts(at("2020-07-20"), units=[unit(counts)], horizon=date(2020, 1, 1)), CONFIG
    )
    assert [(v.period, v.value, v.numbers["short"]) for v in verdicts] == [
        ("2020-04", Value.STALE, 4),
        ("2020-05", Value.STALE, 5),
        ("2020-06", Value.STALE, 4),
        ("2020-07", Value.FRESH, 10),
    ]
    assert verdicts[0].sentence == "房管局2020年4月发布信息6条，未达到每月10条的要求，缺4条。"
    assert verdicts[0].due == date(2020, 4, 30)


def test_a_month_that_was_not_read_through_clears_but_never_convicts() -> None:
    seen = unit({"2020-04": 12, "2020-05": 3}, gaps={"2020-04": ("a",), "2020-05": ("a", "b")})
    verdicts = judge(facts(at("2020-07-20"), units=[seen], horizon=date(2020, 1, 1)), CONFIG)
    assert one(verdicts, "unit_quota", "2020-04").value is Value.FRESH
    assert one(verdicts, "unit_quota", "2020-05").cause == "not_covered"
    assert one(verdicts, "unit_quota", "2020-05").numbers["gaps"] == 2
    before = judge(facts(at("2020-07-20"), units=[unit({})], horizon=date(2020, 5, 2)), CONFIG)
    assert [one(before, "unit_quota", m).cause for m in ("2020-04", "2020-05", "2020-06")] == [
        "before_horizon",
        "before_horizon",
        "",
    ]


@pytest.mark.parametrize(
    ("day", "count", "value"),
    [("2020-07-24", 0, Value.FRESH), ("2020-07-25", 9, Value.DUE_SOON), ("2020-07-31", 0, Value.DUE_SOON),
     ("2020-07-31", 10, Value.FRESH)],
)  # fmt: skip
def test_the_running_month_is_at_most_due_soon(day: str, count: int, value: Value) -> None:
    verdicts = judge(facts(at(day), units=[unit({"2020-07": count})]), CONFIG)
    assert one(verdicts, "unit_quota", "2020-07").value is value


def test_a_month_ends_at_midnight_in_shanghai() -> None:
    before = facts(datetime(2020, 6, 30, 15, 59, tzinfo=UTC), units=[unit({})])
    after = facts(datetime(2020, 6, 30, 16, 0, tzinfo=UTC), units=[unit({})])
    assert before.this_month == "2020-06"
    assert one(judge(before, CONFIG), "unit_quota", "2020-06").value is Value.DUE_SOON
    assert one(judge(after, CONFIG), "unit_quota", "2020-06").value is Value.STALE


def test_a_unit_without_a_quota_is_not_counted() -> None:
    assert judge(facts(at("2020-07-20"), units=[unit({}, quota=None)]), CONFIG) == ()


def test_every_rule_has_a_chinese_sentence_and_names_itself() -> None:
    assert set(rule_names()) >= {
        "column_stale",
        "column_blank",
        "account_idle",
        "outlet_unreadable",
        "unit_quota",
    }
    for name in rule_names():
        module = rule(name)
        assert name == module.NAME
        assert (module.__doc__ or "").splitlines()[0].endswith("。")


def test_months_and_quarters_are_those_of_the_calendar() -> None:
    assert add_months(date(2020, 8, 31), 6) == date(2021, 2, 28)
    assert add_months(date(2020, 3, 31), -1) == date(2020, 2, 29)
    assert last_day("2020-02") == date(2020, 2, 29)
    assert quarter_start(date(2020, 7, 20)) == date(2020, 7, 1)
    assert months_from(date(2020, 4, 2), date(2020, 7, 1)) == ("2020-05", "2020-06")
    assert months_from(date(2020, 4, 1), date(2020, 4, 30)) == ()
