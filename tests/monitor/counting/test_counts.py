"""Counting: once per post, documents apart, late posts where they appeared; and fast."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from crawler.store.tables import DutyRow
from monitor.counting.asked import CountBasis, Stretch
from monitor.counting.counts import tally, unit_month_counts
from monitor.counting.tally import CountRule, Tally
from monitor.days.calendar import month_of, months_between
from monitor.model import Count, together
from tests.support.quarter import (
    AS_OF,
    MONTHS,
    NO_DOCUMENTS,
    add_outlet,
    add_posts,
    add_site,
    add_unit,
    new_store,
    post,
    seed_quarter,
    seed_rows,
    watch,
)

Q2 = (date(2020, 4, 1), date(2020, 6, 30))


def counted(
    tmp_path: Path,
    *posts: dict[str, Any],
    as_of: datetime = AS_OF,
    period: tuple[date, date] = Q2,
    rule: CountRule | None = None,
) -> Tally:
    """A small district: 教育局 and 卫健局, a column each, one of both, the news and the register."""
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_site(connection, "other")
        add_unit(connection, "教育局")
        add_unit(connection, "卫健局")
        add_unit(connection, "大数据服务中心", quota=None)
        add_outlet(connection, "edu", ["教育局"])
        add_outlet(connection, "both", ["教育局", "卫健局"])
        add_outlet(connection, "news", cls="news")
        add_outlet(connection, "register", ["大数据服务中心"], cls="disclosure")
        add_outlet(connection, "elsewhere", site_id="other")
        add_outlet(connection, "wx", ["教育局"], kind="account", platform="wechat")
        add_posts(connection, posts)
        watch(connection)
    with engine.connect() as connection:
        return tally(connection, Stretch(*period, as_of), basis=CountBasis(rule=rule))


MAY = date(2020, 5, 6)


def seen(series: Mapping[str, Mapping[str, Count]]) -> dict[str, dict[str, int]]:
    """The numbers that were seen, of those of whom any was."""
    numbers = {
        name: {month: n.at_least for month, n in months.items()} for name, months in series.items()
    }
    return {name: months for name, months in numbers.items() if any(months.values())}


def test_a_post_on_two_columns_with_one_address_counts_once(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        post("edu", MAY, "教育局", url="http://portal.example.org/a.htm"),
        post("news", MAY, None, url="https://portal.example.org/a.htm#top"),
    )
    assert (found.total.at_least, seen(found.units)) == (1, {"教育局": _month(5, 1)})
    assert seen(found.columns) == {"edu": _month(5, 1), "news": _month(5, 1)}


def test_a_post_on_two_columns_with_one_title_day_and_origin_counts_once(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        post("edu", MAY, "教育局", title="招生公告", url="http://portal.example.org/a.htm"),
        post("news", MAY, "教育局", title="招生 公告", url="http://portal.example.org/b.htm"),
    )
    assert found.total.at_least == 1


@pytest.mark.parametrize(
    ("outlet", "origin", "day"),
    [
        ("news", "卫健局", MAY),
        ("news", "教育局", date(2020, 5, 7)),
        ("elsewhere", "教育局", MAY),
    ],
)
def test_alike_posts_of_other_origins_days_or_sites_stay_two(
    tmp_path: Path, outlet: str, origin: str, day: date
) -> None:
    found = counted(
        tmp_path,
        post("edu", MAY, "教育局", title="公示", url="http://portal.example.org/a.htm"),
        post(outlet, day, origin, title="公示", url="http://portal.example.org/b.htm"),
    )
    assert found.total.at_least == 2


def test_disclosure_documents_are_their_own_series(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        post("register", MAY, "教育局"),
        post("register", MAY, "新华社"),
        post("edu", MAY, None),
    )
    assert (found.total.at_least, len(found.disclosed)) == (1, 2)
    assert seen(found.documents) == {"教育局": _month(5, 1), "": _month(5, 1)}


def test_posts_of_accounts_are_not_posts_of_the_portal(tmp_path: Path) -> None:
    assert counted(tmp_path, post("wx", MAY, "教育局")).total.at_least == 0


def test_without_origin_the_columns_one_unit_gets_the_post_and_two_units_are_asked(
    tmp_path: Path,
) -> None:
    found = counted(tmp_path, post("edu", MAY), post("both", MAY))
    assert seen(found.units) == {"教育局": _month(5, 1)}
    assert seen(found.nobody)["2020-05"] == {"several": 1}
    assert [(d.outlets, d.count) for d in found.doubts] == [(("both",), 1)]
    assert [n.at_least for n in (found.total, found.attributed, found.unattributed)] == [2, 1, 1]


def test_one_doubtful_origin_is_one_question_whatever_its_posts(tmp_path: Path) -> None:
    posts = [post("news", MAY, "来源：仓山区融媒体中心", title=f"样例{n}") for n in range(3)]
    found = counted(tmp_path, *posts)
    assert [(d.origin, d.count) for d in found.doubts] == [("仓山区融媒体中心", 3)]


def test_the_duty_of_the_posts_own_day_decides(tmp_path: Path) -> None:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "旅游局")
        add_unit(connection, "文体局")
        add_outlet(connection, "c", ["旅游局"], since=date(2020, 3, 1))
        connection.execute(update(DutyRow).values(until=date(2020, 5, 1)))
        connection.execute(
            insert(DutyRow).values(
                outlet_id="c", unit_id="文体局", position=0, since=date(2020, 5, 1)
            )
        )
        add_posts(
            connection,
            [
                post("c", date(2020, 4, 30)),
                post("c", date(2020, 5, 1)),
                post("c", date(2020, 2, 1)),
            ],
        )
    with engine.connect() as connection:
        found = unit_month_counts(connection, Stretch(date(2020, 2, 1), date(2020, 6, 30), AS_OF))
    assert {key: n.at_least for key, n in found.items() if n.at_least} == {
        ("旅游局", "2020-02"): 1,
        ("旅游局", "2020-04"): 1,
        ("文体局", "2020-05"): 1,
    }


def test_what_was_not_yet_seen_on_that_day_does_not_count(tmp_path: Path) -> None:
    early = datetime(2020, 6, 1, tzinfo=UTC)
    found = counted(
        tmp_path, post("edu", MAY, first_seen=early), post("edu", MAY, title="later"), as_of=early
    )
    assert found.total.at_least == 1


def test_the_baseline_counts_by_its_own_dates(tmp_path: Path) -> None:
    found = counted(tmp_path, post("edu", date(2020, 4, 2), prior_look=None))
    assert seen(found.units) == {"教育局": _month(4, 1)}


def looked(day: int, month: int = 6) -> datetime:
    return datetime(2020, month, day, 17, 30, tzinfo=UTC) - timedelta(days=1)


def test_a_few_days_between_date_and_appearance_are_usual(tmp_path: Path) -> None:
    found = counted(tmp_path, post("edu", date(2020, 5, 30), prior_look=looked(2)))
    assert (seen(found.units), found.late) == ({"教育局": _month(5, 1)}, ())


def test_a_late_post_counts_in_the_month_in_which_it_appeared_and_is_listed(tmp_path: Path) -> None:
    found = counted(tmp_path, post("edu", date(2020, 5, 20), prior_look=looked(5)))
    assert seen(found.units) == {"教育局": _month(6, 1)}
    assert [(p.day, p.month) for p in found.late] == [(date(2020, 5, 20), "2020-06")]


def test_a_post_dated_months_before_it_appeared_counts_nowhere_and_is_listed(
    tmp_path: Path,
) -> None:
    found = counted(tmp_path, post("edu", date(2020, 4, 1), prior_look=looked(20)))
    assert (found.total.at_least, seen(found.units)) == (0, {})
    assert [(p.day, p.month) for p in found.late] == [(date(2020, 4, 1), "")]


def test_a_post_that_another_column_showed_in_time_is_not_late(tmp_path: Path) -> None:
    found = counted(
        tmp_path,
        post("news", date(2020, 4, 1), "教育局", url="http://portal.example.org/a.htm"),
        post(
            "edu",
            date(2020, 4, 1),
            "教育局",
            url="http://portal.example.org/a.htm",
            prior_look=looked(20),
        ),
    )
    assert (seen(found.units), found.late) == ({"教育局": _month(4, 1)}, ())


def test_a_post_dated_june_that_appeared_in_july_does_not_fill_june(tmp_path: Path) -> None:
    late = post("edu", date(2020, 6, 15), prior_look=looked(10, 7))
    assert counted(tmp_path, late).total.at_least == 0


def test_posts_without_a_believed_date_count_nowhere_but_are_told(tmp_path: Path) -> None:
    first = datetime(2020, 6, 3, tzinfo=UTC)
    found = counted(tmp_path, post("edu", None, "教育局", first_seen=first))
    assert (found.total.at_least, found.undated) == (0, 1)


def test_the_seeds_quarter_number_for_number(tmp_path: Path) -> None:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        seed_quarter(connection)
    with engine.connect() as connection:
        found = tally(connection, Stretch(*Q2, AS_OF))
    assert [n.at_least for n in (found.total, found.attributed, found.unattributed)] == [
        3038,
        1993,
        1045,
    ]
    for row in seed_rows():
        assert {m: found.count(row["unit"], m).at_least for m in MONTHS} == {
            m: int(row[m]) for m in MONTHS
        }
    assert (
        together(n for months in found.documents.values() for n in months.values()).at_least == 200
    )
    assert not set(NO_DOCUMENTS) & set(seen(found.documents))
    assert found.doubts == ()


@pytest.mark.slow
def test_a_hundred_thousand_posts_are_attributed_in_a_few_seconds(tmp_path: Path) -> None:
    engine = new_store(tmp_path)
    origins = [
        f"{lead}{unit}"
        for unit in ("教育局", "卫健局")
        for lead in ("区", "仓山区", "来源：", "转自 ")
    ] + ["新华社"]
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "教育局")
        add_unit(connection, "卫健局")
        for n in range(50):
            add_outlet(connection, f"c{n}", ["教育局"])
        start = date(2020, 4, 1)
        add_posts(
            connection,
            (
                post(
                    f"c{n % 50}",
                    start + timedelta(days=n % 91),
                    origins[n % len(origins)],
                    title=f"样例标题第{n}条",
                )
                for n in range(100_000)
            ),
        )
    began = time.process_time()
    with engine.connect() as connection:
        found = tally(connection, Stretch(*Q2, AS_OF))
    seconds = time.process_time() - began
    print(f"\n100,000 posts: {seconds:.1f} s of CPU")  # noqa: T201
    assert found.total.at_least == 100_000
    assert seconds < 15


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 800))
def test_months_between_touch_both_ends_and_rise_by_one(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    months = months_between(start, end)
    assert (months[0], months[-1]) == (month_of(start), month_of(end))
    assert list(months) == sorted(set(months))


def _month(number: int, count: int) -> dict[str, int]:
    return {month: count if month == f"2020-{number:02d}" else 0 for month in MONTHS}


def test_posts_whose_origin_waits_for_a_person_are_told_apart_as_anybodys(tmp_path: Path) -> None:
    engine = new_store(tmp_path)
    with engine.begin() as connection:
        add_site(connection)
        add_unit(connection, "教育局")
        add_outlet(connection, "要闻")
        origins = ["区教育局", "区科技局", "区科技局", "新华社"]
        add_posts(
            connection,
            [
                post("要闻", date(2020, 4, 6), origin, title=f"样例{n}")
                for n, origin in enumerate(origins)
            ],
        )
        add_outlet(connection, "教育", ["教育局"])
        watch(connection)
        found = unit_month_counts(connection, Stretch(date(2020, 4, 1), date(2020, 4, 30), AS_OF))
    engine.dispose()
    assert found["教育局", "2020-04"].at_least == 1
    assert found["教育局", "2020-04"].undecided == 2
