"""Asked politely: a host's cap and pause hold for every kind of request, robots.txt counts, a dead
host is given up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic

from crawler.config import CrawlConfig
from crawler.model import Ask, Manners, Page
from crawler.walking.polite import Polite

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONFIG = CrawlConfig(contact="office@example.org", delay=0.001, retries=1, give_up_after=3)


class Net:
    """Answers by path, and notes when and how many at a time."""

    def __init__(self, robots: bytes = b"", error: str | None = None, status: int = 200) -> None:
        self.robots, self.error, self.status = robots, error, status
        self.asked: list[tuple[str, float]] = []
        self.flight = self.most = 0

    async def fetch(self, _: object, ask: Ask) -> Page:
        self.flight += 1
        self.most = max(self.most, self.flight)
        self.asked.append((ask.url, monotonic()))
        await asyncio.sleep(0)
        self.flight -= 1
        return Page(ask.url, ask.url, 0 if self.error else 200, {}, b"", NOW, self.error)

    async def rules(self, ask: Ask) -> Page:
        self.asked.append((ask.url, monotonic()))
        return Page(ask.url, ask.url, self.status, {}, self.robots, NOW)


async def run(
    net: Net, urls: list[str], manners: dict[str, Manners] | None = None
) -> dict[str, Page]:
    done: dict[str, Page] = {}

    async def note(url: str, page: Page) -> None:
        done[url] = page

    polite: Polite[str] = Polite(net.fetch, net.rules, CONFIG, lambda: NOW, manners or {})
    await polite.run([(url, Ask(url)) for url in urls], note)
    return done


async def test_a_host_is_asked_no_faster_and_no_more_at_a_time_than_its_manners_allow() -> None:
    net = Net()
    urls = [f"http://a.gov.cn/{n}" for n in range(6)]
    began = monotonic()
    done = await run(net, urls, {"a.gov.cn": Manners(0.02, 2)})
    assert len(done) == 6
    assert net.most <= 2
    # A busy machine may be late with any of them, never early.
    assert net.asked[-1][1] - began > 0.95 * 6 * 0.02, "robots.txt takes its turn too"


async def test_strangers_get_the_general_manners_one_at_a_time() -> None:
    net = Net()
    await run(net, [f"http://other.example.com/{n}" for n in range(5)])
    assert net.most == 1


async def test_robots_are_asked_once_a_host_and_obeyed() -> None:
    net = Net(b"User-agent: *\nDisallow: /no/\n")
    done = await run(net, ["http://a.gov.cn/no/1", "http://a.gov.cn/yes", "http://a.gov.cn/no/2"])
    assert [url for url, _ in net.asked].count("http://a.gov.cn/robots.txt") == 1
    assert {url for url, page in done.items() if page.error == "robots"} == {
        "http://a.gov.cn/no/1",
        "http://a.gov.cn/no/2",
    }


async def test_while_robots_cannot_be_had_nothing_is_asked() -> None:
    net = Net(status=503)
    done = await run(net, ["http://a.gov.cn/1"])
    assert done["http://a.gov.cn/1"].error == "unreachable"
    assert len(net.asked) == 1


async def test_a_dead_host_is_given_up_and_the_rest_of_its_addresses_are_not_asked() -> None:
    net = Net(error="timeout")
    done = await run(net, [f"http://dead.example.com/{n}" for n in range(20)])
    assert (
        len([1 for url, _ in net.asked if not url.endswith("robots.txt")]) == CONFIG.give_up_after
    )
    assert sum(page.error == "host_gave_up" for page in done.values()) >= 18
