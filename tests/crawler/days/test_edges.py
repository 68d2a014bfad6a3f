"""Where dates end: units of relative times, numbers that are no month, and years by their neighbours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.days.parts import Part
from crawler.days.text import FUTURE, find_dates, join_date, settled
from crawler.days.years import (
    FROM_ADDRESS,
    FROM_ARTICLE,
    FROM_FOLDER,
    FROM_ORDER,
    FROM_ORDER_OF_FOLDERS,
    Hint,
    years,
)
from crawler.model import Dated, Refused, shanghai_day

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def dated(text: str, place: str = "item") -> Dated:
    (found,) = find_dates(text, today=TODAY, place=place, fetched_at=NOW).believed
    return found


def turned(month: int, day: int) -> Part:
    return Part(2026, month, day, 0, 10, turned=True)


@pytest.mark.parametrize(
    ("printed", "back", "exact"),
    [
        ("90秒前", timedelta(seconds=90), True),
        ("5分钟前", timedelta(minutes=5), True),
        ("30小时前", timedelta(hours=30), False),
        ("3小时前", timedelta(hours=3), True),
        ("半小时前", timedelta(minutes=30), True),
        ("1天前", timedelta(days=1), False),
        ("300日前", timedelta(days=300), False),
        ("300天前", timedelta(days=300), False),
        ("2周前", timedelta(weeks=2), False),
        ("2个星期前", timedelta(weeks=2), False),
        ("刚刚", timedelta(), True),
    ],
)
def test_a_time_ago_is_counted_back_in_its_unit(printed: str, back: timedelta, exact: bool) -> None:
    found = dated(printed)
    assert found.day == shanghai_day(NOW - back)
    assert (found.moment is not None) is exact
    if found.moment is not None:
        assert found.moment == NOW - back


@pytest.mark.parametrize(
    ("month", "day", "answer"),
    [(13, 5, (5, 13)), (5, 13, (5, 13)), (7, 7, (7, 7))],
)
def test_a_number_above_twelve_is_the_day_by_itself(
    month: int, day: int, answer: tuple[int, int]
) -> None:
    for first in (None, True, False):
        part = settled(turned(month, day), day_first=first)
        assert (part.month, part.day, part.turned) == (*answer, False)


def test_numbers_up_to_twelve_need_to_be_told_which_is_the_month() -> None:
    assert settled(turned(12, 11)).turned
    assert settled(turned(11, 12)).turned
    told = settled(turned(12, 11), day_first=True)
    assert (told.month, told.day) == (11, 12)
    told = settled(turned(12, 11), day_first=False)
    assert (told.month, told.day) == (12, 11)


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Z", datetime(2026, 11, 2, 10, 0, tzinfo=UTC)),
        ("+05:30", datetime(2026, 11, 2, 4, 30, tzinfo=UTC)),
        ("+0530", datetime(2026, 11, 2, 4, 30, tzinfo=UTC)),
        ("-03:45", datetime(2026, 11, 2, 13, 45, tzinfo=UTC)),
        ("", datetime(2026, 11, 2, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_printed_zone_moves_the_moment_by_hours_and_minutes(zone: str, moment: datetime) -> None:
    assert dated(f"2026-11-02T10:00:00{zone}").moment == moment


def test_seconds_since_1970_that_lie_ahead_are_refused_with_what_was_written() -> None:
    ahead = str(int((NOW + timedelta(days=40)).timestamp()))
    found = find_dates(ahead, today=TODAY, place="json", fetched_at=NOW)
    assert found.refused == (Refused(ahead, FUTURE),)


def test_parts_in_the_last_elements_of_an_item_are_joined() -> None:
    found = join_date(["公告", "20", "2026-07"], today=TODAY, place="item")
    assert isinstance(found, Dated)
    assert found.day == date(2026, 7, 20)
    three = join_date(["公告", "2026", "07", "20"], today=TODAY, place="item")
    assert not isinstance(three, Refused)
    assert join_date(["公告", "20"], today=TODAY, place="item") is None
    assert join_date([], today=TODAY, place="item") is None


# years by what stands beside


def year(hint: Hint) -> tuple[int, str] | None:
    return years([hint], TODAY)[0]


@pytest.mark.parametrize(
    ("gap", "why"),
    [(0, FROM_ADDRESS), (31, FROM_ADDRESS), (-31, FROM_ADDRESS), (32, FROM_FOLDER), (92, FROM_FOLDER)],
)  # fmt: skip
def test_a_day_near_that_of_its_address_is_sure_of_its_year(gap: int, why: str) -> None:
    saved = date(2025, 8, 1)
    shown = saved + timedelta(days=gap)
    assert year(Hint(month=shown.month, mday=shown.day, url_day=saved)) == (2025, why)


def test_a_day_far_from_that_of_its_address_has_no_year() -> None:
    shown = date(2025, 8, 1) + timedelta(days=93)
    assert year(Hint(month=shown.month, mday=shown.day, url_day=date(2025, 8, 1))) is None


@pytest.mark.parametrize(
    ("printed", "saved", "its"),
    [((12, 30), date(2026, 1, 3), 2025), ((1, 2), date(2025, 12, 30), 2026), ((1, 2), date(2025, 1, 3), 2025)],
)  # fmt: skip
def test_a_post_saved_across_new_year_keeps_the_year_of_its_day(
    printed: tuple[int, int], saved: date, its: int
) -> None:
    month, mday = printed
    assert year(Hint(month=month, mday=mday, url_day=saved)) == (its, FROM_ADDRESS)
    assert year(Hint(month=month, mday=mday, article_day=saved)) == (its, FROM_ARTICLE)


def test_the_year_of_an_address_lies_no_further_ahead_than_tomorrow() -> None:
    assert year(Hint(month=11, mday=24, url_year=2026)) == (2026, FROM_FOLDER)
    assert year(Hint(month=11, mday=25, url_year=2026)) is None
    assert year(Hint(month=2, mday=29, url_year=2025)) is None


def test_rows_between_known_days_have_their_year_and_the_last_row_has_none() -> None:
    known = Hint(day=date(2026, 3, 1))
    hint = Hint(month=4, mday=1)
    assert years([hint, known], TODAY) == [(2026, FROM_ORDER), None]
    assert years([hint, hint, hint, known], TODAY)[:3] == [(2026, FROM_ORDER)] * 3
    assert years([known, hint], TODAY) == [None, None]
    assert years([hint, Hint(day=date(2025, 3, 1))], TODAY)[0] is None
    assert years([Hint(), known], TODAY)[0] is None
    folders = [hint, Hint(month=3, mday=1, url_year=2026)]
    assert years(folders, TODAY) == [(2026, FROM_ORDER_OF_FOLDERS), (2026, FROM_FOLDER)]
