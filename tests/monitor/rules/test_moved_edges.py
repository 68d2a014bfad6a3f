"""Columns that lead elsewhere, and nights that read none of a site."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Outcome
from monitor.model import Look, OutletFacts, Value
from monitor.words.causes import cause_name
from tests.support.judging_facts import about, account, failed, look
from tests.support.site_facts import DAY, NOW, of, of_site, said


def moved(id: str, host: str = "new.example.org", url: str = "") -> OutletFacts:
    there = look(NOW - timedelta(hours=1), DAY, path=f"final=http://{host}/{id}/")
    place = of(id, there)
    return replace(place, outlet=replace(place.outlet, url=url)) if url else place


def test_one_moved_column_is_told_with_both_addresses() -> None:
    verdicts = said("address_moved", moved("a"), of("b"))
    assert of_site(verdicts).value is Value.FRESH
    _, a, b = verdicts
    assert (a.value, a.ours, a.cause, a.units) == (Value.UNKNOWN, True, "moved_address", ())
    assert a.numbers == {
        "registered": "http://www.example.gov.cn/a/", "landed": "http://new.example.org/a/",
    }  # fmt: skip
    assert "http://www.example.gov.cn/a/，打开后到了http://new.example.org/a/" in a.sentence
    assert (b.value, b.ours, b.clause) == (Value.FRESH, True, "本系统")


def test_three_columns_that_went_to_one_host_are_the_sites() -> None:
    verdicts = said(
        "address_moved", moved("a"), moved("b"), moved("c"), moved("d", "x.example.org")
    )
    whole, *each = verdicts
    assert (whole.value, whole.ours, whole.cause) == (Value.UNKNOWN, True, "moved_address")
    assert whole.numbers["outlets"] == "a b c"
    assert "的网址由www.example.gov.cn跳转到了new.example.org" in whole.sentence
    assert [(one.value, one.ours) for one in each] == [(Value.UNKNOWN, False)] * 3 + [
        (Value.UNKNOWN, True)
    ]
    assert "已按站点合并登记" in each[0].sentence


def test_columns_that_moved_on_their_own_host_are_told_one_by_one() -> None:
    within = [moved(one, "www.example.gov.cn/new") for one in "abc"]
    whole, *each = said("address_moved", *within)
    assert whole.value is Value.FRESH
    assert [one.ours for one in each] == [True] * 3


def test_two_are_enough_where_two_are_asked_for() -> None:
    two = [moved("a"), moved("b")]
    assert of_site(said("address_moved", *two)).value is Value.FRESH
    assert of_site(said("address_moved", *two, given={"least": 2})).value is Value.UNKNOWN


def test_an_address_that_a_clerk_took_or_that_led_home_again_is_not_moved() -> None:
    own = replace(moved("a"), own_addresses=("http://new.example.org/a/",))
    assert [one.value for one in said("address_moved", own)] == [Value.FRESH] * 2
    there = moved("a").looks[0]
    home_again = of("a", look(NOW, DAY), there)
    assert said("address_moved", home_again)[1].value is Value.FRESH
    not_seen = of("a", failed(NOW), there)
    assert said("address_moved", not_seen)[1].value is Value.UNKNOWN


def test_a_site_of_which_nothing_was_looked_at_has_moved_nowhere() -> None:
    assert said("address_moved") == []
    assert said("address_moved", moved("a"), partial=True) == []


# nights that read none of a site


def broken(reason: str = "timeout") -> Look:
    return failed(NOW - timedelta(hours=1), Outcome.UNREACHABLE, reason)


@pytest.mark.parametrize(
    ("failures", "fine", "value"),
    [(3, 3, Value.UNKNOWN), (3, 4, Value.FRESH), (2, 0, Value.FRESH), (3, 0, Value.UNKNOWN)],
)
def test_a_site_is_unseen_from_three_columns_and_half_of_them_on(
    failures: int, fine: int, value: Value
) -> None:
    places = [of(f"a{n}", broken()) for n in range(failures)] + [of(f"b{n}") for n in range(fine)]
    (verdict,) = said("site_unseen", *places)
    assert (verdict.value, verdict.ours) == (value, True)
    assert verdict.numbers == {"failed": failures, "asked": failures + fine}
    assert verdict.cause == ("reader_broken" if value is Value.UNKNOWN else "")
    assert verdict.looked == NOW - timedelta(hours=1)
    assert verdict.name == "门户网站"


def test_columns_that_lead_elsewhere_or_were_not_asked_make_no_site_unseen() -> None:
    away = [of(one, broken("moved_address")) for one in "abc"]
    assert said("site_unseen", *away)[0].value is Value.FRESH
    old = [of(one, failed(NOW - timedelta(hours=49))) for one in "abc"]
    assert said("site_unseen", *old) == []
    edge = [of(one, failed(NOW - timedelta(hours=48))) for one in "abc"]
    assert said("site_unseen", *edge)[0].value is Value.UNKNOWN
    assert said("site_unseen", *edge, partial=True) == []
    bare = [replace(one, outlet=replace(one.outlet, url=None)) for one in edge]
    assert said("site_unseen", *bare) == []
    afar = [replace(one, outlet=replace(one.outlet, site="other")) for one in edge]
    assert said("site_unseen", *afar) == []
    accounts = [about(account(), DAY, (broken(),))] * 3
    assert said("site_unseen", *accounts) == []


def test_the_causes_of_an_unseen_site_are_counted_the_most_first() -> None:
    places = [of("a", broken("went_back")), of("b", broken()), of("c", broken())]
    sentence = said("site_unseen", *places)[0].sentence
    assert f"（{cause_name('timeout')}2个、{cause_name('went_back')}1个）" in sentence
    silent = [of(one, broken("")) for one in "abc"]
    assert f"{cause_name('unreachable')}3个" in said("site_unseen", *silent)[0].sentence
