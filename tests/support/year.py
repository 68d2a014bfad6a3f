"""A simulated year of a small district: what is published, what breaks, who looks. Time is passed
in, nobody waits.

Every night goes through the crawl's own ``record`` and the monitor's own ``evaluate``, with looks
made by hand: what the portal would have shown. As in the real night, whoever would be accused is
looked at twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zlib import crc32

from crawler.accounts.chain import due
from crawler.model import (
    AccountCard,
    AccountState,
    ColumnClass,
    Dated,
    Evidence,
    Outcome,
    Outlet,
    OutletKind,
    Post,
    Probe,
    Site,
    Unit,
    Unread,
    Visit,
)
from crawler.register.enter import Catalogue, sync
from crawler.walking.model import Looked
from crawler.walking.record import Scope, record
from crawler.walking.wholeness import WholeSince
from monitor.config import MonitorConfig
from monitor.counting.word import vouch
from monitor.judging.evaluate import Judgement, awaiting, evaluate
from monitor.office import count_until
from tests.conftest import Store
from tests.support.judging_facts import at

FIRST, LAST = date(2021, 1, 1), date(2021, 12, 31)
HORIZON = FIRST
PAGE = 20
SCOPE = Scope(HORIZON, lambda url: False)
SITE = Site("portal", "样例区人民政府门户网站", "http://www.example.gov.cn/")


def days(start: date, end: date, every: int = 1) -> Iterator[date]:
    """``start``, and every so many days, up to ``end``."""
    while start <= end:
        yield start
        start += timedelta(days=every)


@dataclass(frozen=True)
class Item:
    """A post: the day it bears, and the day from which the place shows it."""

    day: date
    shown: date
    unit: str = ""
    number: int = 0


@dataclass
class Place:
    """An outlet of the story. ``breaks`` gives the outcome and reason of days on which it can't be
    read."""

    outlet: Outlet
    items: list[Item]
    breaks: Mapping[date, tuple[Outcome, str]] = field(default_factory=dict)
    evidence: Evidence = Evidence.COMPLETE
    last: datetime | None = None
    plain: datetime | None = None
    told: int = -1

    def shown(self, day: date) -> list[Item]:
        seen = [item for item in self.items if item.shown <= day]
        return sorted(seen, key=lambda item: (item.day, item.number), reverse=True)

    def newest(self, day: date) -> date | None:
        return max((item.day for item in self.shown(day)), default=None)


def column(id_: str, cls: ColumnClass, *units: str, level: int = 2) -> Outlet:
    url = f"http://www.example.gov.cn/{id_}/"
    return Outlet(
        id_, OutletKind.COLUMN, id_, "portal", "portal", units, url, cls, path=id_, level=level
    )


def account(id_: str, *units: str) -> Outlet:
    return Outlet(
        id_,
        OutletKind.ACCOUNT,
        id_,
        "weibo",
        "portal",
        units,
        handle={"uid": "1"},
        probes=(Probe("weibo", handle={"uid": "1"}),),
        floor=0,
    )


def posts(*published: date, unit: str = "", shown: date | None = None) -> list[Item]:
    """Items that stand on the page from the day they bear on, or all from ``shown`` on."""
    return [Item(day, shown or day, unit, number) for number, day in enumerate(published)]


@dataclass(frozen=True)
class Sight:
    """How much a look sees. ``furniture``: links stand beside every column's list, a few new ones
    each week. ``conditional``: the server answers "unchanged" between two looks that ask it
    plainly. One look in ``failing`` fails.
    """

    furniture: bool = False
    conditional: bool = False
    failing: int = 0

    def fails(self, outlet: str, moment: datetime) -> bool:
        """Whether the look at ``moment`` is one of those that fail: the same ones in every run."""
        return (
            bool(self.failing) and crc32(f"{outlet} {moment:%m-%d %H}".encode()) % self.failing == 0
        )

    def unchanged(self, place: Place, moment: datetime) -> bool:
        """Whether the server is asked with validators, so that it may answer "unchanged": not at
        the first look of a month (:func:`crawler.walking.asking.plain_due`)."""
        if not self.conditional or place.plain is None or moment.month != place.plain.month:
            return False
        return moment - place.plain < UNCONDITIONAL

    def beside(self, outlet: Outlet, day: date) -> tuple[Unread, ...]:
        """The hot list of that week, which stands on every column of the site."""
        if not self.furniture or outlet.kind is not OutletKind.COLUMN:
            return ()
        week = day.isocalendar().week
        urls = [f"http://www.example.gov.cn/redian/{week + n}.html" for n in range(8)]
        return tuple(
            Unread("beside the list", "outside", f"热点{n}", url) for n, url in enumerate(urls)
        )


FULL = Sight()
UNCONDITIONAL = timedelta(days=7)


def look_at(place: Place, moment: datetime, sight: Sight = FULL, door: str = "spider") -> Looked:
    """What the place shows at ``moment``: a whole list, an unchanged one, an empty one, or a
    failure."""
    outlet, day = place.outlet, moment.date()
    probe = outlet.probes[0].platform if outlet.probes else "portal"
    broken = place.breaks.get(day)
    if broken is None and sight.fails(outlet.id, moment):
        broken = (Outcome.UNREACHABLE, "timeout")
    if broken is not None:
        visit = Visit(outlet.id, moment, broken[0], Evidence.NONE, door, probe, reason=broken[1])
        return Looked(visit, walk_done=True)
    beside = sight.beside(outlet, day)
    conditional = door == "spider" and sight.unchanged(place, moment)
    items = place.shown(day)[:PAGE]
    count = len(place.shown(day))
    outcome = Outcome.READ if items else Outcome.EMPTY
    if items and count == place.told:
        outcome = Outcome.UNCHANGED
    new = tuple(_post(outlet, item) for item in items) if outcome is Outcome.READ else ()
    visit = Visit(
        outlet.id,
        moment,
        outcome,
        Evidence.PARTIAL if beside and place.evidence is Evidence.COMPLETE else place.evidence,
        door,
        probe,
        newest=place.newest(day),
        dated=len(items),
        unread=beside,
        conditional=conditional,
    )
    # What the place showed before the story began is the office's own baseline: every post of the
    # story was there to see.
    whole = WholeSince(date.min) if outcome.conclusive and place.last is None else None
    around = tuple(one.url for one in beside)
    looked = Looked(
        visit,
        posts=new,
        walk_prior=place.last,
        walk_done=True,
        whole=whole,
        around=around,
        site=SITE.id,
    )
    place.last, place.told = moment, count
    place.plain = place.plain if conditional else moment
    return looked


def _post(outlet: Outlet, item: Item) -> Post:
    url = f"http://www.example.gov.cn/{outlet.id}/{item.day}-{item.number}-{item.shown}.html"
    dated = Dated(item.day, item.day.isoformat(), "item")
    return Post(
        f"样例{outlet.id}{item.day}第{item.number}条",
        url,
        dated,
        origin=f"样例区{item.unit}" if item.unit else None,
    )


@dataclass
class Year:
    """The office that watches the story. ``off`` are the days on which its machine is switched
    off."""

    store: Store
    config: MonitorConfig
    units: tuple[Unit, ...]
    places: Sequence[Place]
    off: frozenset[date] = frozenset()
    sight: Sight = FULL
    states: Mapping[date, Mapping[str, AccountState]] = field(default_factory=dict)
    duties: Mapping[date, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _states: dict[str, AccountState] = field(default_factory=dict)
    _duties: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def nights(self, start: date = FIRST, end: date = LAST) -> Iterator[Judgement]:
        """One judgement per night on which the machine runs."""
        for day in days(start, end):
            self._states |= self.states.get(day, {})
            self._duties |= self.duties.get(day, {})
            if day not in self.off:
                yield self.night(day)

    def night(self, day: date) -> Judgement:
        """Enter the catalogue, look at all that is due, look again where somebody would be accused,
        judge."""
        if day == FIRST or day in self.states or day in self.duties:
            self._enter(day)
        asked = [place for place in self.places if self._asked(place, day)]
        self._look(asked, at(day, 2))
        first = self.judge(at(day, 3))
        doubtful = set(awaiting(first.verdicts))
        if not doubtful:
            return first
        again = [place for place in asked if place.outlet.id in doubtful]
        self._look(again, at(day, 3, 30), "recheck")
        return self.judge(at(day, 4))

    def judge(self, moment: datetime, *, record: bool = True) -> Judgement:
        return evaluate(
            self.store.engine,
            self.config,
            moment,
            count=count_until,
            horizon=HORIZON,
            record=record,
            reader=self.store.reader,
        )

    def _enter(self, day: date) -> None:
        outlets = tuple(self._outlet(place.outlet) for place in self.places)
        cards = {one.id: AccountCard() for one in outlets if one.kind is OutletKind.ACCOUNT}
        with self.store.engine.begin() as connection:
            sync(connection, Catalogue(self.units, (SITE,), outlets, cards), at(day, 1))
            vouch(
                connection,
                [one.id for one in self.units],
                person="张三",
                reason="已逐个核对",
                moment=at(day, 1),
            )

    def _outlet(self, outlet: Outlet) -> Outlet:
        units = self._duties.get(outlet.id, outlet.units)
        return replace(outlet, units=units, state=self._states.get(outlet.id, outlet.state))

    def _asked(self, place: Place, day: date) -> bool:
        if place.outlet.kind is OutletKind.COLUMN:
            return True
        known = max(
            (item.day for item in place.items if place.last and item.shown <= place.last.date()),
            default=None,
        )
        return due(known, None, day)

    def _look(self, places: Sequence[Place], moment: datetime, door: str = "spider") -> None:
        looks = [
            look_at(place, moment + timedelta(seconds=n), self.sight, door)
            for n, place in enumerate(places)
        ]
        with self.store.engine.begin() as connection:
            record(connection, looks, (), SCOPE)
