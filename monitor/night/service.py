"""The jobs of the timetable, each a plain function over the office; ``schedule`` says when they
run."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crawler.model import UnknownOutlet
from crawler.store.soundness import Depth, sound_sentence
from monitor.bulletin.model import Period
from monitor.bulletin.printing import compile_bulletin, print_bulletin
from monitor.days.calendar import add_months
from monitor.facts import probes
from monitor.letters.alerts import Sent, send_waiting
from monitor.night import diary, jobs, order
from monitor.night.availability import due_visits
from monitor.night.child import Crawled, run_crawl
from monitor.night.clocks import WrongClock, home_pages, trust_clock, visit
from monitor.night.content import nightly_content
from monitor.night.diary import Begun, Daily
from monitor.night.diary import why as why
from monitor.night.path import days_jobs, letters, night_lock, one_night
from monitor.night.told import night_lines, verdict_data, visit_data
from monitor.office import Office
from monitor.rectify import rechecks
from monitor.rectify.proof import forget

log = logging.getLogger(__name__)

CONFIRM_AFTER = timedelta(minutes=3)
CONFIRM_WITHIN = timedelta(minutes=30)
MIN_FREE = 500_000_000
"""Bytes of free disk below which the self-check warns."""
PAGES_WITHIN = 600.0
"""Seconds that the self-check looks at the store's pages."""
BESIDE = 2
"""So many other sites are asked right after one could not be opened."""
STOPPED = "服务停止"


class RunUnfinished(Exception):
    """A run that must be taken up again, with the reason in one sentence."""


@dataclass(slots=True)
class Outage:
    """Since when the store refuses us, and why; empty while it does not."""

    since: datetime | None = None
    why: str = ""

    def begin(self, now: datetime, error: BaseException) -> None:
        """The store refused us at ``now``; what refused first is kept."""
        if self.since is None:
            self.since, self.why = now, why(error)


@dataclass(frozen=True, slots=True)
class Service:
    """What the jobs share. ``stop`` is set when the service is asked to end; ``running`` names the
    jobs under way.

    ``crawl`` runs the night's crawl: a child process, unless a test walks here.
    """

    office: Office
    clock: Callable[[], datetime]
    stop: Event
    crawl: Callable[..., Crawled] = run_crawl
    running: set[str] = field(default_factory=set)
    trusted: Event = field(default_factory=Event)
    outage: Outage = field(default_factory=Outage)

    @property
    def dailies(self) -> tuple[Daily, ...]:
        """The daily jobs with their hours."""
        return days_jobs(self.office)

    def missed(self) -> list[str]:
        """Daily jobs whose hour has passed without their run being done, that are not under way and
        wait for no night."""
        retry = self.office.settings.monitor.timetable.retry_seconds
        idle = [one for one in self.dailies if one.name not in self.running]
        with self.office.reader.connect() as connection:
            now = self.clock()
            due = [one for one in idle if diary.due(connection, one, now, retry)]
            return [one.name for one in due if not self._waits(connection, one, now)]

    def daily(self, daily: Daily) -> None:
        """Do the run of ``daily`` that is due, once; taken up again where it was killed or broke.

        What is written from the day's night waits for it: nothing is begun, so that nothing is
        marked done.
        """
        if daily.name == order.NIGHT:
            with night_lock(self.office):
                self._daily(daily)
            return
        with self.office.reader.connect() as connection:
            if self._waits(connection, daily, self.clock()):
                return
        self._daily(daily)

    def _waits(self, connection: Connection, daily: Daily, now: datetime) -> bool:
        night = order.night_of(self.dailies)
        return order.waits(connection, self.office.engine, night, daily, now)

    def _daily(self, daily: Daily) -> None:
        retry = self.office.settings.monitor.timetable.retry_seconds
        with self.office.engine.begin() as connection:
            run = diary.begin(connection, daily, self.clock(), retry)
        if run is None:
            return
        if run.tries > 1:
            log.warning("任务 %s 接着做，第 %d 次", daily.name, run.tries)
        try:
            self._bodies[daily.name](run)
        except Exception as error:
            if not self.stop.is_set():  # what we ended ourselves did not break
                with self.office.engine.begin() as connection:
                    diary.fail(connection, run, why(error))
            raise
        with self.office.engine.begin() as connection:
            diary.end(connection, run, self.clock())

    @property
    def _bodies(self) -> Mapping[str, Callable[[Begun], None]]:
        return {
            "nightly": self.nightly,
            "content": lambda run: self.content(),
            "letters": lambda run: self.letters(),
            "drafts": self.drafts,
            "retention": lambda run: self.retention(),
            "self_check": lambda run: self.self_check(),
        }

    def clock_jumped(self, seconds: float) -> None:
        """The clock was set: the office is told, and the sites are asked for the time before
        anybody is judged by it."""
        self.trusted.clear()
        with self.office.engine.begin() as connection:
            diary.jumped(connection, self.clock(), seconds)

    def _trust_clock(self) -> None:
        """Compare our clock with the sites', after a start or a jump by visits made now. Raises
        :class:`RunUnfinished`.

        A clock that is a day ahead would call everything late and have the letters say so.
        """
        try:
            if trust_clock(self.office, self.clock, ask=not self.trusted.is_set()):
                self.trusted.set()
        except WrongClock as error:
            self.trusted.clear()
            raise RunUnfinished(str(error)) from error

    def nightly(self, run: Begun) -> None:
        """Crawl, look twice, judge. The letters leave at their own hour. Raises
        :class:`RunUnfinished`."""
        self._trust_clock()
        night = one_night(self.office, self.clock, run, self.crawl, stop=self.stop)
        for line in night_lines(night):
            log.warning("%s", line)
        if night.crawled.fault or self.stop.is_set():
            raise RunUnfinished(night.crawled.fault or STOPPED)

    def content(self) -> None:
        """The night's share of content checks: new posts first, then what is due of the stock."""
        nightly_content(self.office, self.clock, self.stop)
        if self.stop.is_set():
            raise RunUnfinished(STOPPED)

    def letters(self) -> None:
        """Write today's letters, once, and send what waits."""
        self._trust_clock()
        written, sent = letters(self.office, self.clock)
        log.warning("信件：新写 %d 封", written.n)
        _tell_sent(sent)

    def send(self) -> None:
        """Send what waits and may go now: held letters, and second tries."""
        office = self.office
        settings = office.settings
        _tell_sent(
            send_waiting(office.engine, settings.monitor.alerts, self.clock(), book=settings.book)
        )

    def rechecks(self) -> None:
        """Do the rechecks that wait; the result is kept for whoever asked."""
        try:
            with self.office.engine.begin() as connection:
                # One scheduler, one instance: what is still running was left by a run that lost the
                # store.
                rechecks.release(connection)
                asked = rechecks.claim(connection, self.clock())
                self._back(connection)
        except DBAPIError as error:
            self.outage.begin(self.clock(), error)
            raise
        if not asked:
            return
        results, note = self._recheck([one.outlet for one in asked])
        with self.office.engine.begin() as connection:
            found = {one.id: results[one.outlet] for one in asked if one.outlet in results}
            rechecks.settle(connection, [one.id for one in asked], self.clock(), found, note)

    def _back(self, connection: Connection) -> None:
        """The store takes entries again: note since when it did not."""
        if self.outage.since is not None:
            diary.unavailable(connection, self.outage.since, self.clock(), self.outage.why)
            self.outage.since = None

    def _recheck(self, outlets: list[str]) -> tuple[dict[str, dict[str, object]], str]:
        try:
            self._trust_clock()
            visits, judgement = jobs.recheck(self.office, self.clock, outlets)
        except UnknownOutlet as error:
            return {}, f"台账里没有 {error}"
        except RunUnfinished as error:
            return {}, f"没有复查：{error}"
        except DBAPIError:  # the store is gone: the request waits until it is back
            raise
        except Exception as error:  # a request that breaks us is not asked again for ever
            log.exception("复查 %s 没有做完", "、".join(outlets))
            return {}, f"复查没有做完：{why(error)}"
        found: dict[str, dict[str, object]] = {}
        for one in visits:
            verdicts = [v for v in judgement.verdicts if v.subject == f"outlet:{one.outlet}"]
            found[one.outlet] = {
                "visit": visit_data(one),
                "verdicts": [verdict_data(v) for v in verdicts],
            }
        return rechecks.plain(found), ""

    def availability(self) -> None:
        """Make the home page visits that are due, and confirm failed ones some minutes later.

        Where one fails, two other sites are asked at once: when they fail as well the line is ours.
        """
        now = self.clock()
        count = self.office.settings.monitor.timetable.visits_a_day
        sites = self._sites()
        with self.office.reader.connect() as connection:
            last = probes.last_moments(connection)
            doubts = probes.unconfirmed(connection, now - CONFIRM_WITHIN, now - CONFIRM_AFTER)
        results: dict[str, str] = {}
        for site in sites:
            doubted = site.id in doubts
            if doubted or due_visits(site.id, _before(last.get(site.id), now), now, count):
                results[site.id] = self._visit(
                    site.id, site.home, old=site.legacy_tls, confirms=doubted
                )
        if "closed" in results.values():
            for site in [one for one in sites if one.id not in results][:BESIDE]:
                self._visit(site.id, site.home, old=site.legacy_tls, confirms=True)

    def _sites(self) -> Sequence[Any]:
        """Every site's id, home page and manners."""
        return home_pages(self.office)

    def _visit(self, site: str, home: str, *, old: bool, confirms: bool) -> str:
        """Visit a home page, keep the visit; returns its result."""
        found = asyncio.run(visit(self.office, self.clock, home, old=old))
        with self.office.engine.begin() as connection:
            probes.add(connection, site, found, confirms=confirms)
        return found.result

    def drafts(self, run: Begun) -> None:
        """Of the first of a month: last month's bulletin draft; after a quarter's end also the
        quarter's."""
        last = add_months(run.day, -1)
        periods = [f"{last:%Y-%m}"]
        if run.day.month in (1, 4, 7, 10):
            periods.append(f"{last.year}Q{(last.month - 1) // 3 + 1}")
        for name in periods:
            bulletin = compile_bulletin(self.office, Period.parse(name), self.clock())
            print_bulletin(self.office, bulletin, self.office.settings.path.parent / "通报草稿")

    def retention(self) -> None:
        """Drop what is kept for a time only."""
        with self.office.engine.begin() as connection:
            gone = probes.forget(connection, self.clock())
            copies = forget(connection, self.clock(), self.office.settings.monitor.proof)
        if gone or copies:
            log.warning("清理：一年以前的可用性记录 %d 条，到期的网页存档 %d 份", gone, copies)

    def self_check(self) -> None:
        """Say in the log what an administrator should know before it hurts."""
        for line in self.worries():
            log.error("%s", line)

    def worries(self) -> list[str]:
        """What is wrong with ourselves: the last night, the store's pages, the disk."""
        found = []
        night = jobs.last_night(self.office)
        if night is None or self.clock() - night.started > timedelta(hours=30):
            found.append("最近 30 小时没有夜间抓取；看服务是否在运行")
        elif night.ended is None:
            found.append(f"{night.started:%Y-%m-%d %H:%M} 的抓取没有跑完；下一晚自动补上")
        folder = Path(self.office.settings.path.parent)
        if fault := sound_sentence(self.office.settings.store, Depth.FULL, PAGES_WITHIN):
            found.append(fault)
        free = shutil.disk_usage(folder).free
        if free < MIN_FREE:
            found.append(f"磁盘只剩 {free // 1_000_000} MB；请清理，低于 0 会停止记录")
        return found


def _tell_sent(sent: Sent) -> None:
    if sent.n or sent.failed or sent.refused:
        log.warning(
            "信件：发出 %d 封，被拒 %d 封，暂未送达 %d 封", sent.n, sent.refused, sent.failed
        )


def _before(last: datetime | None, now: datetime) -> datetime:
    """From when on visits are due: the last visit, but never one that a clock ahead of ours has
    dated."""
    return last if last is not None and last <= now else now - timedelta(minutes=2)
