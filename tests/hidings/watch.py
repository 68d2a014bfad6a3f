"""The office that watches the small district: the real service's nights and letters over the
servers in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any
from unittest.mock import patch

import yaml

import crawler.accounts.night
import crawler.doors.crawl
import crawler.doors.recheck
import crawler.walking.asking
import crawler.walking.visit
import monitor.night.clocks
from crawler.accounts.night import AccountNight
from crawler.doors.crawl import crawl
from crawler.doors.plan import Desk
from crawler.model import SHANGHAI, Ask, Outlet, OutletKind, Page, Probe, Reading
from crawler.register.finder import Finder
from crawler.store.tables import open_store
from crawler.system.shipped import shipped
from crawler.walking.attestations import Attestation, enter
from crawler.walking.hosts import host_key
from crawler.walking.visit import Read, guarded
from crawler.walking.walk import Walk
from monitor.entries.decided import decide
from monitor.entries.forms import NOBODY, Decision
from monitor.judging import now
from monitor.judging.evaluate import Judgement, evaluate
from monitor.judging.now import judge_now
from monitor.model import Probed
from monitor.night import jobs, path
from monitor.night.child import Crawled
from monitor.night.clocks import WrongClock, trust_clock
from monitor.night.service import RunUnfinished, Service
from monitor.office import Office, Settings, enter_catalogue, read_settings
from monitor.tables import METADATA
from tests.hidings import claims
from tests.hidings.hiding import Hiding
from tests.hidings.story import (
    ACCOUNTS,
    CALM,
    CANARIES,
    FIRST,
    HORIZON,
    LAST,
    MEDIA,
    PAPER,
    QUOTA,
    SHELVES,
    SITES,
    UNCOUNTED,
    UNITS,
    days,
)
from tests.hidings.web import Web

NIGHT, LETTERS, LATE, PERSON = time(1, 30), time(8, 30), time(13, 30), time(16)
EVENING = time(18)
QUARTER = "2021Q1"


@dataclass
class Hands:
    """A clock that is moved by hand. ``now`` is the true time; the office's machine is ``wrong`` by
    so much."""

    now: datetime
    wrong: timedelta = timedelta(0)

    def true(self) -> datetime:
        return self.now

    def __call__(self) -> datetime:
        """What the machine says; every look is a millisecond later than the one before."""
        self.now += timedelta(milliseconds=1)
        return self.now + self.wrong


@dataclass
class Door:
    """Stands for the httpx door: asks the servers in memory."""

    web: Web

    def __call__(self, *_: Any, **__: Any) -> Door:
        return self

    async def __aenter__(self) -> Door:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def fetch(self, ask: Ask) -> Page:
        return self.web.fetch(ask)


@dataclass
class _Walked:
    """Stands for the finished spider."""

    failed: BaseException | None = None


def _walked(web: Web) -> Callable[..., Any]:
    """The crawl's walk without Scrapy: the same walk, night and inspector, over the servers in
    memory."""

    def run(settings: Any, arguments: Mapping[str, Any]) -> _Walked:
        config, clock, keeper, on_look = (
            arguments[name] for name in ("config", "clock", "keeper", "on_look")
        )
        known, planned, pending = (arguments[name] for name in ("known", "planned", "pending"))
        hosts, manners, inspector = (arguments[name] for name in ("hosts", "manners", "inspector"))
        finder: Finder = arguments["finder"]

        async def fetch(ask: Ask) -> Page:
            return web.fetch(ask)

        def listed(page: Page, one: Any) -> None:
            finder.page(page, one.outlet)
            inspector.column(page, one.outlet)

        async def go() -> None:
            walk = Walk(
                fetch, keeper, config, clock, hosts, manners, door="spider", on_look=on_look
            )
            walk.on_list, walk.on_article = listed, inspector.article
            await walk.run(
                [one for one in known if one.outlet.kind is OutletKind.COLUMN], pending, planned
            )
            night = AccountNight(
                fetch, keeper, config, clock, hosts, manners, door="spider", on_look=on_look
            )
            await night.run([one for one in known if one.outlet.kind is not OutletKind.COLUMN])

        asyncio.run(go())
        return _Walked()

    return run


@dataclass(frozen=True)
class Begun:
    """A run at the end of a day: ``next`` is the day after it."""

    next: date
    store: bytes
    said: claims.Said
    shown: Mapping[str, set[int]]
    finding: int
    letter: int


@dataclass
class Watched:
    """One run: the office, its clock, the web, and what was said on the way."""

    office: Office
    clock: Hands
    web: Web
    hidings: Sequence[Hiding]
    said: claims.Said = field(default_factory=claims.Said)
    refused: list[str] = field(default_factory=list)
    _finding: int = 0
    _letter: int = 0

    def active(self, kind: str, day: date, place: str = "") -> Hiding | None:
        return next(
            (one for one in self.hidings if one.kind == kind and one.covers(place, day)), None
        )

    def day(self, day: date, *, whole: bool) -> None:
        """One day: its night (and, of a ``whole`` one, judgement and letters), unless they are left
        out or late."""
        night = LATE if self.active("late", day) else NIGHT
        wrong = self.active("clock", day)
        self.clock.wrong = timedelta(hours=wrong.amount) if wrong else timedelta(0)
        for entered in (
            one for one in self.hidings if one.kind == "proof" and (day - FIRST).days == one.first
        ):
            self.clock.now = datetime.combine(day, PERSON, SHANGHAI) - timedelta(days=1)
            self._enter(entered)
        at_night = not self.active("night", day)
        if not whole:
            if at_night:
                self._at(day, night)
                self._only_looks(day)
        elif at_night and night is NIGHT and not self.active("letters", day):
            self._at(day, night)
            self._heard(day, lambda: path.nightly(self.office, self.clock, crawl=self.crawl))
        else:
            self._by_service(day, night if at_night else None)

    def _only_looks(self, day: date) -> None:
        """A night that was killed before it judged: its clock was held against the sites', and the
        crawl ran."""
        try:
            if self.clock.wrong:
                trust_clock(self.office, self.clock)
            self.crawl(self.office.settings.path, None)
        except WrongClock as error:
            self.refused.append(f"{day}: {error}")

    def stands(self, day: date) -> Begun:
        """The run as it stands after ``day``."""
        self.office.engine.dispose()
        self.office.reader.dispose()  # the last connection that closes brings the log into the file
        store = Path(self.office.settings.store.removeprefix("sqlite:///")).read_bytes()
        shown = {place: set(numbers) for place, numbers in self.web.shown.items()}
        return Begun(
            day + timedelta(days=1), store, deepcopy(self.said), shown, self._finding, self._letter
        )

    def goes_on(self, begun: Begun) -> None:
        """Take over what was said and shown until then."""
        self.said, self._finding, self._letter = deepcopy(begun.said), begun.finding, begun.letter
        self.web.shown.update({place: set(numbers) for place, numbers in begun.shown.items()})

    def _at(self, day: date, hour: time) -> None:
        self.clock.now = datetime.combine(day, hour, SHANGHAI)

    def _by_service(self, day: date, night: time | None) -> None:
        """A day whose night is late or left out, or whose letters are: as the service's timetable
        does it."""
        hours = (
            [(LETTERS, "letters"), (EVENING, "letters")] if not self.active("letters", day) else []
        )
        for hour, name in sorted([*hours, *([(night, "nightly")] if night else [])]):
            self._at(day, hour)
            service = Service(self.office, self.clock, Event(), self.crawl)
            if name in service.missed():
                job = next(one for one in service.dailies if one.name == name)
                self._heard(day, partial(service.daily, job), all_=name == "letters")

    def _heard(self, day: date, job: Callable[[], object], *, all_: bool = False) -> None:
        """Do ``job``; what it judges, finds and writes is noted as said on ``day``."""
        with _overheard(self.said, day, all_=all_):
            try:
                job()
            except (RunUnfinished, WrongClock) as error:
                self.refused.append(f"{day}: {error}")
        with self.office.reader.connect() as connection:
            self._finding = claims.of_ledger(connection, self.said, day, self._finding)
            self._letter = claims.of_letters(connection, self.said, day, self._letter)

    def _enter(self, entered: Hiding) -> None:
        """A person's word on an account, true at the moment of looking. Of one that the catalogue
        lacks nobody can say a word."""
        now, by = self.clock.now, self.clock.now + timedelta(days=entered.amount)
        lacking = {place for one in self.hidings if one.kind == "catalogue" for place in one.places}
        for account in (
            one for one, _ in ACCOUNTS if one.id in entered.places and one.id not in lacking
        ):
            newest = account.shown(now)[0].moment
            word = Attestation(
                0,
                account.id,
                newest,
                now,
                by.date(),
                "http://example.org/1",
                "",
                "",
                "张三",
                now,
                None,
            )
            with self.office.engine.begin() as connection:
                enter(connection, word)

    def crawl(self, config: Path, as_of: datetime | None, **_: Any) -> Crawled:
        office = self.office
        looked: list[object] = []
        run = crawl(
            Desk(office.engine, office.reader, office.settings.crawl, self.clock),
            on_look=looked.append,
        )
        return Crawled(run, len(looked), len(looked))


@contextmanager
def _overheard(said: claims.Said, day: date, *, all_: bool) -> Iterator[None]:
    """Judgements that are recorded (or ``all_`` of them) while the block lasts are noted as said on
    ``day``."""

    def evaluated(*args: Any, **values: Any) -> Judgement:
        made = evaluate(*args, **values)
        if all_ or values.get("record", True):
            claims.of_verdicts(said, day, made.verdicts)
        return made

    with patch.object(jobs, "evaluate", evaluated), patch.object(now, "evaluate", evaluated):
        yield


@contextmanager
def in_memory(web: Web) -> Iterator[None]:
    """Every door of the product leads to ``web`` while the block lasts."""

    async def visited(url: str, moment: datetime, *_: Any, **__: Any) -> Probed:
        site = next(site for site, host in SITES.items() if host == host_key(url).partition(":")[0])
        fault = web.home(site)
        ahead = round((moment - web.moment()).total_seconds(), 1)
        if fault:
            return Probed(moment, "closed", 0.2, error=fault)
        return Probed(moment, "open", 0.2, status=200, host=SITES[site], ahead=ahead)

    with ExitStack() as stack:
        for owner, name, stands in (
            (crawler.doors.recheck, "HttpDoor", Door(web)),
            (crawler.doors.crawl, "_run_scrapy", _walked(web)),
            (crawler.walking.asking, "TICK", 0.0),
            (monitor.night.clocks, "visit_home", visited),
            (crawler.walking.visit, "guarded", _guarded),
            (crawler.accounts.night, "guarded", _guarded),
        ):
            stack.enter_context(patch.object(owner, name, stands))
        yield


def _unit(one: Mapping[str, str]) -> dict[str, Any]:
    """A unit as config.yaml has it, with a quota (but for the town) and a leader who hears of what
    is overdue."""
    counted = one["id"] not in UNCOUNTED
    leader = {"role": "leader", "name": "样例领导", "email": f"{one['id']}-leader@example.org"}
    told = {**one, "group": "区直部门" if counted else "镇街", "quota": QUOTA if counted else None}
    return {**told, "emails": [f"{one['id']}@example.org"], "contacts": [leader]}


def config_text(without: Sequence[str] = ()) -> str:
    """config.yaml of the office; outlets ``without`` are missing from its catalogue."""
    rules = yaml.safe_load(shipped("config.yaml").read_text("utf-8"))["monitor"]["rules"]
    columns = [
        {
            "id": one.id,
            "name": one.name,
            "class": one.cls.value,
            "level": one.level,
            "units": list(one.units),
        }
        | {"url": f"http://{SITES[one.site]}/{one.id}/", "site": one.site}
        for one in SHELVES
        if one.id not in without
    ]
    begin = datetime.combine(FIRST, NIGHT, SHANGHAI)

    def entry(account: Any, units: Sequence[str]) -> dict[str, Any]:
        probes = [
            {"platform": p.platform, "handle": dict(p.handle)} | ({"url": p.url} if p.url else {})
            for p in account.probes(MEDIA, begin)
            if p.platform != "wechat_article"
        ]
        handle = {"uid": account.number} if account.platform == "weibo" else {"biz": account.biz}
        told = {
            "id": account.id,
            "name": account.name,
            "platform": account.platform,
            "handle": handle,
        }
        return told | {"units": list(units), "probes": probes}

    # A catalogue that lacks something is none that an office gives its word for.
    whole = {"reason": "已逐个核对", "by": "张三", "day": FIRST - timedelta(days=1)}
    catalogue = {
        **({} if without else {"whole": whole}),
        "units": [_unit(one) for one in UNITS],
        "sites": [
            {"id": site, "name": f"样例网站{n}", "home": f"http://{host}/", "delay": 0.00001}
            for n, (site, host) in enumerate(SITES.items(), 1)
        ],
        "columns": columns,
        "accounts": [
            entry(account, [unit]) for account, unit in ACCOUNTS if account.id not in without
        ],
        "canaries": [entry(account, []) for account in CANARIES],
    }
    config = {
        "store": "sqlite:///store.db",
        "crawler": {
            "contact": "office@example.org",
            "backfill_from": HORIZON,
            "delay": 0.00001,
            "robots": False,
        },
        "monitor": {
            "rules": rules,
            "letters": {"office": "样例区人民政府办公室", "office_emails": ["office@example.org"]},
            "bulletin": {"place": "样例区", "office": "样例区人民政府办公室"},
            "reports": [],
        },
        "catalogue": catalogue,
    }
    return yaml.safe_dump(config, allow_unicode=True, sort_keys=False)


@cache
def _settings_of(without: tuple[str, ...]) -> Settings:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(config_text(without), "utf-8")
        return read_settings(file)


def _settings(without: tuple[str, ...], file: Path) -> Settings:
    """The settings as read from ``file``; reading them once for all runs saves half a second a
    run."""
    return replace(_settings_of(without), path=file, store=f"sqlite:///{file.parent}/store.db")


@cache
def _empty_store() -> bytes:
    with TemporaryDirectory() as folder:
        engine = open_store(f"sqlite:///{folder}/store.db")
        METADATA.create_all(engine)
        engine.dispose()
        return (Path(folder) / "store.db").read_bytes()


_read: dict[tuple[object, ...], Reading] = {}


def _guarded(read: Read, page: Page, outlet: Outlet, probe: Probe) -> Reading:
    """The product's own reading, kept: most pages of a run are those of the run before. Readers are
    pure."""
    handle = tuple(sorted((*outlet.handle.items(), *probe.handle.items())))
    told = tuple(sorted(page.headers.items() - {("date", page.headers.get("date", ""))}))
    hour = page.fetched_at.replace(minute=0, second=0, microsecond=0)
    known = (
        read,
        page.url,
        page.status,
        page.error,
        page.body,
        told,
        hour,
        outlet.id,
        probe.platform,
        probe.url,
        handle,
    )
    if known not in _read:
        if len(_read) > MOST_READ:
            _read.clear()
        _read[known] = guarded(read, page, outlet, probe)
    return _read[known]


MOST_READ = 50_000


@contextmanager
def watching(
    folder: Path, hidings: Sequence[Hiding] = (), *, begin: Begun | None = None
) -> Iterator[Watched]:
    """An office in ``folder`` with an empty store (or that of ``begin``) and the servers behind
    ``hidings``."""
    without = [place for one in hidings if one.kind == "catalogue" for place in one.places]
    file = folder / "config.yaml"
    file.write_text(config_text(without), "utf-8")
    paper = Decision(origin=PAPER, unit=NOBODY, by="张三", day=FIRST)
    clock = Hands(datetime.combine(FIRST - timedelta(days=1), NIGHT, SHANGHAI))
    web = Web(clock.true, clock, hidings)
    settings = _settings(tuple(sorted(set(without))), file)
    (folder / "store.db").write_bytes(begin.store if begin else _empty_store())
    engine, reader = open_store(settings.store), open_store(settings.store, readonly=True)
    try:
        with in_memory(web):
            watched = Watched(Office(settings, engine, reader), clock, web, hidings)
            if begin:
                watched.goes_on(begin)
            else:  # what is hidden is hidden from an office that has entered its catalogue
                with engine.begin() as connection:
                    # Whose a paper's posts are, a person of the office said once.
                    decide(connection, paper, (), clock.now)
                enter_catalogue(watched.office, clock.now)
            yield watched
    finally:
        engine.dispose()
        reader.dispose()


def live(
    watched: Watched, first: date = FIRST, last: date = LAST, *, every: int = 1, phase: int = 0
) -> None:
    """The days from ``first`` to ``last`` as the service's timetable has them.

    Of the nights after the calm ones each ``every``-th is a whole one with its letters, the others
    only look: so a machine does that is killed before it judges.
    """
    for day in days(first, last):
        number = (day - FIRST).days
        whole = number >= CALM - 1 and (number - phase) % every == 0
        watched.day(day, whole=whole or day == LAST)


def papers(watched: Watched, day: date) -> None:
    """The quarter's bulletin and the leader's page in the evening of ``day``."""
    watched.clock.wrong = timedelta(0)
    watched.clock.now = datetime.combine(day, time(20), SHANGHAI)
    now = watched.clock()
    judged = judge_now(watched.office, now, record=False)
    claims.of_papers(
        watched.office, watched.said, day, now, judged.verdicts, judged.failed_night, QUARTER
    )
