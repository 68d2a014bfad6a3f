"""Seeing less never accuses more: whatever becomes of one look, nobody is accused who was not with
that look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawler.model import ColumnClass, Evidence, Outcome, Unread, shanghai_day
from monitor.judging.evaluate import judge
from monitor.model import Facts, Look, OutletFacts, Value, Verdict
from monitor.settings.limits import Limit
from monitor.verdicts.judging import stale
from tests.support.judging_facts import about, account, at, column, config, facts, one

CONFIG = config()
NEWS = Limit(clause="c", operator=">", days=14, warn=10)
TODAY = date(2021, 7, 20)
AS_OF = at(TODAY)
ROW = st.builds(
    lambda place, why, age: Unread(
        place, why, "标题", "", None if age is None else TODAY - timedelta(days=age)
    ),
    st.sampled_from(["row 1", "above the list"]),
    st.sampled_from(["undated", "outside", "part"]),
    st.none() | st.integers(0, 60),
)
NIGHTS = (
    (1, "recheck"),
    (2, "spider"),
    (26, "spider"),
    (50, "spider"),
    (74, "spider"),
    (75, "spider"),
)


@st.composite
def looks(draw: st.DrawFn) -> tuple[Look, ...]:
    """What a recheck and the last nights brought, newest first: as it ought to be, but for a flaw
    here and there."""
    age = draw(st.sampled_from([None, None, 13, 20, 20, 500]))
    newest = None if age is None else TODAY - timedelta(days=age)
    at_all = draw(st.lists(st.sampled_from(NIGHTS), min_size=1, max_size=5, unique=True))
    return tuple(
        _flawed(draw, _good(AS_OF - timedelta(hours=hours), newest, door))
        for hours, door in sorted(at_all)
    )


def _good(moment: datetime, newest: date | None, door: str) -> Look:
    outcome = Outcome.EMPTY if newest is None else Outcome.READ
    return Look(
        moment,
        outcome,
        Evidence.COMPLETE,
        "portal",
        newest,
        dated=0 if newest is None else 9,
        door=door,
    )


def _flawed(draw: st.DrawFn, look: Look) -> Look:
    """Half of the looks are good."""
    flaw = draw(st.integers(0, 11))
    if flaw == 0:
        return _blind(look, draw(st.sampled_from([one for one in Outcome if not one.conclusive])))
    if flaw == 1:
        rows = draw(st.lists(ROW, min_size=1, max_size=2))
        return replace(look, evidence=Evidence.PARTIAL, unread=tuple(rows))
    if flaw == 2:
        return replace(look, outcome=Outcome.UNCHANGED, conditional=draw(st.booleans()))
    if flaw == 3:
        return replace(look, evidence=draw(st.sampled_from([Evidence.LOWER_BOUND, Evidence.WEAK])))
    if flaw == 4 and look.newest is not None:
        return replace(look, newest=look.newest - timedelta(days=draw(st.integers(1, 9))))
    if flaw == 5:
        return replace(look, path="bridge=http://bridge.example.org")
    return look


def _blind(look: Look, outcome: Outcome) -> Look:
    return replace(look, outcome=outcome, evidence=Evidence.NONE, newest=None, dated=0, unread=())


def world(seen: tuple[Look, ...], newest: date | None) -> Facts:
    """A news column, one of another class and an account with these looks."""
    other = replace(column(ColumnClass.OTHER), id="b")
    every = (
        about(column(), newest, seen),
        about(other, newest, seen),
        about(account(), newest, seen),
    )
    return facts(AS_OF, *(_ever(of, newest) for of in every))


def _ever(of: OutletFacts, newest: date | None) -> OutletFacts:
    return replace(of, ever_posts=newest is not None)


def newest_of(seen: tuple[Look, ...]) -> date | None:
    return max((one.newest for one in seen if one.outcome.conclusive and one.newest), default=None)


def accused(seen: tuple[Look, ...], newest: date | None) -> set[tuple[str, str]]:
    return {(v.rule, v.subject) for v in judge(world(seen, newest), CONFIG) if v.value.accuses}


def could_hold(look: Look) -> date | None:
    """The newest day that a look leaves possible; ``None`` where it saw nothing."""
    if not look.outcome.conclusive:
        return None
    return shanghai_day(look.stands_for) if look.unread and look.upper is None else look.upper


def told_elsewhere(seen: tuple[Look, ...], index: int) -> bool:
    """Whether another look shows all that this one showed: what is shown in no look at all cannot
    be known."""
    mine, rest = (
        seen[index],
        [one for n, one in enumerate(seen) if n != index and one.outcome.conclusive],
    )
    if not mine.outcome.conclusive:
        return True
    newest = max((one.newest for one in rest if one.newest), default=None)
    known = mine.newest is None or (newest is not None and newest >= mine.newest)
    tops = [top for one in rest if one.unread and (top := could_hold(one)) is not None]
    mine_top = could_hold(mine)
    return known and (
        not mine.unread or (mine_top is not None and max(tops, default=date.min) >= mine_top)
    )


WORSE = st.sampled_from(
    ["failed", "blocked", "partial", "lower_bound", "weak", "copy", "304", "bridge", "gone"]
)


def worse(seen: tuple[Look, ...], index: int, how: str) -> tuple[Look, ...]:
    """``seen`` with one look made worse."""
    look = seen[index]
    if how == "gone":
        return seen[:index] + seen[index + 1 :]
    if not look.outcome.conclusive or (how == "copy" and look.newest is None):
        return seen
    row = Unread("row 1", "undated", "一行")
    older = None if look.newest is None else look.newest - timedelta(days=3)
    changed = {
        "failed": _blind(look, Outcome.UNREACHABLE),
        "blocked": _blind(look, Outcome.BLOCKED),
        "partial": replace(look, evidence=Evidence.PARTIAL, unread=(row, *look.unread)),
        "lower_bound": replace(look, evidence=Evidence.LOWER_BOUND),
        "weak": replace(look, evidence=Evidence.WEAK),
        "copy": replace(look, newest=older, unread=(), evidence=Evidence.COMPLETE),
        "304": replace(look, conditional=True, outcome=Outcome.UNCHANGED),
        "bridge": replace(look, path="bridge=http://bridge.example.org"),
    }[how]
    return (*seen[:index], changed, *seen[index + 1 :])


MANY = settings(max_examples=200)


@MANY
@given(looks(), st.data())
def test_no_look_made_worse_accuses_anybody(seen: tuple[Look, ...], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(seen) - 1))
    how = data.draw(WORSE)
    newest = newest_of(seen)
    assume(
        how in ("partial", "lower_bound", "weak", "bridge", "304") or told_elsewhere(seen, index)
    )
    before, after = accused(seen, newest), accused(worse(seen, index, how), newest)
    assert after <= before, how


STATES: tuple[Callable[[Look], Look], ...] = (
    lambda look: look,
    lambda look: _blind(look, Outcome.BLOCKED),
    lambda look: replace(look, evidence=Evidence.PARTIAL, unread=(Unread("row 1", "undated"),)),
    lambda look: replace(
        look, evidence=Evidence.PARTIAL, unread=(Unread("row 1", "part", day=OLD),)
    ),
    lambda look: replace(look, outcome=Outcome.UNCHANGED, conditional=True),
    lambda look: replace(look, evidence=Evidence.LOWER_BOUND),
    lambda look: replace(look, newest=look.newest and look.newest - timedelta(days=2)),
    lambda look: replace(look, path="bridge=http://bridge.example.org"),
)
OLD = TODAY - timedelta(days=400)
HOWS = ("failed", "partial", "lower_bound", "weak", "copy", "304", "bridge", "gone")


@pytest.mark.parametrize("age", [None, 20])
def test_no_look_of_three_made_worse_in_any_way_accuses_anybody(age: int | None) -> None:
    """Every combination of three looks in eight states, each of them made worse in eight ways."""
    newest = None if age is None else TODAY - timedelta(days=age)
    slots = [_good(AS_OF - timedelta(hours=hours), newest, door) for hours, door in NIGHTS[:3]]
    hows = [
        how for how in HOWS if how != "copy" or age is not None
    ]  # no copy is older than one without posts
    accusing = 0
    for states in product(STATES, repeat=3):
        seen = tuple(state(slot) for state, slot in zip(states, slots, strict=True))
        known = newest_of(seen)
        before = stands_accused(seen, known)
        accusing += before
        for index, how in () if before else product(range(3), hows):
            if how not in ("failed", "copy", "gone") or told_elsewhere(seen, index):
                assert not stands_accused(worse(seen, index, how), known), (seen, index, how)
    assert accusing >= 20


def stands_accused(seen: tuple[Look, ...], newest: date | None) -> bool:
    of = _ever(about(column(), newest, seen), newest)
    return stale(of, facts(AS_OF, of), NEWS, 48).value.accuses


@given(looks(), st.integers(0, 48))
def test_a_look_that_tells_of_an_earlier_moment_accuses_nobody_more(
    seen: tuple[Look, ...], hours: int
) -> None:
    """A copy's evidence is of the day when it was made, and is none of a whole list of now."""
    newest = newest_of(seen)
    first = replace(
        seen[0], seen=seen[0].moment - timedelta(hours=hours), evidence=Evidence.LOWER_BOUND
    )
    assume(seen[0].outcome.conclusive)
    assert accused((first, *seen[1:]), newest) <= accused(seen, newest)


@MANY
@given(looks())
def test_whoever_is_accused_was_seen_twice_by_looks_of_their_own(seen: tuple[Look, ...]) -> None:
    newest = newest_of(seen)
    for verdict in judge(world(seen, newest), CONFIG):
        if verdict.value.accuses and verdict.rule != "unit_quota":
            whole = [
                one for one in seen if one.outcome.conclusive and one.evidence is not Evidence.NONE
            ]
            assert len(whole) >= 2
            assert any(not one.conditional for one in whole)
            assert "、" in str(verdict.numbers["looks"])
            assert verdict.value is Value.BLANK or verdict.due is not None


def said(*seen: Look, newest: date | None = TODAY - timedelta(days=20)) -> Verdict:
    of = _ever(about(column(), newest, seen), newest)
    rule = "column_stale" if newest is not None else "column_blank"
    return one(judge(facts(AS_OF, of), CONFIG), rule)


NEWEST = TODAY - timedelta(days=20)
AGAIN, NIGHT, BEFORE = (
    _good(AS_OF - timedelta(hours=hours), NEWEST, door) for hours, door in NIGHTS[:3]
)
BARE, NAKED = (_good(AS_OF - timedelta(hours=hours), None, door) for hours, door in NIGHTS[:2])


def partly(look: Look, *rows: Unread) -> Look:
    return replace(look, evidence=Evidence.PARTIAL, unread=rows)


def test_a_row_that_may_be_newer_stands_against_the_accusation_and_is_named() -> None:
    row = Unread("row 1", "undated", "关于\u202e开展…的通知", "http://www.example.gov.cn/1.html")
    verdict = said(partly(AGAIN, row), partly(NIGHT, row))
    assert (verdict.value, verdict.cause) == (Value.UNKNOWN, "unread_newer")
    assert verdict.sentence == (
        "栏目“首页/要闻”未能判定：可能有未读出的较新信息（第1行“关于开展…的通知”：没有日期）；"
        "已知最近一次更新为2021年6月30日。"
    )


def test_what_one_look_left_unread_is_not_excluded_by_others_that_did_not_show_it() -> None:
    row = Unread("row 1", "undated", "一行")
    assert said(AGAIN, NIGHT).value is Value.STALE
    assert said(AGAIN, NIGHT, partly(BEFORE, row)).cause == "unread_newer"


def test_a_part_whose_newest_is_too_old_itself_clears_nobody() -> None:
    old = Unread("beside the list", "outside", "旧闻", day=TODAY - timedelta(days=15))
    assert said(partly(AGAIN, old), partly(NIGHT, old)).value is Value.STALE
    fits = replace(old, day=TODAY - timedelta(days=14))
    assert said(partly(AGAIN, fits), partly(NIGHT, fits)).cause == "unread_newer"


def test_a_servers_word_that_nothing_changed_is_no_sight_of_the_page() -> None:
    unchanged = [
        replace(one, outcome=Outcome.UNCHANGED, conditional=True) for one in (NIGHT, BEFORE)
    ]
    assert said(*unchanged).cause == "awaiting_second_look"
    assert said(AGAIN, *unchanged).value is Value.STALE
    assert said(replace(unchanged[0], conditional=False), unchanged[1]).value is Value.STALE


def test_two_looks_by_one_bridge_or_at_one_copy_are_one() -> None:
    bridged = [
        replace(one, path="age=3; bridge=http://bridge.example.org") for one in (AGAIN, BEFORE)
    ]
    assert said(*bridged).cause == "one_bridge", "looking there once more will never do"
    assert (
        said(bridged[0], replace(bridged[1], path="bridge=http://other.example.org")).value
        is Value.STALE
    )
    copied = [replace(one, seen=BEFORE.moment) for one in (AGAIN, NIGHT)]
    assert said(*copied).cause == "awaiting_second_look"


def test_a_list_that_went_back_convicts_nobody() -> None:
    back = [replace(one, newest=NEWEST - timedelta(days=30)) for one in (AGAIN, NIGHT)]
    assert said(*back, BEFORE).cause == "went_back"


def test_a_day_that_only_the_address_bears_clears_and_never_convicts() -> None:
    of = about(column(), NEWEST, (AGAIN, NIGHT))
    assert of.newest is not None
    weak = replace(of, newest=replace(of.newest, place="url"))
    assert one(judge(facts(AS_OF, weak), CONFIG), "column_stale").cause == "weak_date"


def test_an_empty_list_beside_an_unread_part_is_no_blank_column() -> None:
    part = Unread("tab 2", "part")
    assert said(BARE, NAKED, newest=None).value is Value.BLANK
    assert said(BARE, partly(NAKED, part), newest=None).cause == "unread_newer"
    assert said(*(replace(one, conditional=True) for one in (BARE, NAKED)), newest=None).cause == (
        "awaiting_second_look"
    )


@pytest.mark.parametrize(("hours", "outcome"), [(1, Outcome.UNREADABLE), (1, Outcome.BLOCKED)])
def test_a_page_that_could_not_be_read_tonight_is_not_soon_due(
    hours: int, outcome: Outcome
) -> None:
    newest = TODAY - timedelta(days=12)
    seen = _good(AS_OF - timedelta(hours=25), newest, "spider")
    assert said(seen, newest=newest).value is Value.DUE_SOON
    blind = _blind(_good(AS_OF - timedelta(hours=hours), newest, "spider"), outcome)
    assert said(blind, seen, newest=newest).value is Value.UNKNOWN


def test_a_row_that_may_be_newer_is_told_before_the_limit_passes() -> None:
    newest = TODAY - timedelta(days=12)
    seen = partly(_good(AS_OF - timedelta(hours=1), newest, "spider"), Unread("row 1", "undated"))
    assert said(seen, newest=newest).cause == "unread_newer"
