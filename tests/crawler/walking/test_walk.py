"""The walk over many hosts: manners, robots, retries, giving up, and how far a list is followed. No
network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from time import monotonic
from typing import Any

import pytest

from crawler import platforms
from crawler.model import Ask, Evidence, Manners, Outcome, Page, Reading
from crawler.platforms import portal
from crawler.reading.keys import key
from crawler.walking.freshness import PAST_CACHES
from crawler.walking.hosts import host_key
from crawler.walking.model import Known
from crawler.walking.walk import Walk
from tests.support.walking import (
    HOME,
    NOW,
    TODAY,
    Memory,
    Web,
    failing,
    outlet,
    page,
    post,
    reading,
    walker,
)

POLITE = {"www.example.gov.cn": Manners(0.0001, 1)}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """A web whose lists are read by its own reader in place of the portal's."""
    web = Web()
    monkeypatch.setattr(portal, "read", web.read)
    assert platforms.platform("portal").read == web.read
    return web


def run(walk: Walk, known: Iterable[Known], pending: Iterable[str] = ()) -> None:
    asyncio.run(walk.run(known, pending))


def columns(web: Web, count: int, host: str = HOME) -> list[Known]:
    """``count`` healthy columns of one page each."""
    found = []
    for n in range(count):
        url = f"{host}/c{n}/"
        web.pages[url] = reading([post(n + 1)])
        found.append(Known(outlet(f"c{n}", url=url)))
    return found


def outcomes(memory: Memory) -> dict[str, tuple[str, str]]:
    return {
        looked.visit.outlet: (looked.visit.outcome.value, looked.visit.reason)
        for looked in memory.looks
    }


# Manners


@pytest.mark.parametrize("cap", [1, 3])
def test_no_host_is_asked_beyond_its_cap(web: Web, cap: int) -> None:
    memory = Memory()
    walk = walker(web, memory, manners={"www.example.gov.cn": Manners(0.0001, cap)})
    busy = [asyncio.Event() for _ in range(2)]

    async def slowly(ask: Ask) -> Page:
        host = host_key(ask.url)
        web.in_flight[host] = web.in_flight.get(host, 0) + 1
        web.most[host] = max(web.most.get(host, 0), web.in_flight[host])
        for event in busy:  # two turns of the loop, in which others could begin
            event.set()
            await asyncio.sleep(0.001)
        web.in_flight[host] -= 1
        return page(ask.url)

    known = columns(web, 12)
    walk.fetch = slowly
    run(walk, known)
    assert web.most == {"www.example.gov.cn": cap}
    assert len(memory.looks) == 12


def test_all_hosts_together_stay_below_the_total(web: Web) -> None:
    hosts = [f"h{n}.example.gov.cn" for n in range(6)]
    memory, flying, most = Memory(), 0, 0

    async def slowly(ask: Ask) -> Page:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.001)
        flying -= 1
        return page(ask.url)

    walk = walker(web, memory, hosts=hosts, total_concurrency=2)
    walk.fetch = slowly
    run(walk, [one for host in hosts for one in columns(web, 2, f"http://{host}")])
    assert most == 2
    assert len(memory.looks) == 12


def test_a_delay_lies_between_two_requests_of_a_host_however_many_workers_it_has(web: Web) -> None:
    moments: list[float] = []

    async def noted(ask: Ask) -> Page:
        moments.append(monotonic())
        return page(ask.url)

    memory = Memory()
    walk = walker(web, memory, manners={"www.example.gov.cn": Manners(0.01, 4)})
    walk.fetch = noted
    began = monotonic()
    run(walk, columns(web, 5))
    # A loaded machine may be late with any of them, never early.
    assert len(moments) == 5
    assert all(moment >= began + at * 0.01 for at, moment in enumerate(moments))


# Robots


def robots(web: Web, answer: Page | str) -> str:
    text = answer if isinstance(answer, str) else None
    web.pages[f"{HOME}/robots.txt"] = page(body=text.encode()) if text is not None else answer  # type: ignore[assignment]
    return f"{HOME}/robots.txt"


def test_a_column_that_robots_forbid_is_blocked_and_never_asked(web: Web) -> None:
    known, memory = columns(web, 2), Memory()
    robots(web, "User-agent: *\nDisallow: /c0/\n")
    run(walker(web, memory, robots=True), known)
    assert outcomes(memory) == {"c0": ("blocked", "robots"), "c1": ("read", "")}
    assert web.urls == [f"{HOME}/robots.txt", f"{HOME}/c1/"]


def test_robots_may_speak_to_us_by_name(web: Web) -> None:
    known, memory = columns(web, 1), Memory()
    robots(web, "User-agent: gengxin\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    run(walker(web, memory, robots=True), known)
    assert outcomes(memory) == {"c0": ("blocked", "robots")}


@pytest.mark.parametrize(
    "answer",
    [
        page(status=404),
        page(status=403),
        page(body=b""),
        page(body=b"<!DOCTYPE html><HTML><body>User-agent: *\nDisallow: /</body></html>"),
    ],
    ids=["missing", "refused", "empty", "a page in its place"],
)
def test_robots_that_are_no_rules_forbid_nothing(web: Web, answer: Page) -> None:
    known, memory = columns(web, 2), Memory()
    robots(web, answer)
    run(walker(web, memory, robots=True), known)
    assert set(outcomes(memory).values()) == {("read", "")}
    assert web.urls.count(f"{HOME}/robots.txt") == 1


def test_while_robots_cannot_be_had_nothing_is_asked_and_their_failure_is_the_answer(
    web: Web,
) -> None:
    known, memory = columns(web, 3), Memory()
    robots(web, page(status=503))
    run(walker(web, memory, robots=True), known)
    assert set(outcomes(memory).values()) == {("unreachable", "http_503")}
    assert web.urls == [f"{HOME}/robots.txt"]


def test_robots_that_time_out_once_are_asked_again_and_obeyed(web: Web) -> None:
    known, memory = columns(web, 1), Memory()
    answers = [failing("timeout"), page(body=b"User-agent: *\nDisallow: /c0/")]
    web.pages[f"{HOME}/robots.txt"] = lambda ask: answers.pop(0)
    run(walker(web, memory, robots=True), known)
    assert outcomes(memory) == {"c0": ("blocked", "robots")}


def test_a_crawl_delay_makes_us_slower_and_never_faster(web: Web) -> None:
    robots(web, "User-agent: *\nCrawl-delay: 0.02\n")
    walk = walker(web, Memory(), robots=True)
    run(walk, columns(web, 1))
    assert walk.queues["www.example.gov.cn"].manners.delay == 0.02
    slow = walker(web, Memory(), robots=True, manners={"www.example.gov.cn": Manners(0.05, 1)})
    run(slow, columns(web, 1))
    assert slow.queues["www.example.gov.cn"].manners.delay == 0.05


# Retries and giving up


def test_a_network_fault_is_tried_once_more_at_the_end_of_the_queue(web: Web) -> None:
    known, memory = columns(web, 3), Memory()
    good = web.pages[f"{HOME}/c0/"]
    answers = [failing("timeout")]
    web.pages[f"{HOME}/c0/"] = lambda ask: answers.pop() if answers else page()
    web.read = lambda p, o, b: good if "c0" in o.id else Web.read(web, p, o, b)  # type: ignore[assignment,method-assign]
    run(walker(web, memory, manners=POLITE), known)
    assert web.urls == [f"{HOME}/c0/", f"{HOME}/c1/", f"{HOME}/c2/", f"{HOME}/c0/"]
    assert len(memory.looks) == 3


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_answer_is_never_asked_twice(web: Web, status: int) -> None:
    known, memory = columns(web, 5), Memory()
    for one in known:
        web.pages[str(one.outlet.url)] = page(status=status)
    run(walker(web, memory, manners=POLITE, retries=3), known)
    assert len(web.asked) == 5
    assert set(outcomes(memory).values()) == {("unreachable", f"http_{status}")}


def test_a_dead_host_is_given_up_after_three_faults_and_every_column_says_so(web: Web) -> None:
    known, memory = columns(web, 20), Memory()
    for one in known:
        web.pages[str(one.outlet.url)] = failing("timeout")
    run(walker(web, memory, manners=POLITE, retries=1), known)
    assert len(web.asked) == 3
    reasons = [reason for _, reason in outcomes(memory).values()]
    assert len(reasons) == 20
    assert reasons.count("timeout") == 1
    assert reasons.count("host_gave_up") == 19


def test_one_dead_host_never_costs_another_its_look(web: Web) -> None:
    dead = columns(web, 5, "http://dead.example.gov.cn")
    for one in dead:
        web.pages[str(one.outlet.url)] = failing("refused")
    alive = [
        Known(replace(one.outlet, id=f"alive-{one.outlet.id}"))
        for one in columns(web, 5, "http://a.gov.cn")
    ]
    memory = Memory()
    run(walker(web, memory, hosts=("dead.example.gov.cn", "a.gov.cn")), [*dead, *alive])
    assert sum(outcome == "read" for outcome, _ in outcomes(memory).values()) == 5


def test_articles_of_a_dead_host_wait_for_another_night(web: Web) -> None:
    memory = Memory()
    urls = [f"{HOME}/t/{n}.htm" for n in range(10)]
    for url in urls:
        web.pages[url] = failing("reset")
    run(walker(web, memory, manners=POLITE, articles=True), [], urls)
    assert len(web.asked) == 3
    assert len(memory.articles) <= 1


# Addresses


def test_an_outlet_without_an_address_says_so(web: Web) -> None:
    bare = Known(replace(outlet("a"), url=None))
    memory = Memory()
    run(walker(web, memory), [bare])
    assert outcomes(memory) == {"a": ("unreachable", "no_address")}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://elsewhere.example.com/", "foreign_host"),
        ("http://10.0.0.1/", "forbidden_address"),
        ("ftp://www.example.gov.cn/", "bad_address"),
    ],
)
def test_an_address_outside_is_refused_unasked(web: Web, url: str, reason: str) -> None:
    memory = Memory()
    run(walker(web, memory), [Known(outlet("a", url=url))])
    assert outcomes(memory) == {"a": ("unreachable", reason)}
    assert web.asked == []


def stub(target: str) -> Reading:
    return Reading(Outcome.UNREADABLE, Evidence.NONE, next=(target,), reason="redirect_stub")


def test_a_stub_is_followed_once_and_leaves_one_visit(web: Web) -> None:
    memory = Memory()
    web.pages[f"{HOME}/x/"] = stub(f"{HOME}/real/")
    web.pages[f"{HOME}/real/"] = reading([post(1)])
    run(walker(web, memory), [Known(outlet())])
    assert web.urls == [f"{HOME}/x/", f"{HOME}/real/"]
    (looked,) = memory.looks
    assert (looked.visit.outcome, looked.visit.url) == (Outcome.READ, f"{HOME}/real/")


def test_a_stub_behind_a_stub_is_not_followed(web: Web) -> None:
    memory = Memory()
    web.pages[f"{HOME}/x/"] = stub(f"{HOME}/y/")
    web.pages[f"{HOME}/y/"] = stub(f"{HOME}/x/")
    run(walker(web, memory), [Known(outlet())])
    assert web.urls == [f"{HOME}/x/", f"{HOME}/y/"]
    assert outcomes(memory) == {"x": ("unreadable", "redirect_stub")}


def test_a_stub_to_another_host_is_refused_with_its_cause(web: Web) -> None:
    memory = Memory()
    web.pages[f"{HOME}/x/"] = stub("http://elsewhere.example.com/")
    run(walker(web, memory), [Known(outlet())])
    assert outcomes(memory) == {"x": ("unreachable", "foreign_host")}


def test_a_stub_never_answers_for_its_target(web: Web) -> None:
    """The stub does not change when the list behind it does: the list's validators are not sent to
    it."""
    memory = Memory()
    web.pages[f"{HOME}/x/"] = stub(f"{HOME}/real/")
    web.pages[f"{HOME}/real/"] = reading([post(1)])
    honest = web.fetch

    async def validated(ask: Ask) -> Page:
        return replace(
            await honest(ask), headers={"last-modified": "Mon, 20 Jul 2020 00:00:00 GMT"}
        )

    first = walker(web, memory)
    first.fetch = validated
    run(first, [Known(outlet())])
    known = memory.learned(Known(outlet()))
    assert known.settled
    web.asked.clear()
    run(walker(web, Memory()), [known])
    assert [dict(ask.headers) for ask in web.asked] == [PAST_CACHES, PAST_CACHES]


# How far a list is followed


def listing(web: Web, pages: list[list[int]], name: str = "x") -> Known:
    """A column of several pages, each the posts of those ages in days."""
    urls = [f"{HOME}/{name}/", *(f"{HOME}/{name}/index_{n}.htm" for n in range(1, len(pages)))]
    for at, ages in enumerate(pages):
        web.pages[urls[at]] = reading([post(age) for age in ages], *urls[at + 1 : at + 2])
    return Known(outlet(name))


def night(web: Web, known: Known, memory: Memory, **settings: Any) -> Known:
    """One night after which the store knows what the walk saw."""
    memory.looks.clear()
    web.asked.clear()
    run(walker(web, memory, **settings), [known])
    memory.store()
    return memory.learned(known)


def test_a_new_column_is_walked_to_its_end_and_then_asked_once(web: Web) -> None:
    memory = Memory()
    known = listing(web, [[1, 2], [3, 4], [5, 6]])
    known = night(web, known, memory)
    assert len(web.asked) == 3
    assert [looked.visit.page_no for looked in memory.looks] == [1, 2, 3]
    assert known.settled
    assert len(memory.first_seen) == 6
    night(web, known, memory)
    assert len(web.asked) == 1


def test_a_new_column_is_walked_back_to_the_horizon(web: Web) -> None:
    memory = Memory()
    known = listing(web, [[1, 20], [25, 40], [55, 60], [70, 80]])
    known = night(web, known, memory, backfill_from=TODAY - timedelta(days=50))
    assert len(web.asked) == 3
    assert known.settled


def test_one_old_row_at_a_pages_end_does_not_end_a_walk(web: Web) -> None:
    """It may be a false date: the days from the horizon on would not be proven whole."""
    known = listing(web, [[1, 20], [25, 40], [45, 60], [70, 80]])
    known = night(web, known, Memory(), backfill_from=TODAY - timedelta(days=50))
    assert len(web.asked) == 4
    assert known.settled


def test_a_walk_ends_at_the_most_pages_allowed(web: Web) -> None:
    memory = Memory()
    known = listing(web, [[n] for n in range(1, 10)])
    known = night(web, known, memory, max_pages=4)
    assert len(web.asked) == 4
    assert known.settled


def test_after_a_holiday_the_walk_goes_on_until_known_posts_and_no_further(web: Web) -> None:
    memory = Memory()
    known = night(web, listing(web, [[11, 12], [13, 14], [15, 16]]), memory)
    prior = known.last_conclusive
    listing(web, [[1, 2], [3, 4], [11, 12], [13, 14], [15, 16]])
    known = night(web, known, memory)
    assert web.urls == [f"{HOME}/x/", f"{HOME}/x/index_1.htm", f"{HOME}/x/index_2.htm"]
    assert {looked.walk_prior for looked in memory.looks} == {prior}
    assert known.settled


def test_a_walk_that_broke_off_goes_on_past_the_posts_it_had_stored(web: Web) -> None:
    memory = Memory()
    pages = [[1, 2], [3, 4], [5, 6], [7, 8]]
    known = listing(web, pages)
    broken = web.pages[f"{HOME}/x/index_2.htm"]
    web.pages[f"{HOME}/x/index_2.htm"] = page(status=500)
    known = night(web, known, memory)
    assert (known.walk_done, known.walk_since is not None, len(memory.first_seen)) == (
        False,
        True,
        4,
    )
    web.pages[f"{HOME}/x/index_2.htm"] = broken
    known = night(web, known, memory)
    assert len(web.asked) == 4
    assert web.asked[0].headers == PAST_CACHES
    assert set(memory.first_seen) == {post(n).url for n in range(1, 9)}
    assert known.settled


def test_a_holiday_walk_that_broke_off_still_stops_at_what_was_known_before_it(web: Web) -> None:
    memory = Memory()
    known = night(web, listing(web, [[11, 12], [13, 14], [15, 16]]), memory)
    prior = known.last_conclusive
    listing(web, [[1, 2], [3, 4], [5, 6], [11, 12], [13, 14]])
    web.pages[f"{HOME}/x/index_2.htm"] = failing("reset")
    known = night(web, known, memory, retries=0)
    # A list that did not lead to a post that is known is not believed yet: the next night begins
    # where this one did.
    assert known.last_conclusive == prior
    listing(web, [[1, 2], [3, 4], [5, 6], [11, 12], [13, 14]])
    known = night(web, known, memory)
    assert len(web.asked) == 4
    assert known.settled
    assert {looked.walk_prior for looked in memory.looks} == {prior}
    assert post(5).url in memory.first_seen


def test_a_further_page_may_want_a_form(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the province's platform does: one address, another form for every page, the last one
    leading back."""
    form = Ask(
        f"{HOME}/search", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, b"page=2"
    )
    third = replace(form, body=b"page=3")
    said = {
        b"list": replace(reading([post(1), post(2)], f"{HOME}/x/index_1.htm"), asks=(form,)),
        b"page=2": replace(reading([post(3)]), asks=(third,)),
        b"page=3": replace(reading([post(4)]), asks=(form,)),
    }
    web.pages = {f"{HOME}/x/": page(), form.url: lambda ask: page(ask.url, body=ask.body)}
    monkeypatch.setattr(portal, "read", lambda page, *_: said[page.body])
    memory = Memory()
    known = night(web, Known(outlet()), memory)
    assert [(ask.method, ask.body) for ask in web.asked] == [
        ("GET", b""),
        ("POST", b"page=2"),
        ("POST", b"page=3"),
    ]
    assert web.asked[1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert known.settled
    assert [one.visit.page_no for one in memory.looks] == [1, 2, 3]


def test_a_column_whose_list_is_only_at_its_interface_is_asked_there(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = Ask(f"{HOME}/search", "POST", {}, b"page=1")
    script = Reading(Outcome.UNREADABLE, Evidence.NONE, reason="script_list", asks=(form,))
    web.pages = {f"{HOME}/x/": page(), form.url: lambda ask: page(ask.url, body=ask.body)}
    monkeypatch.setattr(
        portal, "read", lambda page, *_: reading([post(1)]) if page.body[:4] == b"page" else script
    )
    memory = Memory()
    run(walker(web, memory), [Known(outlet())])
    assert [(ask.method, ask.body) for ask in web.asked] == [("GET", b""), ("POST", b"page=1")]
    (looked,) = memory.looks
    assert (looked.visit.outcome, looked.visit.url, looked.visit.page_no) == (
        Outcome.READ,
        form.url,
        1,
    )


@pytest.mark.parametrize("back", ["/x/", "/x/index_1.htm", "/x/index_2.htm"])
def test_a_last_page_that_leads_back_ends_the_walk(web: Web, back: str) -> None:
    memory = Memory()
    known = listing(web, [[1, 2], [3, 4], [5, 6]])
    web.pages[f"{HOME}/x/index_2.htm"] = reading([post(5), post(6)], f"{HOME}{back}")
    known = night(web, known, memory)
    assert len(web.asked) == 3
    assert known.settled


def test_a_portal_that_shows_one_page_under_endless_addresses_is_asked_twice(web: Web) -> None:
    memory = Memory()
    for n in range(300):
        web.pages[f"{HOME}/x/?page={n}"] = reading([post(1), post(2)], f"{HOME}/x/?page={n + 1}")
    known = night(web, Known(outlet(url=f"{HOME}/x/?page=0")), memory)
    assert len(web.asked) == 2
    assert known.settled


def test_an_unchanged_column_costs_one_request_with_its_validators(web: Web) -> None:
    known = replace(
        Known(outlet()),
        etag='"a"',
        last_modified="Mon",
        dated=1,
        walk_done=True,
        last_conclusive=NOW,
        last_plain=NOW,
    )
    web.pages[f"{HOME}/x/"] = page(status=304, body=b"")
    memory = Memory()
    run(walker(web, memory), [known])
    assert [dict(ask.headers) for ask in web.asked] == [
        {"If-None-Match": '"a"', "If-Modified-Since": "Mon"}
    ]
    assert outcomes(memory) == {"x": ("unchanged", "")}
    web.asked.clear()
    run(walker(web, memory, conditional=False), [known])
    assert web.asked[0].headers == PAST_CACHES


# Articles


def test_articles_are_fetched_once_for_new_posts_of_the_horizon_on_our_hosts(web: Web) -> None:
    foreign = post(3, host="http://elsewhere.example.com")
    old = post(4, date(2019, 12, 31))
    undated = replace(post(5), published=None)
    shared = post(1)
    web.pages[f"{HOME}/a/"] = reading([shared, post(2), foreign, undated, old])
    web.pages[f"{HOME}/b/"] = reading([shared, post(2)])
    memory = Memory()
    run(walker(web, memory, articles=True), [Known(outlet("a")), Known(outlet("b"))], [post(2).url])
    asked = sorted(url for url in web.urls if "/t/" in url)
    assert asked == sorted([shared.url, post(2).url, undated.url])
    assert sorted(seen.url for seen in memory.articles) == asked


def test_an_article_that_was_read_before_is_not_fetched_again(web: Web) -> None:
    memory = Memory(read={post(1).url})
    known = replace(
        Known(outlet()), front=key("other"), dated=1, walk_done=True, last_conclusive=NOW
    )
    web.pages[f"{HOME}/x/"] = reading([post(1), post(2)])
    run(walker(web, memory, articles=True), [known])
    assert [url for url in web.urls if "/t/" in url] == [post(2).url]


def test_a_fault_in_the_walk_itself_is_raised_and_not_swallowed(web: Web) -> None:
    class Full(Memory):
        def look(self, looked: Any) -> None:
            raise OSError("disk full")

    with pytest.raises(ExceptionGroup) as caught:
        run(walker(web, Full()), columns(web, 1))
    assert "disk full" in repr(caught.value.exceptions)
