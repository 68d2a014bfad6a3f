"""A night over the accounts: the chain, the canaries, the breaker, and only what is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.accounts.chain import (
    Health,
    ProbeLook,
    believed,
    due,
    next_probe,
    plan_night,
    probe_health,
    settle,
    spell,
    tripped,
)
from crawler.model import (
    SHANGHAI,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Post,
    Probe,
    Reading,
    shanghai_day,
)
from crawler.platforms import platform

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=SHANGHAI)
TODAY = shanghai_day(NOW)
FEED, ALBUM, ARTICLE = (Probe(name) for name in ("feed", "wechat_album", "wechat_article"))
CHAIN = (FEED, ALBUM, ARTICLE)


def seen(days: float, evidence: Evidence = Evidence.COMPLETE) -> Reading:
    moment = NOW - timedelta(days=days)
    post = Post("示例", "https://example.org", Dated(shanghai_day(moment), "x", "json", moment))
    return Reading(Outcome.READ, evidence, (post,))


def refused(reason: str, outcome: Outcome = Outcome.BLOCKED) -> Reading:
    return Reading(outcome, Evidence.NONE, reason=reason, mark=f"mark of {reason}")


EMPTY = Reading(Outcome.EMPTY, Evidence.COMPLETE, reason="never_posted")


def after(*readings: Reading, out: tuple[str, ...] = ()) -> Probe | None:
    return next_probe(
        CHAIN, [ProbeLook(p, r) for p, r in zip(CHAIN, readings, strict=False)], TODAY, out=out
    )


def test_the_chain_begins_at_its_first_probe_and_a_refused_one_passes_to_the_next() -> None:
    assert after() == FEED
    assert after(refused("captcha")) == ALBUM
    assert after(refused("captcha"), refused("empty_list", Outcome.UNREADABLE)) == ARTICLE
    assert after(*[refused("captcha")] * 3) is None


def test_a_complete_answer_ends_the_chain_whatever_it_says() -> None:
    assert after(seen(1)) is None
    assert after(seen(40)) is None
    assert after(EMPTY) is None


def test_a_lower_bound_ends_the_chain_only_when_it_clears() -> None:
    assert after(refused("captcha"), seen(3, Evidence.LOWER_BOUND)) is None
    assert after(refused("captcha"), seen(12, Evidence.LOWER_BOUND)) == ARTICLE


def test_a_hint_neither_clears_nor_ends_the_chain() -> None:
    assert after(seen(1, Evidence.NONE)) == ALBUM


def test_a_probe_out_of_service_is_passed_over() -> None:
    assert after(out=("feed",)) == ALBUM


def looks(*readings: Reading) -> list[ProbeLook]:
    return [ProbeLook(p, r) for p, r in zip(CHAIN, readings, strict=True)]


def test_the_first_complete_answer_decides() -> None:
    settled = settle(looks(refused("captcha"), seen(20, Evidence.LOWER_BOUND), seen(20)))
    assert (settled.outcome, settled.evidence, settled.by) == (
        Outcome.READ,
        Evidence.COMPLETE,
        ARTICLE,
    )


def test_a_newer_lower_bound_takes_the_lists_power_to_convict() -> None:
    settled = settle(looks(seen(20), seen(12, Evidence.LOWER_BOUND), refused("captcha")))
    assert (settled.evidence, settled.reason) == (Evidence.LOWER_BOUND, "newer_elsewhere")
    assert settled.newest is not None
    assert settled.newest.day == TODAY - timedelta(days=12)
    never = settle(looks(EMPTY, seen(12, Evidence.LOWER_BOUND), refused("captcha")))
    assert (never.outcome, never.evidence) == (Outcome.READ, Evidence.LOWER_BOUND)


def test_seconds_between_list_and_article_are_no_contradiction() -> None:
    settled = settle(
        looks(seen(20), seen(20 - 51 / 86400, Evidence.LOWER_BOUND), refused("captcha"))
    )
    assert settled.evidence is Evidence.COMPLETE


def test_refusals_alone_settle_as_unknown_with_the_first_cause() -> None:
    settled = settle(looks(refused("rate_limited"), refused("captcha"), seen(1, Evidence.NONE)))
    assert (settled.outcome, settled.evidence, settled.newest) == (
        Outcome.BLOCKED,
        Evidence.NONE,
        None,
    )
    assert (settled.reason, settled.mark) == ("rate_limited", "mark of rate_limited")
    hint = settle([ProbeLook(FEED, seen(1, Evidence.NONE))])
    assert (hint.outcome, hint.evidence, hint.newest) == (Outcome.UNREADABLE, Evidence.NONE, None)
    assert settle([]).reason == "no_source"


READINGS = st.builds(
    seen,
    st.floats(0, 900),
    st.sampled_from([Evidence.COMPLETE, Evidence.LOWER_BOUND, Evidence.NONE]),
) | st.builds(refused, st.sampled_from(["captcha", "network", "empty_list"]))


@given(st.lists(READINGS, min_size=1, max_size=3))
def test_only_complete_answers_that_nothing_contradicts_can_convict(
    readings: list[Reading],
) -> None:
    settled = settle([ProbeLook(p, r) for p, r in zip(CHAIN, readings, strict=False)])
    complete = [r for r in readings if r.evidence is Evidence.COMPLETE]
    if settled.evidence is Evidence.COMPLETE:
        assert complete
        assert settled.newest is not None
        usable = [r for r in readings if r.evidence is not Evidence.NONE]
        assert all(r.newest is not None and r.newest.day <= settled.newest.day for r in usable)
    if all(r.evidence is Evidence.NONE for r in readings):
        assert not settled.outcome.conclusive


@pytest.mark.parametrize(
    ("newest", "complete", "asked"),
    [
        (None, None, True),
        (3, None, False),
        (9, 1, False),
        (10, 1, True),
        (40, 1, True),
        (40, 0, False),
        (None, 0, False),
    ],
)
def test_only_what_is_due_is_asked(newest: int | None, complete: int | None, asked: bool) -> None:
    days = [None if ago is None else TODAY - timedelta(days=ago) for ago in (newest, complete)]
    assert due(days[0], days[1], TODAY) is asked


def test_three_walls_in_a_row_end_a_probes_night() -> None:
    wall = refused("login_wall")
    assert tripped([seen(1), wall, wall, wall])
    assert not tripped([wall, wall, seen(1), wall])
    assert not tripped([refused("network", Outcome.UNREACHABLE)] * 3)


def test_a_fifth_of_refusals_ends_it_too_once_enough_were_asked() -> None:
    one_in_four = [refused("network", Outcome.UNREACHABLE), seen(1), seen(1), seen(1)]
    assert not tripped(one_in_four * 4)
    assert tripped(one_in_four * 5)


def test_singing_canaries_mean_health() -> None:
    assert probe_health({"a": seen(1), "b": seen(1.9)}, [seen(40)] * 9, NOW).ok


@pytest.mark.parametrize(
    "silent",
    [seen(2.1), refused("captcha"), EMPTY, refused("empty_list", Outcome.UNREADABLE)],
    ids=["old", "walled", "empty", "empty list"],
)
def test_one_silent_canary_puts_the_probe_out_of_service(silent: Reading) -> None:
    health = probe_health({"good": seen(0.1), "silent": silent}, [seen(1)] * 9, NOW)
    assert (health.ok, health.reason) == (False, "canary_failed")
    assert health.mark.startswith("silent: ")


def test_half_of_all_accounts_empty_in_one_night_puts_it_out_of_service() -> None:
    gone = refused("empty_list", Outcome.UNREADABLE)
    assert not probe_health({}, [gone, EMPTY, seen(1), seen(1)], NOW).ok
    assert probe_health({}, [gone, seen(1), seen(1)], NOW).ok
    assert probe_health({}, [gone, seen(1), seen(1), seen(1)], NOW).ok


def test_july_2026_accuses_nobody() -> None:
    """The lists came back empty for everybody; the canaries with them."""
    night = [refused("empty_list", Outcome.UNREADABLE)] * 255
    health = probe_health({"canary": night[0]}, night, NOW)
    verdicts = [settle([ProbeLook(FEED, believed(reading, health))]) for reading in night]
    assert {(v.outcome, v.evidence) for v in verdicts} == {(Outcome.UNREADABLE, Evidence.NONE)}


def test_a_probe_out_of_service_may_clear_and_never_convict() -> None:
    sick = Health(False, "canary_failed", "canary: captcha")
    listed = believed(seen(40), sick)
    assert (listed.evidence, listed.reason) == (Evidence.LOWER_BOUND, "canary_failed")
    assert believed(EMPTY, sick).outcome is Outcome.UNREADABLE
    assert believed(refused("captcha"), sick).reason == "captcha"
    assert believed(seen(40), Health(True)).evidence is Evidence.COMPLETE
    assert believed(seen(40, Evidence.MANUAL), sick).evidence is Evidence.MANUAL


def accounts(count: int) -> list[Outlet]:
    probes = (Probe("weibo"), Probe("weibo", None, {"host": "m.weibo.cn"}))
    return [
        Outlet(
            f"w{n}",
            OutletKind.ACCOUNT,
            "示例",
            "weibo",
            "",
            (),
            handle={"uid": str(5900000000 + n)},
            probes=probes,
        )
        for n in range(count)
    ]


def test_a_thousand_accounts_are_planned_by_what_is_due() -> None:
    outlets = accounts(1000)
    newest = {o.id: TODAY - timedelta(days=n % 12) for n, o in enumerate(outlets)}
    plan = plan_night(
        outlets, newest, {}, TODAY, lambda o, p: platform(p.platform).start(o, p), pace=2
    )
    assert len(plan.due) == sum(n % 12 >= 10 for n in range(1000)) == 166
    assert plan.requests == {"weibo.com": 166}
    assert plan.at_most == {"weibo.com": 166, "m.weibo.cn": 166}
    assert (plan.seconds, plan.seconds_at_most) == (332, 332)
    assert plan.lines() == (
        "账号 1000 个: 今晚应查 166 个, 近期已更新免查 834 个",
        "weibo.com: 请求 166 次, 每 2 秒一次, 约 6 分钟 (全部备用渠道都用上最多 6 分钟)",
        "预计用时 6 分钟, 最多 6 分钟",
    )


def test_a_thousand_accounts_never_seen_take_half_an_hour_at_two_seconds() -> None:
    plan = plan_night(
        accounts(1000),
        {},
        {},
        date(2026, 11, 23),
        lambda o, p: platform(p.platform).start(o, p),
        pace=2,
    )
    assert (len(plan.due), plan.seconds) == (1000, 2000)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 分钟"), (61, "2 分钟"), (3600, "1 小时"), (30000, "8 小时 20 分钟")],
)
def test_durations_are_told_in_minutes(seconds: float, words: str) -> None:
    assert spell(seconds) == words
