"""What misleads us is told once for a site, from a certain number of columns on."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crawler.walking.hosts import host_key
from monitor.model import Look, Value
from tests.support.judging_facts import about, account, failed, look, nights
from tests.support.site_facts import DAY, NOW, OTHER, of, of_site, said


def wrong(reason: str = "went_back", path: str = "", mark: str = "") -> Look:
    return look(NOW - timedelta(hours=1), DAY, reason=reason, path=path, mark=mark)


MISLEADING = ["lists_alike", "lists_went_back", "old_copies", "host_unchanged"]


@pytest.mark.parametrize("name", MISLEADING)
def test_a_site_whose_columns_show_nothing_strange_is_cleared(name: str) -> None:
    verdict = of_site(said(name, of("a"), of("b")))
    assert (verdict.value, verdict.ours, verdict.cause) == (Value.FRESH, True, "")
    assert verdict.numbers == {"count": 0, "outlets": ""}
    assert verdict.looked == NOW - timedelta(hours=1)


@pytest.mark.parametrize("name", MISLEADING)
def test_of_a_site_without_columns_and_by_some_outlets_nothing_is_said(name: str) -> None:
    assert said(name) == []
    assert said(name, of("a"), sites=(OTHER,)) == []
    assert said(name, of("a"), partial=True) == []
    assert said(name, about(account(), DAY, nights(NOW, DAY))) == []


@pytest.mark.parametrize("name", ["lists_alike", "host_unchanged"])
def test_of_a_site_that_nobody_read_nothing_is_said_of_what_misleads(name: str) -> None:
    assert said(name, of("a", failed(NOW))) == []
    assert of_site(said(name, of("a", failed(NOW)), of("b"))).value is Value.FRESH


@pytest.mark.parametrize("name", ["lists_went_back", "old_copies"])
def test_a_site_that_nobody_read_stands_as_it_stood(name: str) -> None:
    verdict = of_site(said(name, of("a", failed(NOW))))
    assert (verdict.value, verdict.ours, verdict.cause) == (Value.UNKNOWN, False, "not_looked")
    assert verdict.looked is None


@pytest.mark.parametrize(("name", "reason"), [("lists_went_back", "went_back"), ("old_copies", "old_copy")])  # fmt: skip
def test_one_column_that_shows_the_past_is_told_once_for_the_site(name: str, reason: str) -> None:
    verdict = of_site(said(name, of("a", wrong(reason)), of("b"), of("c", wrong("liar_304"))))
    assert (verdict.value, verdict.ours, verdict.cause) == (Value.UNKNOWN, True, reason)
    assert verdict.numbers == {"count": 1, "outlets": "a"}


def test_an_old_copy_is_told_with_what_the_first_answer_says_of_itself() -> None:
    path = "age=90000; via=1.1 cache; final=x"
    sentence = of_site(said("old_copies", of("a", wrong("old_copy", path)))).sentence
    assert "age: 90000，via: 1.1 cache" in sentence
    marked = of_site(said("old_copies", of("a", wrong("old_copy", mark="旧标记")))).sentence
    assert "旧标记" in marked


def test_columns_that_show_one_list_are_told_with_their_names() -> None:
    groups = (("a", "b"), ("x", "y"))
    places = [of("a"), of("b", name="动态"), of("c")]
    verdict = of_site(said("lists_alike", *places, alike=groups))
    assert (verdict.value, verdict.cause, verdict.ours) == (Value.UNKNOWN, "lists_alike", True)
    assert verdict.numbers == {"count": 2, "outlets": "a b"}
    assert "（“要闻”（a）与“动态”（b））" in verdict.sentence


def test_a_column_that_nobody_knows_is_named_by_its_id_and_the_sixth_group_is_counted() -> None:
    groups = tuple((one, f"x{one}") for one in "abcdef")
    sentence = of_site(said("lists_alike", *map(of, "abcdef"), alike=groups)).sentence
    assert "“要闻”（a）与xa；“要闻”（b）与xb" in sentence
    assert "“要闻”（f）" not in sentence
    assert "；等6组" in sentence
    fewer = of_site(said("lists_alike", *map(of, "abcde"), alike=groups[:5])).sentence
    assert "组）" not in fewer


@pytest.mark.parametrize(
    ("caught", "value"),
    [
        (NOW, Value.UNKNOWN),
        (NOW - timedelta(days=30), Value.UNKNOWN),
        (NOW - timedelta(days=30, minutes=1), Value.FRESH),
    ],
)
def test_a_server_that_lied_is_told_for_thirty_days(caught: datetime, value: Value) -> None:
    place = of("a")
    liars = {host_key(place.outlet.url or ""): caught}
    verdict = of_site(said("host_unchanged", place, liars=liars))
    assert (verdict.value, verdict.ours) == (value, True)
    assert ("www.example.gov.cn" in verdict.sentence) is (value is Value.UNKNOWN)
    assert verdict.numbers["count"] == (1 if value is Value.UNKNOWN else 0)


def test_a_lying_server_is_told_though_nobody_read_a_list() -> None:
    place = of("a", failed(NOW))
    liars = {host_key(place.outlet.url or ""): NOW}
    verdict = of_site(said("host_unchanged", place, liars=liars, given={"days": 1}))
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "liar_304")
