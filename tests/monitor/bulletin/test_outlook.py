"""Ranks, earlier periods and the running month: hints with their arithmetic, nothing where nobody
looked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from monitor.bulletin.asked import JudgedThen, Practice
from monitor.bulletin.compile import Bulletin, Period, compile
from monitor.bulletin.model import Group, UnitRow
from monitor.bulletin.outlook import Earlier, compare, forecast, previous, year_before
from monitor.bulletin.reports import sheet
from monitor.model import exactly
from tests.support.quarter import (
    AS_OF,
    BASELINE,
    add_outlet,
    add_posts,
    add_site,
    add_unit,
    new_store,
    post,
    watch,
)

Q2 = Period.parse("2020Q2")


def row(name: str, *counts: int) -> UnitRow:
    return UnitRow(name, name, 10, tuple(exactly(n) for n in counts), ("met",) * len(counts), "")


def weekday(day: date) -> bool:
    return day.weekday() < 5


def test_ranks_are_told_inside_a_group_and_equal_totals_share_one() -> None:
    groups = (
        Group("镇街", (row("甲", 9), row("乙", 12), row("丙", 9))),
        Group("区直部门", (row("丁", 1),)),
    )
    found = {c.unit: (c.rank, c.of) for c in compare(groups, Earlier())}
    assert found == {"甲": (2, 3), "乙": (1, 3), "丙": (2, 3), "丁": (1, 1)}


def test_an_earlier_period_that_was_not_crawled_is_unknown_and_not_zero() -> None:
    groups = (Group("g", (row("甲", 9),)),)
    (found,) = compare(groups, Earlier(before={"乙": exactly(3)}))
    assert (found.before, found.year_ago) == (exactly(0), None)


def test_the_periods_before_have_the_same_length() -> None:
    assert (previous(Q2).start, previous(Q2).end) == (date(2020, 1, 1), date(2020, 3, 31))
    assert (year_before(Q2).start, year_before(Q2).end) == (date(2019, 4, 1), date(2019, 6, 30))
    february = Period.parse("2021-02")
    assert (year_before(february).end, previous(february).end) == (
        date(2020, 2, 29),
        date(2021, 1, 31),
    )


def test_a_month_runs_on_at_its_pace_in_working_days() -> None:
    groups = (Group("g", (row("甲", 0, 0, 6),)),)
    (found,) = forecast(groups, Q2.months, date(2020, 6, 15), weekday)
    assert (found.so_far.at_least, found.expected, found.days_left, found.enough) == (
        6,
        12,
        11,
        True,
    )


def test_nothing_is_foretold_of_a_month_that_is_over_or_of_another_period() -> None:
    groups = (Group("g", (row("甲", 0, 0, 6),)),)
    assert forecast(groups, Q2.months, date(2020, 6, 30), weekday) == ()
    assert forecast(groups, Q2.months, date(2020, 7, 3), weekday) == ()


@given(st.integers(0, 500), st.integers(1, 29))
def test_a_forecast_never_lies_below_what_is_there(count: int, day: int) -> None:
    groups = (Group("g", (row("甲", 0, 0, count),)),)
    (found,) = forecast(groups, Q2.months, date(2020, 6, day), weekday)
    assert found.expected >= found.so_far.at_least
    assert found.days_left >= 0


def compiled(tmp_path: Path, horizon: date | None, as_of: datetime = AS_OF) -> Bulletin:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "教育局")
        add_outlet(connection, "edu", ["教育局"])
        days = [date(2020, 2, 3), date(2020, 3, 3), date(2020, 4, 3)]
        looked = min(BASELINE, as_of)
        add_posts(connection, [post("edu", day, first_seen=looked) for day in days])
        watch(connection, looked)
    with engine.connect() as connection:
        return compile(connection, Q2, JudgedThen(as_of), practice=Practice(horizon=horizon))


def test_the_bulletin_compares_only_with_what_was_crawled(tmp_path: Path) -> None:
    (found,) = compiled(tmp_path, date(2020, 1, 1)).comparisons
    assert (found.total, found.before, found.year_ago) == (exactly(1), exactly(2), None)


def test_the_workbook_shows_ranks_and_leaves_unknown_periods_empty(tmp_path: Path) -> None:
    sheet.write(
        compiled(tmp_path, date(2020, 1, 1), datetime(2020, 6, 15, tzinfo=UTC)), tmp_path / "b.xlsx"
    )
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["比较"]
    assert [cell.value for cell in page[3]][2:] == [
        "教育局",
        "不少于1",
        1,
        1,
        2,
        None,
        None,
        None,
        "未作判定",
        0,
        11,
    ]
