"""The menu of commands: every command stands in it with its own sentence, and reading the help
imports none of them."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from monitor.__main__ import cli
from monitor.commands.faults import sentence_of
from monitor.commands.menu import MENU, Item
from monitor.words.exits import FAULT, REFUSED

LIGHT = {
    "monitor",
    "monitor.__main__",
    "monitor.commands",
    "monitor.commands.menu",
}
"""What `gengxin --help` imports of the house, beside plain words (``monitor.words``)."""

HEAVY = ("sqlalchemy", "httpx", "pydantic", "scrapy", "jinja2", "fastapi", "rich", "yaml")


def imported(*words: str) -> set[str]:
    """The modules that a process has when it answered ``words``."""
    program = (
        "import sys; from monitor.__main__ import main; "
        f"sys.argv = ['gengxin', *{list(words)!r}]; main(); print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("\n"))


def test_the_help_imports_no_command_and_no_library_but_click() -> None:
    found = imported("--help")
    ours = {name for name in found if name.split(".")[0] in ("monitor", "crawler")}
    assert {name for name in ours if not name.startswith("monitor.words")} == LIGHT
    assert not found & set(HEAVY)


def test_the_help_of_one_command_does_not_import_the_web_or_the_engine_of_the_crawl() -> None:
    found = imported("status", "--help")
    assert "monitor.commands.looking" in found
    assert not found & {"fastapi", "uvicorn", "scrapy", "twisted", "playwright", "monitor.web.app"}


@pytest.mark.parametrize("item", MENU, ids=lambda item: item.name)
def test_a_command_is_found_by_its_name_and_says_of_itself_what_the_menu_says(item: Item) -> None:
    command = cli.get_command(click.Context(cli), item.name)
    assert command is not None
    assert command.name == item.name
    assert command.get_short_help_str(500).rstrip("。") == item.says.rstrip("。")


def test_the_help_lists_every_command_once_in_order() -> None:
    names = [item.name for item in MENU]
    assert cli.list_commands(click.Context(cli)) == sorted(set(names)) == sorted(names)
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert all(f"  {name} " in shown for name in names)


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(cli, ["nothing"])
    assert result.exit_code == 2
    assert "nothing" in result.output


def test_a_fault_that_nobody_at_the_screen_can_mend_has_no_sentence() -> None:
    assert sentence_of(ZeroDivisionError("x")) is None


def test_a_store_that_is_away_is_no_bad_input() -> None:
    from sqlalchemy.exc import OperationalError

    from crawler.config import BadConfig

    away = sentence_of(OperationalError("select 1", {}, Exception("database is locked")))
    assert away is not None
    assert away.code == FAULT
    assert "database is locked" in away.text
    wrong = sentence_of(BadConfig("config.yaml：没有 store"))
    assert wrong is not None
    assert wrong.code == REFUSED
