"""Where the rules about home pages end: what one day, look or visit more turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from monitor.model import HomeFacts, OutletFacts, SiteFacts, SiteWeek, Value, Verdict
from monitor.rules import rule
from monitor.settings.limits import Limit
from tests.support.judging_facts import about, account, column, facts, nights
from tests.support.site_facts import DAY, NOW, SITE, of, said

HOME = Limit(clause="19号", operator=">", days=14, warn=10)


def home(site: SiteFacts, *outlets: OutletFacts, **given: object) -> list[Verdict]:
    return list(rule("home_stale").check(facts(NOW, *outlets, sites=(site,)), home=HOME, **given))


def shown(newest: date | None, dated: int = 3, hours: Sequence[float] = (0, 24)) -> SiteFacts:
    looks = tuple(NOW - timedelta(hours=each) for each in hours)
    return replace(SITE, home=HomeFacts(looks, newest, dated))


@pytest.mark.parametrize(
    ("site", "value", "cause"),
    [
        (shown(date(2020, 7, 11)), Value.FRESH, ""),
        (shown(date(2020, 7, 10)), Value.DUE_SOON, ""),
        (shown(date(2020, 7, 6)), Value.DUE_SOON, ""),
        (shown(date(2020, 7, 4)), Value.STALE, ""),
        (shown(date(2020, 7, 4), hours=(0, 34)), Value.UNKNOWN, "awaiting_second_look"),
        (shown(date(2020, 7, 4), dated=2), Value.UNKNOWN, "no_dates"),
        (shown(date(2020, 7, 10), hours=(48,)), Value.DUE_SOON, ""),
        (shown(date(2020, 7, 10), hours=(48.01,)), Value.UNKNOWN, "not_looked"),
    ],
)
def test_a_home_page_turns_with_its_limit_and_its_second_look(
    site: SiteFacts, value: Value, cause: str
) -> None:
    (verdict,) = home(site)
    assert (verdict.value, verdict.cause, verdict.ours) == (
        value,
        cause,
        value is not Value.UNKNOWN,
    )
    assert verdict.units == ()
    assert site.home is not None
    assert (verdict.looked, verdict.clause) == (site.home.looks[0], "19号")
    newest = site.home.newest
    if site.home.dated > 2 and newest is not None:
        days = (DAY - newest).days
        assert verdict.numbers == {"newest": newest.isoformat(), "days": days}
        assert verdict.due == newest + timedelta(days=14)


def test_the_sentences_of_a_home_page_tell_day_count_and_limit() -> None:
    (stale,) = home(shown(date(2020, 7, 4)))
    assert "最新信息为2020年7月4日，至2020年7月20日已16天没有新信息" in stale.sentence
    (soon,) = home(shown(date(2020, 7, 10)))
    assert "（10天前）" in soon.sentence
    assert "请在2020年7月24日前更新" in soon.sentence


@pytest.mark.parametrize(
    ("newest", "value"), [(date(2020, 7, 11), Value.FRESH), (date(2020, 7, 10), Value.UNKNOWN)]
)
def test_a_home_page_that_only_leads_on_is_cleared_only_by_a_post_that_is_young(
    newest: date, value: Value
) -> None:
    posts = replace(of("a"), newest=about(column(), newest).newest)
    for site, cause in ((SITE, "no_facts"), (shown(None, 0), "no_dates")):
        (verdict,) = home(site, posts)
        assert (verdict.value, verdict.cause) == (value, "" if value is Value.FRESH else cause)


def test_a_home_page_is_cleared_by_no_account_and_by_no_column_of_another_site() -> None:
    assert home(SITE, about(account(), DAY, nights(NOW, DAY))) == []
    elsewhere = of("b")
    elsewhere = replace(elsewhere, outlet=replace(elsewhere.outlet, site="other"))
    assert home(SITE, elsewhere) == []
    (verdict,) = home(shown(None, 0), elsewhere)
    assert (verdict.value, verdict.numbers, verdict.due) == (Value.UNKNOWN, {}, None)


def test_a_home_page_shows_as_much_as_it_is_asked_for() -> None:
    (one,) = home(shown(date(2020, 7, 18), dated=1), least=1)
    assert one.value is Value.FRESH
    (two,) = home(shown(date(2020, 7, 18), dated=1), least=2)
    assert two.value is Value.UNKNOWN
    older = shown(date(2020, 7, 4))
    assert older.home is not None
    same = replace(older, home=replace(older.home, shown=date(2020, 7, 4)))
    assert home(same)[0].value is Value.STALE, "it shows what it showed"


# visits


def week(**values: Any) -> SiteWeek:
    usual = {"counted": 100, "closed": 0, "excluded": 1, "last": NOW, "opened": NOW}
    return SiteWeek("site", "门户网站", SITE.site.home, **{**usual, **values})


@pytest.mark.parametrize(
    ("counted", "closed", "value"),
    [
        (19, 19, Value.UNKNOWN),
        (20, 0, Value.FRESH),
        (20, 1, Value.STALE),
        (100, 5, Value.STALE),
        (100, 4, Value.DUE_SOON),
        (100, 3, Value.DUE_SOON),
        (100, 2, Value.FRESH),
        (0, 0, Value.UNKNOWN),
    ],
)
def test_a_site_is_unreachable_from_one_visit_in_twenty_on(
    counted: int, closed: int, value: Value
) -> None:
    (verdict,) = said("site_unreachable", weeks=(week(counted=counted, closed=closed),))
    assert (verdict.value, verdict.ours, verdict.name) == (value, True, "门户网站")
    share = f"{100 * closed / counted:.2f}%" if counted else "0.00%"
    assert verdict.numbers == {
        "counted": counted, "closed": closed, "excluded": 1, "share": share, "down": 0,
    }  # fmt: skip
    assert verdict.cause == ("too_few_visits" if value is Value.UNKNOWN else "")


def test_a_site_that_nobody_visited_is_not_spoken_of() -> None:
    assert said("site_unreachable", weeks=(week(last=None),)) == []
    assert said("site_unreachable", weeks=(week(down=True),))[0].numbers["down"] == 1


def test_a_chain_that_is_incomplete_is_told_as_such_and_without_a_day() -> None:
    seen = week(fault="incomplete_chain", certificate_until=DAY)
    (verdict,) = said("certificate_expiry", weeks=(seen,))
    assert (verdict.value, verdict.ours, verdict.due) == (Value.STALE, True, None)
    assert (verdict.clause, verdict.looked) == ("本系统（证书链不完整）", NOW)
    assert verdict.name == "门户网站"


@pytest.mark.parametrize(
    ("left", "reached"), [(31, ""), (30, "（30天内到期）"), (10, "（14天内到期）"), (0, "（7天内到期）"), (-1, "（已到期）")]
)  # fmt: skip
def test_a_certificate_names_the_step_that_it_reached(left: int, reached: str) -> None:
    until = DAY + timedelta(days=left)
    (verdict,) = said("certificate_expiry", weeks=(week(certificate_until=until),))
    assert verdict.clause == f"本系统{reached}"
    assert (verdict.due, verdict.numbers, verdict.looked) == (until, {"left": left}, NOW)
    assert (verdict.subject, verdict.name, verdict.ours) == ("site:site", "门户网站", True)
