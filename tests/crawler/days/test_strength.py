"""Which dates may convict, and what only looks like a date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.days.strength import DOUBTED
from crawler.days.text import WEAK_PLACES, find_date, is_weak, looks_dated
from crawler.model import Dated
from monitor.looks.weight import CONVICTING

DAY = date(2026, 11, 20)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("place", ["item", "label", "meta", "attr", "json", "feed", "manual"])
def test_a_date_in_a_printed_place_may_convict(place: str) -> None:
    assert not is_weak(Dated(DAY, "2026-11-20", place))


@pytest.mark.parametrize("place", sorted(WEAK_PLACES))
def test_a_date_in_another_place_only_clears(place: str) -> None:
    assert is_weak(Dated(DAY, "2026-11-20", place))


def test_a_doubted_date_is_weak_wherever_it_stands() -> None:
    assert is_weak(Dated(DAY, "2026-11-20", "label", why=f"{DOUBTED}the head says 2019-04-15"))


def test_no_weak_place_may_carry_an_accusation() -> None:
    """The judgement names the places that convict, the readers those that only clear."""
    assert not CONVICTING & WEAK_PLACES


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-31", "2O26-11-20", "2026年11月", "2026年11月31日", "10:32", "11-20", "（11-20）", "[2026-13-01]",
        "发布时间：2026-11-31", "发布时间2026-11-31 浏览次数：3", "2026一11一20", "2026.11.", "20226-11-20", "3小时前",
        "昨天 10:20", "Nov 20, 2026", "二〇二六年十一月三十一日", "民國115年11月31日", "31/11/2026", "2026-11-20 25:61",
    ],
)  # fmt: skip
def test_what_a_person_takes_for_a_date_looks_dated(text: str) -> None:
    assert looks_dated(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "2026", "NEW", "十一月", "以前", "目前", "2026年11月份空气质量报告", "关于2026年11月31日停水的通告",
        "1-6月经济运行情况", "0591-83312345", "阅读 1024", "第12.5条", "闽政〔2020〕11号", "2026年工作要点",
        "192.168.10.20", "May we help you", "区政府召开会议",
    ],
)  # fmt: skip
def test_titles_numbers_and_words_do_not_look_dated(text: str) -> None:
    assert not looks_dated(text)


@given(st.text(max_size=80))
def test_every_text_is_answered(text: str) -> None:
    assert looks_dated(text) in (True, False)


FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "[%Y-%m-%d]",
    "（%Y-%m-%d）",
    "%Y-%m-%d %H:%M",
    "%m-%d",
)


@given(st.dates(date(1996, 1, 1), TODAY), st.sampled_from(FORMS))
def test_every_real_date_looks_dated(day: date, form: str) -> None:
    assert looks_dated(f"{day:{form}}")


@given(st.integers(2000, 2026), st.integers(1, 12), st.integers(1, 31), st.sampled_from("-/."))
def test_an_impossible_day_still_looks_dated(year: int, month: int, day: int, mark: str) -> None:
    """30 February is believed nowhere and forgotten nowhere."""
    text = f"{year}{mark}{month:02}{mark}{day:02}"
    assert looks_dated(text)
    found = find_date(text, today=TODAY, place="item")
    try:
        real = date(year, month, day)
    except ValueError:
        assert found is None
    else:
        assert found is None or found.day == real
