"""Chinese date text -> a day with its proof, or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.days.text import (
    BEGINNING,
    FUTURE,
    NO_DAY,
    NO_MOMENT,
    NO_YEAR,
    NOT_PUBLISHED,
    TOO_OLD,
    WHICH_FIRST,
    find_date,
    find_dates,
    join_date,
    url_date,
    url_year,
)
from crawler.days.years import (
    FROM_ADDRESS,
    FROM_ARTICLE,
    FROM_FOLDER,
    FROM_ORDER,
    FROM_ORDER_OF_FOLDERS,
    Hint,
    years,
)
from crawler.model import SHANGHAI, Dated, shanghai_day

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
JULY = date(2020, 7, 20)
FIRST, LAST = datetime(1996, 1, 1), datetime(2026, 11, 22)  # noqa: DTZ001 (the zone comes from the test)
BELIEVABLE = st.dates(date(1995, 1, 1), TODAY)


def read(text: str, **more: object) -> Dated | None:
    return find_date(text, today=TODAY, place="item", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-20",
        "2020/7/20",
        "2020.07.20",
        "2020年7月20日",
        "2020 年 07 月 20 日",
        "2020年7月20号",
        "[2020-07-20]",
        "（2020-07-20）",
        "【2020/07/20】",
        "２０２０－０７－２０",
        "２０２０年７月２０日",
        "20/07/20",
        "20年7月20日",
        "20200720",
        "二〇二〇年七月二十日",
        "二○二○年七月二十日",
        "发布时间：2020-07-20",
        "发 布 时 间 ： 2020-07-20",
        "日间：2020-07-20",
        "发布日期 2020-07-20 浏览次数：31",
        "（发布时间：2020-07-20 10:00:00 阅读次数：）",
        "2020-07-20T09:15:00+08:00",
        "2020-07-20 星期一",
        "关于2020年7月20日停水的通告",
        "\u3000\u30002020-07-20\xa0",
        "2020-07-2009:30:00",
        "二O二O年七月二十日",
        "二0二0年七月二十日",
        "二零二零年七月二十日",
        "二〇二〇年7月20日",
        "民國109年7月20日",
        "中华民国109年07月20日",
        "109-07-20",
        "20/07/2020",
        "07/20/2020",
        "20.07.2020",
        "2020-07-20 15:00-17:00",
        "2020年07月20日 09时32分",
    ],
)
def test_every_printed_form_of_a_day_is_read(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.day == JULY
    assert found.raw
    assert found.raw in text
    assert found.why == ""


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2020-07-20 09:05", (9, 5, 0)),
        ("2020-07-20 21:05:33", (21, 5, 33)),
        ("2020年7月20日 下午3:15", (15, 15, 0)),
        ("2020-07-20 03:15 PM", (15, 15, 0)),
        ("2020-07-20 12:10 AM", (0, 10, 0)),
        ("2020-07-20 12:10 PM", (12, 10, 0)),
        ("2020年7月20日16时30分", (16, 30, 0)),
        ("2020-07-20 16∶30", (16, 30, 0)),
    ],
)
def test_a_time_of_day_is_kept_in_shanghai(text: str, clock: tuple[int, int, int]) -> None:
    found = read(text)
    assert found is not None
    assert found.moment == datetime(2020, 7, 20, *clock, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "2020-07-20至2020-07-27",
        "2020年7月20日至27日",
        "公示期：2020-07-20 ~ 07-27",
        "2020.07.20—2020.07.27",
        "2020-07-20 -- 2020-07-27",
    ],
)
def test_a_range_of_days_stands_for_its_beginning(text: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.day, found.why) == (JULY, BEGINNING)


def test_the_range_of_another_thing_is_no_publication() -> None:
    assert read("报名时间：2020-07-20至2020-07-27") is None


@pytest.mark.parametrize(
    "hours", ["15:00-17:00", "09:00-11:00", "15:00—17:00", "15:00:00-17:00:00", "15:00至17:00"]
)
def test_a_range_of_hours_is_no_time_zone(hours: str) -> None:
    found = read(f"2020-07-20 {hours}")
    assert found is not None
    assert found.day == JULY


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-07-20T01:00:00-05:00", datetime(2020, 7, 20, 14, tzinfo=SHANGHAI)),
        ("2020-07-20 23:30:00 +0000", datetime(2020, 7, 21, 7, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_zone_behind_seconds_counts(text: str, moment: datetime) -> None:
    found = read(text)
    assert found is not None
    assert found.moment == moment


@given(BELIEVABLE, st.booleans(), st.sampled_from("/-."))
def test_day_first_or_month_first_is_never_guessed(day: date, day_first: bool, mark: str) -> None:
    """Either the numbers prove the order, or the date is refused with that reason."""
    first, second = (day.day, day.month) if day_first else (day.month, day.day)
    believed, refused = find_dates(
        f"{first:02}{mark}{second:02}{mark}{day.year}", today=TODAY, place="item"
    )
    if day.day > 12 or day.day == day.month:
        assert [dated.day for dated in believed] == [day]
    else:
        assert not believed
        assert [candidate.why for candidate in refused] == [WHICH_FIRST]


DIGITS = "零一二三四五六七八九"


@given(BELIEVABLE, st.sampled_from("〇○ＯOo0零"))
def test_years_in_words_are_read_whatever_stands_for_the_zero(day: date, zero: str) -> None:
    year = "".join(zero if mark == "0" else DIGITS[int(mark)] for mark in str(day.year))
    found = read(f"{year}年{day.month}月{day.day}日")
    assert found is not None
    assert found.day == day


@given(
    BELIEVABLE,
    st.sampled_from(
        ["民国{}年{}月{}日", "中華民國{}年{}月{}日", "{:03}-{:02}-{:02}", "{:03}/{}/{}"]
    ),
)
def test_years_of_the_republic_are_turned_into_ours(day: date, form: str) -> None:
    if day.year < 2011 and ":03" in form:
        return
    found = read(form.format(day.year - 1911, day.month, day.day))
    assert found is not None
    assert found.day == day


def test_an_impossible_time_leaves_the_day_alone() -> None:
    found = read("2020-07-20 25:61")
    assert found is not None
    assert (found.day, found.moment) == (JULY, None)


def test_a_time_zone_decides_the_shanghai_day() -> None:
    found = read("2020-07-19T16:30:00.000Z")
    assert found is not None
    assert found.day == JULY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2020-02-30", NO_DAY),
        ("2020-13-01", NO_DAY),
        ("2026-11-25", FUTURE),
        ("2099-01-01", FUTURE),
        ("1994-12-31", TOO_OLD),
        ("1949年10月1日", TOO_OLD),
        ("07-20", NO_YEAR),
        ("（11月3日）", NO_YEAR),
        ("成文日期：2020-07-20", NOT_PUBLISHED),
        ("截止时间：2020-07-20", NOT_PUBLISHED),
        ("3小时前", NO_MOMENT),
        ("昨天", NO_MOMENT),
    ],
)
def test_what_cannot_be_the_publication_is_refused_and_kept(text: str, why: str) -> None:
    believed, refused = find_dates(text, today=TODAY, place="item")
    assert believed == ()
    assert [candidate.why for candidate in refused] == [why]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1-6月经济运行情况",
        "3-5岁幼儿入园",
        "闽政〔2020〕11号",
        "0591-83312345",
        "第12.5条",
        "192.168.10.20",
        "今日头条",
        "阅读 1024",
        "2020",
        "2020-07",
        "13:45",
        "十十年七月",
        "99-99",
        "前天才通过的规划",
    ],
)
def test_what_is_no_date_gives_neither_a_day_nor_a_day_in_disguise(text: str) -> None:
    assert read(text, year=2026, fetched_at=NOW) is None


def test_tomorrow_is_believed_because_clocks_differ() -> None:
    assert read("2026-11-24") is not None
    assert read("2026-11-25") is None


def test_a_given_year_is_used_and_its_reason_told() -> None:
    found = read("07-20", year=2020, why="year from the address of the item")
    assert found is not None
    assert (found.day, found.raw, found.why) == (JULY, "07-20", "year from the address of the item")


def test_a_printed_year_is_never_replaced() -> None:
    found = read("2020-07-20", year=2019)
    assert found is not None
    assert (found.day, found.why) == (JULY, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("刚刚", date(2026, 11, 23)),
        ("半小时前", date(2026, 11, 23)),
        ("今天 08:10", date(2026, 11, 23)),
        ("昨天", date(2026, 11, 22)),
        ("昨日 23:59", date(2026, 11, 22)),
        ("前天", date(2026, 11, 21)),
        ("12小时前", date(2026, 11, 22)),
        ("9 小时前", date(2026, 11, 23)),
        ("45分钟前", date(2026, 11, 23)),
        ("3天前", date(2026, 11, 20)),
        ("2周前", date(2026, 11, 9)),
    ],
)
def test_relative_words_are_counted_back_from_the_look(text: str, day: date) -> None:
    found = read(text, fetched_at=NOW)
    assert found is not None
    assert found.day == day
    assert found.why


def test_the_moment_of_a_look_may_not_be_naive() -> None:
    with pytest.raises(ValueError, match="naive"):
        read("昨天", fetched_at=datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001


def test_seconds_since_1970_count_only_in_data() -> None:
    found = find_date("1595203200000", today=TODAY, place="json")
    assert found is not None
    assert found.day == JULY
    assert read("1595203200000") is None


def test_a_day_that_stands_alone_goes_before_one_in_a_sentence() -> None:
    believed, _ = find_dates("印发2019年3月1日办法的通知", today=TODAY, place="item")
    assert [dated.day for dated in believed] == [date(2019, 3, 1)]


def test_all_dates_of_a_text_are_told_in_order() -> None:
    believed, refused = find_dates(
        "2020-07-20 至 2020-07-25，后改为2020-02-31", today=TODAY, place="item"
    )
    assert [dated.day.day for dated in believed] == [20, 25]
    assert [candidate.why for candidate in refused] == [NO_DAY]


@pytest.mark.parametrize(
    "cells",
    [
        ["20", "2020-07"],
        ["2020-07", "20"],
        ["2020年07月", "20日"],
        ["--2020--", "07-20"],
        ["07/20", "2020"],
        ["2020", "7月", "20"],
        ["20", "7月", "2020"],
        ["通知", "20", "2020.07"],
    ],
)
def test_parts_in_neighbouring_elements_make_one_day(cells: list[str]) -> None:
    found = join_date(cells, today=TODAY, place="item")
    assert isinstance(found, Dated)
    assert found.day == JULY


def test_parts_that_do_not_fit_make_no_day() -> None:
    assert join_date(["1", "2", "3"], today=TODAY, place="item") is None
    assert join_date(["2020", "通知", "07-20"], today=TODAY, place="item") is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://x.example.org/xxgk/csxw/202211/t20221119_4467576.htm", date(2022, 11, 19)),
        ("http://x.example.org/art/2020/3/5/art_1_2.html", date(2020, 3, 5)),
        ("http://x.example.org/c/2020-12-23/478618.html", date(2020, 12, 23)),
        ("http://x.example.org/2018-06/22/c_1.htm", date(2018, 6, 22)),
        ("http://x.example.org/202011/19/a.html", date(2020, 11, 19)),
        ("http://x.example.org/html/2026/tongzhi_0819/40.html", date(2026, 8, 19)),
        ("http://x.example.org/20201119/9dc0d216f91b44ca8073/c.html", date(2020, 11, 19)),
        ("http://x.example.org/031002/20210104/324adecd-b37e.html", date(2021, 1, 4)),
        ("http://x.example.org/content/post_20201234.html", None),
        ("http://x.example.org/a/post_3136785.html", None),
        ("http://x.example.org/20991231/a.html", None),
        ("http://x.example.org/list.html?date=2020-07-20", None),
        ("http://x.example.org/w/W020200320523541696409.jpg", None),
    ],
)
def test_the_day_in_an_address(url: str, day: date | None) -> None:
    found = url_date(url, today=TODAY)
    assert (found.day if found else None) == day


def test_the_year_in_an_address() -> None:
    assert url_year("/2020/gongshi/81.html") == 2020
    assert url_year("/202007/81.html") == 2020
    assert url_year("/a/2020718.html") is None


@given(
    BELIEVABLE,
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "[%Y-%m-%d]", "%Y%m%d"]),
)
def test_a_believable_day_comes_back_from_every_form(day: date, form: str) -> None:
    found = read(day.strftime(form))
    assert found is not None
    assert found.day == day


@given(st.text(max_size=120))
def test_any_text_gives_only_believable_days_with_their_proof(text: str) -> None:
    believed, refused = find_dates(text, today=TODAY, place="item", fetched_at=NOW)
    for dated in believed:
        assert date(1995, 1, 1) <= dated.day <= TODAY + timedelta(days=1)
        assert dated.raw in text
    assert all(candidate.why for candidate in refused)


@given(st.text(alphabet="0123456789-/.年月日 :T时分上午前天（）[]", max_size=60))
def test_dense_nonsense_never_breaks_the_reader(text: str) -> None:
    for place in ("item", "json", "attr"):
        for dated in find_dates(text, today=TODAY, place=place, year=2020, fetched_at=NOW).believed:
            assert dated.day <= TODAY + timedelta(days=1)


@given(st.integers(1, 12), st.integers(1, 31))
def test_no_year_no_day(month: int, day: int) -> None:
    assert read(f"{month:02}-{day:02}") is None


@given(st.datetimes(FIRST, LAST), st.integers(-12, 14))
def test_a_moment_with_a_zone_has_the_shanghai_day_of_that_moment(
    clock: datetime, hours: int
) -> None:
    sign = "-" if hours < 0 else "+"
    text = f"{clock:%Y-%m-%dT%H:%M:%S}{sign}{abs(hours):02}:00"
    found = read(text)
    assert found is not None
    assert found.day == shanghai_day(datetime.fromisoformat(text))


@given(BELIEVABLE)
def test_the_later_the_look_the_more_is_believed(day: date) -> None:
    assert find_date(day.isoformat(), today=day, place="item") is not None
    assert find_date(day.isoformat(), today=day - timedelta(days=2), place="item") is None


HINTS = st.lists(
    st.builds(
        Hint,
        day=st.none() | st.dates(date(2015, 1, 1), TODAY),
        month=st.integers(0, 12),
        mday=st.integers(1, 31),
        url_day=st.none() | st.dates(date(2015, 1, 1), TODAY),
        url_year=st.none() | st.integers(2015, 2027),
        article_day=st.none() | st.dates(date(2015, 1, 1), TODAY),
    ),
    max_size=15,
)


@given(HINTS)
def test_an_inferred_year_always_has_its_reason_and_never_lies_ahead(hints: list[Hint]) -> None:
    for hint, found in zip(hints, years(hints, TODAY), strict=True):
        if hint.day is not None:
            assert found is None
        elif found is not None:
            year, why = found
            assert why in (
                FROM_ARTICLE,
                FROM_ADDRESS,
                FROM_ORDER,
                FROM_FOLDER,
                FROM_ORDER_OF_FOLDERS,
            )
            assert date(year, hint.month, hint.mday) <= TODAY + timedelta(days=1)


def test_without_addresses_and_full_dates_no_year_is_inferred() -> None:
    assert years([Hint(month=11, mday=20), Hint(month=3, mday=1)], TODAY) == [None, None]


def test_a_year_that_only_a_folder_tells_is_doubted_and_what_follows_from_it_too() -> None:
    told = years(
        [Hint(month=6, mday=9, url_year=2019), Hint(month=5, mday=1), Hint(day=date(2019, 4, 1))],
        TODAY,
    )
    assert told == [(2019, FROM_FOLDER), (2019, FROM_ORDER_OF_FOLDERS), None]


def test_where_two_years_fit_none_is_taken() -> None:
    hints = [Hint(month=5, mday=1), Hint(day=date(2024, 3, 1))]
    assert years(hints, TODAY)[0] is None
    assert years([Hint(month=5, mday=1), Hint(day=date(2026, 3, 1))], TODAY)[0] == (
        2026,
        FROM_ORDER,
    )


def test_two_articles_give_the_rows_between_them_their_years() -> None:
    """Over more than a year too: a row that found its year leaves one year to the row above it."""
    days = [
        date(2026, 7, 30),
        date(2026, 7, 5),
        date(2026, 6, 10),
        date(2026, 5, 16),
        date(2025, 12, 1),
        date(2025, 6, 1),
    ]
    hints = [Hint(month=day.month, mday=day.day) for day in days]
    hints[0], hints[-1] = (
        Hint(month=day.month, mday=day.day, article_day=day) for day in (days[0], days[-1])
    )
    found = years(hints, TODAY)
    assert [one and one[0] for one in found] == [day.year for day in days]
    assert [one and one[1] for one in found] == [FROM_ARTICLE, *[FROM_ORDER] * 4, FROM_ARTICLE]


def test_an_article_of_quite_another_day_gives_no_year() -> None:
    assert years([Hint(month=6, mday=1, article_day=date(2020, 12, 20))], TODAY) == [None]


def test_a_year_that_the_address_contradicts_by_months_is_not_taken() -> None:
    assert years([Hint(month=6, mday=1, url_day=date(2020, 12, 20))], TODAY) == [None]


def test_a_line_of_dashes_behind_a_date_costs_no_more_than_the_date() -> None:
    """A pattern that tried the dashes in ones and twos would be at work for ever: the test would
    not end."""
    found = find_date("2026-11-02" + "-" * 5000 + "通知", today=date(2026, 11, 23), place="item")
    assert found is not None
    assert found.day == date(2026, 11, 2)
