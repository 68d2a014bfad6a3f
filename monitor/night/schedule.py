"""The timetable and nothing else: APScheduler's jobs declared afresh from config at every start.

What a daily job's run belongs to, and whether it was done, stands in the store
(:mod:`monitor.diary`); APScheduler only wakes it. So a machine that was off at 01:30, a kill, or a
clock that was set back neither forgets a night nor repeats it.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event
from time import monotonic
from types import FrameType

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import DBAPIError

from crawler.model import SHANGHAI
from monitor.night.diary import leap
from monitor.night.jobs import Busy
from monitor.night.lock import Lock, try_lock
from monitor.night.service import Outage, RunUnfinished, Service, why
from monitor.office import Office
from monitor.rectify import rechecks
from monitor.settings.timetable import Timetable

log = logging.getLogger(__name__)

GRACE = 6 * 3600
"""Seconds that a job may be late and still run: a machine that was off at 01:30 crawls when it
comes back."""
LOCK_WAIT = 10.0
BEAT = 5.0
"""Seconds between two looks at the clock and at our lock."""
STEP = 60.0
"""Seconds that the clock must move more, or less, than time passed, to have jumped."""
END = 8.0
"""Seconds that a job under way has to come to rest after SIGTERM."""


def timetable(service: Service, times: Timetable) -> BackgroundScheduler:
    """A scheduler with every job of the timetable, not yet started."""
    scheduler = BackgroundScheduler(
        timezone=SHANGHAI,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE},
    )
    declare(scheduler, service, times)
    return scheduler


def declare(scheduler: BackgroundScheduler, service: Service, times: Timetable) -> None:
    """Every job anew, counted from now: what was planned by another clock is forgotten."""
    scheduler.remove_all_jobs()

    def often(job: Callable[[], None], seconds: float) -> None:
        trigger = IntervalTrigger(seconds=seconds, timezone=SHANGHAI)
        # Late by a beat or two is no news; made up for is what would be wrong.
        run = guarded(job, service.running, beats=True)
        scheduler.add_job(run, trigger, id=job.__name__, misfire_grace_time=60)

    def make_up() -> None:
        """Wake the daily jobs whose hour has passed without their run: we were off, killed, or
        without the store."""
        for name in service.missed():
            try:
                scheduler.modify_job(name, next_run_time=datetime.now(SHANGHAI))
            except JobLookupError:  # declared anew at this very moment, for the clock jumped
                return

    for daily in service.dailies:
        day = "1" if daily.first else None
        trigger = CronTrigger(
            day=day, hour=daily.at.hour, minute=daily.at.minute, timezone=SHANGHAI
        )
        job = guarded(partial(service.daily, daily), service.running, daily.name)
        scheduler.add_job(job, trigger, id=daily.name)
    often(service.send, 15 * 60)
    often(service.availability, 60)
    often(service.rechecks, times.recheck_seconds)
    often(make_up, min(times.retry_seconds, 60))


def guarded(
    job: Callable[[], None], running: set[str] | None = None, name: str = "", *, beats: bool = False
) -> Callable[[], None]:
    """A job whose fault is told in one line and ends that run only: the store may be gone for a
    minute.

    ``running`` holds its name meanwhile. A job that ``beats`` tells the same fault once, and that
    it is over.
    """
    name = name or job.__name__
    busy = running if running is not None else set()
    told = ""

    def run() -> None:
        nonlocal told
        busy.add(name)
        try:
            job()
            if told:
                log.warning("任务 %s 恢复正常", name)
            told = ""
        except (RunUnfinished, Busy, DBAPIError) as error:
            if not beats or told != why(error):
                log.error(
                    "任务 %s 这一次没有做完（%s），稍后再做；已记录的数据没有丢失", name, why(error)
                )
            told = why(error) if beats else ""
        except Exception:  # whatever breaks a job is told and ends that run only
            log.exception("任务 %s 这一次没有做完，下一次再做", name)
        finally:
            busy.discard(name)

    run.__name__ = name
    return run


@dataclass(slots=True)
class Watch:
    """Tells a clock that was set from time that passed."""

    clock: Callable[[], datetime]
    ticks: Callable[[], float] = monotonic
    last: tuple[datetime, float] = field(init=False)

    def __post_init__(self) -> None:
        self.last = (self.clock(), self.ticks())

    def jump(self) -> float:
        """Seconds that the clock jumped since the last call, 0 where it only went on."""
        before, now = self.last, (self.clock(), self.ticks())
        self.last = now
        moved = (now[0] - before[0]).total_seconds() - (now[1] - before[1])
        return moved if abs(moved) >= STEP else 0.0


def serve(office: Office, clock: Callable[[], datetime], *, stop: Event | None = None) -> None:
    """Run the timetable until SIGTERM or Ctrl-C (or ``stop``); waits while another service holds
    the store, or it is gone.

    A job that does not come to rest in time is left behind: with ``stop`` in its thread, else the
    process ends over it, as a kill would, which loses nothing.
    """
    ending, outage = stop or Event(), Outage()
    # That a job is still busy when its next beat comes is no news.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    with _signals(ending):
        while not ending.is_set():
            try:
                with try_lock(office.engine) as lock:
                    if lock is None:
                        log.warning("另一个服务正在使用这个数据库，%d 秒后再看", LOCK_WAIT)
                    elif (
                        not _run(Service(office, clock, Event(), outage=outage), lock, ending)
                        and stop is None
                    ):
                        logging.shutdown()
                        os._exit(0 if ending.is_set() else 1)
            except (DBAPIError, OSError) as error:
                outage.begin(clock(), error)
                log.error("数据库打不开（%s），%d 秒后再试", why(error), LOCK_WAIT)
            ending.wait(LOCK_WAIT)


def _run(service: Service, lock: Lock, ending: Event) -> bool:
    """The timetable until ``ending``, or until the lock is lost. Whether every job came to rest."""
    with service.office.engine.begin() as connection:
        if gone := rechecks.survived(connection, service.clock()):
            log.error("%d 个复查两次使程序中断，不再自动重试", gone)
    times = service.office.settings.monitor.timetable
    scheduler = timetable(service, times)
    scheduler.start()
    log.warning("服务已启动：%d 个任务", len(scheduler.get_jobs()))
    watch = Watch(service.clock)
    try:
        while not ending.wait(BEAT) and _held(lock):
            if jump := watch.jump():
                log.error("%s，任务时间表按新的时间重排；请检查时间同步", leap(jump))
                guarded(partial(service.clock_jumped, jump), name="clock_jumped")()
                declare(scheduler, service, times)
    finally:
        service.stop.set()
        scheduler.shutdown(wait=False)
        rested = _rest(service)
        if not rested and lock.held():
            # What we ended ourselves did not end us: its requests wait again, uncounted.
            guarded(partial(_let_go, service), name="release")()
        log.warning("服务已停止")
    return rested


def _let_go(service: Service) -> None:
    with service.office.engine.begin() as connection:
        rechecks.release(connection)


def _held(lock: Lock) -> bool:
    if lock.held():
        return True
    log.error("数据库断开过，服务的锁已失去；停下所有任务，重新取锁后继续")
    return False


def _rest(service: Service) -> bool:
    """Wait for the jobs under way, for a while."""
    beat, waited = Event(), 0.0
    while service.running and waited < END:
        beat.wait(0.05)
        waited += 0.05
    left = sorted(service.running)
    if left:
        log.error("任务 %s 没有及时停下，留到下次启动接着做", "、".join(left))
    return not left


@contextmanager
def _signals(ending: Event) -> Iterator[None]:
    """SIGTERM and SIGINT end the service; the old handlers come back afterwards."""

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    try:
        old = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    except ValueError:  # not the main thread: whoever runs us there has ``stop``
        yield
        return
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
