"""Numbers in words: no percentage of a few, nothing found only among the judged, and no other home
for such claims."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.facts.saw import Saw, blind_sentence
from monitor.words import Sight, none_found, nothing_listed, of_standing, share

ROOT = Path(__file__).parents[3] / "monitor"
numbers = st.integers(0, 500)


@given(numbers, numbers, numbers)
def test_a_percentage_is_of_the_judged_and_never_rounded_to_all_or_none(
    good: int, bad: int, unjudged: int
) -> None:
    found = share(good, good + bad, unjudged)
    rate = found.rate()
    assert not rate or (found.judged >= 5 and found.judged >= unjudged)
    assert rate != "100.0%" or not bad
    assert rate != "0.0%" or not good
    assert not unjudged or f"{unjudged} 个" in found.text, "what was not judged is never forgotten"


@given(numbers, numbers)
def test_nothing_is_found_only_among_those_that_were_judged(judged: int, unjudged: int) -> None:
    said, listed = (
        none_found("超期的", judged, unjudged),
        nothing_listed("超期的", judged, unjudged),
    )
    assert ("未发现" in said) is (judged > 0)
    assert ("没有超期的" in listed) is (judged > 0)
    assert not unjudged or str(unjudged) in said


def test_one_account_of_six_gives_no_percentage() -> None:
    assert of_standing({"stale": 1, "unknown": 5}).text == "1 个已判定：超期、空白 1 个；5 个未判定"
    assert of_standing({}).text == "没有应判定的"


def test_to_have_asked_is_not_to_have_seen() -> None:
    assert Sight(17, 17, 17).blind
    assert "没有看到任何栏目和账号" in Sight(17, 17, 17).text
    assert Sight(17, 17, 17).coverage == ""
    assert Sight(8, 8, 1).coverage == "87.5%"


FORBIDDEN = re.compile(
    r"""未发现[^信]|全部达标|全部合格|(?<![\w":])100 ?%|都能判定|\.\d?f\}\}?%|%\.\df' \| format\([^)]*\) \}\}%"""
)
HOMES = (
    "monitor/words/",
    "monitor/rules/sites/site_unreachable.py",
    "monitor/bulletin/lint.py",
    "monitor/rectify/proof.py",
    "monitor/letters/templates/",
)
"""Where such words may stand: their own room; a rule that says its own numerators; a check of a
bulletin's text; the row 最近信息 of a letter and of a kept page, beside the looks that they rest on."""


def test_claims_of_all_or_nothing_have_one_home() -> None:
    files = [*ROOT.rglob("*.py"), *ROOT.rglob("*.html"), *ROOT.rglob("*.j2")]
    guilty = [
        (name, line.strip()[:80])
        for file in files
        if not (name := file.relative_to(ROOT.parent).as_posix()).startswith(
            (*HOMES, "monitor/demo/")
        )
        for line in file.read_text("utf-8").splitlines()
        if FORBIDDEN.search(line) and not line.lstrip().startswith(("#", '"""'))
    ]
    assert guilty == []


def test_a_night_without_a_single_address_asks_for_addresses_and_not_for_a_look_at_the_network() -> (
    None
):
    bare = blind_sentence(18, Saw(18, 0, 0, (("no_address", 18),)).reasons)
    assert "先在台账里登记地址" in bare
    assert "网络" not in bare
    mixed = blind_sentence(18, Saw(18, 0, 0, (("timeout", 10), ("no_address", 8))).reasons)
    assert "请检查网络" in mixed
    assert "台账中没有地址 8 个" in mixed
