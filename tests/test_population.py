"""One thing, one place: every rule, platform, channel, report, role and filter is walked and is
whole, and no list of their names stands elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from crawler.platforms import platform, platform_names
from monitor.access.roles import ROLES, Role
from monitor.board.filters import Filter, lists
from monitor.bulletin.reports import kinds, report, report_names
from monitor.channels import channel, channel_names
from monitor.channels._traits import ChannelSettings
from monitor.rules import rule, rule_names

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A population: its members' names, the module of one, the functions that each offers, its page
    in the docs.

    ``home`` is where the names may stand; a module elsewhere that has ``many`` of them keeps a
    list.
    """

    names: tuple[str, ...]
    member: Callable[[str], object]
    offers: tuple[str, ...]
    page: str
    home: str
    many: int


@cache
def population() -> dict[str, Kind]:
    return {
        "rule": Kind(rule_names(), rule, ("check",), "docs/rules.md", "monitor/rules/", 3),
        "platform": Kind(
            tuple(name for name in platform_names() if name != "portal"),
            platform, ("start", "read"), "docs/platforms.md", "crawler/platforms/", 4,
        ),
        "channel": Kind(channel_names(), channel, ("send",), "docs/channels.md", "monitor/channels/", 2),
        "report": Kind(
            report_names(), report, ("write",), "docs/reports.md", "monitor/bulletin/reports/", 3
        ),
    }  # fmt: skip


EXCEPTIONS = {
    "monitor/judging/checklist.py": "the national indicators ask for the veto rules one by one",
    "monitor/board/overview.py": "a site's card counts the veto rules one by one",
    "monitor/words/causes.py": "some causes are called as the rule that tells them",
}
"""Modules that name several rules because each is a question of its own. The demonstration writes
a config.yaml and plays platforms; it is left out whole. Whose id is of which shape asks for three
platforms."""


def members() -> list[tuple[str, str]]:
    return [(kind, name) for kind, one in population().items() for name in one.names]


@pytest.mark.parametrize(("kind", "name"), members())
def test_a_member_is_whole(kind: str, name: str) -> None:
    """A docstring, traits with a title of its own, what its kind offers, a line in the docs, a
    test."""
    of = population()[kind]
    module = of.member(name)
    assert module.__doc__
    titles = [of.member(one).TRAITS.title for one in of.names]  # type: ignore[attr-defined]
    assert titles.count(module.TRAITS.title) == 1 or kind == "platform"  # type: ignore[attr-defined]
    assert all(callable(getattr(module, offered)) for offered in of.offers)
    assert f"`{name}`" in (ROOT / of.page).read_text(encoding="utf-8")
    assert any(re.search(rf"\b{name}\b", text) for text in sources().values())


@pytest.mark.parametrize("kind", ["rule", "platform", "channel"])
def test_titles_are_chinese(kind: str) -> None:
    of = population()[kind]
    assert all(CHINESE.search(of.member(name).TRAITS.title) for name in of.names)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", list(population()))
def test_no_module_elsewhere_keeps_a_list_of_their_names(kind: str) -> None:
    of = population()[kind]
    found = {
        name: sorted(said)
        for name, words in strings().items()
        if not name.startswith((of.home, "monitor/demo/")) and name not in EXCEPTIONS
        if len(said := set(of.names) & words) >= of.many
    }
    assert found == {}


def test_each_exception_is_still_needed() -> None:
    rules = set(population()["rule"].names)
    assert [name for name in EXCEPTIONS if len(rules & strings()[name]) < 3] == []


def test_a_channel_carries_its_section_of_the_configuration() -> None:
    every = [channel(name).TRAITS for name in channel_names()]
    assert all(issubclass(one.settings, ChannelSettings) for one in every)
    assert len({one.section for one in every}) == len({one.prefix for one in every}) == len(every)
    page = (ROOT / "docs/config.md").read_text(encoding="utf-8")
    assert [one.section for one in every if f"`{one.section}`" not in page] == []


def test_a_report_carries_how_its_file_is_sent() -> None:
    """The screens, the download and the demonstration's list ask for kinds of files only here."""
    for suffix, traits in kinds().items():
        assert traits.suffix == f".{suffix}"
        assert re.fullmatch(r"[a-z]+/[\w.+-]+", traits.media_type)
        assert CHINESE.search(traits.holds)


def test_a_role_is_whole() -> None:
    """Its title, what it may, its sample account, its line in the docs."""
    assert set(ROLES) == set(Role)
    assert all(CHINESE.search(of.title) and of.may and of.sample.isascii() for of in ROLES.values())
    samples = {of.sample for of in ROLES.values()}
    assert len({of.title for of in ROLES.values()}) == len(samples) == len(ROLES)
    page = (ROOT / "docs/web.md").read_text(encoding="utf-8")
    assert [role for role, of in ROLES.items() if f"| `{role}` | {of.title} |" not in page] == []


def test_no_module_elsewhere_keeps_a_list_of_roles() -> None:
    asked = re.compile(r"\bRole\.([A-Z]+)\b")
    found = {
        path.relative_to(ROOT).as_posix(): sorted(names)
        for path in (ROOT / "monitor").rglob("*.py")
        if len(names := set(asked.findall(path.read_text(encoding="utf-8")))) > 2
    }
    assert list(found) == ["monitor/access/roles.py"]


FILTERS = [(at, one) for at, filters in lists().items() for one in filters]


@pytest.mark.parametrize(("at", "one"), FILTERS, ids=[f"{at}-{one.name}" for at, one in FILTERS])
def test_a_filter_is_whole(at: str, one: Filter) -> None:
    """It is on a form under a Chinese label, or in links, or only in the interface; a choice says
    what may be chosen."""
    assert CHINESE.search(one.label) or one.linked or one.api or one.name in BOARD_ONLY
    assert (one.kind == "choice") == (one.choices is not None)
    if one.label:
        assert [each.name for each in lists()[at]].count(one.name) == 1
        labels = [each.label for each in lists()[at] if each.label]
        assert labels.count(one.label) == 1
    if one.api:
        assert CHINESE.search(one.api.chinese)
        assert not CHINESE.search(one.api.english)


BOARD_ONLY = ("stage", "value", "since", "text", "appealed")
"""Filters of findings that the board of stages sets itself."""
BY_HAND = {"checklist.html", "bulletin_evidence.html"}
"""Forms whose choices are no filters of a query: a period is always chosen, and a frozen paper's
rows are narrowed without the store."""


def test_no_template_writes_a_filter_by_hand() -> None:
    """Forms, links and the reading of addresses come from the declarations."""
    form = re.compile(r'<form(?=[^>]*class="filters")(?=[^>]*method="get").*?</form>', re.S)
    found = {
        path.name
        for path in (ROOT / "monitor/web/templates").rglob("*.html")
        for text in form.findall(path.read_text(encoding="utf-8"))
        if "<label" in text
    }
    assert found == BY_HAND


@cache
def sources() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__)
    }


@cache
def strings() -> dict[str, frozenset[str]]:
    """Every string that stands in a module by itself: docstrings and sentences are none of them."""
    return {
        path.relative_to(ROOT).as_posix(): frozenset(
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        for package in ("crawler", "monitor")
        for path in (ROOT / package).rglob("*.py")
    }
