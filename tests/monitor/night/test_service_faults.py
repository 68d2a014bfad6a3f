"""The service among faults: clocks that jump, a store that is locked, full or gone, a second
scheduler. Nothing twice, nothing lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, event, func, select, text, update

from crawler.model import SHANGHAI
from crawler.store.tables import PostRow, RunRow, SiteRow, VisitRow
from monitor.facts.probes import ahead, weeks
from monitor.night import jobs, schedule
from monitor.night.child import Crawled
from monitor.night.diary import CLOCK, Daily, DailyRow, begin, end, remarks
from monitor.night.lock import try_lock
from monitor.night.order import LATE, LATE_DRAFTS
from monitor.night.schedule import Watch, declare, guarded, serve, timetable
from monitor.night.service import RunUnfinished, Service
from monitor.office import Office, enter_catalogue
from monitor.record.tables import LetterRow
from monitor.settings.timetable import Timetable
from tests.conftest import Store
from tests.monitor.night.test_service import PATIENCE, ask, found, until
from tests.support.district import START, Clock, Town, served, town

pytestmark = pytest.mark.slow

NIGHT = Daily("nightly", time(1, 30), timedelta(hours=18))
DRAFTS = Daily("drafts", time(9), LATE_DRAFTS, first=True)


def local(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2020, 7, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock(local(20, 1, 31))
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        enter_catalogue(made.office, clock())
        made.office = eager(made.office)
        yield made


def eager(office: Office) -> Office:
    """An office whose rechecks are done five times a second."""
    monitor = replace(office.settings.monitor, timetable=Timetable(recheck_seconds=0.2))
    return replace(office, settings=replace(office.settings, monitor=monitor))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that looks at its clock and its lock every moment."""
    monkeypatch.setattr(schedule, "BEAT", 0.1)
    monkeypatch.setattr(schedule, "LOCK_WAIT", 0.1)


def service_of(place: Town, crawl: Callable[..., Crawled] | None = None) -> Service:
    """A service of this process, whose clock is trusted: the sample portal's server has the true
    time, the town has not."""
    made = Service(place.office, place.clock, Event(), crawl=crawl or place.crawl)
    made.trusted.set()
    return made


def rows(place: Town, name: str) -> list[Any]:
    with place.office.reader.connect() as connection:
        query = select(DailyRow.__table__).where(DailyRow.name == name).order_by(DailyRow.day)
        return list(connection.execute(query))


# --- what a run belongs to ---


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (local(20, 1, 29, 59), None),
        (local(20, 1, 30), 20),
        (local(20, 19, 30), 20),
        (local(20, 19, 30, 1), None),
        (local(20, 23, 59), None),
    ],
)
def test_a_night_may_begin_from_its_hour_on_until_it_would_meet_the_next_one(
    now: datetime, day: int | None
) -> None:
    assert NIGHT.day(now) == (day and date(2020, 7, day))
    assert NIGHT.day(now.astimezone(UTC)) == NIGHT.day(now)


def test_a_job_before_midnight_may_still_begin_after_it_and_belongs_to_its_own_day() -> None:
    late = Daily("letters", time(23, 50), LATE)
    assert late.day(local(21, 0, 10)) == date(2020, 7, 20)


@pytest.mark.parametrize(
    ("now", "day"),
    [(local(1, 8, 59), None), (local(1, 9), 1), (local(10, 9), 1), (local(11, 0), None)],
)
def test_the_months_drafts_may_come_days_late_and_belong_to_the_first(
    now: datetime, day: int | None
) -> None:
    assert DRAFTS.day(now) == (day and date(2020, 7, day))


# --- clocks ---


def test_a_night_is_crawled_once_whatever_the_clock_does(place: Town) -> None:
    started: list[datetime] = []

    def crawl(config: Path, as_of: datetime | None, **options: Any) -> Crawled:
        started.append(place.clock.now)
        return place.crawl(config, as_of)

    service = service_of(place, crawl)
    service.daily(NIGHT)
    for now in (local(20, 1, 31), local(20, 0, 40), local(20, 1, 30), local(20, 7), local(19, 2)):
        place.clock.now = now  # forward, an hour back over the hour of the night, back by a day
        service.daily(NIGHT)
    # The nineteenth had no run of its own yet; the twentieth had one and gets no second.
    assert [moment.date().day for moment in started] == [20, 19]
    place.clock.now = local(21, 1, 30)
    service.daily(NIGHT)
    assert [row.day.day for row in rows(place, "nightly")] == [19, 20, 21]
    assert [row.tries for row in rows(place, "nightly")] == [1, 1, 1]


def test_a_night_that_began_with_the_machine_hours_late_is_made_up_and_one_a_day_late_is_not(
    place: Town,
) -> None:
    service = service_of(place)
    place.clock.now = local(20, 1, 29)
    assert "nightly" not in service.missed()
    place.clock.now = local(20, 7)
    assert "nightly" in service.missed()
    service.running.add("nightly")
    assert "nightly" not in service.missed(), "one under way is not woken again"
    service.running.clear()
    place.clock.now = local(20, 20)
    assert "nightly" not in service.missed()


def test_a_clock_that_was_set_is_told_from_time_that_passed() -> None:
    clock, ticks = Clock(START), [0.0]
    watch = Watch(clock, lambda: ticks[0])
    told = []
    for wall, passed in (
        (5, 5),
        (5.5, 5),
        (5 + 3600, 5),
        (5 + 86400, 5),
        (-7200, 5),
        (5, 5),
        (5, 5 + 59),
    ):
        clock.forward(seconds=wall)
        ticks[0] += passed
        told.append(round(watch.jump()))
    assert told == [0, 0, 3600, 86400, -7205, 0, 0]


def test_jobs_planned_by_a_clock_that_was_ahead_are_planned_anew(place: Town) -> None:
    service = service_of(place)
    scheduler = timetable(service, Timetable())
    scheduler.start(paused=True)
    try:
        far = datetime.now(SHANGHAI) + timedelta(days=365)
        for job in scheduler.get_jobs():
            job.modify(next_run_time=far)
        declare(scheduler, service, Timetable())
        soon = {job.id: job.next_run_time for job in scheduler.get_jobs()}
        assert max(
            soon[name] for name in ("rechecks", "availability", "make_up", "nightly")
        ) < far - timedelta(days=363)
    finally:
        scheduler.shutdown(wait=False)


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


def test_a_service_whose_clock_jumps_a_day_on_and_back_says_so_and_works_on(
    place: Town, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.clock.now = local(20, 21)  # no daily job is due
    with running(place):
        until(lambda: "服务已启动" in caplog.text)
        place.clock.forward(days=1)
        until(lambda: "向前跳了 24.0 小时" in caplog.text)
        place.clock.forward(days=-1)
        until(lambda: "向后跳了 24.0 小时" in caplog.text)
        id, _ = ask(place, "old")
        until(lambda: found(place, id).state == "done")
    assert [row.day for row in rows(place, CLOCK)] == [date(2020, 7, 20), date(2020, 7, 21)]
    with place.office.reader.connect() as connection:
        (told,) = remarks(connection, place.clock())
    assert "本机时间向后跳了 24.0 小时" in told


@contextmanager
def site_clock(place: Town, now: datetime) -> Iterator[None]:
    """The district's home page stands on a server whose clock shows ``now``."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"home")

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(now.astimezone(UTC), usegmt=True)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        with place.office.engine.begin() as connection:
            connection.execute(
                update(SiteRow).values(home=f"http://127.0.0.1:{server.server_port}/")
            )
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_a_clock_far_from_the_sites_judges_nobody_and_writes_no_letter(place: Town) -> None:
    service = Service(place.office, place.clock, Event(), crawl=place.crawl)
    with site_clock(place, local(20, 1, 31) - timedelta(days=1)):
        with pytest.raises(RunUnfinished, match="本机时间比网站的时间快 24 小时，请校准时间"):
            service.daily(NIGHT)
        with pytest.raises(RunUnfinished, match="请校准时间"):
            service.letters()
    with place.office.reader.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(RunRow)) == 0
        assert connection.scalar(select(func.count()).select_from(LetterRow)) == 0
        (week,) = weeks(connection, place.clock())
    assert (week.counted, week.closed) == (0, 0), "asking for the time is no visit of the rule"
    assert [row.ended for row in rows(place, "nightly")] == [None]


def test_a_site_that_is_down_says_nothing_about_the_time(place: Town) -> None:
    service = Service(place.office, place.clock, Event(), crawl=place.crawl)
    with site_clock(place, local(19, 1, 31)), pytest.raises(RunUnfinished, match="请校准时间"):
        service.daily(NIGHT)
    place.clock.forward(minutes=5)
    service.daily(NIGHT)  # that server is gone now, and so is its word
    assert [row.ended is not None for row in rows(place, "nightly")] == [True]


def test_servers_that_call_their_chinese_time_gmt_do_not_stop_us(place: Town) -> None:
    service = Service(place.office, place.clock, Event(), crawl=place.crawl)
    with site_clock(place, local(20, 1, 31) + timedelta(hours=8)):
        service.daily(NIGHT)
    assert [row.ended is not None for row in rows(place, "nightly")] == [True]
    with place.office.reader.connect() as connection:
        assert ahead(connection) == pytest.approx(-8 * 3600, abs=5)


def test_runs_of_a_clock_that_was_far_ahead_are_forgotten_once_the_sites_agree(place: Town) -> None:
    place.clock.now = local(21, 2)
    with place.office.engine.begin() as connection:
        tomorrow = begin(connection, NIGHT, place.clock(), 60)
        assert tomorrow is not None
        end(connection, tomorrow, place.clock())
    place.clock.now = local(20, 2)
    service = Service(place.office, place.clock, Event(), crawl=place.crawl)
    with site_clock(place, local(20, 2)):
        service.daily(NIGHT)
    place.clock.now = local(21, 2)
    assert service.missed() == ["nightly"], "the true night of the twenty-first is still to come"


# --- runs that broke ---


def test_a_killed_night_goes_on_from_its_first_try_and_the_office_is_told(place: Town) -> None:
    with place.office.engine.begin() as connection:
        first = begin(connection, NIGHT, place.clock(), 60)  # and the service died
    assert first is not None
    asked: list[datetime | None] = []

    def crawl(config: Path, as_of: datetime | None, *, since: datetime | None, **_: Any) -> Crawled:
        asked.append(since)
        return place.crawl(config, as_of)

    place.clock.forward(hours=1)
    service = service_of(place, crawl)
    service.daily(NIGHT)
    service.daily(NIGHT)
    assert asked == [first.started]
    (row,) = rows(place, "nightly")
    assert (row.tries, row.ended is not None) == (2, True)
    place.clock.now = local(20, 9)
    with place.office.reader.connect() as connection:
        assert remarks(connection, place.clock()) == (
            "7月20日的任务“夜间抓取和判定”中断后接着做，第 2 次做完；没有丢失数据，也没有重复。",
        )


def test_a_night_that_breaks_is_tried_again_each_time_later_and_the_letter_says_so(
    place: Town,
) -> None:
    service = service_of(
        place,
        lambda *_, **__: Crawled(None, 8, 3, "抓取进程以 1 结束：disk I/O error", crashed=True),
    )
    waits = []
    for _ in range(4):
        with pytest.raises(RunUnfinished, match="disk I/O error"):
            service.daily(NIGHT)
        tried = place.clock.now
        while "nightly" not in service.missed():
            place.clock.forward(seconds=10)
        waits.append(round((place.clock.now - tried).total_seconds(), -1))
    assert waits == [60, 120, 240, 480]
    written = jobs.write_day(place.office, place.clock())
    assert written.n
    with place.office.reader.connect() as connection:
        ours = connection.scalar(select(LetterRow.text_body).where(LetterRow.unit_id == "_office"))
    assert "“夜间抓取和判定”第 4 次仍未做完（抓取进程以 1 结束：disk I/O error），还会再试" in str(
        ours
    )


def test_a_second_night_on_the_same_store_is_refused(place: Town) -> None:
    with try_lock(place.office.engine, "night"), pytest.raises(jobs.Busy, match="另一个夜间任务"):
        place.night()


def test_a_request_that_breaks_us_is_settled_and_not_asked_for_ever(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("no such luck")

    monkeypatch.setattr(jobs, "recheck", broken)
    id, _ = ask(place, "old")
    service_of(place).rechecks()
    assert found(place, id).state == "failed"


# --- two schedulers ---


def test_the_second_scheduler_takes_over_when_the_first_ends(
    place: Town, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.clock.now = local(20, 21)
    with running(place) as first:
        until(lambda: caplog.text.count("服务已启动") == 1)
        with running(place):
            until(lambda: "另一个服务正在使用这个数据库" in caplog.text)
            assert caplog.text.count("服务已启动") == 1
            first.set()
            until(lambda: caplog.text.count("服务已启动") == 2)
            assert caplog.text.index("服务已停止") < caplog.text.rindex("服务已启动")
            id, _ = ask(place, "old")
            until(lambda: found(place, id).state == "done")


def test_a_lost_lock_stops_the_jobs_until_it_is_taken_again(
    place: Town, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.clock.now = local(20, 21)
    lock = Path(f"{place.office.engine.url.database}.scheduler.lock")
    with running(place):
        until(lambda: "服务已启动" in caplog.text)
        lock.unlink()
        until(lambda: "锁已失去" in caplog.text and caplog.text.count("服务已启动") == 2)
        assert lock.exists()


# --- a store that is locked, full, gone ---


def impatient(place: Town) -> None:
    """The writing engine waits a moment for a lock, not half a minute."""
    engine = place.office.engine
    engine.dispose()
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=50"))


def test_a_store_locked_for_a_while_delays_the_jobs_and_loses_nothing(
    place: Town, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.clock.now = local(20, 21)
    impatient(place)
    id, _ = ask(place, "old")
    other = sqlite3.connect(str(place.office.engine.url.database), isolation_level=None)
    with running(place):
        until(lambda: found(place, id).state == "done")
        other.execute("BEGIN IMMEDIATE")
        until(lambda: "任务 rechecks 这一次没有做完（database is locked）" in caplog.text)
        other.execute("ROLLBACK")
        until(lambda: "任务 rechecks 恢复正常" in caplog.text)
        again, new = ask(place, "old")
        assert new
        until(lambda: found(place, again).state == "done")
    other.close()
    assert caplog.text.count("rechecks 这一次没有做完") == 1, "the same fault is told once"
    with place.office.reader.connect() as connection:
        (told,) = remarks(connection, place.clock())
    assert told.startswith("7月20日 21:00 至 21:00 数据库不可用（database is locked），现已恢复")


def test_a_recheck_whose_store_went_away_under_it_is_done_when_it_is_back(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(place)
    service = service_of(place)
    id, _ = ask(place, "old")
    other = sqlite3.connect(str(place.office.engine.url.database), isolation_level=None)
    real = jobs.recheck

    def meanwhile(*given: Any) -> Any:
        other.execute("BEGIN IMMEDIATE")
        return real(*given)

    monkeypatch.setattr(jobs, "recheck", meanwhile)
    guarded(service.rechecks)()
    assert found(place, id).state == "running"
    monkeypatch.setattr(jobs, "recheck", real)
    other.execute("ROLLBACK")
    other.close()
    service.rechecks()
    assert found(place, id).state == "done"


def test_a_service_that_starts_while_the_store_is_locked_waits_for_it(
    place: Town, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.clock.now = local(20, 21)
    impatient(place)
    other = sqlite3.connect(str(place.office.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with running(place):
        until(lambda: "数据库打不开（database is locked）" in caplog.text)
        other.execute("ROLLBACK")
        until(lambda: "服务已启动" in caplog.text)
    other.close()


def counted(place: Town) -> dict[str, int]:
    with place.office.reader.connect() as connection:
        return {
            table.__tablename__: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (VisitRow, PostRow)
        }


def test_a_full_disk_ends_the_night_and_the_next_try_brings_everything(tmp_path: Path) -> None:
    clock = Clock(local(20, 1, 31))
    with served(tmp_path, clock) as sample:
        (tmp_path / "good").mkdir()
        with town(tmp_path / "good", sample, clock) as good:
            service_of(good).daily(NIGHT)
            whole = counted(good)["post"]
        clock.now = local(20, 1, 31)
        with town(tmp_path, sample, clock) as place:
            enter_catalogue(place.office, clock())
            room = full_at(place, pages=4)
            service = service_of(place)
            told = guarded(lambda: service.daily(NIGHT), name="nightly")
            told()
            assert counted(place)["post"] < whole, "the disk was not full"
            (row,) = rows(place, "nightly")
            assert row.ended is None
            room[0] = 0
            clock.forward(minutes=10)
            told()
            assert counted(place)["post"] == whole
            (row,) = rows(place, "nightly")
            assert (row.ended is not None, row.tries) == (True, 2)
            with place.office.reader.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def full_at(place: Town, pages: int) -> list[int]:
    """No room for more than ``pages`` new pages in the store, until the list's number is 0."""
    engine = place.office.engine
    with engine.connect() as connection:
        room = [int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0) + pages]

    def limit(raw: Any, _record: Any, _proxy: Any) -> None:
        raw.execute(f"PRAGMA max_page_count={room[0] or 2**30}")

    event.listen(engine, "checkout", limit)
    return room


@pytest.mark.postgres
def test_a_server_that_went_away_loses_the_lock_and_the_service_takes_it_again(
    tmp_path: Path,
    postgres_database: str,
    postgres_url: str,
    quick: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, name = Clock(local(20, 15)), postgres_database.rpartition("/")[2].partition("?")[0]
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with (
        served(tmp_path, clock) as sample,
        town(tmp_path, sample, clock, store=postgres_database) as place,
    ):
        enter_catalogue(place.office, clock())
        place.office = eager(place.office)
        with running(place), admin.connect() as connection:
            until(lambda: "服务已启动" in caplog.text)
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            end = text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            )
            connection.execute(end, {"name": name})
            until(lambda: "锁已失去" in caplog.text and "数据库打不开" in caplog.text)
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
            until(lambda: caplog.text.count("服务已启动") == 2)
            id, _ = ask(place, "old")
            until(lambda: found(place, id).state == "done")
            with try_lock(place.office.engine) as second:
                assert second is None
            with place.office.reader.connect() as reader:
                (told,) = remarks(reader, clock())
            assert "数据库不可用" in told
    admin.dispose()


@pytest.mark.postgres
def test_the_lock_keeps_no_transaction_open(postgres_store: Store) -> None:
    with try_lock(postgres_store.engine) as mine, postgres_store.reader.connect() as connection:
        assert mine is not None
        assert mine.held()
        idle = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
        assert connection.execute(idle).scalar() == 0
