"""One night from end to end, as cron, a person and the service begin it: lock, diary, clock, looks,
judgement, letters.

Whoever begins it, a night runs once at a time on a store, nobody is judged by a wrong clock, and
the diary knows of it: so the service makes no second night after cron's, and writes no letters
before a night that cron is running.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

from crawler.clock import Clock
from crawler.model import Visit
from crawler.walking.known import known_outlets, must_know
from monitor.judging.evaluate import Judgement
from monitor.judging.now import judge_now
from monitor.letters.alerts import Sent, Written, send_waiting
from monitor.letters.readback import catch_up
from monitor.night import diary, jobs, order
from monitor.night.child import Crawled, Progress, run_crawl
from monitor.night.clocks import trust_clock
from monitor.night.diary import Begun, Daily
from monitor.night.jobs import Night
from monitor.night.lock import try_lock
from monitor.office import Office

TRIES = 3
"""How often one night's crawl is started: a crash goes on from where it was."""
PATIENCE, BEAT = 2.0, 0.1
"""Seconds that we wait for a lock that somebody may only be asking about."""


def nightly(
    office: Office,
    clock: Clock,
    *,
    as_of: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    crawl: Callable[..., Crawled] = run_crawl,
) -> Night:
    """A night that cron or a person begins, with its letters.

    With ``as_of`` somebody says what time it is, and the sites are not asked. A crawl that broke
    for good leaves the night unfinished in the diary; the letters say so, and hold nothing that
    rests on it. Raises :class:`monitor.night.clocks.WrongClock` before anything is looked at, and
    :class:`jobs.Busy`.
    """
    daily = {one.name: one for one in days_jobs(office)}
    with night_lock(office):
        run = _take(office, daily[order.NIGHT], clock)
        with noted(office, run):
            if as_of is None:
                trust_clock(office, clock)
            night = one_night(office, clock, run, crawl, as_of=as_of, on_progress=on_progress)
        _settle(office, run, night.crawled.fault, clock)
        writing = _take(office, daily[order.LETTERS], clock)
        with noted(office, writing):
            written, sent = letters(office, clock, night)
        _settle(office, writing, "", clock)
    return replace(night, written=written, sent=sent)


def one_night(
    office: Office, clock: Clock, run: Begun, crawl: Callable[..., Crawled], **options: Any
) -> Night:
    """The looks and the judgement of ``run``; one that is taken up again looks at what it had not
    seen yet."""
    # Before anything is judged: a number that stood in a letter is given to nothing else.
    catch_up(office.engine, office.settings.book, clock())
    since = run.started if run.tries > 1 else None
    return jobs.one_night(
        office, clock, crawl=crawl, letters=False, tries=TRIES, since=since, **options
    )


def letters(office: Office, clock: Clock, night: Night | None = None) -> tuple[Written, Sent]:
    """Write the day's letters and send what waits. Without ``night`` the store is judged as it
    stands.

    After a night that was given up nobody is accused or reminded by what was seen before it. Raises
    :class:`jobs.Busy`.
    """
    now = clock()
    with lock(office, "letters", "另一个进程正在写信，稍后再试"):
        catch_up(office.engine, office.settings.book, now)
        with office.reader.connect() as connection:
            missed = order.missed_night(connection, order.night_of(days_jobs(office)), now)
        if night is None:
            judgement = judge_now(office, now, record=False, accuse=not missed)
        else:
            judgement = night.judgement
        written = jobs.write_day(
            office,
            now,
            judgement.verdicts,
            notes=(missed,) if missed else (),
            unseen=judgement.failed_night or bool(missed),
        )
        sent = send_waiting(
            office.engine, office.settings.monitor.alerts, clock(), book=office.settings.book
        )
    return written, sent


def recheck(
    office: Office, clock: Clock, ids: Sequence[str], *, as_of: datetime | None = None
) -> tuple[list[Visit], Judgement]:
    """Look at ``ids`` now and judge them, under a clock that the sites agree with; with ``as_of``
    they are not asked.

    Raises :class:`monitor.night.clocks.WrongClock` before anything is looked at or written, and
    ``UnknownOutlet``.
    """
    if as_of is None:
        with office.reader.connect() as connection:
            must_know(known_outlets(connection, ids), ids)
        trust_clock(office, clock)
    return jobs.recheck(office, clock, ids)


def days_jobs(office: Office) -> tuple[Daily, ...]:
    """The daily jobs of this office."""
    return order.dailies(office.settings.monitor.timetable, office.settings.crawl.time_limit)


@contextmanager
def night_lock(office: Office) -> Iterator[None]:
    """The lock of a night. Raises :class:`jobs.Busy` while another one runs on the same store."""
    with lock(office, order.LOCK, jobs.BUSY):
        yield


@contextmanager
def lock(office: Office, name: str, why: str) -> Iterator[None]:
    """The lock ``name``; one that is only being asked about is waited for. Raises
    :class:`jobs.Busy` with ``why``."""
    beat, waited = Event(), 0.0
    while True:
        with try_lock(office.engine, name) as mine:
            if mine is not None:
                yield
                return
        if waited >= PATIENCE:
            raise jobs.Busy(why)
        beat.wait(BEAT)
        waited += BEAT


@contextmanager
def noted(office: Office, run: Begun) -> Iterator[None]:
    """Whatever breaks the run is noted in the diary, and goes on."""
    try:
        yield
    except Exception as error:
        with office.engine.begin() as connection:
            diary.fail(connection, run, diary.why(error))
        raise


def _take(office: Office, daily: Daily, clock: Clock) -> Begun:
    with office.engine.begin() as connection:
        return diary.take(connection, daily, clock())


def _settle(office: Office, run: Begun, fault: str, clock: Clock) -> None:
    with office.engine.begin() as connection:
        if fault:
            diary.fail(connection, run, fault)
        else:
            diary.end(connection, run, clock())
