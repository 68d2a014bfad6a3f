"""The forms in which lists print a day, a small page for each; what the page does not prove is not
guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Page, Reading
from crawler.reading.listing import read_list

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
URL = "http://portal.example.org/xwzx/tzgg/index.html"
NEWEST = date(2026, 11, 20)
DAYS = [NEWEST - timedelta(days=9 * i) for i in range(8)]
WORDS = "〇一二三四五六七八九"


def read(shown: list[str]) -> Reading:
    rows = "".join(_row(i, one) for i, one in enumerate(shown))
    body = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告</title></head><body><div class="pos">当前位置：首页 &gt; 通知公告</div>'
        f'<ul class="list">{rows}</ul><div class="page"><a href="index_1.html">下一页</a> 共10页</div></body></html>'
    )
    return read_list(Page(URL, URL, 200, {}, body.encode(), NOW))


def _row(i: int, shown: str) -> str:
    """An item with what stands beside its link, or what is written into the link (`` title=…``)."""
    inside, beside = (shown, "") if shown.startswith(" title=") else ("", shown)
    return f'<li><a href="/xwzx/tzgg/content/{1000 + i}.html"{inside}>第{i}号事项的通知公告</a>{beside}</li>'


def in_words(day: date, zero: str) -> str:
    year = "".join(WORDS[int(mark)] for mark in str(day.year)).replace("〇", zero)
    said = (
        f"{('', '十', '二十', '三十')[day.day // 10]}{WORDS[day.day % 10] if day.day % 10 else ''}"
    )
    month = f"{'十' if day.month > 9 else ''}{WORDS[day.month % 10] if day.month % 10 else ''}"
    return f"{year}年{month}月{said}日"


FORMS: dict[str, Callable[[date], str]] = {
    "full": lambda day: f"<span>{day}</span>",
    "full width": lambda day: (
        f"<span>{str(day).translate(str.maketrans('0123456789-', '０１２３４５６７８９－'))}</span>"
    ),
    "day first": lambda day: f"<span>{day:%d/%m/%Y}</span>",
    "month first": lambda day: f"<span>{day:%m/%d/%Y}</span>",
    "words with a letter": lambda day: f"<span>{in_words(day, 'O')}</span>",
    "words with a digit": lambda day: f"<span>{in_words(day, '0')}</span>",
    "words": lambda day: f"<span>{in_words(day, '〇')}</span>",
    "words with 零": lambda day: f"<span>{in_words(day, '零')}</span>",
    "the Republic's years": lambda day: f"<span>{day.year - 1911}-{day:%m-%d}</span>",
    "the Republic's years in words": lambda day: (
        f"<span>民國{day.year - 1911}年{day.month}月{day.day}日</span>"
    ),
    "a tooltip of lines": lambda day: (
        f' title="标题：通知&#10;点击数：12&#10;发表时间：{day:%y-%m-%d} 09:10"'
    ),
    "a picture's words": lambda day: f'<img src="/d.png" alt="{day}">',
    "an attribute": lambda day: f'<i data-time="{day}"></i>',
    "a range of days": lambda day: f"<span>{day}至{day + timedelta(days=7)}</span>",
    "a range of hours": lambda day: f"<span>{day} 15:00-17:00</span>",
    "hours and minutes in words": lambda day: f"<span>{day:%Y年%m月%d日} 09时32分</span>",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_lists_are_read_in_every_form(form: Callable[[date], str]) -> None:
    reading = read([form(day) for day in DAYS])
    assert [post.published and post.published.day for post in reading.posts] == DAYS


def test_day_or_month_first_is_not_guessed() -> None:
    """All numbers are below 13 and no two alike: both orders would do."""
    reading = read(
        [f"<span>{day}</span>" for day in ("05/04/2026", "03/04/2026", "04/03/2026", "02/01/2026")]
    )
    assert reading.newest is None
    assert any("day or month first" in one.why for one in reading.refused)


def test_a_page_that_proves_both_orders_proves_neither() -> None:
    reading = read(
        [f"<span>{day}</span>" for day in ("20/11/2026", "11/19/2026", "05/04/2026", "03/04/2026")]
    )
    days = {post.published.day for post in reading.posts if post.published}
    assert days == {date(2026, 11, 20), date(2026, 11, 19)}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.dates(date(2012, 1, 1), NEWEST), min_size=4, max_size=10, unique=True),
    st.sampled_from(list(FORMS)),
)
def test_no_form_is_read_as_another_day(days: list[date], name: str) -> None:
    """Whatever is believed is the day that was printed."""
    days.sort(reverse=True)
    reading = read([FORMS[name](day) for day in days])
    for post in reading.posts:
        if post.published is not None:
            assert (
                post.published.day
                == days[int(post.url.rpartition("/")[2].partition(".")[0]) - 1000]
            )
