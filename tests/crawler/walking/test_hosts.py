"""One queue a host: lists first, a pace, a cap, and an early end for a dead host."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Manners, Outlet, OutletKind
from crawler.walking.hosts import HostQueue, Task, host_key
from crawler.walking.model import Known

OUTLET = Outlet(
    "x", OutletKind.COLUMN, "栏目", "portal", "site", (), "http://www.example.gov.cn/x/"
)


def page(url: str) -> Task:
    return Task(url, Known(OUTLET))


def queue(delay: float = 1.0, give_up_after: int = 3) -> HostQueue:
    return HostQueue("www.example.gov.cn:80", Manners(delay, 2), give_up_after)


def test_lists_come_before_articles_and_each_in_turn() -> None:
    q = queue()
    q.put([Task("a1"), page("l1"), Task("a2"), page("l2")])
    assert q.waiting == 4
    assert [task.url for task in iter(q.take, None)] == ["l1", "l2", "a1", "a2"]
    assert q.take() is None


def test_a_retry_waits_behind_the_others() -> None:
    q = queue()
    q.put([page("l1"), page("l2")])
    first = q.take()
    assert first is not None
    q.put([first.again()])
    assert [(task.url, task.tries) for task in iter(q.take, None)] == [("l2", 0), ("l1", 1)]


def test_a_host_is_dead_after_failures_in_a_row_and_not_before() -> None:
    q = queue()
    q.put([page("l1"), Task("a1")])
    for failed in (True, True, False, True, True):
        q.settle(failed=failed)
    assert not q.dead
    q.settle(failed=True)
    assert q.dead
    assert q.take() is None


def test_a_dead_host_gives_back_its_lists_and_leaves_articles_to_another_night() -> None:
    q = queue(give_up_after=1)
    q.put([page("l1"), Task("a1"), page("l2")])
    q.settle(failed=True)
    assert [task.url for task in q.abandon()] == ["l1", "l2"]
    assert q.waiting == 0
    assert q.abandon() == []


@given(st.floats(0.001, 30), st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_requests_are_never_closer_than_the_delay(delay: float, moments: list[float]) -> None:
    q = queue(delay)
    times = []
    for now in sorted(moments):
        wait = q.reserve(now)
        assert wait >= 0
        times.append(now + wait)
    assert all(later - earlier >= delay * 0.999 for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://WWW.Example.gov.cn/A/b.htm", "www.example.gov.cn"),
        ("https://www.example.gov.cn:8443?x=/", "www.example.gov.cn:8443"),
        ("http://127.0.0.1:8000#a", "127.0.0.1:8000"),
        ("http://www.example.gov.cn", "www.example.gov.cn"),
    ],
)
def test_politeness_is_counted_by_host_and_port(url: str, key: str) -> None:
    assert host_key(url) == key
