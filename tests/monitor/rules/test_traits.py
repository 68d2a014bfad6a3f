"""Everything about a rule stands in its own file: the whole population is walked, and no list
elsewhere repeats it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.rules import rule, rule_name, rule_names, rules_with, traits
from monitor.verdicts.traits import Traits

ROOT = Path(__file__).parents[3] / "monitor"
CHINESE = re.compile(r"[一-鿿]")
AGAIN = 3
"""A module that asks for so many rules by name keeps a list of them; a screen or an indicator may
ask for one or two."""
INDICATORS = ("judging/checklist.py", "board/overview.py", "words/causes.py")
"""The national indicators and a site's card ask for the veto rules one by one; some causes are
called as the rule that tells them."""


@pytest.mark.parametrize("name", rule_names())
def test_a_rule_carries_its_name_and_traits(name: str) -> None:
    module = rule(name)
    assert name == module.NAME
    assert isinstance(module.TRAITS, Traits)
    assert CHINESE.search(module.TRAITS.title)
    assert set(module.TRAITS.explains) <= set(rule_names()) - {name}


def test_titles_are_told_apart() -> None:
    titles = [rule_name(name) for name in rule_names()]
    assert len(set(titles)) == len(titles)


def test_a_rule_of_an_earlier_release_is_called_by_its_name() -> None:
    assert rule_name("column_asleep") == "column_asleep"
    assert traits("column_asleep").advice == ""


@pytest.mark.parametrize("trait", [one.name for one in fields(Traits)])
def test_each_trait_is_had_by_some_rule(trait: str) -> None:
    assert rules_with(trait)


@pytest.mark.parametrize(
    ("trait", "rules"),
    [
        ("newest", "column_blank column_stale messages_stale"),
        ("upkeep", "account_idle column_blank column_stale"),
        ("visits", "certificate_expiry site_unreachable"),
        (
            "beside",
            "address_moved backdated_posts column_drift content_faults content_suspects"
            " data_offered page_tags removed_posts word_wanted",
        ),
        (
            "accused",
            "certificate_expiry content_faults disclosure_zero footer_identity home_moved host_name"
            " outlet_pace page_tags site_unreachable site_veto_columns surveys_few unit_quota",
        ),
        (
            "advice",
            "account_unregistered address_moved backdated_posts certificate_expiry column_drift"
            " content_suspects data_offered disclosure_zero footer_identity home_moved host_name"
            " host_unchanged lists_alike lists_went_back old_copies outlet_unreadable page_tags"
            " probe_out_of_service removed_posts site_unseen word_wanted",
        ),
        ("kind", "content_faults"),
        ("mended", "content_faults"),
        ("explains", "address_moved column_drift data_offered lists_went_back"),
        (
            "once",
            "address_moved column_drift data_offered host_unchanged lists_alike lists_went_back"
            " old_copies word_wanted",
        ),
    ],
)
def test_what_the_rules_say_of_themselves(trait: str, rules: str) -> None:
    assert rules_with(trait) == frozenset(rules.split())


def test_no_other_module_keeps_a_list_of_rules() -> None:
    names = re.compile(rf'"({"|".join(rule_names())})"')
    found = {
        file.relative_to(ROOT).as_posix(): sorted(asked)
        for file in ROOT.rglob("*.py")
        if "rules" not in file.relative_to(ROOT).parts[:1]
        and len(asked := set(names.findall(file.read_text(encoding="utf-8")))) >= AGAIN
    }
    assert {
        name: asked for name, asked in found.items() if not name.startswith((*INDICATORS, "demo/"))
    } == {}
