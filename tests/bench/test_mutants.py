"""The runner of small changes: it makes them, and tells those that a test notices from the rest."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bench.mutants import TARGETS, changes, chosen
from bench.mutations import mutated, mutations

ROOT = Path(__file__).parents[2]
SMALL = '''"""Told to people only."""
from functools import cache

MOST = 3


@cache
def short(words: "list[str]", *, more: int = 0) -> bool:
    """So few."""
    return not len(words) > MOST + more
'''


def said(source: str) -> list[str]:
    return [mutation.said() for mutation in mutations(source)]


def test_every_small_change_is_one_line_with_its_place() -> None:
    assert said(SMALL) == [
        "top of the module: off by one: `3` → `4`",
        "`short`: off by one: `0` → `1`",
        "`short`: answers nothing: `return not len(words) > MOST + more` → `return None`",
        "`short`: not dropped: `not len(words) > MOST + more` → `len(words) > MOST + more`",
        "`short`: other comparison: `len(words) > MOST + more` → `len(words) >= MOST + more`",
        "`short`: other arithmetic: `MOST + more` → `MOST - more`",
    ]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("a = b and c", "a = b or c"),
        ("a = f(b, c)", "a = f(c, b)"),
        ("a = f(b, key=c)", "a = f(b)"),
        ("a = min(b)", "a = max(b)"),
        ("a = b if c else d", "a = b if not c else d"),
        ("a = [b for b in c if b]", "a = [b for b in c if not b]"),
        ("a = b is c", "a = b is not c"),
        ("a = True", "a = False"),
        ("a.append(b)", "pass"),
        ("a += b", "pass"),
    ],
)
def test_each_kind_of_change_is_made(line: str, after: str) -> None:
    made = [ast.unparse(mutated(line, mutation.number)) for mutation in mutations(line)]
    assert after in made


@pytest.mark.parametrize(
    "line",
    [
        '"""A docstring."""',
        "import a",
        "assert a > 1",
        "raise ValueError(min(a, 1))",
        "a: Literal[1]",
        "zip(strict=True)",
        "@cache(maxsize=3)\ndef f() -> Literal[1]:\n    return 'words'",
    ],
)
def test_what_no_answer_could_show_is_not_changed(line: str) -> None:
    kinds = {mutation.kind for mutation in mutations(line)}
    assert kinds <= {"and / or", "answers nothing", "not done"}


def test_a_seed_draws_the_same_sample_of_changes_that_compile() -> None:
    every = changes(TARGETS["judging"])
    drawn = chosen(every, 10, 5, "evaluate")
    assert drawn == chosen(every, 10, 5, "evaluate")
    assert len(drawn) == 10
    for change in drawn:
        compile(change.tree(), change.module, "exec")


TRIAL = """
import os, sys
from functools import partial
from pathlib import Path
from bench.mutant_patch import put
from bench.mutant_trial import with_tests
from bench.mutations import mutated, mutations

path = Path(sys.argv[1])
source = path.read_text()

def work(trials):
    print("failing", trials.measure())
    for found in mutations(source):
        change = partial(put, "small", mutated(source, found.number), found.function)
        process, answer = trials.begin(change, trials.tests(str(path), range(1, 99)))
        print(found.said(), "|", trials.end(os.waitpid(process, 0)[1], answer).split("::")[-1])
    return 0

sys.exit(with_tests([sys.argv[2]], [str(path)], work))
"""
TESTS = """
import small

def test_three_are_few():
    assert small.short(("a", "b", "c"))

def test_four_are_not():
    assert not small.short(("a", "b", "c", "d"))

def test_nothing_runs_the_module():
    assert small
"""


def test_a_change_is_told_with_the_test_that_noticed_it_or_counted_as_left(tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(SMALL)
    (tmp_path / "test_small.py").write_text(TESTS)
    command = [sys.executable, "-c", TRIAL, tmp_path / "small.py", tmp_path / "test_small.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = [line for line in ran.stdout.splitlines() if "|" in line or "failing" in line]
    assert told[0] == "failing []"
    noticed = {
        line.rpartition("|")[0].strip(): line.rpartition("|")[2].strip() for line in told[1:]
    }
    assert noticed["`short`: other arithmetic: `MOST + more` → `MOST - more`"] == ""
    over = "`short`: other comparison: `len(words) > MOST + more` → `len(words) >= MOST + more`"
    assert noticed[over] == "test_three_are_few"
    assert list(noticed.values()).count("") == 1
    assert len(noticed) == 6
