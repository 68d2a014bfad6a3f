"""``gengxin serve``: web and timetable under one command, each alone, ended cleanly, the web
started again when it dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import httpx
import psutil
import pytest
import yaml

pytestmark = pytest.mark.slow
PATIENCE = 40.0

CONFIG = {
    "store": "sqlite:///store.db",
    "crawler": {"contact": "office@example.org"},
    "monitor": {
        "rules": {
            "column_blank": {"valid_from": "2019-04-01", "clause": "空白栏目"},
        },
        "web": {"port": 0},
    },
    "catalogue": {
        "units": [
            {
                "id": "a",
                "short": "甲局",
                "full": "某区甲局",
                "group": "区直部门",
                "emails": ["a@example.org"],
            }
        ],
        "sites": [{"id": "portal", "name": "某区政府", "home": "http://www.example.org/"}],
    },
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(CONFIG, allow_unicode=True), encoding="utf-8")
    return path


class Served:
    """The command as a process, and what it says, line by line."""

    def __init__(self, config: Path, *options: str) -> None:
        self.lines: Queue[str] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "serve", *options, "--config", str(config)],
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def until(self, pattern: str) -> re.Match[str]:
        """The first line from now on that holds ``pattern``."""
        said = []
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"{pattern} was never said; only: {''.join(said)}") from None
            said.append(line)
            if found := re.search(pattern, line):
                return found

    def close(self) -> None:
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(config: Path, *options: str) -> Iterator[Served]:
    served = Served(config, *options)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            for child in psutil.Process(served.process.pid).children(recursive=True):
                child.kill()
            served.process.kill()
        served.close()


WEB = r"网页已启动：(http://\S+?)/"


def test_the_web_alone_answers_and_ends_cleanly(config: Path) -> None:
    with serving(config, "--web-only") as served:
        address = served.until(WEB).group(1)
        answer = httpx.get(f"{address}/login")
        assert answer.status_code == 200
        assert "登录" in answer.text
        assert served.end() in (0, -signal.SIGTERM)


def test_one_command_runs_both_and_brings_the_web_back_when_it_dies(config: Path) -> None:
    with serving(config) as served:
        served.until(WEB)
        web = [
            child
            for child in psutil.Process(served.process.pid).children()
            if "--web-only" in child.cmdline()
        ]
        assert len(web) == 1
        os.kill(web[0].pid, signal.SIGKILL)
        served.until("重新启动")
        address = served.until(WEB).group(1)
        assert httpx.get(f"{address}/login").status_code == 200
        children = psutil.Process(served.process.pid).children(recursive=True)
        assert served.end() == 0
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


def test_the_web_does_not_outlive_a_killed_service(config: Path) -> None:
    with serving(config) as served:
        served.until(WEB)
        children = psutil.Process(served.process.pid).children(recursive=True)
        served.process.kill()
        served.process.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


def test_the_timetable_alone_opens_no_port(config: Path) -> None:
    with serving(config, "--schedule-only") as served:
        served.until("服务已启动")
        assert psutil.Process(served.process.pid).children() == []
        assert served.end() == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--web-only", "--schedule-only"), "只能选一个"),
        (("--as-of", "2020-07-20"), "--web-only"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    config: Path, options: tuple[str, ...], sentence: str
) -> None:
    with serving(config, *options) as served:
        served.until(sentence)
        assert served.process.wait(PATIENCE) == 2


def test_a_port_that_is_taken_is_said_in_one_sentence(config: Path, tmp_path: Path) -> None:
    with serving(config, "--web-only") as first:
        address = first.until(WEB).group(1)
        data = yaml.safe_load(config.read_text(encoding="utf-8"))
        data["monitor"]["web"]["port"] = int(address.rpartition(":")[2])
        config.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        with serving(config, "--web-only") as second:
            second.until("用不了")
            assert second.process.wait(PATIENCE) == 2
