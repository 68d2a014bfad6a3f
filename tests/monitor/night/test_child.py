"""The crawl as a child process: it tells its progress, keeps to its time, dies with its parent, and
its crash is a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from crawler.store.tables import PostRow, RunRow, VisitRow
from monitor.demo.server import Sample
from monitor.night.child import Progress, run_crawl
from monitor.office import Office, enter_catalogue
from tests.support.district import PROJECT, START, Clock, served, town

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with served(tmp_path_factory.mktemp("child"), Clock()) as running:
        yield running


@pytest.fixture
def office(sample: Sample, tmp_path: Path) -> Iterator[Office]:
    with town(tmp_path, sample, Clock(), timeout=60) as one:
        enter_catalogue(one.office, START)
        yield one.office
    sample.portal.faults.clear()


def count(office: Office, table: type[VisitRow] | type[PostRow]) -> int:
    with office.reader.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_progress_is_told_look_by_look(office: Office) -> None:
    heard: list[Progress] = []
    crawled = run_crawl(office.settings.path, START, time_limit=60, on_progress=heard.append)
    assert crawled.fault == ""
    assert (crawled.planned, crawled.looked, crawled.run) == (8, 8, 1)
    assert heard[0] == Progress(8, 0)
    assert [progress.looked for progress in heard] == list(range(9))
    assert {progress.outcome for progress in heard[1:]} <= {"read", "empty"}


def test_only_those_that_are_named_are_looked_at(office: Office) -> None:
    crawled = run_crawl(office.settings.path, START, time_limit=60, only=["old"], kind="recheck")
    assert (crawled.planned, crawled.looked) == (1, 1)
    with office.reader.connect() as connection:
        assert connection.execute(select(RunRow.kind, RunRow.looked)).all() == [("recheck", 1)]


def test_a_crawl_beyond_its_time_is_ended_and_keeps_what_it_saw(
    office: Office, sample: Sample
) -> None:
    """News hangs for a minute; everything else is there long before the limit."""
    sample.portal.faults.set("slow", "/zwdt/ylyw/", seconds=60)
    crawled = run_crawl(office.settings.path, START, time_limit=30)
    assert crawled.run is None
    assert "30 秒时限" in crawled.fault
    assert "从断处继续" in crawled.fault
    assert crawled.looked >= 3
    assert count(office, VisitRow) >= crawled.looked
    assert count(office, PostRow) > 0
    sample.portal.faults.clear()
    again = run_crawl(office.settings.path, START, time_limit=60)
    assert (again.fault, again.looked) == ("", 8)


def test_a_crash_is_one_sentence(office: Office, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = office.settings.path.read_text("utf-8")
    broken.write_text(text.replace(f"{tmp_path}/store.db", f"{tmp_path}/mail"), "utf-8")
    (tmp_path / "mail").mkdir(exist_ok=True)  # a folder where the database should be
    crawled = run_crawl(broken, START, time_limit=60)
    assert crawled.run is None
    assert crawled.fault.startswith("抓取进程以 1 结束：")
    assert "unable to open database file" in crawled.fault
    assert "\n" not in crawled.fault


def test_a_refused_configuration_is_told_in_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("crawler: {contact: office@example.org, dealy: 1}\n", "utf-8")
    crawled = run_crawl(path, START, time_limit=60)
    assert crawled.fault.startswith("抓取进程以 2 结束：config.yaml 第")


PARENT = """
import sys
from pathlib import Path
from monitor.night.child import run_crawl

def tell(progress):
    print("looking", flush=True)

run_crawl(Path(sys.argv[1]), None, time_limit=60, on_progress=tell)
"""


def test_a_crawl_dies_with_its_parent(office: Office, sample: Sample) -> None:
    sample.portal.faults.set("slow", "/", seconds=60)
    command = [sys.executable, "-c", PARENT, str(office.settings.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "looking\n"
        (child,) = psutil.Process(parent.pid).children()
        assert "crawler" in child.cmdline()
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)
        gone, alive = psutil.wait_procs([child], timeout=10)
    assert (len(gone), alive) == (1, [])


def test_a_crawl_whose_parent_ended_before_it_began_does_not_begin(office: Office) -> None:
    command = [
        sys.executable,
        "-m",
        "crawler",
        "--config",
        str(office.settings.path),
        "--parent",
        "1",
    ]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert count(office, VisitRow) == 0
    assert ended.stdout == ""
