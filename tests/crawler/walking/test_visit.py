"""One page and its reading become a Visit: the same page, the same Visit, whoever fetched it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Evidence, Outcome, Outlet, Page, Post, Probe, Reading
from crawler.reading.keys import key, keys
from crawler.walking.asking import conditional
from crawler.walking.model import Known, Looked, Step
from crawler.walking.visit import Fetched, look
from tests.support.walking import HOME, NOW, TODAY, outlet, page, post, reading

HORIZON = date(2020, 1, 1)
SETTLED: dict[str, Any] = {"walk_done": True, "last_conclusive": NOW - timedelta(days=1)}


def front(*posts: Post) -> bytes:
    return b"".join(key(one.url) for one in posts)


def seen(known: Known, said: Reading, shown: Page | None = None, **more: Any) -> Looked:
    walk = {name: more.pop(name) for name in [*more] if name in Step.__annotations__}
    step, fetched = Step(**{"horizon": HORIZON, **walk}), Fetched(**{"door": "spider", **more})
    return look(known, shown or page(), lambda *_: said, fetched=fetched, step=step)


def never(page: Page, outlet: Outlet, probe: Probe) -> Reading:
    raise AssertionError("an unchanged page is not read")


def test_a_first_look_writes_all_it_sees_and_goes_on_from_there() -> None:
    said = reading([post(1), post(2)], f"{HOME}/x/index_1.htm")
    looked = seen(Known(outlet()), said, page(etag='"a"', last_modified="Mon"))
    visit = looked.visit
    assert (visit.outcome, visit.evidence, visit.page_no) == (Outcome.READ, Evidence.COMPLETE, 1)
    assert (visit.newest, visit.newest_url, visit.dated) == (
        TODAY - timedelta(days=1),
        post(1).url,
        2,
    )
    assert (visit.etag, visit.last_modified, visit.status, len(visit.page_hash)) == (
        '"a"',
        "Mon",
        200,
        32,
    )
    assert looked.posts == said.posts
    assert looked.front == front(*said.posts)
    assert looked.more == (f"{HOME}/x/index_1.htm",)
    assert (looked.walk_since, looked.walk_prior, looked.walk_done) == (NOW, None, False)


def test_the_newest_date_counts_wherever_the_list_puts_it() -> None:
    pinned = replace(post(300), pinned=True)
    looked = seen(Known(outlet()), reading([pinned, post(5), post(2), post(9)]))
    assert (looked.visit.newest, looked.visit.newest_url) == (
        TODAY - timedelta(days=2),
        post(2).url,
    )


@pytest.mark.parametrize("shown", [page(status=304, body=b""), page(body=b"list")])
def test_304_and_equal_bytes_are_unchanged_and_not_read(shown: Page) -> None:
    first = seen(Known(outlet()), reading([post(1)]), page(body=b"list", etag='"a"'))
    known = Known(
        outlet(),
        etag='"a"',
        page_hash=first.visit.page_hash,
        front=front(post(1)),
        newest=TODAY,
        newest_url="u",
        dated=1,
        **SETTLED,
    )
    looked = look(known, shown, never, fetched=Fetched("spider"), step=Step(HORIZON))
    visit = looked.visit
    assert (visit.outcome, visit.evidence) == (Outcome.UNCHANGED, Evidence.COMPLETE)
    assert (visit.newest, visit.newest_url, visit.dated) == (TODAY, "u", 1)
    assert (visit.etag, visit.page_hash) == ('"a"', first.visit.page_hash)
    assert (looked.posts, looked.front, looked.walk_done, looked.more) == ((), None, True, ())


def test_equal_bytes_are_read_while_the_walk_is_unfinished() -> None:
    hash_ = seen(Known(outlet()), reading([post(1)])).visit.page_hash
    known = Known(outlet(), page_hash=hash_, walk_since=NOW, last_conclusive=NOW)
    assert seen(known, reading([post(1)])).visit.outcome is Outcome.READ
    assert conditional(known) == {}


def test_a_304_that_nobody_asked_for_is_no_answer() -> None:
    said = Reading(Outcome.UNREADABLE, Evidence.NONE, reason="no_list")
    assert (
        seen(Known(outlet()), said, page(status=304, body=b"")).visit.outcome is Outcome.UNREADABLE
    )


@pytest.mark.parametrize("status", [403, 404, 500, 0])
def test_a_failed_page_is_never_unchanged(status: int) -> None:
    empty = Known(outlet(), page_hash="", **SETTLED)
    said = Reading(Outcome.UNREACHABLE, Evidence.NONE, reason="x")
    assert seen(empty, said, page(status=status, body=b"")).visit.outcome is Outcome.UNREACHABLE


def test_validators_are_sent_only_for_a_column_walked_to_its_end() -> None:
    known = Known(outlet(), etag='"a"', last_modified="Mon", **SETTLED)
    assert conditional(known) == {"If-None-Match": '"a"', "If-Modified-Since": "Mon"}
    assert conditional(replace(known, etag="")) == {"If-Modified-Since": "Mon"}
    assert conditional(replace(known, walk_done=False)) == {}


def test_a_refused_look_keeps_what_was_known_and_forgets_validators_of_the_wall() -> None:
    known = Known(
        outlet(), etag='"a"', newest=TODAY, newest_url="u", dated=5, walk_since=NOW, walk_prior=NOW
    )
    said = Reading(Outcome.BLOCKED, Evidence.COMPLETE, reason="captcha", mark="请输入验证码")
    looked = seen(known, said, page(etag='"wall"', last_modified="Tue"))
    visit = looked.visit
    assert (visit.outcome, visit.evidence, visit.reason) == (
        Outcome.BLOCKED,
        Evidence.NONE,
        "captcha",
    )
    assert (visit.newest, visit.newest_url, visit.etag, visit.last_modified) == (TODAY, "u", "", "")
    assert (looked.posts, looked.front, looked.more) == ((), None, ())
    assert (looked.walk_since, looked.walk_prior) == (NOW, NOW)


def test_fewer_posts_than_the_floor_are_not_believed() -> None:
    looked = seen(Known(outlet(floor=5)), reading([post(n) for n in range(4)]))
    visit = looked.visit
    assert (visit.outcome, visit.reason, visit.mark) == (Outcome.UNREADABLE, "below_floor", "4 < 5")
    assert (visit.evidence, looked.posts) == (Evidence.NONE, ())


def test_far_fewer_posts_than_last_time_are_not_believed() -> None:
    known = Known(outlet(), dated=20, **SETTLED)
    assert seen(known, reading([post(n) for n in range(6)])).visit.mark == "6 < 7"
    assert seen(known, reading([post(n) for n in range(7)])).visit.outcome is Outcome.READ


def test_a_list_that_was_full_and_is_empty_is_in_doubt_and_one_that_never_held_anything_is_empty() -> (
    None
):
    emptied = seen(Known(outlet(), dated=20, **SETTLED), reading([])).visit
    assert (emptied.outcome, emptied.reason) == (Outcome.UNREADABLE, "emptied")
    assert seen(Known(outlet(floor=5)), reading([])).visit.outcome is Outcome.EMPTY


def test_the_floor_is_of_the_first_page_only() -> None:
    looked = seen(
        Known(outlet(floor=5), dated=20), reading([post(1)]), page_no=2, seen=lambda _: False
    )
    assert looked.visit.outcome is Outcome.READ


def test_undated_posts_are_kept_and_do_not_count() -> None:
    bare = replace(post(1), published=None)
    looked = seen(Known(outlet(floor=2)), reading([bare, post(2)]))
    assert looked.visit.reason == "below_floor"
    looked = seen(Known(outlet(floor=1)), reading([bare, post(2)]))
    assert (looked.visit.dated, looked.posts) == (1, (bare, post(2)))


def test_a_changed_page_that_lists_the_same_posts_writes_none() -> None:
    known = Known(outlet(), front=front(post(1), post(2)), page_hash="other", dated=2, **SETTLED)
    looked = seen(known, reading([post(1), post(2)], f"{HOME}/x/index_1.htm"))
    assert (looked.visit.outcome, looked.posts, looked.more) == (Outcome.READ, (), ())


def test_the_same_posts_with_another_newest_date_are_written_for_the_record_to_compare() -> None:
    kept = {"front": front(post(1), post(2)), "page_hash": "other", "dated": 2, **SETTLED}
    said = reading([post(1), post(2)], f"{HOME}/x/index_1.htm")
    assert said.newest is not None
    before = Known(outlet(), newest=said.newest.day - timedelta(days=30), **kept)
    assert [one.url for one in seen(before, said).posts] == [post(1).url, post(2).url]
    assert (seen(before, said).more, seen(before, said).walk_done) == ((), True)
    assert seen(Known(outlet(), newest=said.newest.day, **kept), said).posts == ()


def test_the_walk_of_a_settled_column_ends_where_its_old_front_begins() -> None:
    known = Known(outlet(), front=front(post(5), post(6)), dated=2, **SETTLED)
    next_ = f"{HOME}/x/index_1.htm"
    reached = seen(known, reading([post(4), post(5)], next_))
    assert (reached.more, reached.walk_done, reached.walk_since) == ((), True, None)
    unknown = seen(known, reading([post(2), post(3)], next_))
    assert (unknown.visit.reason, unknown.more) == ("no_known_posts", ())
    onward = unknown.believed
    assert onward is not None
    assert (onward.more, onward.walk_done, onward.walk_since) == ((next_,), False, NOW)
    assert onward.walk_prior == known.last_conclusive


def test_a_list_in_order_is_followed_to_the_horizon_and_not_beyond() -> None:
    next_ = f"{HOME}/x/index_1.htm"
    inside, before = post(1), post(2, HORIZON - timedelta(days=1))
    assert seen(Known(outlet()), reading([inside, post(3, HORIZON)], next_)).more == (next_,)
    assert seen(Known(outlet()), reading([inside, before], next_)).walk_done
    # An old post that is not the last one is pinned, or the list is in no order: what follows may
    # be new.
    assert seen(Known(outlet()), reading([before, inside], next_)).more == (next_,)


def test_the_last_page_allowed_ends_the_walk() -> None:
    looked = seen(
        Known(outlet()),
        reading([post(1)], f"{HOME}/next"),
        page_no=3,
        max_pages=3,
        seen=lambda _: False,
    )
    assert looked.walk_done


def test_a_page_that_shows_what_an_earlier_one_showed_ends_the_walk() -> None:
    first = seen(Known(outlet()), reading([post(1), post(2)], f"{HOME}/p2"))
    same = seen(
        Known(outlet()),
        reading([post(1), post(2)], f"{HOME}/p3"),
        page(f"{HOME}/p2"),
        page_no=2,
        trail=first.trail,
    )
    assert (same.more, same.walk_done) == ((), True)


def test_a_link_back_is_not_followed_and_the_next_new_one_is() -> None:
    first = seen(Known(outlet()), reading([post(1)], f"{HOME}/p2"))
    back = reading([post(2)], f"{HOME}/x/", f"{HOME}/p2", f"{HOME}/p3")
    second = seen(Known(outlet()), back, page(f"{HOME}/p2"), page_no=2, trail=first.trail)
    assert second.more == (f"{HOME}/p3",)
    third = seen(
        Known(outlet()),
        reading([post(3)], f"{HOME}/p2"),
        page(f"{HOME}/p3"),
        page_no=3,
        trail=second.trail,
    )
    assert third.walk_done


def test_a_stub_says_where_the_list_stands() -> None:
    said = Reading(
        Outcome.UNREADABLE, Evidence.NONE, next=(f"{HOME}/real/",), reason="redirect_stub"
    )
    looked = seen(Known(outlet()), said)
    assert looked.redirect == f"{HOME}/real/"
    assert seen(Known(outlet()), replace(said, reason="no_list")).redirect is None


def test_a_reader_that_breaks_is_our_fault_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    def broken(page: Page, outlet: Outlet, probe: Probe) -> Reading:
        raise RecursionError("too deep")

    visit = look(
        Known(outlet()), page(), broken, fetched=Fetched("spider"), step=Step(HORIZON)
    ).visit
    assert (visit.outcome, visit.evidence) == (Outcome.UNREADABLE, Evidence.NONE)
    assert visit.reason == "reader_broke"
    assert "too deep" in visit.mark
    assert "too deep" in caplog.text


READINGS = st.builds(
    Reading,
    outcome=st.sampled_from(Outcome),
    evidence=st.sampled_from(Evidence),
    posts=st.lists(st.integers(-3, 400).map(post), max_size=8).map(tuple),
    next=st.lists(st.sampled_from([f"{HOME}/x/", f"{HOME}/p2", f"{HOME}/p3"]), max_size=3).map(
        tuple
    ),
    reason=st.sampled_from(["", "captcha", "redirect_stub"]),
)
KNOWN = st.builds(
    Known,
    outlet=st.integers(0, 5).map(lambda floor: outlet(floor=floor)),
    front=st.lists(st.integers(0, 9), max_size=4).map(lambda ns: front(*(post(n) for n in ns))),
    newest=st.none() | st.just(TODAY),
    dated=st.integers(0, 30),
    last_conclusive=st.none() | st.just(NOW),
    walk_since=st.none() | st.just(NOW),
    walk_done=st.booleans(),
)


@given(KNOWN, READINGS, st.integers(1, 3), st.sampled_from([200, 304, 500]), st.booleans())
def test_whatever_was_read_the_visit_keeps_the_promises_of_the_house(
    known: Known, said: Reading, page_no: int, status: int, old: bool
) -> None:
    shown = page(status=status, body=b"" if status == 304 else b"list")
    looked = seen(known, said, shown, page_no=page_no, seen=lambda _: old)
    again = seen(known, said, shown, page_no=page_no, seen=lambda _: old)
    assert looked == again
    visit = looked.visit
    if not visit.outcome.conclusive:
        assert visit.evidence is Evidence.NONE
        assert looked.posts == ()
        assert looked.front is None
        assert visit.newest == known.newest
    assert looked.walk_done or looked.more or not visit.outcome.conclusive or not looked.learns
    assert not (visit.outcome.conclusive and looked.walk_done and looked.more)
    assert keys(front(*looked.posts)) <= keys(front(*said.posts))
