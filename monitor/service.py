"""The jobs of the timetable, each a plain function over the office; ``schedule`` says when they run."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

from sqlalchemy import select

from crawler.guarded import gate_of
from crawler.model import shanghai_day
from crawler.recheck import UnknownOutlet
from crawler.store import SiteRow
from crawler.tls import last_century
from monitor import jobs, probes, rechecks
from monitor.alerts import send_waiting
from monitor.availability import due_visits, visit_home
from monitor.bulletin_model import Period
from monitor.calendar import add_months
from monitor.content import nightly_content
from monitor.office import Office
from monitor.printing import compile_bulletin, print_bulletin
from monitor.proof import forget
from monitor.screen import night_lines, verdict_data, visit_data

log = logging.getLogger(__name__)

CONFIRM_AFTER = timedelta(minutes=3)
CONFIRM_WITHIN = timedelta(minutes=30)
CRAWL_TRIES = 3
"""How often one night's crawl is started: a crash goes on from where it was."""
MIN_FREE = 500_000_000
"""Bytes of free disk below which the self-check warns."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the jobs share. ``stop`` is set when the service is asked to end."""

    office: Office
    clock: Callable[[], datetime]
    stop: Event

    def nightly(self) -> None:
        """Crawl, look twice, judge. The letters leave at their own hour."""
        night = jobs.nightly(self.office, self.clock, letters=False, stop=self.stop, tries=CRAWL_TRIES)
        for line in night_lines(night):
            log.warning("%s", line)

    def content(self) -> None:
        """The night's share of content checks: new posts first, then what is due of the stock."""
        nightly_content(self.office, self.clock, self.stop)

    def letters(self) -> None:
        """Write today's letters, once, and send what waits."""
        now = self.clock()
        judgement = jobs.judge_now(self.office, now, record=False)
        written = jobs.write_day(self.office, now, judgement.verdicts)
        log.warning("信件：新写 %d 封", written.n)
        self.send()

    def send(self) -> None:
        """Send what waits and may go now: held letters, and second tries."""
        sent = send_waiting(self.office.engine, self.office.settings.monitor.alerts, self.clock())
        if sent.n or sent.failed or sent.refused:
            log.warning("信件：发出 %d 封，被拒 %d 封，暂未送达 %d 封", sent.n, sent.refused, sent.failed)

    def rechecks(self) -> None:
        """Do the rechecks that wait; the result is kept for whoever asked."""
        with self.office.engine.begin() as connection:
            asked = rechecks.claim(connection, self.clock())
        if not asked:
            return
        results, note = self._recheck([one.outlet for one in asked])
        with self.office.engine.begin() as connection:
            found = {one.id: results[one.outlet] for one in asked if one.outlet in results}
            rechecks.settle(connection, [one.id for one in asked], self.clock(), found, note)

    def _recheck(self, outlets: list[str]) -> tuple[dict[str, dict[str, object]], str]:
        try:
            visits, judgement = jobs.recheck(self.office, self.clock, outlets)
        except UnknownOutlet as error:
            return {}, f"台账里没有 {error}"
        found: dict[str, dict[str, object]] = {}
        for visit in visits:
            verdicts = [v for v in judgement.verdicts if v.subject == f"outlet:{visit.outlet}"]
            found[visit.outlet] = {
                "visit": visit_data(visit),
                "verdicts": [verdict_data(v) for v in verdicts],
            }
        return rechecks.plain(found), ""

    def availability(self) -> None:
        """Make the home page visits that are due, and confirm failed ones some minutes later."""
        now = self.clock()
        count = self.office.settings.monitor.timetable.visits_a_day
        with self.office.reader.connect() as connection:
            sites = connection.execute(
                select(SiteRow.id, SiteRow.home, SiteRow.legacy_tls).where(SiteRow.retired_at.is_(None))
            ).all()
            last = probes.last_moments(connection)
            doubts = probes.unconfirmed(connection, now - CONFIRM_WITHIN, now - CONFIRM_AFTER)
        for site in sites:
            if site.id in doubts:
                self._visit(site.id, site.home, old=site.legacy_tls, confirms=True)
            elif due_visits(site.id, last.get(site.id, now - timedelta(minutes=2)), now, count):
                self._visit(site.id, site.home, old=site.legacy_tls, confirms=False)

    def _visit(self, site: str, home: str, *, old: bool, confirms: bool) -> None:
        agent = {"User-Agent": self.office.settings.crawl.user_agent}
        gate = gate_of(self.office.settings.crawl)
        found = asyncio.run(
            visit_home(home, self.clock(), agent, tls=last_century() if old else None, gate=gate)
        )
        with self.office.engine.begin() as connection:
            probes.add(connection, site, found, confirms=confirms)

    def drafts(self) -> None:
        """On the first of a month: last month's bulletin draft; after a quarter's end also the quarter's."""
        now = self.clock()
        today = shanghai_day(now)
        last = add_months(today.replace(day=1), -1)
        periods = [f"{last:%Y-%m}"]
        if today.month in (1, 4, 7, 10):
            periods.append(f"{last.year}Q{(last.month - 1) // 3 + 1}")
        for name in periods:
            bulletin = compile_bulletin(self.office, Period.parse(name), now)
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
        """What is wrong with ourselves: the last night, the disk."""
        found = []
        night = jobs.last_night(self.office)
        if night is None or self.clock() - night.started > timedelta(hours=30):
            found.append("最近 30 小时没有夜间抓取；看服务是否在运行")
        elif night.ended is None:
            found.append(f"{night.started:%Y-%m-%d %H:%M} 的抓取没有跑完；下一晚自动补上")
        folder = Path(self.office.settings.path.parent)
        free = shutil.disk_usage(folder).free
        if free < MIN_FREE:
            found.append(f"磁盘只剩 {free // 1_000_000} MB；请清理，低于 0 会停止记录")
        return found
