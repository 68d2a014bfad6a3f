"""The jobs as plain functions: a night, a recheck, a judgement. The command and the timetable call
them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from sqlalchemy import select

from crawler.doors.plan import Desk
from crawler.doors.recheck import recheck as look_again
from crawler.model import Visit, shanghai_day
from crawler.offers.seek import seek
from crawler.store.soundness import Depth, sound_sentence
from crawler.store.tables import RunRow
from monitor.counting.counts import units_of
from monitor.facts.saw import Saw, saw
from monitor.findings.borne_out import UNLISTED, open_subjects, unwitnessed
from monitor.findings.ledger import Changes
from monitor.judging.evaluate import Judgement, awaiting, evaluate
from monitor.judging.now import judge_now
from monitor.judging.unit_rhythm import keep_rhythm
from monitor.letters.alerts import Sent, Written, send_waiting, write_letters
from monitor.letters.doors import copies_of, doors_of
from monitor.letters.mailing import Mailing, Today
from monitor.letters.ourselves import troubles
from monitor.model import Verdict
from monitor.night.child import Crawled, Progress, run_crawl
from monitor.night.content import sweep_faults
from monitor.night.crosschecking import crosschecked, suspected
from monitor.night.diary import remarks
from monitor.night.lock import try_lock
from monitor.office import Office, counter, enter_catalogue
from monitor.record.links import load_keys, signer
from monitor.rectify.preserving import preserve
from monitor.rectify.proof import in_doubt, unproved

Clock = Callable[[], datetime]


PAGES_WITHIN = 30.0
"""Seconds that the store's pages are looked at before the day's letters."""
BUSY = "另一个夜间任务正在这个数据库上运行，等它做完再来"


class Busy(RuntimeError):
    """Another night is under way; one sentence."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one night did. ``rechecked`` are outlets looked at twice before anybody was accused."""

    crawled: Crawled
    judgement: Judgement
    rechecked: tuple[str, ...]
    saw: Saw
    written: Written
    sent: Sent

    @property
    def failed(self) -> bool:
        """The crawl did not finish, or too little was seen: nobody was accused by this night."""
        return bool(self.crawled.fault) or self.judgement.failed_night

    @property
    def blind(self) -> bool:
        """Nothing at all was seen of the district."""
        return self.failed and not self.saw.district


def nightly(
    office: Office,
    clock: Clock,
    *,
    as_of: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    crawl: Callable[..., Crawled] = run_crawl,
    letters: bool = True,
    stop: Event | None = None,
    tries: int = 1,
    since: datetime | None = None,
) -> Night:
    """Crawl what is due, look again where somebody would be accused, judge, write and send letters.

    ``as_of`` is handed to the crawl, whose clock goes on from there; leave it empty for the real
    time. A crawl that crashed is started up to ``tries`` times, for what it had not yet seen; with
    ``since`` the night goes on from one that was begun then. Without ``letters`` none is written.
    When ``stop`` is set the crawl is ended, nothing is judged and the night counts as failed.
    ``crawl`` runs it: a child process, unless a test walks here. Raises :class:`Busy` while another
    night runs on the same store.
    """
    with try_lock(office.engine, "night") as mine:
        if mine is None:
            raise Busy(BUSY)
        return one_night(
            office,
            clock,
            as_of=as_of,
            on_progress=on_progress,
            crawl=crawl,
            letters=letters,
            stop=stop,
            tries=tries,
            since=since,
        )


def one_night(
    office: Office,
    clock: Clock,
    *,
    as_of: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    crawl: Callable[..., Crawled] = run_crawl,
    letters: bool = True,
    stop: Event | None = None,
    tries: int = 1,
    since: datetime | None = None,
) -> Night:
    """:func:`nightly` for whoever holds the night's lock."""
    enter_catalogue(office, clock())
    started = clock()
    crawled = Crawled(None, 0, 0)
    for number in range(tries):
        crawled = crawl(
            office.settings.path,
            clock() if as_of else None,
            time_limit=office.settings.crawl.time_limit,
            since=since or (started if number else None),
            on_progress=on_progress,
            stop=stop,
        )
        if not crawled.crashed:
            break
    if stop is not None and stop.is_set():
        nothing = Judgement(clock(), (), Changes(), failed_night=True)
        return Night(crawled, nothing, (), _saw(office, since or started), Written(), Sent())
    first = judge_now(office, clock(), record=False)
    doubtful = awaiting(first.verdicts)
    with office.reader.connect() as connection:
        bare = unproved(connection, first.verdicts, clock())
        old = unwitnessed(connection, since or started)
        faulty = open_subjects(connection, UNLISTED)
    if again := tuple(sorted({*doubtful, *bare, *old})):
        # Whoever is about to be accused is looked at twice, and the page that convicts is kept. Who
        # was accused before is
        # reminded only by a look of tonight that the server could not answer with "unchanged".
        look_again(
            Desk(office.engine, office.reader, office.settings.crawl, clock), again, keep=again
        )
        preserve(office, clock, again)
    # What would take an accusation back is looked for before it is made: beside the lists of
    # whoever would be accused now.
    crosschecked(office, clock, suspected(first.verdicts))
    # Where a page shows no list its data may: found and offered to the clerk, never taken by
    # itself.
    seek(Desk(office.engine, office.reader, office.settings.crawl, clock))
    if faulty:
        sweep_faults(office, clock, faulty)
    judgement = judge_now(office, clock(), accuse=not crawled.fault)
    keep_rhythm(office, clock())
    written, sent = Written(), Sent()
    if letters:
        written = write_day(office, clock(), judgement.verdicts, unseen=judgement.failed_night)
        sent = send_waiting(
            office.engine, office.settings.monitor.alerts, clock(), book=office.settings.book
        )
    return Night(crawled, judgement, doubtful, _saw(office, since or started), written, sent)


def recheck(office: Office, clock: Clock, ids: Sequence[str]) -> tuple[list[Visit], Judgement]:
    """Look at ``ids`` now through httpx and judge those outlets at once.

    Raises ``UnknownOutlet`` before anything is fetched.
    """
    with office.reader.connect() as connection:
        keep = in_doubt(connection, ids)
    visits = look_again(
        Desk(office.engine, office.reader, office.settings.crawl, clock), ids, keep=keep
    )
    preserve(office, clock, keep)
    crosschecked(office, clock, ids)
    sweep_faults(office, clock, ids)
    judgement = evaluate(
        office.engine,
        office.settings.monitor,
        clock(),
        count=counter(office),
        horizon=office.settings.crawl.backfill_from,
        only=ids,
        reader=office.reader,
    )
    return visits, judgement


def write_day(
    office: Office,
    now: datetime,
    verdicts: Sequence[Verdict] | None = None,
    *,
    notes: Sequence[str] = (),
    unseen: bool = False,
) -> Written:
    """Today's letters, in one transaction with the record of what they tell.

    ``verdicts`` are what is said now: they warn of what is due, and what they do not bear out
    waits. ``unseen`` = the night saw too little: nothing is due then. ``notes`` go to ourselves.
    """
    alerts = office.settings.monitor.alerts
    sign = None
    if alerts.letters.base_url:
        sign = signer(
            load_keys(office.settings.folder / "links.key"), now, alerts.letters.link_days
        )
    pages = sound_sentence(office.settings.store, Depth.QUICK, PAGES_WITHIN)
    notes = (*notes, pages) if pages else notes
    with office.engine.begin() as connection:
        units = units_of(connection, shanghai_day(now))
        return write_letters(
            connection,
            Today(
                shanghai_day(now),
                now,
                verdicts=verdicts,
                notes=(
                    *notes,
                    *troubles(connection, now, alerts.letters),
                    *remarks(connection, now),
                ),
                unseen=unseen,
            ),
            Mailing(
                units,
                alerts.letters,
                doors=[door.name for door in doors_of(alerts.channels) if door.summary],
                copies=copies_of(alerts.channels),
                sign=sign,
            ),
        )


@dataclass(frozen=True, slots=True)
class LastNight:
    """The newest nightly run of the store."""

    started: datetime
    ended: datetime | None
    planned: int
    looked: int
    unknown: int


def last_night(office: Office) -> LastNight | None:
    """The newest nightly run, or ``None`` before the first."""
    query = (
        select(RunRow.started, RunRow.ended, RunRow.planned, RunRow.looked, RunRow.unknown)
        .where(RunRow.kind == "nightly")
        .order_by(RunRow.id.desc())
        .limit(1)
    )
    with office.reader.connect() as connection:
        row = connection.execute(query).first()
    return LastNight(*row) if row else None


def _saw(office: Office, started: datetime) -> Saw:
    with office.reader.connect() as connection:
        return saw(connection, started)
