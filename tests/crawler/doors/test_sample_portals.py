"""Seven portals, each in another manner, from the home page on: found, entered as proposed, watched
for four nights.

Not one line is configured by hand: the columns come from what ``gengxin discover`` writes. A
verdict may be unknown while the program has not seen enough, and must be right by the fourth night;
at no moment may it be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml
from sqlalchemy import func, select

from crawler.clock import clock as real_clock
from crawler.config import CrawlConfig, load_yaml
from crawler.discovery.columns_file import columns_yaml
from crawler.discovery.discover import discover
from crawler.discovery.navigation import plain
from crawler.discovery.proposals import Findings, findings
from crawler.doors.plan import Desk
from crawler.doors.recheck import Glance, recheck
from crawler.store.tables import PostRow
from monitor.judging.now import judge_now
from monitor.model import Value
from monitor.office import Office, enter_catalogue, open_office
from tests.support.asp import AspPortal
from tests.support.cards import CardPortal
from tests.support.columns import BLANK, FRESH, STALE, START, SampleColumn
from tests.support.district import PROJECT
from tests.support.empty_store import lay_migrated_store
from tests.support.jcms import JcmsPortal
from tests.support.province_sample import ProvincePortal
from tests.support.serving import Answer, Request, serving
from tests.support.town import TownPortal
from tests.support.trs import TrsPortal
from tests.support.vue import VuePortal

NIGHTS = 4
HORIZON = date(2026, 6, 10)
"""From here on every post must be in the store: further pages are walked."""
FOUND = 0.95
SETTINGS: dict[str, Any] = {
    "contact": "office@example.org", "delay": 0.001, "timeout": 5, "retries": 0,
    "allow_loopback": True, "backfill_from": HORIZON.isoformat(),
}  # fmt: skip


class SamplePortal(Protocol):
    """What every sample portal offers: its columns with the truth, their addresses, and its day."""

    columns: tuple[SampleColumn, ...]
    today: date
    port: int
    unknown: frozenset[str]

    def path(self, column: SampleColumn) -> str: ...

    def answer(self, request: Request) -> Answer: ...


PORTALS: dict[str, Callable[[], SamplePortal]] = {
    "the province's platform": ProvincePortal,
    "plain TRS": TrsPortal,
    "JCMS with data islands and POST pages": JcmsPortal,
    "a shell with a JSON interface": VuePortal,
    "an old GBK ASP site with month and day": AspPortal,
    "cards with summaries": CardPortal,
    "a town's single-page site": TownPortal,
}


@pytest.fixture(params=PORTALS.values(), ids=PORTALS.keys())
def portal(request: pytest.FixtureRequest) -> Iterator[SamplePortal]:
    made: SamplePortal = request.param()
    with serving(made) as served:
        yield served


def at(night: float) -> datetime:
    return datetime.combine(START, time(1), UTC) + timedelta(days=night)


def home(portal: SamplePortal) -> str:
    return f"http://127.0.0.1:{portal.port}/"


def surveyed(portal: SamplePortal) -> Findings:
    config = CrawlConfig.model_validate(SETTINGS)
    return findings(discover(home(portal), config, real_clock(at(0))))


def url_of(portal: SamplePortal, column: SampleColumn) -> str:
    return plain(f"http://127.0.0.1:{portal.port}{portal.path(column)}")


def test_discovery_finds_the_columns_with_their_names_and_nothing_else(
    portal: SamplePortal,
) -> None:
    found = surveyed(portal)
    by_url = {plain(url): one for one in found.columns for url in (one.url, *one.others)}
    wanted = {url_of(portal, column): column for column in portal.columns}
    right = [
        url for url, column in wanted.items() if url in by_url and by_url[url].name == column.name
    ]
    missing = [column.name for url, column in wanted.items() if url not in right]
    assert len(right) >= FOUND * len(wanted), (
        f"not found: {missing}; found: {[(c.name, c.url) for c in found.columns]}"
    )
    extra = [
        one for one in found.columns if not {plain(u) for u in (one.url, *one.others)} & set(wanted)
    ]
    assert [(one.name, one.url) for one in extra] == []


@dataclass
class Watch:
    """An office that watches the portal by what discovery proposed; ``ids`` are its columns by
    address."""

    office: Office
    portal: SamplePortal
    ids: dict[str, str]

    def night(self, night: int) -> None:
        """A night and its second look, as the portal stands on that day."""
        self.portal.today = START + timedelta(days=night)
        for later, second in ((0.0, False), (0.05, True)):
            clock = real_clock(at(night + later))
            engine, reader, crawl = (
                self.office.engine,
                self.office.reader,
                self.office.settings.crawl,
            )
            recheck(
                Desk(engine, reader, crawl, clock),
                list(self.ids.values()),
                glance=Glance(conditional=not second, whole=not second),
            )

    def stored(self) -> dict[str, int]:
        """How many posts from the horizon on the store holds of each column, by its key."""
        with self.office.reader.connect() as connection:
            of = (
                select(PostRow.outlet_id, func.count())
                .where(PostRow.published >= HORIZON)
                .group_by(PostRow.outlet_id)
            )
            counts = {row[0]: row[1] for row in connection.execute(of)}
        portal = self.portal
        return {c.key: counts.get(self.ids.get(url_of(portal, c), ""), 0) for c in portal.columns}

    def said(self, night: int) -> dict[str, str]:
        """What is said of each column after that night, by its key."""
        verdicts = judge_now(self.office, at(night + 0.1), record=False).verdicts
        values: dict[str, set[Value]] = {}
        for one in verdicts:
            if one.rule in ("column_stale", "column_blank"):
                values.setdefault(one.subject.removeprefix("outlet:"), set()).add(one.value)
        return {
            column.key: _said(values.get(self.ids.get(url_of(self.portal, column), ""), set()))
            for column in self.portal.columns
        }


def _said(values: set[Value]) -> str:
    if Value.BLANK in values:
        return BLANK
    if Value.STALE in values:
        return STALE
    return FRESH if values and Value.UNKNOWN not in values else "unknown"


@contextmanager
def watched(folder: Path, portal: SamplePortal) -> Iterator[Watch]:
    proposed = yaml.safe_load(columns_yaml(surveyed(portal)))["catalogue"]["columns"]
    base = load_yaml(PROJECT / "config.yaml")
    catalogue = {
        "units": [
            {"id": "zfb", "short": "区府办", "full": "样例区人民政府办公室", "group": "区直部门"}
        ],
        "sites": [{"id": "p", "name": "样例", "home": home(portal), "delay": 0.001}],
        "columns": proposed,
    }
    data = {
        "store": f"sqlite:///{folder}/store.db",
        "crawler": SETTINGS,
        "monitor": base["monitor"],
        "catalogue": catalogue,
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    lay_migrated_store(folder / "store.db")
    with open_office(path) as office:
        enter_catalogue(office, at(0))
        yield Watch(office, portal, {plain(one["url"]): one["id"] for one in proposed})


def test_four_nights_judge_every_column_right_and_none_wrong(
    portal: SamplePortal, tmp_path: Path
) -> None:
    truth = {column.key: column.truth for column in portal.columns}
    with watched(tmp_path, portal) as watch:
        for night in range(NIGHTS):
            watch.night(night)
            said = watch.said(night)
            wrong = {
                key: (value, truth[key])
                for key, value in said.items()
                if value not in ("unknown", truth[key])
            }
            assert wrong == {}, f"night {night + 1}: said, true"
        assert {key for key, value in said.items() if value == "unknown"} == set(portal.unknown)
        whole = {
            c.key: sum(one.day >= HORIZON for one in c.posts(portal.today)) for c in portal.columns
        }
        stored = watch.stored()
        assert {key: stored[key] for key in whole if key not in portal.unknown} == {
            key: count for key, count in whole.items() if key not in portal.unknown
        }
