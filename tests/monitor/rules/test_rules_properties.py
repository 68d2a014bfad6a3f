"""What no rule may ever do, whatever days and looks there were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Evidence, Outcome
from monitor.judging.evaluate import judge
from monitor.model import Facts, Look, Value
from monitor.settings.limits import Limit
from tests.support.judging_facts import about, account, at, column, config, facts, failed

CONFIG = config()
DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))
LIMITS = st.builds(
    lambda length, unit_, operator: Limit(clause="c", operator=operator, **{unit_: length}),
    st.integers(1, 400),
    st.just("days"),
    st.sampled_from([">", ">="]),
) | st.builds(
    lambda length, operator: Limit(clause="c", operator=operator, months=length),
    st.integers(1, 24),
    st.sampled_from([">", ">="]),
)
LOOKS = st.lists(
    st.tuples(
        st.integers(0, 15).map(lambda half_days: half_days * 12) | st.integers(0, 24 * 20),
        st.sampled_from([Outcome.READ] * 6 + list(Outcome)),
        st.sampled_from([Evidence.COMPLETE] * 6 + list(Evidence)),
        st.integers(0, 40) | st.none(),
    ),
    max_size=6,
)


def seen(
    as_of: datetime, drawn: list[tuple[int, Outcome, Evidence, int | None]]
) -> tuple[Look, ...]:
    """Looks of any kind before ``as_of``."""
    looks = []
    for hours, outcome, evidence, age in sorted(drawn, key=lambda one: one[0]):
        moment = as_of - timedelta(hours=hours)
        newest = (moment - timedelta(days=age)).date() if age is not None else None
        looks.append(
            Look(moment, outcome, evidence, "portal", newest, dated=0 if newest is None else 9)
        )
    return tuple(looks)


def world(
    day: date, drawn: list[tuple[int, Outcome, Evidence, int | None]], hours: int = 0
) -> Facts:
    """One column and one account with those looks at ``day`` plus ``hours``, and what they
    proved."""
    as_of = at(day)
    looks = seen(as_of, drawn)
    newest = max(
        (one.newest for one in looks if one.outcome.conclusive and one.newest), default=None
    )
    later = as_of + timedelta(hours=hours)
    return facts(later, about(column(), newest, looks), about(account(), newest, looks))


@given(DAYS, LIMITS)
def test_a_limit_is_monotone_in_time(newest: date, limit: Limit) -> None:
    due = limit.due(newest)
    assert due >= newest
    assert limit.due(newest + timedelta(days=1)) >= due
    assert limit.warn_from(newest) == due + timedelta(days=1)


@given(DAYS, LOOKS, st.integers(0, 24 * 40))
def test_time_without_looks_makes_no_place_better_and_accuses_nobody(
    day: date, drawn: list[tuple[int, Outcome, Evidence, int | None]], hours: int
) -> None:
    order = {Value.FRESH: 0, Value.DUE_SOON: 1, Value.STALE: 2, Value.BLANK: 2}
    later = {(v.rule, v.subject): v for v in judge(world(day, drawn, hours), CONFIG)}
    for before in judge(world(day, drawn), CONFIG):
        after = later.get((before.rule, before.subject))
        if before.rule == "outlet_unreadable" or after is None or after.value is Value.UNKNOWN:
            continue
        assert before.value.accuses or not after.value.accuses
        assert before.value in order
        assert order[after.value] >= order[before.value]


@given(DAYS, LOOKS)
def test_nobody_is_accused_without_two_whole_conclusive_looks(
    day: date, drawn: list[tuple[int, Outcome, Evidence, int | None]]
) -> None:
    given_facts = world(day, drawn)
    whole = [
        one
        for one in given_facts.outlets[0].looks
        if one.outcome.conclusive and one.evidence in (Evidence.COMPLETE, Evidence.MANUAL)
    ]
    for verdict in judge(given_facts, CONFIG):
        if verdict.value.accuses:
            assert len(whole) >= 2
            assert given_facts.as_of - whole[0].moment <= timedelta(hours=48)
            assert verdict.value is Value.BLANK or (verdict.due is not None and verdict.due < day)
        if verdict.value is Value.UNKNOWN:
            assert verdict.cause
        assert verdict.sentence.endswith("。")
        assert "{" not in verdict.sentence


@given(DAYS, LOOKS, st.sampled_from([Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.UNREADABLE]))
def test_one_more_failed_look_never_changes_what_is_known(
    day: date, drawn: list[tuple[int, Outcome, Evidence, int | None]], outcome: Outcome
) -> None:
    """But for a warning: of a page that could not be seen again nobody says that it is soon due."""
    before = world(day, drawn)
    more = failed(before.as_of, outcome)
    after = replace(
        before, outlets=tuple(replace(of, looks=(more, *of.looks)) for of in before.outlets)
    )
    for old, new in zip(judge(before, CONFIG), judge(after, CONFIG), strict=True):
        if old.rule != "outlet_unreadable":
            silent = old.value in (Value.DUE_SOON, Value.FRESH) and new.value is Value.UNKNOWN
            assert new.value is old.value or (silent and new.cause)


@given(DAYS, LOOKS)
def test_a_failed_night_opens_nothing(
    day: date, drawn: list[tuple[int, Outcome, Evidence, int | None]]
) -> None:
    good = world(day, drawn)
    bad = judge(replace(good, failed_night=True), CONFIG)
    assert not any(verdict.opens for verdict in bad)
    for before, after in zip(judge(good, CONFIG), bad, strict=True):
        assert after == before or (before.opens and after.cause == "failed_night")
