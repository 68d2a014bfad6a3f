"""Spans hold what one of them holds, however many overlap."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.bounds.bounds import _order
from crawler.reading.lists.spans import spans_of

NUMBERS = st.integers(0, 60)


@given(st.lists(st.tuples(NUMBERS, NUMBERS)), NUMBERS)
def test_a_number_is_held_just_when_one_span_holds_it(
    pairs: list[tuple[int, int]], number: int
) -> None:
    assert spans_of(pairs).hold(number) == any(start <= number < stop for start, stop in pairs)


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=14), st.data())
def test_a_row_is_bounded_by_three_in_order_above_it_with_nothing_newer_below_or_the_same_upwards(
    days: list[int | None], data: st.DataObject
) -> None:
    told = [None if day is None else date(2026, 11, 1) + timedelta(days=day) for day in days]
    at = data.draw(st.integers(0, len(told)))
    told.insert(at, None)
    above = [day for day in told[:at] if day is not None]
    below = [day for day in told[at + 1 :] if day is not None]
    assert _order(told).bound(at) == (_falls(above, below) or _falls(below[::-1], above))


def _falls(before: list[date], after: list[date]) -> date | None:
    """The rule said plainly, in time that grows with every row."""
    last = before[-3:]
    if len(last) < 3 or not after or last != sorted(last, reverse=True):
        return None
    return last[-1] if last[-1] >= max(after) else None


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))),
    st.integers(0, 40),
    st.integers(0, 60),
)
def test_what_is_free_is_what_no_span_holds(
    pairs: list[tuple[int, int]], start: int, stop: int
) -> None:
    spans, numbers = spans_of(pairs), range(start, stop)
    assert list(spans.free(numbers)) == [number for number in numbers if not spans.hold(number)]
