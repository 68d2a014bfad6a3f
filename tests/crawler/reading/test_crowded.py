"""A tag with thousands of attributes is refused before the parser's quadratic work."""

from datetime import UTC, datetime

import pytest

from crawler.model import Outcome, Page
from crawler.reading.article import read_article
from crawler.reading.crowded import MOST, crowded
from crawler.reading.listing import read_list
from crawler.reading.states import refusal

URL = "http://portal.example.org/zwgk/tzgg/index.html"
ROW = "<li><a href='t20261102_1.htm'>关于第一批事项的公告</a><span>2026-11-02</span></li>"


def page(text: str) -> Page:
    return Page(URL, URL, 200, {}, text.encode(), datetime(2026, 11, 23, tzinfo=UTC))


def attributes(count: int) -> str:
    return " ".join(f"a{number}=1" for number in range(count))


@pytest.mark.parametrize("place", ["ul", "li", "body"])
def test_a_tag_with_more_attributes_than_any_page_has_makes_the_page_unreadable(
    place: str,
) -> None:
    text = f"<html><body><ul>{ROW * 20}<{place} {attributes(MOST + 1)}></ul></body></html>"
    made = page(text)
    reading = refusal(made)
    assert crowded(text)
    assert reading is not None
    assert (reading.outcome, reading.reason) == (Outcome.UNREADABLE, "too_large")
    assert read_list(made).outcome is Outcome.UNREADABLE
    assert read_article(made).reason == "too_large"


def test_a_flood_of_attributes_costs_no_more_than_its_length() -> None:
    text = f"<html><body><ul {attributes(160_000)}>{ROW * 20}</ul></body></html>"
    assert refusal(page(text)) is not None  # the parser would need a minute for it


@pytest.mark.parametrize(
    "long",
    [
        f"<img src='data:image/png;base64,{'iVBOR/w0+KGg' * 20_000}'>",
        f'<div data-rows="{"{title: 1, url: 2} " * 5000}"></div>',
        f"<script>var rows = [{'1, 2, ' * 20_000}]; for (i = 0; i<rows.length; i++) {{}}</script>",
        f"<a {attributes(99)}>更多</a>" * 100,
        f"<p>{'没有标签的长文，' * 5000}</p>",
    ],
)
def test_long_tags_and_long_texts_of_real_pages_are_read(long: str) -> None:
    assert not crowded(f"<html><body>{long}<ul>{ROW * 20}</ul></body></html>")
