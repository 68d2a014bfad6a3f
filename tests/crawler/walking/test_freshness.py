"""How old an answer is, by what it says of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.model import Ask, shanghai_day
from crawler.walking.asking import plain_due
from crawler.walking.freshness import (
    Copy,
    asks_past,
    copy_of,
    part,
    past_caches,
    runs,
    said_by_caches,
)
from crawler.walking.model import Known
from tests.support.walking import NOW, outlet, page

LIMIT = timedelta(hours=4)
DAYS_AGO = "Sun, 28 Jun 2020 01:00:00 GMT"
"""22 days before ``NOW``."""


def old(**headers: str) -> Copy | None:
    return copy_of(page(**headers), LIMIT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"age": "0"},
        {"age": "14400"},
        {"age": "-5 soon"},
        {"date": "Mon, 20 Jul 2020 01:00:00 GMT"},
        {"date": "Mon, 20 Jul 2020 09:00:00 GMT"},  # Chinese time that is called GMT
        {"date": "yesterday"},
        {"date": "Mon, 31 Feb 2020 09:00:00 GMT"},
        {"warning": '299 - "whatever 1100"'},
        {"via": "1.1 squid", "x_cache": "HIT"},
    ],
)
def test_an_answer_of_now_is_no_copy(headers: dict[str, str]) -> None:
    assert old(**headers) is None


@pytest.mark.parametrize(
    ("headers", "made", "alone"),
    [
        ({"age": "14401"}, NOW - timedelta(seconds=14401), False),
        ({"age": "60, 1900800"}, NOW - timedelta(days=22), False),
        ({"age": "4294967296"}, None, False),
        ({"warning": '110 - "Response is Stale"'}, None, False),
        ({"warning": '110 squid "x"', "date": DAYS_AGO}, NOW - timedelta(days=22), False),
        ({"date": DAYS_AGO}, NOW - timedelta(days=22), True),
        ({"date": f"{DAYS_AGO}, Mon, 20 Jul 2020 01:00:00 GMT"}, NOW - timedelta(days=22), True),
        ({"date": DAYS_AGO, "via": "1.1 squid"}, NOW - timedelta(days=22), False),
        ({"date": DAYS_AGO, "age": "0"}, NOW - timedelta(days=22), False),
        ({"date": DAYS_AGO, "x_cache": "HIT from a"}, NOW - timedelta(days=22), False),
    ],
)
def test_a_copy_says_when_it_was_made_where_it_can(
    headers: dict[str, str], made: datetime | None, alone: bool
) -> None:
    copy = old(**headers)
    assert copy is not None
    assert (copy.made, copy.alone) == (made, alone)


def test_a_server_whose_clock_is_known_to_be_wrong_hands_out_no_copies() -> None:
    assert copy_of(page(date=DAYS_AGO), LIMIT, skew=-timedelta(days=22)) is None
    assert copy_of(page(date=DAYS_AGO), LIMIT, skew=-timedelta(days=21)) is not None


def test_a_clock_that_goes_on_between_two_answers_runs() -> None:
    first, same = page(date=DAYS_AGO), page(date=DAYS_AGO)
    assert not runs(first, same)
    assert runs(first, page(date=DAYS_AGO.replace(":00 GMT", ":02 GMT")))
    assert not runs(page(), same)


def test_asking_past_caches_sends_no_validators_and_keeps_the_rest() -> None:
    ask = Ask("http://www.example.gov.cn/", headers={"If-None-Match": '"a"', "Accept": "text/xml"})
    past = past_caches(ask)
    assert past.headers == {"Accept": "text/xml", "Cache-Control": "no-cache", "Pragma": "no-cache"}
    assert (asks_past(ask), asks_past(past)) == (False, True)


def test_what_a_server_says_cannot_forge_another_part_of_the_path() -> None:
    hostile = page(age="5", via="x; final=http://evil.example.org/", x_cache="")
    assert said_by_caches(hostile) == ("age=5", "via=x, final=http://evil.example.org/")
    assert part("final", "a\n b;c") == "final=a b,c"
    assert len(part("via", "x" * 5000)) < 200


@pytest.mark.parametrize("days", [1, 2, 7, 31])
def test_every_column_is_asked_plainly_within_the_days_and_not_all_on_one(days: int) -> None:
    turns: dict[int, int] = {}
    for number in range(60):
        last = 0
        for day in range(1, 90):
            known = Known(outlet(f"c{number}"), last_plain=NOW + timedelta(days=last))
            if plain_due(known, NOW + timedelta(days=day), days):
                assert day - last <= days
                last = day
                turns[day] = turns.get(day, 0) + 1
        assert 89 - last < days
    # But for the first look of a month, that of all columns: units are counted by the month before.
    others = {
        day: n for day, n in turns.items() if shanghai_day(NOW + timedelta(days=day)).day != 1
    }
    assert days < 7 or max(count for day, count in others.items() if day > 2 * days) < 40


def test_a_column_that_was_never_asked_plainly_is_due_and_one_of_today_is_not() -> None:
    assert plain_due(Known(outlet()), NOW, 7)
    assert not plain_due(Known(outlet(), last_plain=NOW - timedelta(hours=2)), NOW, 1)
