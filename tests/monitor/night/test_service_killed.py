"""``kill -9`` of the whole service at any moment, a second one beside it, a disk without room, an
end while a page hangs."""

from __future__ import annotations

import random
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
import yaml
from sqlalchemy import func, select

from crawler.model import SHANGHAI
from crawler.store.tables import PostRow, RunRow, VisitRow
from monitor.demo.faults import Hit, Log
from monitor.night.diary import DailyRow, remarks
from monitor.office import enter_catalogue
from monitor.record.tables import FindingRow
from tests.monitor.night.test_service import ask, found, until
from tests.support.district import PROJECT, Clock, Town, served, town

pytestmark = pytest.mark.slow

KILLS = 8
SEED = 20200720
DAILY = ("nightly", "content", "letters", "drafts", "retention", "self_check")


@dataclass
class Serving:
    """``gengxin serve``, its timetable only, as its own process; ``said`` are its lines so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def says(self, words: str) -> bool:
        return any(words in line for line in list(self.said))

    def children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


@contextmanager
def serving(place: Town, **limits: Any) -> Iterator[Serving]:
    command = [
        sys.executable,
        "-m",
        "monitor",
        "serve",
        "--schedule-only",
        "--config",
        str(place.config),
    ]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=PROJECT, **limits
    ) as process:
        one = Serving(process)

        def hear() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                one.said.append(line)

        ear = Thread(target=hear)
        ear.start()
        try:
            yield one
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(20)
            ear.join(20)


class Assassin(Log):
    """The portal's log, which kills the service when it has answered so many requests."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.victim: Serving | None = None
        self.orphans: list[psutil.Process] = []

    def leave(self, hit: Hit) -> None:
        super().leave(hit)
        if (
            self.victim is not None
            and len(self.hits) >= self.at
            and self.victim.process.poll() is None
        ):
            self.orphans += self.victim.children()
            self.victim.process.kill()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """The district of 2020 on a machine of today: everything is old, the hour of the night was a
    minute ago."""
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock, delay=0.05) as made:
        timetable(made, "nightly")
        clock.now = datetime.now(UTC)
        enter_catalogue(made.office, clock())
        yield made


def timetable(place: Town, *now: str) -> None:
    """config.yaml with the jobs ``now`` a minute ago and all others eight hours ahead."""
    local = datetime.now(SHANGHAI)
    data = yaml.safe_load(place.config.read_text("utf-8"))
    soon, far = local - timedelta(minutes=1), local + timedelta(hours=8)
    hours = {name: f"{soon if name in now else far:%H:%M}" for name in DAILY}
    data["monitor"]["timetable"] = hours | {"retry_seconds": 0.5, "recheck_seconds": 0.2}
    place.config.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")


def nights(place: Town) -> list[Any]:
    with place.office.reader.connect() as connection:
        return list(
            connection.execute(select(DailyRow.__table__).where(DailyRow.name == "nightly"))
        )


def done(place: Town) -> bool:
    return any(row.ended for row in nights(place))


def count(place: Town, table: Any, *where: Any) -> int:
    with place.office.reader.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table).where(*where)) or 0


def posts(place: Town) -> Counter[tuple[str, str]]:
    with place.office.reader.connect() as connection:
        return Counter(
            (r.outlet_id, r.url) for r in connection.execute(select(PostRow.outlet_id, PostRow.url))
        )


def shown(place: Town) -> set[str]:
    """Everything that the portal published since the horizon."""
    horizon = place.office.settings.crawl.backfill_from
    portal = place.sample.portal
    return {
        portal_url
        for item in portal._articles.values()
        if item.dated.date() >= horizon
        and (portal_url := place.sample.portal_url + portal.path(item))
    }


def gone(orphans: list[psutil.Process]) -> None:
    """No crawl outlives its service."""
    _, alive = psutil.wait_procs(orphans, timeout=10)
    assert alive == []


def test_a_service_killed_again_and_again_does_its_night_once_and_loses_nothing(
    place: Town,
) -> None:
    chance = random.Random(SEED)
    deaths, orphans = [], 0
    id, _ = ask(place, "old")
    for _ in range(KILLS):
        assassin = place.sample.portal.log = Assassin(chance.randint(1, 25))
        with serving(place) as one:
            assassin.victim = one
            until(lambda: one.process.poll() is not None or done(place), 60)
            deaths.append(one.process.poll())
        orphans += len(assassin.orphans)
        gone(assassin.orphans)
        if done(place):
            break
    place.sample.portal.log = Log()
    assert deaths.count(-signal.SIGKILL) >= 3, deaths
    assert orphans >= 2, "no kill met a crawl at work"
    with serving(place) as one:
        # A recheck that two kills met is given up with its reason: whoever asked is told, and may
        # ask again.
        until(lambda: done(place) and found(place, id).state in ("done", "failed"), 90)
        again, _ = ask(place, "news")
        runs = count(place, RunRow, RunRow.kind == "nightly")
        until(lambda: found(place, again).state == "done")
        assert count(place, RunRow, RunRow.kind == "nightly") == runs, "a second night"
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(10) == 0
    (night,) = nights(place)
    assert night.tries >= 2
    with place.office.reader.connect() as connection:
        assert any(
            "没有丢失数据，也没有重复" in line for line in remarks(connection, datetime.now(UTC))
        )
        integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        numbers = list(connection.execute(select(FindingRow.number)).scalars())
    assert integrity == "ok"
    assert len(numbers) == len(set(numbers))
    stored = posts(place)
    assert set(stored.values()) == {1}
    assert shown(place) <= {url for _, url in stored}
    assert (
        count(
            place, FindingRow, FindingRow.subject == "outlet:old", FindingRow.rule == "column_stale"
        )
        == 1
    )


def test_a_second_service_waits_says_so_and_takes_over_when_the_first_is_killed(
    place: Town,
) -> None:
    with serving(place) as first:
        until(lambda: first.says("服务已启动"))
        with serving(place) as second:
            until(lambda: second.says("另一个服务正在使用这个数据库"))
            until(lambda: done(place), 60)
            assert not second.says("服务已启动")
            runs = count(place, RunRow, RunRow.kind == "nightly")
            first.process.kill()
            until(lambda: second.says("服务已启动"))
            id, _ = ask(place, "old")
            until(lambda: found(place, id).state == "done")
            second.process.send_signal(signal.SIGTERM)
            assert second.process.wait(10) == 0
            assert second.says("服务已停止")
    assert count(place, RunRow, RunRow.kind == "nightly") == runs
    assert [row.tries for row in nights(place)] == [1]


def test_sigterm_while_a_page_hangs_ends_within_ten_seconds_and_the_request_is_done_later(
    place: Town,
) -> None:
    timetable(place)
    place.config.write_text(
        place.config.read_text("utf-8").replace("timeout: 5", "timeout: 60"), "utf-8"
    )
    place.sample.portal.faults.set("slow", "/zdly/tpgj/", seconds=60)
    id, _ = ask(place, "old")
    with serving(place) as one:
        until(lambda: found(place, id).state == "running")
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(10) == 0
        until(lambda: one.says("留到下次启动接着做"))
    place.sample.portal.faults.clear()
    with serving(place):
        until(lambda: found(place, id).state == "done")


def test_a_night_that_is_ended_by_sigterm_goes_on_at_the_next_start(place: Town) -> None:
    place.sample.portal.faults.set("slow", "/zdly/tpgj/", seconds=60)
    with serving(place) as one:
        until(lambda: one.children() and count(place, VisitRow), 60)
        children = one.children()
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(10) == 0
        gone(children)
    place.sample.portal.faults.clear()
    (night,) = nights(place)
    assert (night.ended, night.note) == (None, "")
    with serving(place):
        until(lambda: done(place), 60)
    assert nights(place)[0].tries == 2
    assert shown(place) <= {url for _, url in posts(place)}


def test_a_disk_without_room_is_told_and_the_night_is_done_once_there_is(place: Town) -> None:
    """A limit on the size of files stands for the disk: SQLite's log may grow to 200 kB."""
    place.office.engine.dispose()
    place.office.reader.dispose()
    room, unlimited = 200_000, resource.RLIM_INFINITY

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, unlimited))

    with serving(place, preexec_fn=small) as one:
        until(lambda: one.says("任务 nightly 这一次没有做完"), 90)
        assert not done(place)
        resource.prlimit(one.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        until(lambda: done(place), 90)
    assert shown(place) <= {url for _, url in posts(place)}
    assert set(posts(place).values()) == {1}
    with place.office.reader.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
