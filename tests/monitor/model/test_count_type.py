"""A count cannot be read as complete by accident."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import NOT_COUNTED, ZERO, Count

counts = st.builds(
    lambda least, more, gap: Count(
        least, None if more is None else least + more, ("没有读全",) * gap
    ),
    st.integers(0, 30),
    st.none() | st.integers(0, 30),
    st.booleans(),
)


@given(counts, st.integers(0, 40))
def test_a_count_never_both_meets_a_number_and_falls_short_of_it(count: Count, needed: int) -> None:
    assert not (count.meets(needed) and count.falls_short(needed))
    assert count.lacking(needed) == 0 or count.falls_short(needed)
    assert isinstance(count.figure, int) is count.complete


@given(counts, counts, st.integers(0, 40))
def test_a_sum_knows_no_more_than_its_parts(one: Count, other: Count, needed: int) -> None:
    both = one + other
    assert both.complete is (one.complete and other.complete)
    assert both.at_least == one.at_least + other.at_least
    assert not both.falls_short(needed) or (one.falls_short(needed) and other.falls_short(needed))


def test_of_what_nobody_counted_nothing_is_known() -> None:
    assert not NOT_COUNTED.falls_short(1)
    assert NOT_COUNTED.text == "未作判定"
    assert (ZERO.text, Count(4, None).text, Count(4, 6, ("待认定",)).text) == (
        "0",
        "不少于4",
        "4至6",
    )
