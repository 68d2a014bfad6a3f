"""A web of plain lists in memory for the tests of the walk: no network, no reader, no sleep worth
the name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crawler.config import CrawlConfig
from crawler.model import (
    Ask,
    Dated,
    Evidence,
    Manners,
    Outcome,
    Outlet,
    OutletKind,
    Page,
    Post,
    Probe,
    Reading,
)
from crawler.walking.hosts import host_key
from crawler.walking.model import Known, Looked
from crawler.walking.record import ArticleSeen
from crawler.walking.walk import Walk

NOW = datetime(2020, 7, 20, 1, tzinfo=UTC)
HOME = "http://www.example.gov.cn"
TODAY = date(2020, 7, 20)


def outlet(name: str = "x", *, url: str | None = None, floor: int = 1) -> Outlet:
    return Outlet(
        name,
        OutletKind.COLUMN,
        f"栏目{name}",
        "portal",
        "site",
        (),
        url or f"{HOME}/{name}/",
        floor=floor,
    )


def post(number: int, day: date | None = None, *, host: str = HOME) -> Post:
    """Post ``number`` was published that many days before today, unless ``day`` says otherwise."""
    day = day or TODAY - timedelta(days=number)
    return Post(f"信息{number}", f"{host}/t/{number}.htm", Dated(day, day.isoformat(), "item"))


def reading(posts: Iterable[Post], *following: str) -> Reading:
    posts = tuple(posts)
    outcome = Outcome.READ if posts else Outcome.EMPTY
    return Reading(outcome, Evidence.COMPLETE, posts, following)


def page(url: str = f"{HOME}/x/", status: int = 200, body: bytes = b"list", **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(url, url, status, named, body, NOW)


@dataclass
class Memory:
    """A keeper that keeps: what the walk saw, and what earlier nights stored (``first_seen`` by
    address)."""

    looks: list[Looked] = field(default_factory=list)
    articles: list[ArticleSeen] = field(default_factory=list)
    first_seen: dict[str, datetime] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    traits: list[tuple[str, str, datetime, str]] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    newer_posts: list[str] = field(default_factory=list)
    others_gone_back: list[str] = field(default_factory=list)

    def look(self, looked: Looked) -> None:
        self.looks.append(looked)

    def article(self, seen: ArticleSeen) -> None:
        self.articles.append(seen)

    def unseen(self, urls: Iterable[str]) -> set[str]:
        return set(urls) - self.read

    def stored_before(self, outlet: str, url: str, moment: datetime) -> bool:
        return url in self.first_seen and self.first_seen[url] < moment

    def trait(self, host: str, kind: str, moment: datetime, detail: str) -> None:
        self.traits.append((host, kind, moment, detail))

    def liars(self) -> dict[str, datetime]:
        return {host: moment for host, kind, moment, _ in self.traits if kind == "liar_304"}

    def column_at(self, landed: str, beside: str) -> str:
        return self.places.get(landed, "")

    def newer(self, outlet: str, day: date) -> list[str]:
        return self.newer_posts

    def gone_back(self, outlet: str, since: datetime) -> list[str]:
        return self.others_gone_back

    def familiar(self, outlet: str, posts: Sequence[Post], before: datetime) -> int:
        return 0

    def store(self) -> None:
        """What the store does after a night."""
        for looked in self.looks:
            for one in looked.posts:
                self.first_seen.setdefault(one.url, looked.visit.moment)
        self.read |= {seen.url for seen in self.articles}

    def learned(self, known: Known) -> Known:
        """What the store knows of the outlet after the looks: as ``crawler.record`` folds them."""
        for looked in (one for one in self.looks if one.visit.outlet == known.outlet.id):
            visit = looked.visit
            if not visit.outcome.conclusive or not looked.learns:
                continue
            walk: dict[str, Any] = {
                "walk_since": looked.walk_since,
                "walk_prior": looked.walk_prior,
                "walk_done": looked.walk_done,
            }
            if looked.whole is not None:
                walk["whole_since"] = looked.whole.since
            if visit.page_no == 1:
                walk |= {
                    "etag": visit.etag,
                    "last_modified": visit.last_modified,
                    "dated": visit.dated,
                }
                walk |= {
                    "page_hash": visit.page_hash,
                    "newest": visit.newest,
                    "newest_url": visit.newest_url,
                }
                walk |= {"last_conclusive": visit.moment}
                if not visit.conditional:
                    walk["last_plain"] = visit.moment
                if looked.front is not None:
                    walk["front"] = looked.front
            known = replace(known, **walk)
        return known


Answer = Page | Reading | Callable[[Ask], Page]


@dataclass
class Web:
    """Addresses and what they answer. A ``Reading`` is a list page that the reader will read as
    that."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    now: datetime = NOW
    in_flight: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @property
    def urls(self) -> list[str]:
        return [ask.url for ask in self.asked]

    async def fetch(self, ask: Ask) -> Page:
        self.asked.append(ask)
        host = host_key(ask.url)
        self.in_flight[host] = self.in_flight.get(host, 0) + 1
        self.most[host] = max(self.most.get(host, 0), self.in_flight[host])
        try:
            return self._answer(ask)
        finally:
            self.in_flight[host] -= 1

    def _answer(self, ask: Ask) -> Page:
        found = self.pages.get(ask.url)
        if callable(found):
            return replace(found(ask), fetched_at=self.clock())
        if isinstance(found, Page):
            return replace(
                found, url=ask.url, final_url=found.final_url or ask.url, fetched_at=self.clock()
            )
        status = 404 if found is None else 200
        body = repr(found).encode()
        return Page(ask.url, ask.url, status, {}, body, self.clock())

    def read(self, page: Page, outlet: Outlet, probe: Probe) -> Reading:
        """The reader of this web: refusals as the real one has them, lists as they were put in."""
        if page.error or page.status != 200:
            bad = Outcome.BLOCKED if page.error == "robots" else Outcome.UNREACHABLE
            return Reading(bad, Evidence.NONE, reason=page.error or f"http_{page.status}")
        found = self.pages[page.final_url]
        assert isinstance(found, Reading), page.final_url
        return found


def failing(error: str) -> Page:
    return Page("", "", 0, {}, b"", NOW, error)


def config(**values: Any) -> CrawlConfig:
    settings = {"contact": "office@example.org", "delay": 0.0001, "backfill_from": date(2020, 1, 1)}
    return CrawlConfig.model_validate(settings | values)


def walker(
    web: Web,
    memory: Memory,
    *,
    manners: Mapping[str, Manners] | None = None,
    hosts: Iterable[str] = ("www.example.gov.cn",),
    articles: bool = False,
    conditional: bool = True,
    **settings: Any,
) -> Walk:
    return Walk(
        web.fetch,
        memory,
        config(**{"robots": False, **settings}),
        web.clock,
        frozenset(hosts),
        manners or {},
        "spider",
        articles=articles,
        conditional=conditional,
    )
