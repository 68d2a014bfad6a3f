"""A site's frame and what remains unread: nothing is dropped without a reason, and a column's own
headline never is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Evidence, Unread, upper_bound
from crawler.reading.frames import frame_key, learned, proves, remaining

SITE = "http://www.example.org/"
NEWEST = date(2026, 11, 20)
NEWER, OLDER = date(2026, 11, 25), date(2026, 11, 1)


def left(
    unread: Iterable[Unread],
    *,
    frame: Iterable[str] = (),
    known: dict[str, date] | None = None,
    dismissed: Iterable[str] = (),
) -> tuple[Unread, ...]:
    keys = {frame_key(url) for url in frame}
    return remaining(
        tuple(unread),
        NEWEST,
        is_frame=lambda url: frame_key(url) in keys,
        known_day=(known or {}).get,
        dismissed=frozenset(dismissed),
    )


def outside(url: str, place: str = "beside the list", day: date | None = None) -> Unread:
    return Unread(place, "outside", "某某通知", url, day)


def test_the_same_link_outside_the_lists_of_three_columns_is_frame() -> None:
    hot, own = SITE + "hot.htm", SITE + "own.htm"
    keys = learned({"a": [hot, own], "b": [hot], "c": [hot, hot], "d": []})
    assert keys == {frame_key(hot)}


def test_on_two_columns_a_link_is_no_frame_however_few_are_known() -> None:
    hot = SITE + "hot.htm"
    assert learned({"a": [hot, hot, hot], "b": [hot]}) == frozenset()
    assert learned({"a": [hot], "b": [hot], "c": [], "d": []}) == frozenset()


LINKS = st.sampled_from([SITE + str(number) for number in range(6)])


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.lists(LINKS, max_size=5)),
    st.sets(st.sampled_from("abcdefg")),
)
def test_knowing_of_fewer_columns_never_makes_more_frame(
    arounds: dict[str, list[str]], left_out: set[str]
) -> None:
    fewer = {column: links for column, links in arounds.items() if column not in left_out}
    assert learned(fewer) <= learned(arounds)


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.lists(LINKS, max_size=5)),
    st.sampled_from("abcdefg"),
)
def test_a_page_that_shows_fewer_links_never_makes_more_frame(
    arounds: dict[str, list[str]], cut: str
) -> None:
    shorter = {column: links[:1] if column == cut else links for column, links in arounds.items()}
    assert learned(shorter) <= learned(arounds)


def test_an_older_day_is_no_longer_unread_and_an_unknown_one_stays() -> None:
    rows = [outside("u1", day=OLDER), outside("u2", day=NEWER), outside("u3")]
    assert [one.url for one in left(rows)] == ["u2", "u3"]


def test_a_stored_post_gives_its_day() -> None:
    rows = [outside("u1"), outside("u2"), Unread("row 1", "undated", "", "u3")]
    kept = left(rows, known={"u1": OLDER, "u2": NEWER, "u3": OLDER})
    assert [(one.url, one.day) for one in kept] == [("u2", NEWER)]
    assert upper_bound(NEWEST, kept) == NEWER


def test_what_a_person_dismissed_is_gone_with_its_place_only() -> None:
    rows = [outside("u1", "tab 2"), outside("u2", "tab 3")]
    assert [one.url for one in left(rows, dismissed=["tab 2"])] == ["u2"]


def test_a_hot_list_that_is_mostly_frame_is_frame_with_its_new_entry() -> None:
    box = [outside(f"u{number}", "beside the list") for number in range(5)]
    assert left(box, frame=["u0", "u1", "u2"]) == ()
    assert [one.url for one in left(box, frame=["u0", "u1"])] == ["u2", "u3", "u4"]


def test_a_row_of_the_list_is_never_frame() -> None:
    row = Unread("row 1", "undated", "某某通知", "u1")
    assert left([row], frame=["u1"]) == (row,)
    beside = outside("u2", "row 1")
    assert left([row, beside], frame=["u1", "u2"]) == (row,)


def test_the_columns_own_headline_is_not_frame_because_its_neighbours_show_it() -> None:
    headline = Unread("above the list", "part", "某某要闻", "u1")
    assert left([headline], frame=["u1"]) == (headline,)


def test_partial_with_nothing_left_is_complete_and_weak_stays_weak() -> None:
    assert proves(Evidence.PARTIAL, ()) is Evidence.COMPLETE
    assert proves(Evidence.PARTIAL, (outside("u"),)) is Evidence.PARTIAL
    assert proves(Evidence.WEAK, ()) is Evidence.WEAK
    assert proves(Evidence.LOWER_BOUND, ()) is Evidence.LOWER_BOUND


UNREAD = st.builds(
    Unread,
    st.sampled_from(["row 1", "row 2", "above the list", "beside the list"]),
    st.sampled_from(["undated", "future_date", "outside", "part", "total"]),
    st.just(""),
    st.sampled_from(["", *(SITE + str(number) for number in range(6))]),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)


@given(st.lists(UNREAD, max_size=8), st.sets(st.sampled_from([SITE + str(n) for n in range(6)])))
def test_knowing_less_never_leaves_less(rows: list[Unread], frame: set[str]) -> None:
    """Without the frame at least as much stays unread as with a part of it."""
    more = left(rows, frame=frame)
    less = left(rows)
    assert set(more) <= set(less)
    assert (upper_bound(NEWEST, less) or date.max) >= (upper_bound(NEWEST, more) or date.max)
