"""A night over the accounts: canaries first, then who is due, each along its chain of probes, politely.

It fetches through a plain function, like :mod:`crawler.walk`. A probe out of service tonight (silent canary,
walls in a row, half of all accounts empty) may clear an account and never convict one.
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

from crawler.account_register import GONE
from crawler.chain import Health, Look, believed, due, next_probe, probe_health, tripped
from crawler.config import CrawlConfig
from crawler.guard import refusal_of
from crawler.hosts import HostQueue, host_key
from crawler.model import (
    Ask,
    Evidence,
    Manners,
    Outcome,
    OutletKind,
    Page,
    Probe,
    Reading,
    Visit,
    shanghai_day,
    utc,
)
from crawler.platforms import platform
from crawler.visit import Known, Looked, guarded
from crawler.walk import NETWORK, Fetch, Keeper
from crawler.walking.freshness import part

BRIDGE = "feed"
"""Looks through one bridge are one look, whoever asks: its host stands in the look's path."""
SESSION_LIFE = timedelta(minutes=20)
"""How long a visitor's cookies are used before a new handshake; they live in memory only."""


def asked_tonight(one: Known, today: date) -> bool:
    """Whether a night looks at this outlet: columns and canaries always, accounts when they might turn idle."""
    if one.outlet.kind is not OutletKind.ACCOUNT:
        return True
    return one.outlet.state not in GONE and due(one.newest, None, today)


@dataclass(slots=True)
class AccountNight:
    """One run over accounts and canaries. ``forced`` asks also those that are not due (a recheck)."""

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
    passed: set[str] = field(default_factory=set)
    sessions: dict[str, tuple[datetime, Mapping[str, str] | Reading]] = field(default_factory=dict)

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
        now = self.clock()
        self.passed = {name for name, readings in silent.items() if probe_health(readings, [], now).ok}
        seen = await asyncio.gather(*(self._chain(one) for one in accounts))
        for one, looks in [*zip(canaries, sung, strict=True), *zip(accounts, seen, strict=True)]:
            self._write(one, looks, self._healths(looks, silent))

    def _silent(
        self, canaries: Sequence[Known], sung: Sequence[Sequence[Look]]
    ) -> dict[str, Mapping[str, Reading]]:
        """The canaries' readings by probe, and by the canary's name."""
        found: dict[str, dict[str, Reading]] = defaultdict(dict)
        for one, looks in zip(canaries, sung, strict=True):
            for look in looks:
                found[look.probe.platform][one.outlet.name] = look.reading
        return dict(found)

    def _healths(
        self, looks: Sequence[Look], canaries: Mapping[str, Mapping[str, Reading]]
    ) -> dict[str, Health]:
        now = self.clock()
        return {
            name: probe_health(canaries.get(name, {}), self.answers[name], now)
            for name in {look.probe.platform for look in looks}
        }

    async def _sing(self, known: Known) -> list[Look]:
        """A canary is asked through each of its probes: it stands for the probe, not for itself."""
        return [Look(probe, await self._queued(known, probe)) for probe in known.outlet.probes]

    async def _queued(self, known: Known, probe: Probe) -> Reading:
        async with self.locks[probe.platform]:
            return await self._ask(known, probe)

    async def _chain(self, known: Known) -> list[Look]:
        """One account's probes in their order, until one decides or clears, or none is left."""
        looks: list[Look] = []
        today = shanghai_day(self.clock())
        while True:
            probe = next_probe(known.outlet.probes, looks, today, out=self._out())
            if probe is None:
                return looks
            async with self.locks[probe.platform]:
                if probe.platform in self._out():  # its night ended while this account waited its turn
                    continue
                reading = await self._ask(known, probe)
                self.answers[probe.platform].append(reading)
            looks.append(Look(probe, reading))

    def _out(self) -> set[str]:
        """The probes whose night the circuit breaker has ended."""
        return {name for name, answers in self.answers.items() if tripped(answers)}

    async def _ask(self, known: Known, probe: Probe) -> Reading:
        """One probe's reading: all its requests, their posts together."""
        module: Any = platform(probe.platform)
        if probe.platform in self.passed:
            probe = replace(probe, handle={**probe.handle, "canaries": "passed"})
        try:
            asks: tuple[Ask, ...] = module.start(known.outlet, probe)
        except ValueError as error:
            return Reading(Outcome.UNREADABLE, Evidence.NONE, reason="no_source", mark=str(error))
        if not asks:
            nothing = Page("", "", 200, {}, b"", self.clock())
            return module.read(nothing, known.outlet, probe)  # type: ignore[no-any-return]
        cookies = await self._session(module, probe)
        if isinstance(cookies, Reading):
            return cookies
        readings: list[Reading] = []
        for ask in asks:
            page = await self._polite(module.with_cookies(ask, cookies) if cookies else ask)
            readings.append(guarded(module.read, page, known.outlet, probe))
            if not readings[-1].outcome.conclusive:
                break
        return await self._confirm(module, known, probe, _together(readings))

    async def _session(self, module: ModuleType, probe: Probe) -> Mapping[str, str] | Reading:
        """The visitor's cookies where a platform wants them, one handshake at a time; or its refusal."""
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

    async def _confirm(self, module: ModuleType, known: Known, probe: Probe, reading: Reading) -> Reading:
        """A feed that does not name its account is settled by its newest item's own page."""
        newest = reading.newest
        if reading.reason != "identity_unconfirmed" or newest is None or not hasattr(module, "confirm"):
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

    def _write(self, known: Known, looks: Sequence[Look], healths: Mapping[str, Health]) -> None:
        """A visit for every look, as it counts under tonight's health; one for an account without any."""
        if not looks:
            reason = "no_address" if not known.outlet.probes else "probe_out_of_service"
            chain = known.outlet.probes or (Probe("none"),)
            looks = [Look(chain[0], Reading(Outcome.UNREADABLE, Evidence.NONE, reason=reason))]
        best = known
        for look in looks:
            reading = believed(look.reading, healths.get(look.probe.platform, Health(True)))
            looked = _looked(best, look.probe, reading, self.clock(), self.door)
            if looked.visit.newest is not None:
                best = replace(best, newest=looked.visit.newest, newest_url=looked.visit.newest_url)
            self.keeper.look(looked)
            self.on_look(looked)


def _looked(known: Known, probe: Probe, reading: Reading, moment: datetime, door: str) -> Looked:
    """One look as visit and posts. What a lower bound shows never makes the newest known older."""
    newest = reading.newest
    day, url = (newest.day, _url(reading)) if newest else (None, "")
    if reading.evidence is not Evidence.COMPLETE and known.newest and (day is None or known.newest > day):
        day, url = known.newest, known.newest_url
    visit = Visit(
        outlet=known.outlet.id,
        moment=moment,
        outcome=reading.outcome,
        evidence=reading.evidence if reading.outcome.conclusive else Evidence.NONE,
        door=door,
        probe=probe.platform,
        reason=reading.reason,
        mark=reading.mark[:500],
        url=probe.url or "",
        newest=day,
        newest_url=url,
        dated=sum(post.published is not None for post in reading.posts),
        family=reading.family,
        seen=_seen(reading),
        # Told, not yet counted as one look: a bridge is the only whole list that a WeChat account has.
        path=part("feed", host_key(probe.url)) if probe.platform == BRIDGE and probe.url else "",
    )
    return Looked(
        visit,
        posts=()
        if known.outlet.kind is OutletKind.CANARY or not reading.outcome.conclusive
        else reading.posts,
        walk_prior=known.last_conclusive,
        walk_done=True,
    )


def _seen(reading: Reading) -> datetime | None:
    """When a person looked, for a person's entry: the look proves nothing of later."""
    looked = reading.identity.get("looked", "") if reading.evidence is Evidence.MANUAL else ""
    return utc(datetime.fromisoformat(looked)) if looked else None


def _url(reading: Reading) -> str:
    newest = reading.newest
    return next((post.url for post in reading.posts if post.published is newest), "")


def _together(readings: Sequence[Reading]) -> Reading:
    """Several answers of one probe (an album from both ends): all must be good; their posts are joined."""
    failed = next((reading for reading in readings if not reading.outcome.conclusive), None)
    if failed is not None or len(readings) == 1:
        return failed or readings[0]
    posts = {post.url: post for reading in readings for post in reading.posts}
    return replace(readings[0], posts=tuple(posts.values()))
