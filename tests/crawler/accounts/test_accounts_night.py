"""A night over the accounts, whole: polite, canaries first, and no refusal ever becomes silence.

The sample platforms answer inside this process; time is simulated, so that a thousand accounts take
no waiting.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from crawler.accounts.chain import plan_night
from crawler.accounts.night import AccountNight, asked_tonight
from crawler.config import CrawlConfig
from crawler.model import (
    SHANGHAI,
    AccountState,
    Ask,
    Evidence,
    Manners,
    Outcome,
    Outlet,
    OutletKind,
    Page,
    Probe,
    shanghai_day,
)
from crawler.platforms import platform
from crawler.walking.model import Known, Looked
from monitor.demo import media_pages as media
from monitor.demo.media import FAULTS, SampleAccount, SamplePost, media_app
from monitor.findings.inhibit import inhibited
from monitor.model import Facts, Look, Newest, OutletFacts, Value, Verdict
from monitor.rules.accounts import account_idle, probe_out_of_service
from monitor.rules.columns import outlet_unreadable
from monitor.settings.limits import Limit
from monitor.words.causes import PROBE_OUT

NOW = datetime(2026, 11, 23, 2, tzinfo=SHANGHAI)
TODAY = shanghai_day(NOW)
PACE = 2.0
BASE = "http://weibo.sample.example.org"
OTHER = "http://weixin.sample.example.org"
IDLE = Limit(clause="条款", operator=">", days=14, warn=10)


class _Still(selectors.SelectSelector):
    """Waiting takes no time: the loop's clock jumps to the next timer."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


class StillLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.still = _Still()
        super().__init__(self.still)

    def time(self) -> float:
        return self.still.now


def at_once(work: Coroutine[Any, Any, Any]) -> float:
    """Run ``work`` on simulated time; returns the seconds it would have taken."""
    loop = StillLoop()
    try:
        loop.run_until_complete(work)
        return loop.time()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@dataclass
class Book:
    """What a night writes, in memory."""

    looks: list[Looked] = field(default_factory=list)

    def look(self, looked: Looked) -> None:
        self.looks.append(looked)

    def article(self, seen: Any) -> None:
        raise AssertionError("accounts have no article pages")

    def unseen(self, urls: Any) -> set[str]:
        return set(urls)

    def stored_before(self, outlet: str, url: str, moment: datetime) -> bool:
        return False

    def of(self, outlet: str) -> list[Looked]:
        return [one for one in self.looks if one.visit.outlet == outlet]


@dataclass
class Town:
    """The sample platforms and a night over them. ``asked`` holds host and loop time of every
    request."""

    accounts: Sequence[SampleAccount]
    now: datetime = NOW
    asked: list[tuple[str, float]] = field(default_factory=list)
    book: Book = field(default_factory=Book)

    def __post_init__(self) -> None:
        self.app = media_app(self.accounts, lambda: self.now)

    def known(self, newest: date | None = None) -> list[Known]:
        """Every account with the posts that the store knows of, and the canaries."""
        return [
            Known(self.outlet(account), newest=None if account.canary else newest)
            for account in self.accounts
        ]

    def outlet(self, account: SampleAccount) -> Outlet:
        base = BASE if account.platform == "weibo" else OTHER
        kind = OutletKind.CANARY if account.canary else OutletKind.ACCOUNT
        handle = {"uid": account.number} if account.platform == "weibo" else {"biz": account.biz}
        probes = account.probes(base, self.now)
        if account.canary:
            probes = tuple(probe for probe in probes if probe.platform != "wechat_article")
        return Outlet(
            account.id,
            kind,
            account.name,
            account.platform,
            "s",
            ("u",),
            floor=0,
            handle=handle,
            probes=probes,
        )

    def night(self, known: Sequence[Known], *, forced: bool = False, pace: float = PACE) -> float:
        """One night; returns the seconds that it would have taken."""
        return at_once(self._night(known, forced, pace))

    async def _night(self, known: Sequence[Known], forced: bool, pace: float) -> None:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport) as client:

            async def fetch(ask: Ask) -> Page:
                self.asked.append(
                    (urlsplit(ask.url).hostname or "", asyncio.get_running_loop().time())
                )
                answer = await client.request(
                    ask.method, ask.url, headers=dict(ask.headers), content=ask.body
                )
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Page(ask.url, ask.url, answer.status_code, headers, answer.content, self.now)

            await runner(fetch, self.book, lambda: self.now, pace, forced).run(known)


def runner(
    fetch: Callable[[Ask], Awaitable[Page]],
    book: Book,
    clock: Callable[[], datetime],
    pace: float = PACE,
    forced: bool = False,
) -> AccountNight:
    hosts = frozenset({"weibo.sample.example.org", "weixin.sample.example.org", "mp.weixin.qq.com"})
    manners = {host: Manners(pace) for host in hosts}
    config = CrawlConfig(contact="office@example.org", retries=1)
    return AccountNight(fetch, book, config, clock, hosts, manners, "spider", forced)


def weibo(number: int, days: float, **more: Any) -> SampleAccount:
    """A sample account that last posted ``days`` before now, and weekly before."""
    posts = tuple(SamplePost(NOW - timedelta(days=days + 7 * n), f"示例{n}") for n in range(12))
    return SampleAccount(
        f"w{number}", "weibo", f"示例微博{number}", str(5900000000 + number), posts, **more
    )


def wechat(number: int, days: float, **more: Any) -> SampleAccount:
    return replace(
        weibo(number, days, **more), id=f"x{number}", platform="wechat", name=f"示例公众号{number}"
    )


def canaries() -> list[SampleAccount]:
    return [
        replace(weibo(901, 0.2, canary=True), name="每日微博"),
        replace(wechat(902, 0.2, canary=True), name="每日公众号"),
    ]


def facts(town: Town, newest: date, nights: int = 1) -> Facts:
    """What the rules see after this night (and ``nights`` like it): the looks, and a post known
    from before."""
    found = []
    for account in town.accounts:
        looks = tuple(
            Look(
                one.visit.moment - timedelta(days=n),
                one.visit.outcome,
                one.visit.evidence,
                one.visit.probe,
                one.visit.newest,
                "",
                one.visit.dated,
                one.visit.reason,
                path=one.visit.path,
            )
            for n in range(nights)
            for one in reversed(town.book.of(account.id))
        )
        known = Newest(newest, "示例", "", "", "json")
        found.append(OutletFacts(town.outlet(account), ("u",), looks, known, True, NOW))
    own = tuple(of for of in found if of.outlet.kind is OutletKind.ACCOUNT)
    songs = tuple(of for of in found if of.outlet.kind is OutletKind.CANARY)
    return Facts(NOW, TODAY, own, (), (), "2026-11", canaries=songs)


def said(known: Facts) -> tuple[Verdict, ...]:
    verdicts = [
        *account_idle.check(known, idle=IDLE),
        *outlet_unreadable.check(known, clause="x"),
        *probe_out_of_service.check(known, clause="x"),
    ]
    return inhibited(verdicts, known)


OLD = TODAY - timedelta(days=40)


def test_a_good_night_sees_every_account_and_writes_its_posts() -> None:
    town = Town([weibo(1, 3), wechat(2, 20), *canaries()])
    town.night(town.known())
    fresh, idle = town.book.of("w1")[-1], town.book.of("x2")
    assert (fresh.visit.outcome, fresh.visit.evidence) == (Outcome.READ, Evidence.COMPLETE)
    assert fresh.visit.newest == TODAY - timedelta(days=3)
    assert [one.visit.probe for one in idle] == ["wechat_album", "wechat_article", "feed"], (
        "one bridge is one path: whatever else sees the account is asked, too, and what decides is told last"
    )
    assert idle[-1].visit.evidence is Evidence.COMPLETE
    assert len(fresh.posts) == 10


def second_bridge(outlet: Outlet, base: str) -> Outlet:
    """The account with another bridge at the end of its chain."""
    feed = next(probe for probe in outlet.probes if probe.platform == "feed")
    other = replace(feed, url=str(feed.url).replace(OTHER, base))
    return replace(outlet, probes=(*outlet.probes, other))


def idle_by(town: Town, *outlets: Outlet) -> Verdict:
    """What two nights say of the one account of ``town``, looked at as ``outlets`` say."""
    town.night(
        [Known(one, newest=shanghai_day(town.accounts[0].posts[0].moment)) for one in outlets]
    )
    return next(
        v for v in account_idle.check(facts(town, TODAY - timedelta(days=20), 2), idle=IDLE)
    )


def test_two_nights_by_one_bridge_are_one_look_and_a_second_bridge_is_another() -> None:
    town = Town([wechat(2, 20), *canaries()])
    once = town.outlet(town.accounts[0])
    verdict = idle_by(town, once)
    assert {one.visit.path for one in town.book.of("x2") if one.visit.probe == "feed"} == {
        "bridge=weixin.sample.example.org"
    }
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "one_bridge")
    same = Town([wechat(2, 20), *canaries()])
    assert idle_by(same, second_bridge(once, f"{OTHER}:80")).cause == "one_bridge"
    other = Town([wechat(2, 20), *canaries()])
    assert idle_by(other, second_bridge(once, BASE)).value is Value.STALE


def test_a_feed_that_fell_behind_what_is_known_clears_and_never_convicts() -> None:
    town = Town([wechat(2, 20), *canaries()])
    town.night([Known(town.outlet(town.accounts[0]), newest=TODAY - timedelta(days=16))])
    visit = next(one.visit for one in town.book.of("x2") if one.visit.probe == "feed")
    assert (visit.evidence, visit.reason) == (Evidence.LOWER_BOUND, "newer_elsewhere")
    assert visit.newest == TODAY - timedelta(days=16)


@pytest.mark.parametrize("days", [0, 9])
def test_a_bridges_old_copy_is_no_look_at_now(days: int) -> None:
    """A cache before the bridge: asked past it, and told where it answers all the same."""
    asked: list[Ask] = []
    body = media.rss(wechat(2, 20), NOW, NOW).encode()

    async def cached(ask: Ask) -> Page:
        asked.append(ask)
        headers = {"age": str(days * 86400), "via": "1.1 cache"} if days else {}
        return Page(ask.url, ask.url, 200, headers, body, NOW)

    book = Book()
    sample = Town([wechat(2, 20)])
    account = sample.outlet(sample.accounts[0])
    account = replace(account, probes=account.probes[:1])
    at_once(runner(cached, book, lambda: NOW).run([Known(account)]))
    visit = book.of("x2")[0].visit
    assert {ask.headers["Cache-Control"] for ask in asked} == {"no-cache"}
    if days:
        assert (visit.evidence, visit.reason) == (Evidence.LOWER_BOUND, "old_copy")
        assert visit.seen == NOW - timedelta(days=9)
        assert visit.path == "age=777600; via=1.1 cache; bridge=weixin.sample.example.org"
    else:
        assert (visit.evidence, visit.seen) == (Evidence.COMPLETE, None)


def test_old_copies_before_a_bridge_are_one_finding_of_ours() -> None:
    town = Town([wechat(1, 20), wechat(2, 20), *canaries()])
    town.night(town.known())
    known = facts(town, TODAY - timedelta(days=20))
    aged = tuple(
        replace(
            of,
            looks=tuple(
                replace(look, reason="old_copy", evidence=Evidence.LOWER_BOUND) for look in of.looks
            ),
        )
        for of in known.outlets
    )
    out = [v for v in said(replace(known, outlets=aged)) if v.opens]
    assert "probe:feed" in {v.subject for v in out}
    assert all(v.ours for v in out)
    assert "2个账号看到的是缓存里的旧答复" in next(
        v.sentence for v in out if v.subject == "probe:feed"
    )


def test_canaries_are_looked_at_and_their_posts_are_nobodys() -> None:
    town = Town([weibo(1, 3), *canaries()])
    town.night(town.known())
    sung = town.book.of("w901")
    assert {one.visit.outcome for one in sung} == {Outcome.READ}
    assert all(one.posts == () for one in sung)


def test_only_what_is_due_is_asked_and_what_is_closed_never() -> None:
    town = Town([weibo(1, 3), weibo(2, 12), weibo(3, 30)])
    known = [
        Known(town.outlet(town.accounts[0]), newest=TODAY - timedelta(days=3)),
        Known(town.outlet(town.accounts[1]), newest=TODAY - timedelta(days=12)),
        Known(replace(town.outlet(town.accounts[2]), state=AccountState.CLOSED), newest=OLD),
    ]
    town.night(known)
    assert {one.visit.outlet for one in town.book.looks} == {"w2"}


def test_a_closing_account_is_still_looked_at() -> None:
    town = Town([weibo(1, 30)])
    town.night(
        [Known(replace(town.outlet(town.accounts[0]), state=AccountState.CLOSING), newest=OLD)]
    )
    assert len(town.book.of("w1")) == 1


def test_a_recheck_asks_also_what_is_not_due() -> None:
    town = Town([weibo(1, 3)])
    town.night(town.known(TODAY - timedelta(days=3)), forced=True)
    assert len(town.book.of("w1")) == 1


WEIBO_FAULTS = list(FAULTS["weibo"])
WECHAT_FAULTS = [("wechat_album", fault) for fault in FAULTS["wechat_album"]]
WECHAT_FAULTS += [("wechat_article", fault) for fault in FAULTS["wechat_article"]]
WECHAT_FAULTS += [("feed", fault) for fault in FAULTS["feed"]]


@pytest.mark.parametrize("fault", WEIBO_FAULTS)
def test_every_refusal_of_weibo_is_unknown_with_its_cause_and_accuses_nobody(fault: str) -> None:
    account = weibo(1, 3, faults={"weibo": fault, "mweibo": fault})
    town = Town([account, *canaries()])
    town.night(town.known(OLD))
    _nobody_is_accused(town, "w1")


@pytest.mark.parametrize(("probe", "fault"), WECHAT_FAULTS)
def test_every_refusal_of_wechat_accuses_nobody(probe: str, fault: str) -> None:
    faults = {"feed": "http_500", "wechat_album": "empty", "wechat_article": "deleted"} | {
        probe: fault
    }
    town = Town([wechat(1, 3, faults=faults), *canaries()])
    town.night(town.known(OLD))
    _nobody_is_accused(town, "x1")


def _nobody_is_accused(town: Town, account: str) -> None:
    """Two nights like this one: unknown with a cause, the last known post shown, no accusation."""
    assert not any(one.visit.evidence is Evidence.COMPLETE for one in town.book.of(account))
    assert all(one.visit.reason or one.visit.outcome.conclusive for one in town.book.of(account))
    known = facts(town, OLD, nights=2)
    verdict = next(v for v in account_idle.check(known, idle=IDLE))
    assert verdict.value is Value.UNKNOWN
    assert verdict.cause
    assert str(OLD.year) in verdict.sentence
    assert not any(v.opens and not v.ours for v in said(known))


@pytest.mark.parametrize("fault", FAULTS["visitor"])
def test_a_refused_handshake_is_told_for_every_account(fault: str) -> None:
    town = Town([weibo(1, 30), weibo(2, 30)])
    at_once(_switch(town, "visitor", fault))
    town.night(town.known(OLD))
    assert {one.visit.outcome.conclusive for one in town.book.looks} == {False}


async def _switch(town: Town, probe: str, fault: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(town.app), base_url=BASE) as client:
        answer = await client.post(f"/switch?account=*&probe={probe}&fault={fault}")
        assert answer.status_code == 200


@pytest.mark.parametrize("fault", ["empty", "http_500", "stale"])
def test_a_silent_canary_puts_its_probe_out_and_convicts_nobody(fault: str) -> None:
    accounts = [wechat(n, 30) for n in range(1, 6)]
    bird = replace(canaries()[1], faults={"feed": fault})
    town = Town([*accounts, bird])
    town.night(town.known(OLD))
    assert not any(
        one.visit.evidence is Evidence.COMPLETE
        for one in town.book.looks
        if one.visit.probe == "feed"
    )
    verdicts = said(facts(town, OLD, nights=2))
    assert not any(v.opens and not v.ours for v in verdicts)
    opened = {v.subject for v in verdicts if v.opens and v.rule == "probe_out_of_service"}
    assert "probe:feed" in opened
    out = next(v for v in verdicts if v.subject == "probe:feed")
    assert "每日公众号" in out.sentence


def test_the_empty_july_is_one_finding_of_ours_and_none_of_anybody_elses() -> None:
    """Every feed answers an empty list with HTTP 200, as in July 2026; albums and articles are gone
    too."""
    gone = {"feed": "empty", "wechat_album": "empty", "wechat_article": "deleted"}
    accounts = [wechat(n, 30, faults=dict(gone)) for n in range(1, 9)]
    town = Town([*accounts, replace(canaries()[1], faults={"feed": "empty"})])
    town.night(town.known(OLD))
    verdicts = said(facts(town, OLD, nights=3))
    assert {v.value for v in verdicts if v.rule == "account_idle"} == {Value.UNKNOWN}
    opened = [v.subject for v in verdicts if v.opens]
    assert "probe:feed" in opened
    assert all(subject.startswith("probe:") for subject in opened)


def test_three_walls_in_a_row_end_the_probes_night() -> None:
    accounts = [
        weibo(n, 30, faults={"weibo": "captcha", "mweibo": "captcha"}) for n in range(1, 21)
    ]
    town = Town(accounts)
    town.night(town.known(OLD))
    asked = [one for one in town.book.looks if one.visit.outcome is Outcome.BLOCKED]
    assert len(asked) <= 4
    assert len({one.visit.outlet for one in town.book.looks}) == 20
    skipped = [one.visit for one in town.book.looks if one.visit.reason == PROBE_OUT]
    assert {visit.probe for visit in skipped} == {"weibo"}
    verdicts = said(facts(town, OLD, nights=2))
    assert [v.subject for v in verdicts if v.opens] == ["probe:weibo"]
    assert "停止访问" in next(v.sentence for v in verdicts if v.subject == "probe:weibo")


def test_a_probe_that_sings_is_told_to_be_in_order() -> None:
    town = Town([weibo(1, 3), wechat(2, 3), *canaries()])
    town.night(town.known(OLD))
    verdicts = [v for v in said(facts(town, OLD)) if v.rule == "probe_out_of_service"]
    assert {
        (v.subject, v.value) for v in verdicts if v.subject in ("probe:weibo", "probe:feed")
    } == {
        ("probe:weibo", Value.FRESH),
        ("probe:feed", Value.FRESH),
    }


def test_an_account_without_a_way_to_look_is_unknown() -> None:
    town = Town([weibo(1, 3)])
    town.night([Known(replace(town.outlet(town.accounts[0]), probes=()))])
    visit = town.book.looks[0].visit
    assert (visit.outcome, visit.reason) == (Outcome.UNREADABLE, "no_address")


def test_a_hand_kept_entry_is_written_with_the_moment_a_person_looked() -> None:
    entry = {
        "published": "2026-11-20T09:00:00+08:00",
        "url": "https://www.douyin.com/video/1",
        "by": "经办人",
        "looked": "2026-11-22T10:00:00+08:00",
        "until": "2026-12-04",
    }
    town = Town([weibo(1, 3)])
    outlet = replace(
        town.outlet(town.accounts[0]), platform="douyin", probes=(Probe("manual", None, entry),)
    )
    town.night([Known(outlet)])
    visit = town.book.looks[0].visit
    assert (visit.evidence, visit.moment) == (Evidence.MANUAL, NOW)
    assert visit.seen == datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
    assert town.asked == []


def test_no_cookie_is_kept_in_what_is_written() -> None:
    town = Town([weibo(1, 3), *canaries()])
    town.night(town.known())
    assert "SampleVisitor" not in repr(town.book.looks)


def thousand() -> list[SampleAccount]:
    """600 Weibo and 400 WeChat accounts; every fifth has not posted lately."""
    return [
        (weibo if n % 5 < 3 else wechat)(n, 12.0 + n % 3 if n % 5 == 0 or n % 5 == 4 else n % 9)
        for n in range(1000)
    ]


@pytest.mark.slow
def test_a_thousand_accounts_fit_into_one_night_at_one_request_in_two_seconds() -> None:
    town = Town(thousand())
    known = [Known(town.outlet(a), newest=shanghai_day(a.posts[0].moment)) for a in town.accounts]
    newest = {one.outlet.id: one.newest for one in known if one.newest is not None}
    plan = plan_night([one.outlet for one in known], newest, {}, TODAY, _asks, pace=PACE)
    assert (len(plan.due), len(plan.skipped)) == (400, 600)
    assert plan.lines()[0] == "账号 1000 个: 今晚应查 400 个, 近期已更新免查 600 个"
    took = town.night(known)
    looked = {one.visit.outlet for one in town.book.looks}
    assert looked == {outlet.id for outlet in plan.due}
    by_host = defaultdict(list)
    for host, moment in town.asked:
        by_host[host].append(moment)
    for moments in by_host.values():
        assert min(b - a for a, b in pairwise(moments)) >= PACE - 1e-6
    assert plan.seconds <= took + PACE <= plan.seconds_at_most + 5 * PACE
    assert took < 8 * 3600


def _asks(outlet: Outlet, probe: Probe) -> Sequence[Ask]:
    return platform(probe.platform).start(outlet, probe)


def test_a_night_plans_the_accounts_that_might_turn_idle_and_every_canary() -> None:
    today = date(2020, 7, 20)
    account = Known(Outlet("z", OutletKind.ACCOUNT, "样例账号", "weibo", "s", ("u",)))
    assert asked_tonight(replace(account, newest=None), today)
    assert asked_tonight(replace(account, newest=date(2020, 7, 1)), today)
    assert not asked_tonight(replace(account, newest=date(2020, 7, 19)), today)
    closed = replace(account.outlet, state=AccountState.CLOSED)
    assert not asked_tonight(replace(account, outlet=closed), today)
    assert asked_tonight(
        Known(replace(account.outlet, kind=OutletKind.CANARY), newest=date(2020, 7, 19)), today
    )
