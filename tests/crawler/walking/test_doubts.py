"""Lists that go back, turn round, stand elsewhere; and from which day on a column's posts are
whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from crawler.model import Evidence, Outcome, Page, Reading, Unread
from crawler.platforms import portal
from crawler.reading.keys import key
from crawler.walking.model import Known, Looked, Step
from crawler.walking.visit import Fetched, look
from crawler.walking.wholeness import Walked, reach, whole_since, with_page
from tests.crawler.walking.test_walk import run
from tests.support.walking import HOME, NOW, TODAY, Memory, Web, outlet, page, post, reading, walker

URL, NEXT = f"{HOME}/x/", f"{HOME}/x/index_1.htm"
HORIZON = date(2020, 1, 1)


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def column(*ages: int, **more: Any) -> Known:
    """A column whose first page last showed posts of those ages."""
    posts = [post(age) for age in ages]
    return Known(
        outlet(),
        front=b"".join(key(one.url) for one in posts),
        newest=day(min(ages)),
        newest_url=post(min(ages)).url,
        dated=len(posts),
        last_conclusive=NOW - timedelta(days=1),
        last_plain=NOW,
        walk_done=True,
        **more,
    )


def seen(known: Known, said: Reading, shown: Page | None = None, **more: Any) -> Looked:
    walk = {name: more.pop(name) for name in [*more] if name in Step.__annotations__}
    step, fetched = Step(**{"horizon": HORIZON, **walk}), Fetched(**{"door": "spider", **more})
    return look(known, shown or page(), lambda *_: said, fetched=fetched, step=step)


def listed(*ages: int, further: str = "") -> Reading:
    return reading([post(age) for age in ages], *([further] if further else []))


# Going back


def test_a_list_whose_newest_is_older_than_known_clears_and_never_convicts() -> None:
    looked = seen(column(1, 5, 9), listed(5, 9, 12))
    visit = looked.visit
    assert (visit.outcome, visit.evidence, visit.reason) == (
        Outcome.READ,
        Evidence.LOWER_BOUND,
        "went_back",
    )
    assert (visit.newest, visit.newest_url) == (day(1), post(1).url)
    assert not looked.learns
    assert looked.believed is not None
    assert (looked.believed.visit.evidence, looked.believed.visit.newest) == (
        Evidence.COMPLETE,
        day(5),
    )


def test_a_person_s_word_explains_one_going_back_and_not_the_next() -> None:
    known = column(1, 5, 9, backwards=NOW - timedelta(hours=1))
    assert seen(known, listed(5, 9)).visit.evidence is Evidence.COMPLETE
    spent = replace(known, last_conclusive=NOW)
    assert seen(spent, listed(5, 9)).visit.reason == "went_back"


def test_a_list_without_any_known_post_is_in_doubt_and_a_new_address_begins_anew() -> None:
    assert seen(column(5, 9), listed(1, 2)).visit.reason == "no_known_posts"
    assert seen(column(5, 9), listed(1, 9)).visit.reason == ""
    assert seen(replace(column(5, 9), front=b""), listed(1, 2)).visit.reason == ""


def test_a_list_from_old_to_new_hides_its_newest_on_another_page() -> None:
    turned = listed(9, 5, 2, 1, further=NEXT)
    assert seen(column(1, 2, 5, 9), turned).visit.reason == "turned_round"
    assert seen(column(1, 2, 5, 9), listed(9, 5, 2, 1)).visit.evidence is Evidence.COMPLETE
    first = seen(Known(outlet()), turned)
    assert (first.visit.evidence, first.more) == (Evidence.LOWER_BOUND, (NEXT,))
    assert (
        seen(Known(outlet()), listed(900, 1, 2, 3, further=NEXT)).visit.evidence
        is Evidence.COMPLETE
    )


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = Web()
    monkeypatch.setattr(portal, "read", web.read)
    return web


GONE = [
    page(status=404, body=b""),
    page(status=410, body=b""),
    page(
        body=b'<html><head><meta http-equiv="refresh" content="0;url=../"></head><body></body></html>'
    ),
]


@pytest.mark.parametrize("answer", GONE)
def test_a_withdrawn_newest_post_explains_it(web: Web, answer: Page) -> None:
    memory = Memory(newer_posts=[post(1).url])
    web.pages = {URL: listed(5, 9, 12), post(1).url: answer}
    run(walker(web, memory), [column(1, 5, 9)])
    (looked,) = memory.looks
    assert (looked.visit.evidence, looked.visit.newest) == (Evidence.COMPLETE, day(5))
    assert looked.visit.path == f"withdrawn={post(1).url}"
    assert looked.learns


def test_a_newest_post_that_still_stands_or_cannot_be_asked_explains_nothing(web: Web) -> None:
    for answer in (page(status=503), page(status=403), page(body=b"<p>hello</p>" * 99)):
        memory = Memory(newer_posts=[post(1).url])
        web.pages = {URL: listed(5, 9, 12), post(1).url: answer}
        run(walker(web, memory), [column(1, 5, 9)])
        assert [one.visit.reason for one in memory.looks] == ["went_back"]


def test_a_restored_backup_is_no_withdrawn_post(web: Web) -> None:
    """Several lists go back in one night, or one after the others: their newest posts are gone, and
    nobody withdrew them."""
    gone = page(status=404, body=b"")
    other = replace(
        column(2, 6, 9), outlet=outlet("y", url=f"{HOME}/y/"), newest_url=post(2).url, newest=day(2)
    )
    web.pages = {
        URL: listed(5, 9, 12),
        f"{HOME}/y/": listed(6, 9),
        post(1).url: gone,
        post(2).url: gone,
    }
    memory = Memory(newer_posts=[post(1).url])
    run(walker(web, memory), [column(1, 5, 9), other])
    assert [one.visit.reason for one in memory.looks] == ["went_back"] * 2
    again = Memory(newer_posts=[post(1).url], others_gone_back=[post(2).url])
    run(walker(web, again, conditional=False), [column(1, 5, 9)])
    assert [one.visit.reason for one in again.looks] == ["went_back"]
    many = Memory(newer_posts=[post(1).url] * 4)
    run(walker(web, many), [column(1, 5, 9)])
    assert [one.visit.reason for one in many.looks] == ["went_back"]


# Elsewhere


def moved(known: Known, said: Reading, landed: str, **more: Any) -> Looked:
    return seen(known, said, replace(page(), final_url=landed), **more)


def test_another_address_with_the_known_list_is_told_and_believed() -> None:
    looked = moved(column(5, 9), listed(1, 5, 9), f"{HOME}/new/")
    assert (looked.visit.evidence, looked.visit.path) == (Evidence.COMPLETE, f"final={HOME}/new/")


def test_the_archive_of_last_year_is_no_column_of_today() -> None:
    for landed in (f"{HOME}/x/2019/", f"{HOME}/archive/x/"):
        for known in (Known(outlet()), column(1, 5), column(500, 600)):
            visit = moved(known, listed(500, 600), landed).visit
            assert (visit.outcome, visit.reason) == (Outcome.UNREADABLE, "moved_address")
            assert visit.mark.startswith(landed)
            assert visit.newest == known.newest


def test_an_older_list_elsewhere_is_unknown_and_an_unknown_one_convicts_nobody() -> None:
    assert moved(column(1, 5), listed(5, 9), f"{HOME}/y/").visit.outcome is Outcome.UNREADABLE
    first = moved(Known(outlet()), listed(5, 9, further=NEXT), f"{HOME}/y/")
    assert (first.visit.evidence, first.visit.reason) == (Evidence.LOWER_BOUND, "moved_address")
    assert first.more == (NEXT,)
    later = moved(column(5, 9, evidence=Evidence.LOWER_BOUND), listed(5, 9), f"{HOME}/y/")
    assert later.visit.evidence is Evidence.LOWER_BOUND
    said = Known(outlet(), other_addresses=frozenset({f"{HOME}/y"}))
    assert moved(said, listed(5, 9), f"{HOME}/y/").visit.evidence is Evidence.COMPLETE


def test_another_columns_list_is_not_this_ones() -> None:
    for known in (Known(outlet()), column(5, 9)):
        looked = moved(known, listed(1, 5, 9), f"{HOME}/y/", column_at=lambda url: "y")
        assert (looked.visit.outcome, looked.visit.reason) == (Outcome.UNREADABLE, "other_column")
        assert looked.visit.mark == f"y {HOME}/y/"
        assert looked.posts == ()


# Whole


def walked(*pages: Reading, copies: tuple[int, ...] = ()) -> Walked:
    found = Walked()
    for number, said in enumerate(pages, 1):
        found = with_page(found, said, number, copy=number in copies)
    return found


def test_a_list_read_to_its_end_is_whole_unless_its_total_says_more() -> None:
    said = listed(1, 2, 3, 4)
    assert whole_since(walked(said), ended=True).since == date.min
    assert whole_since(walked(replace(said, total=4)), ended=True).since == date.min
    assert whole_since(walked(replace(said, total=5)), ended=True).since == day(2)
    assert whole_since(walked(said, listed(5, 6)), ended=False).since == day(4)


def test_a_list_in_no_order_that_was_left_is_whole_of_no_day() -> None:
    assert whole_since(walked(listed(1, 300, 2, 200, 3, 400)), ended=False).since is None
    assert whole_since(walked(listed(1)), ended=False).since is None


def test_pinned_rows_say_nothing_and_inversions_cost_their_days() -> None:
    assert reach((day(900), day(400), day(1), day(2), day(3), day(4))) == day(2)
    assert reach((day(1), day(5), day(3), day(9), day(20))) == day(9) + timedelta(days=3)
    assert reach((day(1), day(2), day(3), day(4000))) == day(2), (
        "one false old date promises no years"
    )


def test_what_was_not_read_on_a_further_page_ends_what_is_whole() -> None:
    lost = replace(
        listed(5, 6), unread=(Unread("row 3", "impossible_date", url=f"{HOME}/t/z.htm"),)
    )
    assert whole_since(walked(listed(1, 2), lost), ended=True).since == day(4)
    assert whole_since(walked(listed(1, 2), listed(5, 6), copies=(2,)), ended=True).since == day(4)
    undated = replace(post(7), published=None)
    kept = replace(
        reading([post(5), undated]), unread=(Unread("row 2", "undated", url=undated.url),)
    )
    assert whole_since(walked(listed(1, 2), kept), ended=True).since == date.min


def test_a_walk_proves_its_days_and_one_that_meets_known_posts_keeps_the_old(web: Web) -> None:
    memory = Memory()
    web.pages = {URL: replace(listed(1, 2, further=NEXT), total=9), NEXT: listed(3, 4)}
    run(walker(web, memory), [Known(outlet())])
    known = memory.learned(Known(outlet()))
    assert (known.settled, known.whole_since) == (True, day(2))
    web.pages = {URL: listed(0, 1, 2, further=NEXT), NEXT: listed(3, 4)}
    memory.looks.clear()
    run(walker(web, memory), [replace(known, last_plain=None)])
    assert memory.learned(known).whole_since == day(2)
