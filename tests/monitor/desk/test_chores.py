"""Long work beside the web: one of a name at a time, its end in a file, never taken for running
when it is not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from monitor.desk import chores
from tests.support.web_helpers import NOW

PATIENCE = 20.0


def until_ended(folder: Path, name: str) -> chores.Chore:
    """Wait for the end; a child that hangs fails the test."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = chores.look(folder, name)
        assert found is not None
        if not found.running:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{name} still runs")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that a child can run: it prints what its file says."""
    (tmp_path / "little_chore.py").write_text(
        "import sys, os, time\nfrom monitor.desk.chores import tell_step\ntell_step('第一步')\n"
        "go = sys.argv[1]\nwhile go != '-' and not os.path.exists(go): time.sleep(0.02)\n"
        "print(sys.argv[2])\nsys.exit(int(sys.argv[3]))\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).parents[3])
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    return "little_chore"


def test_work_ends_with_its_result(tmp_path: Path, module: str) -> None:
    assert chores.look(tmp_path, "a") is None
    assert chores.start(tmp_path, "a", [module, "-", '{"rows": 3}', "0"], lambda: NOW, "甲")
    found = until_ended(tmp_path, "a")
    assert (found.state, found.result, found.by, found.ended) == ("done", {"rows": 3}, "甲", NOW)


def test_one_of_a_name_at_a_time_and_its_step_is_told(tmp_path: Path, module: str) -> None:
    go = tmp_path / "go"
    command = [module, str(go), "{}", "0"]
    assert chores.start(tmp_path, "a", command, lambda: NOW, "甲")
    assert not chores.start(tmp_path, "a", command, lambda: NOW, "乙")
    end = time.monotonic() + PATIENCE
    while (found := chores.look(tmp_path, "a")) and found.step != "第一步":
        assert time.monotonic() < end
        time.sleep(0.02)
    assert found is not None
    assert found.running
    go.touch()
    assert until_ended(tmp_path, "a").state == "done"
    assert chores.start(tmp_path, "a", command, lambda: NOW, "乙")
    assert until_ended(tmp_path, "a").by == "乙"


@pytest.mark.parametrize(("said", "code", "state"), [("{}", 1, "failed"), ("{}", 5, "done"), ("no json", 0, "failed"), ("[]", 0, "failed")])  # fmt: skip
def test_an_exit_code_or_an_answer_that_is_none_is_a_failure(
    tmp_path: Path, module: str, said: str, code: int, state: str
) -> None:
    chores.start(tmp_path, "a", [module, "-", said, str(code)], lambda: NOW, "甲", accepted=(0, 5))
    found = until_ended(tmp_path, "a")
    assert found.state == state
    assert bool(found.note) == (state == "failed")


def test_work_that_nobody_does_any_more_is_not_running(tmp_path: Path) -> None:
    """The web and its child were killed together."""
    home = tmp_path / chores.FOLDER
    home.mkdir()
    data = {"name": "a", "state": "running", "started": NOW.isoformat(), "ended": None, "by": "甲"}
    (home / "a.json").write_text(json.dumps(data), encoding="utf-8")
    found = chores.look(tmp_path, "a")
    assert found is not None
    assert (found.state, found.note) == ("failed", chores.LOST)


def test_a_broken_state_is_no_state(tmp_path: Path) -> None:
    home = tmp_path / chores.FOLDER
    home.mkdir()
    (home / "a.json").write_text("{", encoding="utf-8")
    assert chores.look(tmp_path, "a") is None


def test_a_step_outside_of_a_chore_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(chores.STEP, raising=False)
    monkeypatch.chdir(tmp_path)
    chores.tell_step("第一步")
    assert list(tmp_path.iterdir()) == []
