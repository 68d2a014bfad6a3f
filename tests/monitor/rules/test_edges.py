"""Where each rule's numbers end: the last case that passes, the first that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from crawler.model import ColumnClass, Outcome, Probe
from monitor.judging.evaluate import judge
from monitor.model import Look, OutletFacts, Value, Verdict
from monitor.model.outlets import LatePost, RemovedPosts
from monitor.rules import rule
from monitor.settings.limits import Limit
from monitor.words.causes import NEWER_ELSEWHERE, PROBE_OUT
from tests.support.judging_facts import (
    about,
    account,
    at,
    column,
    config,
    facts,
    failed,
    look,
    nights,
    one,
)

NOW = at("2020-07-20")
DAY = NOW.date()


def said(name: str, *outlets: OutletFacts, **limits: object) -> list[Verdict]:
    return list(rule(name).check(facts(NOW, *outlets), clause="本系统", **limits))


# posts that came late


def late(gap: int, shown: int = 0, number: int | None = None) -> LatePost:
    before = DAY - timedelta(days=shown + 1)
    published = before - timedelta(days=gap)
    return LatePost(f"http://x.example.org/{gap}", "标题", published, before + timedelta(days=1), before, number)  # fmt: skip


def of_late(*posts: LatePost) -> list[Verdict]:
    return said("backdated_posts", replace(about(column(), DAY), late=posts))


@pytest.mark.parametrize(
    ("posts", "value", "count"),
    [
        ((late(14), late(20)), Value.UNKNOWN, 2),
        ((late(13), late(20)), Value.FRESH, None),
        ((late(20),), Value.FRESH, None),
        ((late(20, 29), late(14, 29)), Value.UNKNOWN, 2),
        ((late(20, 30), late(20)), Value.FRESH, None),
    ],
)
def test_two_posts_fourteen_days_late_within_thirty_days_are_suspected(
    posts: tuple[LatePost, ...], value: Value, count: int | None
) -> None:
    (verdict,) = of_late(*posts)
    assert verdict.value is value
    assert verdict.ours
    assert dict(verdict.numbers).get("count") == count
    if count:
        assert verdict.numbers["days"] == 20
        assert verdict.numbers["example"] == posts[0].url


def test_a_column_without_late_posts_is_not_spoken_of() -> None:
    assert of_late() == []


@pytest.mark.parametrize(
    ("numbers", "order"), [((5, 4), 1), ((4, 5), 0), ((None, 4), 0), ((None, None), 0)]
)
def test_a_higher_number_with_an_earlier_day_is_out_of_order(
    numbers: tuple[int | None, int | None], order: int
) -> None:
    (verdict,) = of_late(late(20, number=numbers[0]), late(14, number=numbers[1]))
    assert verdict.numbers["order"] == order


# posts that went


@pytest.mark.parametrize(("count", "least", "spoken"), [(1, 1, 1), (1, 2, 0), (2, 2, 1), (3, 2, 1)])
def test_posts_gone_are_suspected_from_the_least_count_on(
    count: int, least: int, spoken: int
) -> None:
    gone = RemovedPosts(count, "标题", "http://x.example.org/1", date(2020, 7, 1))
    found = said("removed_posts", replace(about(column(), DAY), removed=gone), least=least)
    assert len(found) == spoken
    for verdict in found:
        assert verdict.ours
        assert verdict.numbers == {"count": count, "example": gone.url}
        assert "2020年7月1日" in verdict.sentence
        assert "标题" in verdict.sentence


# columns that cannot be read


def unreadable(*looks: Look, **limits: object) -> Verdict:
    (verdict,) = said("outlet_unreadable", about(column(), DAY, looks), **limits)
    return verdict


def test_a_column_is_unreadable_from_its_second_failed_look_on() -> None:
    one, two = failed(NOW - timedelta(hours=1)), failed(NOW - timedelta(hours=25))
    first = unreadable(one, look(NOW - timedelta(hours=25), DAY))
    assert (first.value, first.ours, first.opens) == (Value.UNKNOWN, False, False)
    assert first.numbers == {"failures": 1, "outcome": "unreachable"}
    second = unreadable(one, two)
    assert (second.value, second.ours, second.cause) == (Value.UNKNOWN, True, "timeout")
    assert second.numbers["failures"] == 2


def test_a_readable_column_is_ours_to_say() -> None:
    verdict = unreadable(*nights(NOW, DAY))
    assert (verdict.value, verdict.ours) == (Value.FRESH, True)


# what only a person can settle

NEWS, OTHER = Limit(clause="c", operator=">", days=14), Limit(clause="c", operator=">", months=12)


def wanted(of: OutletFacts, **limits: Limit) -> Verdict:
    given = {"news": NEWS, "notice": OTHER, "policy": OTHER, "other": OTHER, "idle": NEWS}
    (verdict,) = said("word_wanted", of, **{**given, **limits})
    return verdict


def test_each_class_of_column_is_asked_about_under_its_own_limit() -> None:
    for cls, name in (
        (ColumnClass.NEWS, "news"),
        (ColumnClass.NOTICE, "notice"),
        (ColumnClass.POLICY, "policy"),
        (ColumnClass.OTHER, "other"),
    ):
        limits = dict.fromkeys(("news", "notice", "policy", "other", "idle"), OTHER)
        old = DAY - timedelta(days=100)
        doubtful = failed(NOW - timedelta(hours=1), Outcome.UNREADABLE, NEWER_ELSEWHERE)
        place = about(column(cls), old, (doubtful,))
        verdict = wanted(place, **{**limits, name: NEWS})
        assert verdict.value is Value.UNKNOWN
        assert verdict.ours
        assert wanted(place, **limits).value is Value.FRESH


def test_a_column_that_was_seen_wants_no_word() -> None:
    verdict = wanted(about(column(), DAY, nights(NOW, DAY)))
    assert (verdict.value, verdict.ours) == (Value.FRESH, True)
    assert "没有须人工认定" in verdict.sentence


def test_a_column_not_seen_tonight_is_not_asked_about() -> None:
    verdict = wanted(about(column(), DAY - timedelta(days=40), (failed(NOW),)))
    assert (verdict.value, verdict.ours) == (Value.UNKNOWN, False)


# probes


def accounts(*looks: Look) -> list[OutletFacts]:
    return [
        about(replace(account(probes=(Probe("weibo"),)), id=f"w{number}"), DAY, (each,))
        for number, each in enumerate(looks)
    ]


def probe(*looks: Look) -> Verdict:
    (verdict,) = said("probe_out_of_service", *accounts(*looks))
    return verdict


def bird(reason: str = "", outcome: Outcome = Outcome.READ, hours: int = 1) -> Look:
    seen = look(NOW - timedelta(hours=hours), DAY, probe="weibo")
    return replace(seen, outcome=outcome, reason=reason)


@pytest.mark.parametrize(
    ("looks", "out"),
    [
        ([bird()], False),
        ([bird(), bird(PROBE_OUT, Outcome.BLOCKED)], True),
        ([bird(PROBE_OUT, Outcome.BLOCKED, hours=48)], True),
        ([bird(PROBE_OUT, Outcome.BLOCKED, hours=49)], False),
        ([bird(), bird("canary_failed", Outcome.UNREADABLE)], True),
        ([bird(), bird("old_copy", Outcome.UNREADABLE)], True),
        ([bird(), bird(), bird("old_copy", Outcome.UNREADABLE)], False),
    ],
)
def test_a_probe_is_out_of_service_by_what_its_accounts_saw_of_late(
    looks: list[Look], out: bool
) -> None:
    verdict = probe(*looks)
    assert (verdict.value is Value.UNKNOWN) is out
    assert verdict.cause == (PROBE_OUT if out else "")
    assert verdict.ours
    assert (verdict.subject, verdict.clause) == ("probe:weibo", "本系统")
    assert ("正常" in verdict.sentence) is not out


# nights that saw too little


@pytest.mark.parametrize(
    ("seen", "value"),
    [
        ({}, Value.STALE),
        ({"blind": True}, Value.UNKNOWN),
        ({"dark": frozenset({"outlet:a"})}, Value.UNKNOWN),
        ({"dark": frozenset({"outlet:b"})}, Value.STALE),
        ({"failed_night": True}, Value.UNKNOWN),
    ],
)
def test_a_night_that_saw_too_little_withholds_what_rests_on_it(
    seen: dict[str, object], value: Value
) -> None:
    old = DAY - timedelta(days=60)
    known = facts(NOW, about(column(), old, nights(NOW, old, 4)), **seen)
    assert one(judge(known, config()), "column_stale").value is value
