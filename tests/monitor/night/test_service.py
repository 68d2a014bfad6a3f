"""The service: one scheduler per store, rechecks from the queue, a clean end, and nothing lost by a
kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Row, select

from crawler.model import SHANGHAI
from crawler.store.tables import RunRow
from monitor.facts.probes import ProbeRow
from monitor.night import jobs
from monitor.night.lock import try_lock
from monitor.night.schedule import GRACE, guarded, serve, timetable
from monitor.night.service import Service
from monitor.office import enter_catalogue
from monitor.rectify import rechecks
from monitor.settings.timetable import Timetable
from tests.conftest import Store
from tests.support.district import Clock, Town, served, town

PATIENCE = 30.0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock()
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        enter_catalogue(made.office, clock())
        yield made


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something that another thread or process does; fail when it never does."""
    beat, waited = Event(), 0.0
    while not true():
        assert waited < seconds, "it never happened"
        beat.wait(0.05)
        waited += 0.05


@contextmanager
def running(place: Town) -> Iterator[Event]:
    """The service in a thread of this process."""
    stop = Event()
    thread = Thread(target=serve, args=(place.office, place.clock), kwargs={"stop": stop})
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def ask(place: Town, outlet: str, who: str = "经办人") -> tuple[int, bool]:
    with place.office.engine.begin() as connection:
        return rechecks.ask(connection, outlet, who, place.clock())


def found(place: Town, id: int) -> rechecks.RecheckRequest:
    with place.office.reader.connect() as connection:
        one = rechecks.one(connection, id)
    assert one is not None
    return one


def test_every_job_of_the_timetable_is_declared_once_in_shanghai_time(place: Town) -> None:
    scheduler = timetable(Service(place.office, place.clock, Event()), Timetable())
    jobs_ = {job.id: job for job in scheduler.get_jobs()}
    assert set(jobs_) == {
        "nightly",
        "letters",
        "drafts",
        "retention",
        "self_check",
        "send",
        "availability",
        "rechecks",
        "content",
        "make_up",
    }
    nightly = jobs_["nightly"]
    after = nightly.trigger.get_next_fire_time(None, datetime(2020, 7, 19, 17, 0, tzinfo=UTC))
    assert after == datetime(2020, 7, 20, 1, 30, tzinfo=SHANGHAI)


def test_a_job_that_was_missed_for_hours_still_runs_once(place: Town) -> None:
    scheduler = timetable(Service(place.office, place.clock, Event()), Timetable())
    scheduler.start(paused=True)
    nightly = scheduler.get_job("nightly")
    assert (nightly.coalesce, nightly.max_instances, nightly.misfire_grace_time) == (True, 1, GRACE)
    scheduler.shutdown(wait=False)


def test_a_recheck_from_the_queue_is_done_and_its_result_kept(place: Town) -> None:
    with running(place):
        id, new = ask(place, "old")
        assert new
        until(lambda: found(place, id).state == "done")
    asked = found(place, id)
    assert asked.asked_by == "经办人"
    assert asked.result["visit"]["outcome"] == "read"
    assert {v["rule"] for v in asked.result["verdicts"]} >= {"column_stale"}


def test_one_outlet_waits_at_most_once(store: Store) -> None:
    from crawler.register.enter import sync
    from tests.crawler.walking.test_store import catalogue

    now = datetime(2020, 7, 20, tzinfo=UTC)
    with store.engine.begin() as connection:
        sync(connection, catalogue(), now)
        first, new = rechecks.ask(connection, "a", "甲", now)
        second, again = rechecks.ask(connection, "a", "乙", now)
        assert (new, again, second) == (True, False, first)
        (taken,) = rechecks.claim(connection, now)
        assert rechecks.claim(connection, now) == []
        assert rechecks.ask(connection, "a", "丙", now) == (first, False)
        rechecks.settle(connection, [taken.id], now, {taken.id: {"visit": "x"}})
        third, fresh = rechecks.ask(connection, "a", "丁", now)
    assert fresh
    assert third != first


def test_a_request_that_a_dead_service_left_running_waits_again(place: Town) -> None:
    id, _ = ask(place, "news")
    with place.office.engine.begin() as connection:
        rechecks.claim(connection, place.clock())
    with running(place):
        until(lambda: found(place, id).state == "done")


def test_the_lock_of_a_store_is_held_by_one(store: Store) -> None:
    with try_lock(store.engine) as first:
        assert first
        with try_lock(store.engine) as second:
            assert not second
        with try_lock(store.engine, "something else") as other:
            assert other
    with try_lock(store.engine) as again:
        assert again


def test_a_second_service_waits_and_says_so(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    with try_lock(place.office.engine), running(place) as stop:
        until(lambda: "另一个服务正在使用这个数据库" in caplog.text)
        stop.set()
    assert "服务已启动" not in caplog.text


def test_a_job_that_breaks_ends_itself_and_not_the_service(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> None:
        raise OSError("database is gone")

    guarded(broken)()
    assert "任务 broken 这一次没有做完" in caplog.text


def visits_made(place: Town) -> list[Row[Any]]:
    with place.office.reader.connect() as connection:
        return list(
            connection.execute(select(ProbeRow.result, ProbeRow.confirms).order_by(ProbeRow.id))
        )


def test_the_availability_job_makes_due_visits_and_confirms_failed_ones(place: Town) -> None:
    service = Service(place.office, place.clock, Event())
    for _ in range(60):
        place.clock.forward(minutes=2)
        service.availability()
    good = visits_made(place)
    assert [row.result for row in good] == ["open"] * len(good)
    assert 1 <= len(good) <= 3
    place.sample.portal.faults.set("500")
    for _ in range(45):
        place.clock.forward(minutes=2)
        service.availability()
    rows = [(row.result, row.confirms) for row in visits_made(place)][len(good) :]
    assert rows[:2] == [("closed", False), ("closed", True)]


def test_the_self_check_tells_of_a_night_that_never_was(place: Town) -> None:
    service = Service(place.office, place.clock, Event())
    assert any("没有夜间抓取" in line for line in service.worries())
    place.night()
    with place.office.engine.begin() as connection:
        connection.execute(RunRow.__table__.update().values(kind="nightly", ended=None))
    assert any("没有跑完" in line for line in service.worries())


@contextmanager
def process(place: Town) -> Iterator[subprocess.Popen[str]]:
    """``gengxin serve`` as its own process, up and running."""
    command = [sys.executable, "-m", "monitor", "serve", "--config", str(place.config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        try:
            assert child.stderr is not None
            for line in child.stderr:
                if "服务已启动" in line:
                    break
            yield child
        finally:
            if child.poll() is None:
                child.kill()
            child.stderr.close()


@pytest.mark.slow
def test_sigterm_ends_the_service_cleanly_within_ten_seconds(place: Town) -> None:
    with process(place) as child:
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    with try_lock(place.office.engine) as free:
        assert free


@pytest.mark.slow
def test_a_killed_service_leaves_no_lock_and_no_lost_request(place: Town) -> None:
    with process(place) as child:
        id, _ = ask(place, "fgj")
        until(lambda: found(place, id).state in ("running", *ANSWERED))
        child.kill()
        child.wait(10)
    with process(place) as child:
        until(lambda: found(place, id).state in ANSWERED)
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    with place.office.reader.connect() as connection:
        rows = connection.execute(select(rechecks.RecheckRow.state)).scalars().all()
    assert len(rows) == 1
    assert rows[0] in ANSWERED, (
        "the child's clock is today's and the sample's is not: it may refuse, and says so"
    )
    json.dumps(found(place, id).result)


ANSWERED = ("done", "failed")


def test_a_night_that_is_stopped_accuses_nobody_and_the_next_one_goes_on(place: Town) -> None:
    stop = Event()
    stop.set()
    night = jobs.nightly(place.office, place.clock, as_of=place.clock(), letters=False, stop=stop)
    assert night.failed
    assert not night.crawled.crashed
    assert night.judgement.changes.opened == ()
    place.clock.forward(hours=1)
    good = place.night()
    assert not good.failed
    assert {finding.subject for finding in good.judgement.changes.opened if not finding.ours} == {
        "outlet:old"
    }


def test_a_crashed_crawl_is_started_again_for_what_it_had_not_seen(place: Town) -> None:
    asked: list[datetime | None] = []

    def crawl(
        config: Path, as_of: datetime | None, *, since: datetime | None, **_: object
    ) -> jobs.Crawled:
        asked.append(since)
        if len(asked) == 1:
            return jobs.Crawled(None, 8, 3, "抓取进程以 -9 结束", crashed=True)
        return place.crawl(config, as_of)

    started = place.clock.now
    night = jobs.nightly(place.office, place.clock, crawl=crawl, letters=False, tries=3)
    assert not night.failed
    assert asked[0] is None
    assert asked[1] is not None
    assert started <= asked[1] <= started + timedelta(seconds=1)
