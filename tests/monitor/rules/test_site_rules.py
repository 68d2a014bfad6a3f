"""What is judged over a whole site or a quarter: distance to veto, home page, documents, messages,
surveys, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from crawler.model import ColumnClass, Purpose, Site
from monitor.config import monitor_config
from monitor.judging.evaluate import judge
from monitor.model import (
    Count,
    Facts,
    HomeFacts,
    OutletFacts,
    SiteFacts,
    UnitFacts,
    Value,
    Verdict,
    exactly,
)
from tests.support.judging_facts import about, account, at, column, facts, failed, nights, one, unit

SHIPPED = Path(__file__).parents[3] / "config.yaml"
CONFIG = monitor_config({"monitor": yaml.safe_load(SHIPPED.read_text("utf-8"))["monitor"]}, SHIPPED)
AS_OF = at("2020-07-20")
SITE = SiteFacts(Site("site", "门户网站", "http://www.example.gov.cn/"))
OLD = date(2018, 1, 1)


def of(
    number: int,
    cls: ColumnClass,
    newest: date | None,
    level: int = 2,
    purpose: Purpose = Purpose.NONE,
) -> OutletFacts:
    outlet = replace(column(cls), id=f"{cls.value}{number}", level=level, purpose=purpose)
    return about(outlet, newest, nights(AS_OF, newest))


def known(
    *outlets: OutletFacts, site: SiteFacts = SITE, units: tuple[UnitFacts, ...] = ()
) -> Facts:
    return facts(AS_OF, *outlets, sites=(site,), units=units, horizon=date(2019, 1, 1))


def said(found: Facts, rule: str = "site_veto_columns", period: str = "") -> Verdict:
    return one(judge(found, CONFIG), rule, period)


@pytest.mark.parametrize(
    ("cls", "count", "counter", "value"),
    [
        (ColumnClass.NEWS, 2, "dated", Value.FRESH),
        (ColumnClass.NEWS, 3, "dated", Value.DUE_SOON),
        (ColumnClass.NEWS, 4, "dated", Value.DUE_SOON),
        (ColumnClass.NEWS, 5, "dated", Value.STALE),
        (ColumnClass.OTHER, 6, "due", Value.FRESH),
        (ColumnClass.OTHER, 9, "due", Value.DUE_SOON),
        (ColumnClass.OTHER, 10, "due", Value.STALE),
        (ColumnClass.NOTICE, 9, "due", Value.DUE_SOON),
        (ColumnClass.POLICY, 10, "due", Value.STALE),
    ],
)
def test_five_ten_and_five_columns_veto_a_site_and_one_less_does_not(
    cls: ColumnClass, count: int, counter: str, value: Value
) -> None:
    verdict = said(known(*(of(n, cls, OLD) for n in range(count))))
    assert (verdict.value, verdict.numbers[counter]) == (value, count)
    assert verdict.units == ()


@pytest.mark.parametrize(("count", "value"), [(4, Value.DUE_SOON), (5, Value.STALE)])
def test_blank_columns_are_counted_once_and_in_their_own_counter(count: int, value: Value) -> None:
    verdict = said(known(*(of(n, ColumnClass.NEWS, None) for n in range(count))))
    assert (verdict.value, verdict.numbers["blank"], verdict.numbers["dated"]) == (value, count, 0)


def test_news_and_first_level_notices_and_policies_add_up() -> None:
    mixed = [of(n, ColumnClass.NEWS, OLD) for n in range(3)]
    mixed += [of(0, ColumnClass.NOTICE, OLD, level=1), of(0, ColumnClass.POLICY, OLD, level=1)]
    verdict = said(known(*mixed, of(1, ColumnClass.NOTICE, OLD, level=2)))
    assert verdict.value is Value.STALE
    assert verdict.sentence == (
        "门户网站栏目更新单项否决：动态要闻与通知政策类5个（满5个）、应更新栏目1个（满10个）、空白栏目0个（满5个），已达到否决标准。"
    )
    assert verdict.numbers["dated_behind"] == "news0 news1 news2 notice0 policy0"
    assert "合计5个（含）以上" in verdict.clause


@pytest.mark.parametrize(
    ("cls", "level", "newest", "counts"),
    [
        (ColumnClass.NEWS, 3, date(2020, 7, 6), 0), (ColumnClass.NEWS, 3, date(2020, 7, 4), 1),
        (ColumnClass.NOTICE, 1, date(2020, 1, 20), 0), (ColumnClass.NOTICE, 1, date(2020, 1, 17), 1),
        (ColumnClass.NOTICE, 2, date(2020, 1, 17), 0),
    ],
)  # fmt: skip
def test_the_dated_counter_keeps_two_weeks_and_six_months(
    cls: ColumnClass, level: int, newest: date, counts: int
) -> None:
    assert said(known(of(0, cls, newest, level=level))).numbers["dated"] == counts


def test_columns_that_need_no_updating_do_not_count_and_are_not_stale() -> None:
    topic = of(0, ColumnClass.OTHER, OLD, purpose=Purpose.STATIC)
    papers = of(0, ColumnClass.DISCLOSURE, OLD)
    verdicts = judge(known(topic, papers), CONFIG)
    assert one(verdicts, "site_veto_columns").numbers["due"] == 0
    assert "column_stale" not in [v.rule for v in verdicts]


def test_columns_that_could_not_be_judged_never_veto_and_never_clear() -> None:
    columns = [of(n, ColumnClass.NEWS, OLD) for n in range(4)]
    blind = replace(columns[0], looks=(failed(AS_OF - timedelta(hours=1)),))
    blind = replace(blind, outlet=replace(blind.outlet, id="blind"))
    verdict = said(known(*columns, blind))
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "not_covered")
    assert not verdict.opens
    assert "另有1个未能判定" in verdict.sentence
    assert said(known(*columns[:2], blind)).value is Value.FRESH


def test_a_judgement_of_some_outlets_says_nothing_of_a_site() -> None:
    part = replace(known(of(0, ColumnClass.NEWS, OLD)), partial=True)
    assert [v.subject for v in judge(part, CONFIG) if v.subject.startswith("site:")] == []


def home(
    newest: date | None, dated: int = 20, looks: tuple[datetime, ...] | None = None
) -> SiteFacts:
    moments = looks if looks is not None else (AS_OF, AS_OF - timedelta(days=1))
    return replace(SITE, home=HomeFacts(moments, newest, dated))


@pytest.mark.parametrize(
    ("site", "value", "cause"),
    [
        (home(date(2020, 7, 11)), Value.FRESH, ""),
        (home(date(2020, 7, 6)), Value.DUE_SOON, ""),
        (home(date(2020, 7, 4)), Value.STALE, ""),
        (home(date(2020, 7, 5)), Value.UNKNOWN, "awaiting_second_look"),
        (home(date(2020, 7, 1), looks=(AS_OF - timedelta(days=3),)), Value.UNKNOWN, "not_looked"),
        (home(date(2020, 6, 1), dated=2), Value.UNKNOWN, "no_dates"),
        (SITE, Value.UNKNOWN, "no_facts"),
    ],
)
def test_a_home_page_is_judged_by_the_posts_its_links_lead_to(
    site: SiteFacts, value: Value, cause: str
) -> None:
    verdict = said(known(of(0, ColumnClass.NEWS, date(2020, 7, 1)), site=site), "home_stale")
    assert (verdict.value, verdict.cause) == (value, cause)
    assert verdict.units == ()
    assert verdict.opens is (value is Value.STALE)


def test_a_home_page_that_shows_older_posts_than_it_did_convicts_nobody() -> None:
    """A portal restored from a backup shows its home page of that day, too."""
    site = home(date(2020, 4, 1))
    assert site.home is not None
    back = replace(site, home=replace(site.home, shown=date(2020, 7, 18)))
    column = of(0, ColumnClass.NEWS, date(2020, 7, 18))
    verdict = said(known(column, site=back), "home_stale")
    assert (verdict.value, verdict.cause, verdict.opens) == (Value.UNKNOWN, "went_back", False)
    assert said(known(column, site=site), "home_stale").value is Value.STALE


def test_a_home_page_that_only_leads_on_is_cleared_by_any_column() -> None:
    for site in (SITE, home(None, 0)):
        verdict = said(known(of(0, ColumnClass.OTHER, date(2020, 7, 15)), site=site), "home_stale")
        assert verdict.value is Value.FRESH


@pytest.mark.parametrize(
    ("documents", "value", "cause"),
    [
        ({"2020-04": 0, "2020-05": 0, "2020-06": 0}, Value.STALE, ""),
        ({"2020-04": 0, "2020-05": 1, "2020-06": None}, Value.FRESH, ""),
        ({"2020-04": 0, "2020-05": 0, "2020-06": None}, Value.UNKNOWN, "not_covered"),
        ({"2020-05": 1}, Value.FRESH, ""),
        ({"2020-05": 0}, Value.UNKNOWN, "not_covered"),
    ],
)
def test_a_unit_without_documents_in_the_last_quarter_is_named_to_the_office(
    documents: dict[str, int | None], value: Value, cause: str
) -> None:
    counted = {m: Count() if n is None else exactly(n) for m, n in documents.items()}
    one_unit = replace(unit({}), documents=counted)
    verdict = said(known(units=(one_unit,)), "disclosure_zero", "2020Q2")
    assert (verdict.value, verdict.cause, verdict.units) == (value, cause, ())
    assert verdict.ours is (value is Value.STALE)
    if value is Value.STALE:
        assert verdict.sentence == "房管局2020年第二季度主动公开信息数量为0。"


def test_without_a_register_or_a_quota_nobody_is_asked_for_documents() -> None:
    silent = [unit({}), replace(unit({}, quota=None), documents={"2020-04": exactly(0)})]
    assert not [v for v in judge(known(units=tuple(silent)), CONFIG) if v.rule == "disclosure_zero"]


@pytest.mark.parametrize(
    ("newest", "value"),
    [
        (date(2020, 3, 1), Value.FRESH),
        (date(2020, 1, 20), Value.DUE_SOON),
        (date(2020, 1, 17), Value.STALE),
    ],
)
def test_published_messages_may_be_six_months_old(newest: date, value: Value) -> None:
    mail = of(0, ColumnClass.OTHER, newest, purpose=Purpose.MESSAGES)
    assert said(known(mail), "messages_stale").value is value
    assert "messages_stale" not in [
        v.rule for v in judge(known(of(0, ColumnClass.OTHER, newest)), CONFIG)
    ]


def surveys(count: int, read: date | None = date(2020, 7, 20)) -> OutletFacts:
    days = tuple(date(2019, 7, 21) + timedelta(days=n) for n in range(count))
    found = of(
        0, ColumnClass.OTHER, days[-1] if days else date(2019, 7, 20), purpose=Purpose.SURVEYS
    )
    return replace(found, recent_days=(date(2019, 7, 20), *days), read_until=read)


@pytest.mark.parametrize(("count", "value"), [(0, Value.STALE), (5, Value.STALE), (6, Value.FRESH)])
def test_six_surveys_in_the_year_before_pass_and_five_fail(count: int, value: Value) -> None:
    verdict = said(known(surveys(count)), "surveys_few")
    assert (verdict.value, verdict.numbers["count"]) == (value, count)


def test_surveys_convict_only_where_the_whole_year_was_read() -> None:
    assert said(known(surveys(3, read=None)), "surveys_few").cause == "not_covered"
    late = replace(known(surveys(3)), horizon=date(2020, 1, 1))
    assert said(late, "surveys_few").cause == "before_horizon"
    assert said(replace(late, outlets=(surveys(6, None),)), "surveys_few").value is Value.FRESH


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("http://www.fzcangshan.gov.cn/", Value.FRESH), ("https://www.cangshan.fuzhou.gov.cn", Value.FRESH),
        ("http://fzcangshan.gov.cn/", Value.STALE), ("http://www.fzcangshan.com.cn/", Value.STALE),
        ("http://www.gov.cn/", Value.STALE),
    ],
)  # fmt: skip
def test_a_portal_stands_at_www_name_gov_cn(url: str, value: Value) -> None:
    site = SiteFacts(Site("site", "门户网站", url))
    assert said(known(site=site), "host_name").value is value


def test_an_address_that_is_a_number_is_no_name() -> None:
    site = SiteFacts(Site("site", "门户网站", "http://127.0.0.1:8080/"))
    assert not [v for v in judge(known(site=site), CONFIG) if v.rule == "host_name"]


def test_accounts_count_in_no_counter_of_the_site() -> None:
    verdicts = judge(known(about(account(), OLD, nights(AS_OF, OLD))), CONFIG)
    assert "site_veto_columns" not in [v.rule for v in verdicts]
