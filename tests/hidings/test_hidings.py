"""Seeing less never accuses more: the small district's month with drawn things hidden, against the
same month in full sight.

The bench draws more of them: ``python -m bench.hidings 5000``.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.hidings.claims import Said
from tests.hidings.compare import violations
from tests.hidings.drawn import KINDS, hidings
from tests.hidings.hiding import Hiding, said
from tests.hidings.known import KNOWN
from tests.hidings.story import LAST
from tests.hidings.trial import EVERY, full_sight, tried
from tests.hidings.web import FAULTS

DUE = {
    ("unit_quota", "unit:wjj", "2021-02"): date(2021, 3, 14),
    ("column_blank", "outlet:kong", ""): date(2021, 3, 14),
    ("account_idle", "outlet:wb", ""): date(2021, 3, 14),
    ("column_stale", "outlet:tp", ""): date(2021, 3, 14),
    ("column_stale", "outlet:yw", ""): date(2021, 3, 15),
    ("column_stale", "outlet:tzgg", ""): date(2021, 3, 19),
}
"""Every breach of the story with the first judged night on which it is one. The idle account that
one bridge alone can see is not among them: two looks over one bridge are one look. Nor are the
three posts of the month in which the first look fell: what is dated shortly before it may have been
put in late, and would count there."""
LATEST = timedelta(days=2)


def test_full_sight_finds_every_breach_of_the_story_and_nothing_else() -> None:
    found = full_sight().opened
    assert set(found) - SITES - {BRIDGED} == set(DUE)
    assert all(DUE[key] <= found[key] <= DUE[key] + LATEST for key in DUE), found


BRIDGED = ("account_idle", "outlet:wx", "")
SITES = {
    (rule, f"site:{site}", "")
    for rule in ("page_tags", "host_name")
    for site in ("portal", "second")
}


def test_a_run_without_hidings_says_what_full_sight_says() -> None:
    trial = tried(())
    assert (trial.violations, trial.missing) == ((), 0)


@pytest.mark.slow
@settings(
    max_examples=8, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(hidings())
def test_seeing_less_accuses_nobody_more(hidden: tuple[Hiding, ...]) -> None:
    assert tried(hidden, phase=len(said(hidden)) % EVERY).violations == (), said(hidden)


@pytest.mark.slow
@pytest.mark.parametrize("hidden", KNOWN.values(), ids=KNOWN.keys())
def test_what_once_accused_somebody_accuses_nobody(hidden: tuple[Hiding, ...]) -> None:
    assert tried(hidden).violations == ()


def test_every_kind_of_the_list_is_drawn_and_every_fault_may_befall_a_look() -> None:
    assert set(KINDS) == {
        "look",
        "liar",
        "cache",
        "older",
        "cut",
        "dates",
        "shape",
        "articles",
        "catalogue",
        "night",
        "late",
        "clock",
        "letters",
        "probe",
        "account",
        "bridge_frozen",
        "site",
        "line",
        "proof",
    }
    assert {"timeout", "http_403", "captcha"} <= set(FAULTS)


STALE = ("column_stale", "outlet:yw", "")
DAY = LAST - timedelta(days=5)


def _said(*claims: tuple[int, tuple[str, ...]], **soon: tuple[str, ...]) -> Said:
    made = Said()
    for days, key in claims:
        made.claims[DAY + timedelta(days=days)].add(key)
    return made


@pytest.mark.parametrize(
    ("full", "less"),
    [
        ([], [(0, ("finding", *STALE))]),
        ([(1, ("verdict", *STALE))], [(0, ("finding", *STALE))]),
        ([(-3, ("verdict", *STALE))], [(0, ("letter", "jyj", *STALE))]),
        ([(-3, ("verdict", *STALE))], [(0, ("reminder", "jyj", *STALE))]),
        ([(0, ("verdict", *STALE))], [(0, ("overdue", "jyj", *STALE))]),
        ([(-3, ("verdict", *STALE)), (-3, ("overdue", "jyj", *STALE))], [(0, ("overdue", "jyj", *STALE))]),
        ([(0, ("text", "教育局"))], [(0, ("text", "民政局"))]),
    ],
    ids=["new", "early", "told of what is closed", "reminded", "overdue early", "overdue though closed", "in the text"],
)  # fmt: skip
def test_the_comparison_finds_what_is_new_early_or_rests_on_nothing(
    full: list[tuple[int, tuple[str, ...]]], less: list[tuple[int, tuple[str, ...]]]
) -> None:
    assert len(violations(_said(*full), _said(*less))) == 1


def test_the_comparison_allows_what_comes_later_and_what_two_days_prove() -> None:
    full = _said((0, ("verdict", *STALE)), (0, ("overdue", "jyj", *STALE)))
    assert violations(full, _said((2, ("finding", *STALE)), (2, ("overdue", "jyj", *STALE)))) == []


def test_the_comparison_counts() -> None:
    full, less = Said(), Said()
    full.numbers[DAY]["days_over", "样例要闻"] = 3
    less.numbers[DAY]["days_over", "样例要闻"] = 4
    less.numbers[DAY]["idle",] = 1
    assert len(violations(full, less)) == 2
    assert violations(less, full) == []


def test_the_comparison_wants_nobody_called_soon_due() -> None:
    full, less = Said(), Said()
    less.soon[DAY].add(STALE)
    assert len(violations(full, less)) == 1
    full.claims[DAY - timedelta(days=1)].add(("verdict", *STALE))
    assert violations(full, less) == []
