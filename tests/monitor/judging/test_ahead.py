"""Looking ahead: calendar days for the law, the last working day for people, a calendar file for
their desks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.model import ColumnClass
from monitor.days.official_days import official_days
from monitor.days.workdays import Calendar
from monitor.judging.ahead import Ahead, ahead, last_workday
from monitor.judging.evaluate import judge
from monitor.model import Value, Verdict
from tests.support.judging_facts import about, account, at, column, config, facts, nights, one

OFFICIAL = official_days(Calendar(), [2020]).calendar


def verdict(newest: date, day: date, cls: ColumnClass = ColumnClass.NEWS) -> Verdict:
    known = facts(at(day), about(column(cls), newest, nights(at(day), newest, 4)))
    return one(judge(known, config()), "column_stale")


@pytest.mark.parametrize(
    ("newest", "due", "act_by", "holiday"),
    [
        # An ordinary Tuesday, a Saturday, and the National Day week of 2020 (1 to 8 October; 27
        # September works).
        (date(2020, 7, 7), date(2020, 7, 21), date(2020, 7, 21), False),
        (date(2020, 7, 4), date(2020, 7, 18), date(2020, 7, 17), False),
        (date(2020, 9, 21), date(2020, 10, 5), date(2020, 9, 30), True),
        (date(2020, 9, 24), date(2020, 10, 8), date(2020, 9, 30), True),
        (date(2020, 9, 25), date(2020, 10, 9), date(2020, 10, 9), False),
        (date(2020, 9, 13), date(2020, 9, 27), date(2020, 9, 27), False),
        # The middle of the three days of the Dragon Boat festival (25 to 27 June; 28 June works).
        (date(2020, 6, 12), date(2020, 6, 26), date(2020, 6, 24), True),
    ],
)
def test_the_law_counts_calendar_days_and_people_have_until_the_last_working_day(
    newest: date, due: date, act_by: date, holiday: bool
) -> None:
    (found,) = ahead(
        [verdict(newest, newest + timedelta(days=3))], newest + timedelta(days=3), OFFICIAL
    )
    assert (found.due, found.late, found.act_by) == (due, due + timedelta(days=1), act_by)
    assert found.long_holiday is holiday
    assert ("最后一个工作日" in found.sentence) is (act_by != due)


def test_the_day_that_is_told_is_the_day_the_verdict_turns() -> None:
    newest = date(2020, 7, 1)
    (found,) = ahead([verdict(newest, date(2020, 7, 2))], date(2020, 7, 2), Calendar())
    assert found.soon == last_workday(date(2020, 7, 11), Calendar())
    values = [
        verdict(newest, day).value
        for day in (date(2020, 7, 11), found.due, found.late + timedelta(days=1))
    ]
    assert values == [Value.DUE_SOON, Value.DUE_SOON, Value.STALE]


def test_the_most_urgent_comes_first_and_what_has_no_date_is_left_out() -> None:
    as_of = at("2020-07-20")
    late = about(column(), date(2020, 6, 1), nights(as_of, date(2020, 6, 1)))
    soon = about(account(), date(2020, 7, 8), nights(as_of, date(2020, 7, 8)))
    blank = about(replace(column(), id="b"), None, nights(as_of, None))
    found = ahead(judge(facts(as_of, soon, late, blank), config()), as_of.date(), OFFICIAL)
    assert [(f.subject, f.value, f.left) for f in found] == [
        ("outlet:a", Value.STALE, 0),
        ("outlet:w", Value.DUE_SOON, 2),
    ]


def test_a_whole_month_off_ends_the_search_for_a_working_day() -> None:
    closed = Calendar(frozenset(date(2020, 1, 1) + timedelta(days=n) for n in range(366)))
    assert last_workday(date(2020, 7, 15), closed) == date(2020, 7, 15)


@pytest.mark.parametrize(
    ("value", "long", "act_by", "left", "ends"),
    [
        (Value.DUE_SOON, True, 17, 3, "；期间遇长假，请在2020年7月17日（最后一个工作日）前更新。"),
        (
            Value.DUE_SOON,
            False,
            17,
            0,
            "；到期日不上班，请在2020年7月17日（最后一个工作日）前更新。",
        ),
        (Value.DUE_SOON, False, 19, 0, "2020年7月19日到期。"),
        (Value.DUE_SOON, True, 17, -1, "到期，已过期限。"),
        (Value.STALE, True, 17, 3, "到期，已过期限。"),
    ],
)
def test_a_clerk_is_told_why_there_is_less_time(
    value: Value, long: bool, act_by: int, left: int, ends: str
) -> None:
    newest, due = date(2020, 7, 5), date(2020, 7, 19)
    told = Ahead(
        "column_stale", "outlet:a", "栏目", ("u",), value, newest, due, due, date(2020, 7, act_by), long, left
    )  # fmt: skip
    assert told.sentence.endswith(ends)
    assert told.late == date(2020, 7, 20)
