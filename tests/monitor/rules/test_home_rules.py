"""What the visits to home pages tell beside whether they open: the certificate's last day, and
whose host answers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crawler.config import BadConfig
from crawler.model import Site
from crawler.register.catalogue import Catalogue
from crawler.register.enter import sync
from monitor.config import read_rules
from monitor.facts import probes
from monitor.judging.evaluate import evaluate, judge
from monitor.model import Facts, Probed, SiteFacts, SiteWeek, Value, Verdict
from monitor.office import count_until
from tests.conftest import Store
from tests.monitor.rules.test_site_rules import CONFIG
from tests.support.judging_facts import at, facts, one

NOW = at("2020-07-20")
SITE = Site("portal", "门户网站", "https://www.example.gov.cn/", hosts=("static.example.gov.cn",))


def seen(until: date | None = None, host: str = "www.example.gov.cn") -> Facts:
    week = SiteWeek("portal", "门户网站", SITE.home, 168, 0, 0, host, until, NOW, NOW)
    return facts(NOW, sites=(SiteFacts(SITE),), weeks=(week,))


def said(known: Facts, rule: str) -> Verdict:
    return one(judge(known, CONFIG), rule)


@pytest.mark.parametrize(
    ("left", "value", "words"),
    [
        (31, Value.FRESH, "有效期至2020年8月20日"),
        (30, Value.STALE, "将于2020年8月19日到期，还剩30天"),
        (15, Value.STALE, "还剩15天"),
        (14, Value.STALE, "还剩14天"),
        (8, Value.STALE, "还剩8天"),
        (7, Value.STALE, "还剩7天"),
        (0, Value.STALE, "将于2020年7月20日到期，还剩0天"),
        (-1, Value.STALE, "已于2020年7月19日到期"),
    ],
)
def test_a_certificate_is_told_thirty_days_before_its_last_one(
    left: int, value: Value, words: str
) -> None:
    verdict = said(seen(NOW.date() + timedelta(days=left)), "certificate_expiry")
    assert verdict.value is value
    assert words in verdict.sentence
    assert (verdict.units, verdict.ours, verdict.numbers["left"]) == ((), True, left)


def test_each_step_of_the_certificate_is_named_so_that_it_is_told_anew() -> None:
    clauses = [
        said(seen(NOW.date() + timedelta(days=left)), "certificate_expiry").clause.partition(
            "无法访问"
        )[2]
        for left in (31, 30, 14, 7, -1)
    ]
    assert clauses == ["", "（30天内到期）", "（14天内到期）", "（7天内到期）", "（已到期）"]


def test_a_site_without_a_certificate_or_without_a_good_visit_is_not_judged() -> None:
    silent = judge(seen(None, ""), CONFIG)
    assert [v.rule for v in silent if v.rule in ("certificate_expiry", "home_moved")] == []


@pytest.mark.parametrize(
    ("host", "value"),
    [
        ("www.example.gov.cn", Value.FRESH),
        ("WWW.Example.gov.cn.", Value.FRESH),
        ("static.example.gov.cn", Value.FRESH),
        ("example.gov.cn", Value.STALE),
        ("www.example.gov.cn.parked.example.com", Value.STALE),
    ],
)
def test_a_home_page_that_another_host_answers_for_is_told_to_the_office(
    host: str, value: Value
) -> None:
    verdict = said(seen(host=host), "home_moved")
    assert (verdict.value, verdict.ours, verdict.units) == (value, True, ())
    assert ("请核实并更正台账" in verdict.sentence) is (value is Value.STALE)


def test_steps_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(BadConfig, match="days"):
        read_rules(
            {"certificate_expiry": {"valid_from": "2019-04-01", "clause": "x", "days": []}}, "rules"
        )


def test_one_strange_redirect_opens_nothing_and_two_visits_do(store: Store) -> None:
    now = NOW - timedelta(hours=3)
    with store.engine.begin() as connection:
        sync(connection, Catalogue((), (SITE,), ()), now)

    def visited(host: str, result: str = "open") -> list[str]:
        nonlocal now
        now += timedelta(minutes=30)
        with store.engine.begin() as connection:
            probes.add(connection, "portal", Probed(now, result, 0.1, host=host))
        judged = evaluate(
            store.engine,
            CONFIG,
            now,
            count=count_until,
            horizon=date(2020, 1, 1),
            failed_night=False,
        )
        return [f.rule for f in judged.changes.opened if f.rule == "home_moved"]

    assert visited("www.example.gov.cn") == []
    assert visited("hotel.example.com") == []
    assert visited("", "closed") == [], "a visit that failed confirms nothing"
    assert visited("hotel.example.com") == ["home_moved"]
