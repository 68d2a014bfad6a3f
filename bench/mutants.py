"""Would the tests notice? ``python -m bench.mutants choice|dates|rules|judging [--sample N] [--seed
S] [--jobs 2] [--only TEXT] [--gross]``.

Small changes are made on purpose, one at a time, and the tests of the room are run against each in
a child process that is given the changed code: no file is touched. Prints what no test noticed and
the share that was. A change at the top of a module that nobody noticed is tried again in a fresh
interpreter, for what is computed from it at import. Ends with exit code 1 below the share of
``LEAST``; ``--gross`` asks first whether a module that raises as it is called is noticed at all.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

from bench.mutant_patch import put
from bench.mutant_trial import UNSAID, Trials, with_tests
from bench.mutations import Mutation, mutated, mutations

ROOT = Path(__file__).parents[1]
LEAST = 0.9


@dataclass(frozen=True, slots=True)
class Target:
    """Sources by pattern, and the tests that are asked."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[Path]:
        return sorted(path for pattern in self.sources for path in ROOT.glob(pattern))


TARGETS = {
    "choice": Target(
        ("crawler/reading/lists/choice.py",), ("tests/crawler/reading/lists/test_choice.py",)
    ),
    "dates": Target(
        ("crawler/days/*.py",),
        (
            "tests/crawler/days",
            "tests/crawler/reading/test_printed_forms.py",
            "tests/crawler/reading/test_moving_days.py",
            "tests/crawler/reading/test_yearless.py",
        ),
    ),
    "rules": Target(
        ("monitor/rules/**/*.py",),
        (
            "tests/monitor/rules",
            "tests/monitor/looks",
            "tests/monitor/judging/test_pace.py",
            "tests/monitor/judging/test_evaluate.py",
        ),
    ),
    "judging": Target(
        ("monitor/judging/*.py",),
        (
            "tests/monitor/judging/test_ahead.py",
            "tests/monitor/judging/test_checklist.py",
            "tests/monitor/judging/test_checking_commands.py",
            "tests/monitor/judging/test_evaluate.py",
            "tests/monitor/judging/test_pace.py",
            "tests/monitor/judging/test_rejudging.py",
            "tests/monitor/judging/test_seeing_less.py",
            "tests/monitor/judging/test_store_edges.py",
            "tests/monitor/rules/test_edges.py",
            "tests/situations/test_judging.py",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one file."""

    path: Path
    mutation: Mutation

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def at_import(self) -> bool:
        """Whether the change lies outside every function: a constant, a class's own fields."""
        return self.mutation.function.split(".")[-1][:1].isupper() or not self.mutation.function

    def tree(self) -> ast.Module:
        return mutated(self.path.read_text(encoding="utf-8"), self.mutation.number)

    def said(self) -> str:
        place = self.path.relative_to(ROOT).as_posix()
        return f"{place}:{self.mutation.line} {self.mutation.said()}"


def changes(target: Target) -> list[Change]:
    """Every change of a target's sources."""
    return [
        Change(path, mutation)
        for path in target.files()
        for mutation in mutations(path.read_text(encoding="utf-8"))
    ]


def tests_of(change: Change, trials: Trials) -> list[str]:
    """The tests that run the changed lines; for a change at the top all that run the module."""
    path = str(change.path)
    if change.at_import:
        return trials.tests(path, range(1, 10_000))
    return trials.tests(path, range(change.mutation.line, change.mutation.last + 1))


def tried(
    todo: Sequence[Change], trials: Trials, jobs: int, told: Callable[[Change, str], None]
) -> dict[Change, str]:
    """Each change with the test that noticed it, ``""`` where none did."""
    running: dict[int, tuple[Change, Path]] = {}
    answers: dict[Change, str] = {}

    def one_ends() -> None:
        process, status = os.wait()
        change, answer = running.pop(process)
        answers[change] = trials.end(status, answer)
        told(change, answers[change])

    for change in todo:
        while len(running) >= jobs:
            one_ends()
        act = partial(_made, change)
        process, answer = trials.begin(act, tests_of(change, trials))
        running[process] = change, answer
    while running:
        one_ends()
    return answers


def _made(change: Change) -> None:
    put(change.module, change.tree(), change.mutation.function)


class Changed(MetaPathFinder, Loader):
    """An importer that gives one module its changed code."""

    def __init__(self, change: Change) -> None:
        self.change = change

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.change.module:
            return None
        spec = PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        if spec is not None:
            spec.loader = _Loader(name, str(self.change.path), self.change)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, change: Change) -> None:
        super().__init__(name, path)
        self.change = change

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.change.tree(), self.path, "exec")


def noticed_afresh(name: str, change: Change) -> bool:
    """Whether the target's tests notice the change in a fresh interpreter."""
    number = changes(TARGETS[name]).index(change)
    command = [sys.executable, "-m", "bench.mutants", name, "--fresh", str(number)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode != 0


def fresh(target: Target, number: int) -> int:
    """The target's tests under one change, from the first import on; pytest's exit code."""
    import pytest

    sys.meta_path.insert(0, Changed(changes(target)[number]))
    options = ["-q", "-x", *UNSAID, "-p", "no:cacheprovider", "-n", "0"]
    return int(pytest.main([*options, "-m", "not slow and not postgres", *target.tests]))


def _gross(target: Target, trials: Trials) -> Iterator[Path]:
    """Sources that may raise in every function without a test that notices."""
    for path in target.files():
        module = Change(path, Mutation(0, "", 0, 0, "", "", "")).module
        process, answer = trials.begin(
            partial(_broken, module, path), trials.tests(str(path), range(1, 10_000))
        )
        if not trials.end(os.waitpid(process, 0)[1], answer) and _functions(path):
            yield path


def _functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _broken(module: str, path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body.insert(0, ast.parse("raise RuntimeError('broken on purpose')").body[0])
    put(module, ast.fix_missing_locations(tree), "")


def chosen(every: Sequence[Change], sample: int | None, seed: int, only: str) -> list[Change]:
    """A seeded sample in the order of the text, of those whose line holds ``only``."""
    found = [change for change in every if only in change.said()]
    if sample is None or sample >= len(found):
        return found
    numbers = sorted(random.Random(seed).sample(range(len(found)), sample))
    return [found[number] for number in numbers]


def report(name: str, todo: Sequence[Change], jobs: int, gross: bool, trials: Trials) -> int:
    """Run a target and print what was left; 0 where enough was noticed."""
    for change in changes(TARGETS[name]):
        import_module(change.module)
    for test in trials.measure():
        print(f"fails already and is left out: {test}")
    if gross:
        for path in _gross(TARGETS[name], trials):
            print(f"raises unnoticed: {path.relative_to(ROOT)}")
    left: list[Change] = []

    def told(change: Change, answer: str) -> None:
        if not answer and not (change.at_import and noticed_afresh(name, change)):
            left.append(change)
            print(f"left: {change.said()}", flush=True)

    tried(todo, trials, jobs, told)
    share = 1 - len(left) / max(1, len(todo))
    print(f"{name}: {len(todo) - len(left)} of {len(todo)} noticed, {share:.1%}", flush=True)
    return 0 if share >= LEAST else 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--sample", type=int, help="how many changes are drawn (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="only changes whose line holds this text")
    parser.add_argument("--gross", action="store_true")
    parser.add_argument("--fresh", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    target = TARGETS[options.target]
    if options.fresh is not None:
        return fresh(target, options.fresh)
    todo = chosen(changes(target), options.sample, options.seed, options.only)
    work = partial(report, options.target, todo, options.jobs, options.gross)
    return with_tests(target.tests, [str(path) for path in target.files()], work)


if __name__ == "__main__":
    sys.exit(main())
