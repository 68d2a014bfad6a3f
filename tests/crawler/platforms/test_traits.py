"""Everything about a platform and a medium stands in one place: the whole population is walked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.platforms import platform, platform_names, titles, traits
from crawler.platforms._traits import Traits
from crawler.reading.media import MEDIA, MEDIA_NAMES, medium_called, proof_urls

ROOT = Path(__file__).parents[3]
CHINESE = re.compile(r"[一-鿿]")
AGAIN = 4
"""A module that asks for so many platforms by name keeps a list of them; whose id is of which shape
asks for three."""


@pytest.mark.parametrize("name", platform_names())
def test_a_platform_carries_its_traits(name: str) -> None:
    said = platform(name).TRAITS
    assert isinstance(said, Traits)
    assert CHINESE.search(said.title)
    assert said.medium in ("", *MEDIA_NAMES)
    assert titles()[name] == said.title


def test_a_platform_of_an_earlier_release_is_called_by_its_name() -> None:
    assert traits("telegraph") == Traits(title="telegraph")


def test_media_are_told_apart_in_every_spelling() -> None:
    spellings = [spelling for one in MEDIA for spelling in one.spellings]
    assert len(set(spellings)) == len(spellings)
    assert [medium_called(one) for one in ("订阅号", "微博", "手机app", "电报")] == [
        "wechat",
        "weibo",
        "app",
        "other",
    ]
    assert len(set(MEDIA_NAMES.values())) == len(MEDIA)


def test_only_media_with_pages_of_their_own_have_addresses_to_prove_by() -> None:
    assert [one.id for one in MEDIA if proof_urls(one.id)] == ["wechat", "weibo"]
    assert proof_urls("portal") == ()


def test_no_other_module_keeps_a_list_of_platforms() -> None:
    names = re.compile(rf'"({"|".join(name for name in platform_names() if name != "portal")})"')
    found = {
        file.relative_to(ROOT).as_posix(): sorted(asked)
        for package in ("crawler", "monitor")
        for file in (ROOT / package).rglob("*.py")
        if len(asked := set(names.findall(file.read_text(encoding="utf-8")))) >= AGAIN
    }
    assert {
        name: asked for name, asked in found.items() if not name.startswith("monitor/demo/")
    } == {}
