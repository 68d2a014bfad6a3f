"""How a list is asked: validators where they may be trusted, past caches where not, and who is
caught at lying."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawler.model import Ask, Evidence, Outcome, Page, Reading
from crawler.platforms import portal
from crawler.reading.keys import key
from crawler.walking.freshness import PAST_CACHES
from crawler.walking.model import Known
from tests.crawler.walking.test_walk import run
from tests.support.walking import (
    HOME,
    NOW,
    Memory,
    Web,
    failing,
    outlet,
    page,
    post,
    reading,
    walker,
)

URL = f"{HOME}/x/"
OLD, NEW = (post(9), post(8)), (post(1), post(9))
AGE = str(22 * 86400)
DAYS_AGO = "Sun, 28 Jun 2020 01:00:0{} GMT"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    """The page ``old`` lists OLD, ``new`` lists NEW."""
    web = Web()
    said = {
        b"old": reading(OLD),
        b"new": reading(NEW),
        b"": Reading(Outcome.UNREADABLE, Evidence.NONE),
    }
    monkeypatch.setattr(portal, "read", lambda page, *_: said[page.body])
    return web


def column(plain: datetime | None = NOW, last: datetime = NOW) -> Known:
    """A column that was last read plainly at ``plain``, last conclusively at ``last``, and listed
    OLD."""
    front = b"".join(key(one.url) for one in OLD)
    return Known(
        outlet(),
        etag='"old"',
        front=front,
        newest=post(8).published.day,
        newest_url=post(8).url,  # type: ignore[union-attr]
        dated=2,
        last_conclusive=last,
        last_plain=plain,
        walk_done=True,
    )


def validators(web: Web) -> list[bool]:
    return ["If-None-Match" in ask.headers for ask in web.asked]


def liar(ask: Ask) -> Page:
    """304 to whatever validator; the page has changed long ago."""
    return page(status=304, body=b"") if "If-None-Match" in ask.headers else page(body=b"new")


def test_a_server_that_says_304_of_everything_is_caught_and_asked_so_no_more(web: Web) -> None:
    memory = Memory()
    web.pages = {URL: liar}
    last = NOW - timedelta(days=1)
    plain = NOW - timedelta(days=7)
    run(walker(web, memory), [column(plain, last)])
    (looked,) = memory.looks
    assert (looked.visit.outcome, looked.visit.conditional) == (Outcome.READ, False)
    assert looked.visit.newest == post(1).published.day  # type: ignore[union-attr]
    assert validators(web) == [False, True]
    assert looked.walk_prior == plain, "what was said since the last plain look proves nothing"
    ((host, kind, _, detail),) = memory.traits
    assert (host, kind) == ("www.example.gov.cn", "liar_304")
    assert URL in detail
    web.asked.clear()
    run(walker(web, memory), [column(NOW, NOW)])
    assert validators(web) == [False]
    web.asked.clear()
    web.now += timedelta(days=21)
    run(
        walker(web, memory),
        [column(NOW, NOW), replace(column(NOW, NOW), outlet=outlet("y", url=f"{HOME}/y/"))],
    )
    assert validators(web).count(True) == 1, (
        "three weeks later it is tried once, for the office to know"
    )
    assert len(memory.traits) == 2


def test_a_server_that_knows_its_old_validators_no_more_is_honest(web: Web) -> None:
    memory = Memory()
    web.pages = {URL: page(body=b"new")}
    run(walker(web, memory), [column(NOW - timedelta(days=7), NOW - timedelta(days=1))])
    assert validators(web) == [False, True]
    assert memory.traits == []
    assert memory.looks[0].walk_prior == NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("plain", "last", "body"),
    [
        (
            NOW - timedelta(days=7),
            NOW - timedelta(days=7),
            b"new",
        ),  # nobody has said "unchanged" since
        (NOW - timedelta(days=7), NOW - timedelta(days=1), b"old"),  # nothing has changed
    ],
)
def test_nobody_is_cross_examined_without_cause(
    web: Web, plain: datetime, last: datetime, body: bytes
) -> None:
    web.pages = {URL: page(body=body)}
    run(walker(web, Memory()), [column(plain, last)])
    assert validators(web) == [False]


def test_the_second_look_is_asked_past_every_cache(web: Web) -> None:
    web.pages = {URL: page(body=b"old")}
    run(walker(web, Memory(), conditional=False), [column()])
    assert [ask.headers for ask in web.asked] == [PAST_CACHES]


def test_304_to_a_request_without_validators_is_a_fault(web: Web) -> None:
    memory = Memory()
    web.pages = {URL: page(status=304, body=b"")}
    run(walker(web, memory, conditional=False), [column()])
    visit = memory.looks[0].visit
    assert (visit.outcome, visit.reason, visit.evidence) == (
        Outcome.UNREADABLE,
        "bad_304",
        Evidence.NONE,
    )


@pytest.mark.parametrize("status", [200, 304])
def test_an_old_copy_is_asked_for_again_past_the_cache(web: Web, status: int) -> None:
    def cache(ask: Ask) -> Page:
        if "Cache-Control" in ask.headers:
            return page(body=b"new")
        return page(status=status, body=b"old" if status == 200 else b"", age=AGE)

    memory = Memory()
    web.pages = {URL: cache}
    run(walker(web, memory), [column()])
    (looked,) = memory.looks
    assert (looked.visit.evidence, looked.visit.reason) == (Evidence.COMPLETE, "")
    assert looked.visit.newest == post(1).published.day  # type: ignore[union-attr]
    assert validators(web) == [True, False]
    assert not looked.visit.conditional


@pytest.mark.parametrize("status", [200, 304])
@pytest.mark.parametrize("stubborn", [True, False])
def test_a_copy_that_no_asking_makes_fresh_clears_and_never_convicts(
    web: Web, status: int, stubborn: bool
) -> None:
    """The cache answers the same to both, or the way past it is closed."""

    def cache(ask: Ask) -> Page:
        if "Cache-Control" in ask.headers:
            return page(body=b"old", age=AGE) if stubborn else failing("timeout")
        return page(status=status, body=b"old" if status == 200 else b"", age=AGE)

    memory = Memory()
    web.pages = {URL: cache}
    known = column()
    run(walker(web, memory, retries=0), [known])
    (looked,) = memory.looks
    visit = looked.visit
    assert visit.outcome.conclusive
    assert (visit.evidence, visit.reason) == (Evidence.LOWER_BOUND, "old_copy")
    assert visit.seen is not None
    assert visit.moment - visit.seen == timedelta(days=22)
    assert f"age={AGE}" in visit.path
    assert not looked.learns, "the column is known as it was seen, not as it once was"
    assert memory.learned(known) == known


def test_a_copy_shows_posts_and_makes_the_newest_no_older(web: Web) -> None:
    memory = Memory()
    web.pages = {URL: page(body=b"old", age=AGE)}
    run(walker(web, memory), [replace(column(), newest=NOW.date(), newest_url="u", front=b"")])
    (looked,) = memory.looks
    assert (looked.visit.newest, looked.visit.newest_url) == (NOW.date(), "u")
    assert looked.posts == OLD


def test_a_frozen_date_is_a_copys_and_one_that_goes_on_a_wrong_clocks(web: Web) -> None:
    times = iter(range(9))
    frozen, running = Memory(), Memory()
    web.pages = {URL: page(body=b"old", date=DAYS_AGO.format(0))}
    run(walker(web, frozen, conditional=False), [column()])
    assert frozen.looks[0].visit.reason == "old_copy"
    web.pages = {URL: lambda ask: page(body=b"old", date=DAYS_AGO.format(next(times)))}
    other = replace(column(), outlet=outlet("y", url=f"{HOME}/y/"))
    web.pages[f"{HOME}/y/"] = web.pages[URL]
    web.asked.clear()
    run(walker(web, running, conditional=False), [column(), other])
    assert [one.visit.evidence for one in running.looks] == [Evidence.COMPLETE] * 2
    assert len(web.asked) == 3, "a host's clock is looked at once"
