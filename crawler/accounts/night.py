"""A night over the accounts: canaries first, then who is due, each along its chain of probes,
politely.

It fetches through a plain function, like :mod:`crawler.walk`. A probe out of service tonight
(silent canary, walls in a row, half of all accounts empty) may clear an account and never convict
one.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any

from crawler.accounts.chain import (
    Health,
    ProbeLook,
    believed,
    decides,
    due,
    next_probe,
    probe_health,
    tripped,
)
from crawler.accounts.looks import account_looked, as_copy, path_of
from crawler.config import CrawlConfig
from crawler.model import (
    GONE,
    Ask,
    Evidence,
    Manners,
    Outcome,
    OutletKind,
    Page,
    Probe,
    Reading,
    shanghai_day,
)
from crawler.net.guard import refusal_of
from crawler.platforms import platform
from crawler.walking.asking import Asking, PageAnswer
from crawler.walking.freshness import PAST_CACHES
from crawler.walking.hosts import HostQueue, host_key
from crawler.walking.model import Known, Looked
from crawler.walking.visit import guarded
from crawler.walking.walk import NETWORK, Fetch, Keeper

SESSION_LIFE = timedelta(minutes=20)
"""How long a visitor's cookies are used before a new handshake; they live in memory only."""


def asked_tonight(one: Known, today: date) -> bool:
    """Whether a night looks at this outlet: columns and canaries always, accounts when they might
    turn idle."""
    if one.outlet.kind is not OutletKind.ACCOUNT:
        return True
    return one.outlet.state not in GONE and due(one.newest, None, today)


@dataclass(slots=True)
class AccountNight:
    """One run over accounts and canaries. ``forced`` asks also those that are not due (a
    recheck)."""

    fetch: Fetch
    keeper: Keeper
    config: CrawlConfig
    clock: Callable[[], datetime]
    hosts: frozenset[str]
    manners: Mapping[str, Manners]
    door: str
    forced: bool = False
    on_look: Callable[[Looked], None] = lambda looked: None
    queues: dict[str, HostQueue] = field(default_factory=dict)
    locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    answers: dict[str, list[Reading]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[str, tuple[datetime, Mapping[str, str] | Reading]] = field(default_factory=dict)
    _source: Asking = field(init=False)

    def __post_init__(self) -> None:
        async def polite(queue: HostQueue, ask: Ask) -> Page:
            return await self._polite(ask)

        self._source = Asking(polite, self.config, self.clock)

    async def run(self, known: Iterable[Known]) -> None:
        """Look at every canary and every account that is due; returns when all is written."""
        everyone = list(known)
        canaries = [one for one in everyone if one.outlet.kind is OutletKind.CANARY]
        today = shanghai_day(self.clock())
        accounts = [
            one
            for one in everyone
            if one.outlet.kind is OutletKind.ACCOUNT and (self.forced or asked_tonight(one, today))
        ]
        sung = await asyncio.gather(*(self._sing(one) for one in canaries))
        silent = self._silent(canaries, sung)
        seen = await asyncio.gather(*(self._chain(one) for one in accounts))
        for one, looks in [*zip(canaries, sung, strict=True), *zip(accounts, seen, strict=True)]:
            self._write(one, looks, self._healths(looks, silent))

    def _silent(
        self, canaries: Sequence[Known], sung: Sequence[Sequence[ProbeLook]]
    ) -> dict[str, Mapping[str, Reading]]:
        """The canaries' readings by probe, and by the canary's name."""
        found: dict[str, dict[str, Reading]] = defaultdict(dict)
        for one, looks in zip(canaries, sung, strict=True):
            for look in looks:
                found[look.probe.platform][one.outlet.name] = look.reading
        return dict(found)

    def _healths(
        self, looks: Sequence[ProbeLook], canaries: Mapping[str, Mapping[str, Reading]]
    ) -> dict[str, Health]:
        now = self.clock()
        return {
            name: probe_health(canaries.get(name, {}), self.answers[name], now)
            for name in {look.probe.platform for look in looks}
        }

    async def _sing(self, known: Known) -> list[ProbeLook]:
        """A canary is asked through each of its probes: it stands for the probe, not for itself."""
        return [await self._queued(known, probe) for probe in known.outlet.probes]

    async def _queued(self, known: Known, probe: Probe) -> ProbeLook:
        async with self.locks[probe.platform]:
            return await self._ask(known, probe)

    async def _chain(self, known: Known) -> list[ProbeLook]:
        """One account's probes in their order, until one decides or clears, or none is left."""
        looks: list[ProbeLook] = []
        today = shanghai_day(self.clock())
        while True:
            probe = next_probe(known.outlet.probes, looks, today, out=self._out())
            if probe is None:
                return looks
            async with self.locks[probe.platform]:
                if (
                    probe.platform in self._out()
                ):  # its night ended while this account waited its turn
                    continue
                look = await self._ask(known, probe)
                self.answers[probe.platform].append(look.reading)
            looks.append(look)

    def _out(self) -> set[str]:
        """The probes whose night the circuit breaker has ended."""
        return {name for name, answers in self.answers.items() if tripped(answers)}

    async def _ask(self, known: Known, probe: Probe) -> ProbeLook:
        """One probe's look: all its requests, their posts together."""
        module: Any = platform(probe.platform)
        try:
            asks: tuple[Ask, ...] = module.start(known.outlet, probe)
        except ValueError as error:
            return ProbeLook(
                probe,
                Reading(Outcome.UNREADABLE, Evidence.NONE, reason="no_source", mark=str(error)),
            )
        if not asks:
            nothing = Page("", "", 200, {}, b"", self.clock())
            return ProbeLook(probe, module.read(nothing, known.outlet, probe))
        cookies = await self._session(module, probe)
        if isinstance(cookies, Reading):
            return ProbeLook(probe, cookies)
        readings: list[Reading] = []
        answers: list[PageAnswer] = []
        for ask in asks:
            answers.append(
                await self._at_source(module.with_cookies(ask, cookies) if cookies else ask)
            )
            readings.append(guarded(module.read, answers[-1].page, known.outlet, probe))
            if not readings[-1].outcome.conclusive:
                break
        reading = await self._confirm(module, known, probe, _together(readings))
        return as_copy(ProbeLook(probe, reading, path_of(probe, answers)), answers)

    async def _at_source(self, ask: Ask) -> PageAnswer:
        """The answer to a request past the caches; one that is an old copy all the same is told."""
        ask = replace(ask, headers={**ask.headers, **PAST_CACHES})
        page = await self._polite(ask)
        return await self._source.at_source(self._queue(host_key(ask.url)), ask, PageAnswer(page))

    async def _session(self, module: ModuleType, probe: Probe) -> Mapping[str, str] | Reading:
        """The visitor's cookies where a platform wants them, one handshake at a time; or its
        refusal."""
        if not hasattr(module, "visitor_ask"):
            return {}
        key = f"{probe.handle.get('host', '')} {probe.handle.get('visitor_base', '')}"
        made = self.sessions.get(key)
        if made is not None and self.clock() - made[0] < SESSION_LIFE:
            return made[1]
        page = await self._polite(module.visitor_ask(probe))
        refusal: Reading | None = module.visitor_refusal(page)
        session: Mapping[str, str] | Reading = refusal or module.visitor_cookies(page)
        if refusal is None:
            step = module.crossdomain_ask(page, probe, f"0.{random.randrange(10**9):09d}")  # noqa: S311
            if step is not None:
                await self._polite(step)
        self.sessions[key] = (self.clock(), session)
        return session

    async def _confirm(
        self, module: ModuleType, known: Known, probe: Probe, reading: Reading
    ) -> Reading:
        """A feed that does not name its account is settled by its newest item's own page."""
        newest = reading.newest
        if (
            reading.reason != "identity_unconfirmed"
            or newest is None
            or not hasattr(module, "confirm")
        ):
            return reading
        url = next(post.url for post in reading.posts if post.published is newest)
        article: Any = platform("wechat_article")
        biz = known.outlet.handle.get("biz") or probe.handle.get("biz", "")
        page = await self._polite(Ask(url))
        seen = article.read(page, known.outlet, Probe("wechat_article", url, {"biz": biz}))
        return module.confirm(reading, seen, biz)  # type: ignore[no-any-return]

    async def _polite(self, ask: Ask) -> Page:
        """One request within its host's manners and the guard; one retry on network faults."""
        reason = refusal_of(ask.url, self.hosts, allow_loopback=self.config.allow_loopback)
        if reason:
            return self._nothing(ask.url, reason)
        queue = self._queue(host_key(ask.url))
        page = self._nothing(ask.url, "host_gave_up")
        for _ in range(1 + self.config.retries):
            if queue.dead:
                break
            async with self.locks[f"host {queue.host}"]:
                await asyncio.sleep(max(0.0, queue.reserve(asyncio.get_running_loop().time())))
                page = await self.fetch(ask)
            queue.settle(failed=page.error in NETWORK)
            if page.error not in NETWORK:
                break
        return page

    def _queue(self, host: str) -> HostQueue:
        if host not in self.queues:
            manners = self.manners.get(host) or Manners(self.config.delay, 1)
            self.queues[host] = HostQueue(host, manners, self.config.give_up_after)
        return self.queues[host]

    def _nothing(self, url: str, error: str) -> Page:
        return Page(url, url, 0, {}, b"", self.clock(), error)

    def _write(
        self, known: Known, looks: Sequence[ProbeLook], healths: Mapping[str, Health]
    ) -> None:
        """A visit for every look, as it counts under tonight's health; one for an account without
        any."""
        if not looks:
            reason = "no_address" if not known.outlet.probes else "probe_out_of_service"
            chain = known.outlet.probes or (Probe("none"),)
            looks = [ProbeLook(chain[0], Reading(Outcome.UNREADABLE, Evidence.NONE, reason=reason))]
        best = known
        # What decided is told last: an album that was refused after it is no account that cannot be
        # read.
        for look in sorted(looks, key=lambda one: decides(one.reading)):
            reading = believed(look.reading, healths.get(look.probe.platform, Health(True)))
            looked = account_looked(best, replace(look, reading=reading), self.clock(), self.door)
            if looked.visit.newest is not None:
                best = replace(best, newest=looked.visit.newest, newest_url=looked.visit.newest_url)
            self.keeper.look(looked)
            self.on_look(looked)


def _together(readings: Sequence[Reading]) -> Reading:
    """Several answers of one probe (an album from both ends): all must be good; their posts are
    joined."""
    failed = next((reading for reading in readings if not reading.outcome.conclusive), None)
    if failed is not None or len(readings) == 1:
        return failed or readings[0]
    posts = {post.url: post for reading in readings for post in reading.posts}
    return replace(readings[0], posts=tuple(posts.values()))
