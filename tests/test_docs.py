"""What the documents say can be done: every command parses and runs, every YAML block is
accepted."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.config import SECTIONS
from monitor.__main__ import attach, cli
from monitor.office import read_settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MENTION = re.compile(r"`gengxin ([^`]+)`")


def blocks(kind: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language == kind:
                yield page.name, text


def commands() -> list[str]:
    """Every ``gengxin`` command line of every page, in console blocks and in the running text."""
    found: set[str] = set()
    for kind in ("console", "sh"):
        for _, text in blocks(kind):
            for line in text.splitlines():
                found |= set(re.findall(r"(?:^|\s|/)gengxin (\S.*?)(?:\s*(?:&&|>>|#).*)?$", line))
    for page in PAGES:
        prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
        found |= set(MENTION.findall(prose))
    return sorted(found)


def test_there_are_commands_to_hold() -> None:
    assert len(commands()) > 8


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_documents_is_understood(line: str) -> None:
    attach()
    words = [word for word in shlex.split(line.replace("\\|", "|")) if word not in ("…", "...")]
    group: Any = cli
    while words and words[0] in getattr(group, "commands", {}):
        group = group.commands[words.pop(0)]
    assert group is not cli, f"gengxin {line}: no such command"
    if hasattr(group, "otherwise"):  # gengxin bulletin 2020Q2 means gengxin bulletin print 2020Q2
        group = group.commands[group.otherwise]
    known = {option for parameter in group.params for option in parameter.opts}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in known | {"--help"}, f"gengxin {line}: unknown {word}"


@pytest.mark.parametrize(("page", "text"), [*blocks("yaml")])
def test_every_yaml_block_is_accepted(page: str, text: str, tmp_path: Path) -> None:
    """A block replaces its sections of the shipped config.yaml, which must then be accepted
    whole."""
    given = yaml.safe_load(text)
    assert isinstance(given, dict), page
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    if "name" in given and "portal" in given:
        pytest.skip("a district file: tests/monitor/demo/test_district.py reads it")
    if "formula" in given or "example" in given:
        pytest.skip("a scoring scheme: tests/monitor/bulletin/test_scoring.py reads it")
    if set(given) <= set(SECTIONS):
        for section, value in given.items():
            shipped[section] = {**shipped[section], **value} if isinstance(value, dict) else value
        if "catalogue" in given:
            shipped["catalogue"] = {
                "columns": [],
                "accounts": [],
                **shipped["catalogue"],
                **given["catalogue"],
            }
            if "units" in given["catalogue"]:
                shipped["catalogue"] = given["catalogue"]
    else:
        shipped["monitor"] = {**shipped["monitor"], **given}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(shipped, allow_unicode=True), encoding="utf-8")
    assert read_settings(path).monitor.rules


def test_every_link_between_the_documents_leads_somewhere() -> None:
    lost = [
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+\.md)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert lost == []
