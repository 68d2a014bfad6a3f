"""Tests collected once, then run in a forked child for each change: does any of them notice?"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from bench.measure import resident

SECONDS = 4.0
"""Processor seconds that a test may take at least before it counts as run wild."""
PATIENCE = 10
"""Times the seconds that it took unchanged."""
WAIT = 300
"""Seconds by the clock for a whole trial: a test that waits for ever is noticed too."""
MEMORY = 1 << 30
"""Bytes that a trial may take beyond what the parent has."""
EXAMPLES = 25
WILD = "ran wild"
UNSAID = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Hypothesis is loaded before pytest could rewrite it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one test did unchanged: the lines of the changed modules that it ran, its processor
    seconds."""

    passed: bool
    seconds: float
    lines: frozenset[tuple[str, int]]


@dataclass
class Trials:
    """Collected tests, and what each ran. ``noticed``: how often each noticed something."""

    session: pytest.Session
    watched: frozenset[str]
    ran: dict[str, Ran] = field(default_factory=dict)
    noticed: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def measure(self) -> list[str]:
        """Run every test once as it is; the names of those that fail already and are left out."""
        self.ran = pickle.loads(_child(self._measured, memory=None)[1])
        return [name for name, ran in self.ran.items() if not ran.passed]

    def tests(self, path: str, lines: Collection[int]) -> list[str]:
        """The tests that run one of these lines: those that noticed most first, then the
        quickest."""
        wanted = {(path, line) for line in lines}
        found = [name for name, ran in self.ran.items() if ran.passed and ran.lines & wanted]
        return sorted(found, key=lambda name: (-self.noticed.get(name, 0), self.ran[name].seconds))

    def begin(self, change: Callable[[], None], names: Sequence[str]) -> tuple[int, Path]:
        """A child that makes ``change`` and runs ``names`` until one fails: its process id and
        where its answer will lie."""
        return _fork(lambda: self._tried(change, names).encode(), memory=MEMORY)

    def end(self, status: int, answer: Path) -> str:
        """The test that noticed, :data:`WILD`, or ``""``."""
        name = _answer(status, answer).decode() if status == 0 else WILD
        if name and name != WILD:
            self.noticed[name] = self.noticed.get(name, 0) + 1
        return name

    def _tried(self, change: Callable[[], None], names: Sequence[str]) -> str:
        try:
            change()
        except Exception:
            return "import"
        items = self._items(names)
        for item, following in zip(items, [*items[1:], None], strict=True):
            limit = max(SECONDS, PATIENCE * self.ran[item.nodeid].seconds)
            signal.setitimer(signal.ITIMER_PROF, limit)
            self._run(item, following)
            if self.failed:
                return self.failed[0]
        return ""

    def _items(self, names: Sequence[str]) -> list[pytest.Item]:
        by_name = {item.nodeid: item for item in self.session.items}
        return [by_name[name] for name in names]

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _measured(self) -> bytes:
        ran: dict[str, Ran] = {}
        items = self.session.items
        for item, following in zip(items, [*items[1:], None], strict=True):
            self.failed.clear()
            lines: set[tuple[str, int]] = set()
            start = time.process_time()
            with _traced(self.watched, lines):
                self._run(item, following)
            seconds = time.process_time() - start
            ran[item.nodeid] = Ran(not self.failed, seconds, frozenset(lines))
        return pickle.dumps(ran)


@contextlib.contextmanager
def _traced(watched: Collection[str], lines: set[tuple[str, int]]) -> Iterator[None]:
    """Note the lines of ``watched`` files that run."""

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in watched:
            return None
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(None)


def _child(work: Callable[[], bytes], memory: int | None) -> tuple[int, bytes]:
    process, answer = _fork(work, memory)
    status = os.waitpid(process, 0)[1]
    return status, _answer(status, answer)


def _answer(status: int, answer: Path) -> bytes:
    try:
        if status:
            raise RuntimeError(f"a trial ended with status {status} before it answered")
        return answer.read_bytes()
    finally:
        answer.unlink(missing_ok=True)


def _fork(work: Callable[[], bytes], memory: int | None) -> tuple[int, Path]:
    """A child that does ``work``, says nothing, and leaves its answer in a file."""
    handle, name = tempfile.mkstemp(prefix="mutant-")
    os.close(handle)
    process = os.fork()
    if process:
        return process, Path(name)
    status = 1
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        signal.alarm(WAIT if memory is not None else 0)
        if memory is not None:
            _bound(memory)
        Path(name).write_bytes(work())
        status = 0
    finally:
        os._exit(status)


def _bound(memory: int) -> None:
    now = Path("/proc/self/statm")
    pages = int(now.read_text().split()[0]) if now.exists() else resident()[1] // 4
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@dataclass
class _Collector:
    """The plugin that stops pytest where it would run the tests, and works there instead."""

    work: Callable[[Trials], int]
    watched: frozenset[str]
    status: int = 2

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        trials = Trials(session, self.watched)
        session.config.pluginmanager.register(trials)
        self.status = self.work(trials)
        return True


def with_tests(
    paths: Sequence[str], watched: Collection[str], work: Callable[[Trials], int]
) -> int:
    """Collect the tests of ``paths``, all but the slow and those that need a PostgreSQL server, and
    do ``work`` with them; its answer, or 2 where they could not be collected."""
    settings.register_profile(
        "mutants",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    plugin = _Collector(work, frozenset(watched))
    options = ["-q", "-s", "-p", "no:cacheprovider", "-n", "0", *UNSAID]
    pytest.main([*options, "-m", "not slow and not postgres", *paths], plugins=[plugin])
    return plugin.status


def counted(answers: Mapping[Any, str]) -> tuple[int, int]:
    """How many changes were noticed, and how many there were."""
    return sum(1 for answer in answers.values() if answer), len(answers)
