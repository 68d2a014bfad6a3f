"""The timetable and nothing else: APScheduler's jobs declared afresh from config at every start."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from crawler.model import SHANGHAI
from monitor import rechecks
from monitor.config import Timetable
from monitor.lock import try_lock
from monitor.office import Office
from monitor.service import Service

log = logging.getLogger(__name__)

GRACE = 6 * 3600
"""Seconds that a job may be late and still run: a machine that was off at 01:30 crawls when it comes back."""
LOCK_WAIT = 10.0
END = 8.0
"""Seconds that a job under way has to come to rest after SIGTERM."""


def timetable(service: Service, times: Timetable) -> BackgroundScheduler:
    """A scheduler with every job of the timetable, not yet started."""
    scheduler = BackgroundScheduler(
        timezone=SHANGHAI,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE},
    )

    def daily(job: Callable[[], None], hour: int, minute: int, **when: str) -> None:
        trigger = CronTrigger(hour=hour, minute=minute, timezone=SHANGHAI, **when)
        scheduler.add_job(guarded(job), trigger, id=job.__name__, replace_existing=True)

    def often(job: Callable[[], None], seconds: float) -> None:
        trigger = IntervalTrigger(seconds=seconds, timezone=SHANGHAI)
        # Late by a beat or two is no news; made up for is what would be wrong.
        scheduler.add_job(
            guarded(job), trigger, id=job.__name__, replace_existing=True, misfire_grace_time=60
        )

    daily(service.nightly, times.nightly.hour, times.nightly.minute)
    daily(service.content, times.content.hour, times.content.minute)
    daily(service.letters, times.letters.hour, times.letters.minute)
    daily(service.drafts, times.drafts.hour, times.drafts.minute, day="1")
    daily(service.retention, times.retention.hour, times.retention.minute)
    daily(service.self_check, times.self_check.hour, times.self_check.minute)
    often(service.send, 15 * 60)
    often(service.availability, 60)
    often(service.rechecks, times.recheck_seconds)
    return scheduler


def guarded(job: Callable[[], None]) -> Callable[[], None]:
    """A job whose fault is told in one line and ends that run only: the store may be gone for a minute."""

    def run() -> None:
        try:
            job()
        except Exception:  # whatever breaks a job is told and ends that run only
            log.exception("任务 %s 这一次没有做完，下一次再做", job.__name__)

    run.__name__ = job.__name__
    return run


def serve(office: Office, clock: Callable[[], datetime], *, stop: Event | None = None) -> None:
    """Run the timetable until SIGTERM or Ctrl-C (or ``stop``); waits while another service holds the store."""
    ending = stop or Event()
    with _signals(ending):
        while not ending.is_set():
            with try_lock(office.engine) as mine:
                if mine:
                    _run(Service(office, clock, ending))
                    return
            log.warning("另一个服务正在使用这个数据库，%d 秒后再看", LOCK_WAIT)
            ending.wait(LOCK_WAIT)


def _run(service: Service) -> None:
    with service.office.engine.begin() as connection:
        rechecks.release(connection)
    scheduler = timetable(service, service.office.settings.monitor.timetable)
    scheduler.start()
    log.warning("服务已启动：%d 个任务", len(scheduler.get_jobs()))
    try:
        service.stop.wait()
    finally:
        scheduler.shutdown(wait=True)
        log.warning("服务已停止")


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
