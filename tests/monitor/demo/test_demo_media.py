"""The sample platforms speak the real formats: what they serve, our own readers read, refusals
included."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from crawler.accounts.chain import ProbeLook, Settled, next_probe, settle
from crawler.model import (
    SHANGHAI,
    Ask,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Page,
    Probe,
    Reading,
    shanghai_day,
)
from crawler.platforms import platform, weibo
from monitor.demo.accounts import accounts_of
from monitor.demo.district import load_district
from monitor.demo.media import FAULTS, SampleAccount, SamplePost, media_app

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
BASE = "http://testserver"


def posts(*days: float) -> tuple[SamplePost, ...]:
    return tuple(SamplePost(NOW - timedelta(days=day), f"示例推文 {day}") for day in days)


def samples() -> tuple[SampleAccount, ...]:
    pinned = replace(posts(90)[0], pinned=True)
    return (
        SampleAccount(
            "w1", "weibo", "示例发布", "5900000001", (pinned, *posts(2, 4, 6), *posts(-1))
        ),
        SampleAccount("w2", "weibo", "示例警方", "5900000002", posts(30, 40)),
        SampleAccount("w3", "weibo", "示例新号", "5900000003"),
        SampleAccount("c1", "wechat", "示例教育", "3990000004", posts(1, 3, 5)),
        SampleAccount("c2", "wechat", "示例营商", "3990000005", posts(25)),
    )


class District:
    """The sample platforms, and one visitor who asks them as the spider does."""

    def __init__(self, runner: asyncio.Runner, accounts: tuple[SampleAccount, ...]) -> None:
        self.runner = runner
        self.app = media_app(accounts, lambda: NOW)
        self.accounts = {account.id: account for account in accounts}

    def outlet(self, id: str) -> Outlet:
        account = self.accounts[id]
        probes = account.probes(BASE, NOW)
        return Outlet(
            id, OutletKind.ACCOUNT, account.name, account.platform, "", ("u1",), probes=probes
        )

    def fetch(self, ask: Ask) -> Page:
        return self.runner.run(self._fetch(ask))

    async def _fetch(self, ask: Ask) -> Page:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
            answer = await client.request(
                ask.method, ask.url, headers=dict(ask.headers), content=ask.body
            )
        return Page(
            ask.url, str(answer.url), answer.status_code, dict(answer.headers), answer.content, NOW
        )

    def switch(self, query: str) -> int:
        return self.fetch(Ask(f"{BASE}/switch?{query}", "POST")).status

    def cookies(self, probe: Probe) -> tuple[Mapping[str, str], Reading | None]:
        page = self.fetch(weibo.visitor_ask(probe))
        step = weibo.crossdomain_ask(page, probe, "0.5")
        if step is not None:
            assert self.fetch(step).status == 200
        return weibo.visitor_cookies(page), weibo.visitor_refusal(page)

    def look(self, outlet: Outlet, probe: Probe) -> ProbeLook:
        module = platform(probe.platform)
        cookies, refusal = self.cookies(probe) if probe.platform == "weibo" else ({}, None)
        if refusal is not None:
            return ProbeLook(probe, refusal)
        asks = [
            weibo.with_cookies(ask, cookies) if cookies else ask
            for ask in module.start(outlet, probe)
        ]
        readings = [module.read(self.fetch(ask), outlet, probe) for ask in asks]
        return settled_look(probe, readings)

    def night(self, id: str) -> Settled:
        outlet, looks = self.outlet(id), list[ProbeLook]()
        while (probe := next_probe(outlet.probes, looks, shanghai_day(NOW))) is not None:
            looks.append(self.look(outlet, probe))
        return settle(looks)


def settled_look(probe: Probe, readings: list[Reading]) -> ProbeLook:
    """Several asks of one probe (an album's two ends): the newest reading that proves something."""
    useful = [reading for reading in readings if reading.newest is not None]
    return ProbeLook(probe, max(useful, key=lambda r: r.newest.day) if useful else readings[0])


@pytest.fixture
def district() -> Iterator[District]:
    with asyncio.Runner() as runner:
        yield District(runner, samples())


@pytest.mark.parametrize(
    ("id", "days", "evidence"),
    [
        ("w1", 2, Evidence.COMPLETE),
        ("w2", 30, Evidence.COMPLETE),
        ("c1", 1, Evidence.COMPLETE),
        ("c2", 25, Evidence.COMPLETE),
    ],
)
def test_healthy_platforms_tell_the_newest_post_to_the_second(
    district: District, id: str, days: int, evidence: Evidence
) -> None:
    settled = district.night(id)
    assert (settled.outcome, settled.evidence) == (Outcome.READ, evidence)
    assert settled.newest is not None
    assert settled.newest.moment == NOW - timedelta(days=days)


@pytest.mark.parametrize(("id", "at"), [("w1", 0), ("w1", 1), ("c1", 0), ("c1", 1), ("c1", 2)])
def test_each_probe_alone_reads_its_account(district: District, id: str, at: int) -> None:
    outlet = district.outlet(id)
    reading = district.look(outlet, outlet.probes[at]).reading
    assert reading.outcome is Outcome.READ
    assert reading.newest is not None
    assert reading.newest.moment == NOW - timedelta(days=2 if id == "w1" else 1)


def test_an_account_that_never_posted_is_empty_by_the_mobile_profile(district: District) -> None:
    settled = district.night("w3")
    assert (settled.outcome, settled.evidence, settled.reason) == (
        Outcome.EMPTY,
        Evidence.COMPLETE,
        "never_posted",
    )


def test_without_the_visitors_cookie_the_lists_refuse(district: District) -> None:
    outlet = district.outlet("w1")
    page = district.fetch(weibo.start(outlet, outlet.probes[0])[0])
    assert (page.status, weibo.read(page, outlet, outlet.probes[0]).outcome) == (
        432,
        Outcome.BLOCKED,
    )


WEIBO_FAULTS = [(probe, fault) for probe in ("weibo", "mweibo") for fault in FAULTS[probe]]


@pytest.mark.parametrize(("probe", "fault"), WEIBO_FAULTS)
def test_each_weibo_fault_is_unknown_and_the_other_host_answers(
    district: District, probe: str, fault: str
) -> None:
    district.accounts["w2"].faults[probe] = fault
    outlet = district.outlet("w2")
    at = ("weibo", "mweibo").index(probe)
    reading = district.look(outlet, outlet.probes[at]).reading
    assert (reading.outcome.conclusive, reading.evidence) == (False, Evidence.NONE)
    assert district.night("w2").evidence is Evidence.COMPLETE


WECHAT_FAULTS = [
    (at, p, f) for at, p in enumerate(("feed", "wechat_album", "wechat_article")) for f in FAULTS[p]
]


@pytest.mark.parametrize(("at", "probe", "fault"), WECHAT_FAULTS)
def test_each_wechat_fault_convicts_nobody(
    district: District, at: int, probe: str, fault: str
) -> None:
    district.accounts["c2"].faults[probe] = fault
    outlet = district.outlet("c2")
    reading = district.look(outlet, outlet.probes[at]).reading
    assert reading.evidence in (Evidence.NONE, Evidence.LOWER_BOUND)
    assert reading.reason


@pytest.mark.parametrize("fault", FAULTS["visitor"])
def test_a_refused_handshake_leaves_every_weibo_account_unknown(
    district: District, fault: str
) -> None:
    assert district.switch(f"account=*&probe=visitor&fault={fault}") == 200
    for id in ("w1", "w2", "w3"):
        settled = district.night(id)
        assert (settled.outcome.conclusive, settled.evidence) == (False, Evidence.NONE)
    assert district.switch("account=*&probe=visitor&fault=") == 200
    assert district.night("w1").outcome is Outcome.READ


def test_all_probes_refused_is_unknown_and_no_idle_account(district: District) -> None:
    for probe in ("feed", "wechat_album", "wechat_article"):
        assert district.switch(f"account=c2&probe={probe}&fault=http_500") == 200
    settled = district.night("c2")
    assert (settled.outcome, settled.evidence, settled.newest) == (
        Outcome.UNREACHABLE,
        Evidence.NONE,
        None,
    )
    assert len(settled.looks) == 3


@pytest.mark.parametrize(
    "query", ["account=nobody&probe=feed&fault=empty", "account=w1&probe=weibo&fault=typo"]
)
def test_an_unknown_switch_is_refused(district: District, query: str) -> None:
    assert district.switch(query) == 404


def test_the_sample_districts_accounts_are_ten_fresh_and_one_idle() -> None:
    sample = load_district()
    looked = {account.id: account for account in accounts_of(sample)}
    day = shanghai_day(sample.as_of)
    newest = {
        facts.id: shanghai_day(looked[facts.id].shown(sample.as_of)[0].moment)
        for facts in sample.accounts
        if facts.newest is not None
    }
    assert all(
        newest[facts.id] == facts.newest for facts in sample.accounts if facts.newest is not None
    )
    idle = [id for id, last in newest.items() if (day - last).days > 14]
    assert (len(newest), len(idle)) == (11, 1)
    canaries = [account for account in looked.values() if account.canary]
    assert len(canaries) == len(sample.canaries) >= 4
    assert all(
        sample.as_of - account.shown(sample.as_of)[0].moment < timedelta(days=1)
        for account in canaries
    )


@pytest.mark.parametrize(
    "name", ["weibo", "wechat_album", "wechat_article", "feed", "manual", "sogou"]
)
def test_every_platform_says_its_terms_and_why_it_is_on_or_off(name: str) -> None:
    module = importlib.import_module(f"crawler.platforms.{name}")
    assert isinstance(module.ON_BY_DEFAULT, bool)
    assert module.ON_BY_DEFAULT is (name in ("feed", "manual"))
    assert module.WHY.startswith("默认开启" if module.ON_BY_DEFAULT else "默认关闭")
    assert len(module.TERMS) > 10
    assert (module.__doc__ or "").count("Evidence:") == 1
    assert f"`{name}`" in (Path(__file__).parents[3] / "docs" / "platforms.md").read_text("utf-8")
