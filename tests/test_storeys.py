"""Rooms are folders, each with a sentence and a face; the floor plan of the docs is made of them;
storeys hold."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import floor_plan
from tests.support.imports import longest_chain, reached

ROOT = Path(__file__).parents[1]
FLAT = {
    "crawler": {"__init__", "__main__", "clock", "config", "model"},
    "monitor": {"__init__", "__main__", "config", "office", "tables"},
}
"""The only modules that stand in no room: the words and settings of all, the office that opens
both, the command."""
FULLEST = 28
"""Modules in the fullest folder."""
LONGEST = 20
"""Modules in the longest chain of imports: who reads from the top has so many files to the ground."""
KNOWN_BY_THE_CONFIG = 30
"""Modules that ``monitor.config`` reaches: settings are read there and known to few."""
ROOMS = sorted(
    room
    for package in FLAT
    for layer in floor_plan.storeys(package)
    for room in layer
    if (ROOT / room.replace(".", "/")).is_dir()
)


@pytest.mark.parametrize("package", FLAT)
def test_no_module_stands_outside_a_room_but_the_few_named_ones(package: str) -> None:
    assert {file.stem for file in (ROOT / package).glob("*.py")} == FLAT[package]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_holds_and_its_face_exists(room: str) -> None:
    assert floor_plan.sentence(room).endswith("."), room
    for one in floor_plan.face(room):
        module, _, name = f"{room}.{one}".rpartition(".")
        assert hasattr(importlib.import_module(module), name), one


def test_no_folder_is_overfull() -> None:
    folders = {file.parent for package in FLAT for file in (ROOT / package).rglob("*.py")}
    crowded = {
        folder.relative_to(ROOT).as_posix(): n
        for folder in folders
        if (n := len(list(folder.glob("*.py")))) > FULLEST
    }
    assert crowded == {}


def test_the_floor_plan_of_the_docs_is_the_rooms_own() -> None:
    page = floor_plan.PAGE.read_text(encoding="utf-8")
    assert floor_plan.page_with(page) == page, "run: python -m tests.support.floor_plan"


def test_no_room_knows_one_of_a_higher_storey() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "0 broken" in done.stdout


def test_from_the_top_to_the_ground_no_chain_of_imports_is_longer_than_twenty() -> None:
    chain = longest_chain()
    assert len(chain) <= LONGEST, " -> ".join(chain)


def test_the_settings_know_the_settings_and_little_else() -> None:
    assert len(reached("monitor.config")) <= KNOWN_BY_THE_CONFIG, sorted(reached("monitor.config"))
