"""``kill -9`` at any moment of a crawl: the next run completes it; nothing lost, nothing twice."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from crawler.store.tables import OutletRow, PostRow, RunRow, VisitRow, open_store
from monitor.demo.faults import Hit, Log
from monitor.demo.server import Sample
from monitor.office import enter_catalogue
from tests.support.district import COLUMNS, START, Clock, served, small_district, town, write_config
from tests.support.nursery import Crawling, Nursery, nursery

pytestmark = pytest.mark.slow

KILLS = 20
SEED = 20200720
ROWS = 15
HORIZON = date(2020, 4, 1)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """Every column has pages behind its first; together about 100 articles."""
    with served(
        tmp_path_factory.mktemp("killed"), Clock(), small_district(posts=7, archive=24)
    ) as running:
        yield running


@pytest.fixture(scope="module")
def crawls() -> Iterator[Nursery]:
    with nursery(ROWS) as running:
        yield running


def truth(sample: Sample) -> dict[str, set[str]]:
    """The addresses that a walk to the horizon must find in each column: all its posts since
    then."""
    found: dict[str, set[str]] = {column: set() for column in COLUMNS}
    for item in sample.portal._articles.values():
        for column in (item.home, *item.also):
            if item.dated.date() >= HORIZON:
                found[column].add(sample.portal_url + sample.portal.path(item))
    return found


def complete(engine: Engine, sample: Sample) -> None:
    """Every post of the horizon once, all articles read, every walk at its end."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(
                PostRow.outlet_id, PostRow.url, PostRow.published, PostRow.article, PostRow.origin
            ).where(PostRow.outlet_id.in_(COLUMNS))
        ).all()
        walks = connection.execute(
            select(OutletRow.walk_done, OutletRow.walk_since).where(OutletRow.kind == "column")
        ).all()
    twice = [key for key, count in Counter((r.outlet_id, r.url) for r in rows).items() if count > 1]
    assert twice == []
    stored: dict[str, set[str]] = {column: set() for column in COLUMNS}
    for row in rows:
        if row.published >= HORIZON:
            stored[row.outlet_id].add(row.url)
    assert stored == truth(sample)
    assert Counter(r.article for r in rows if r.published >= HORIZON).keys() == {"read"}
    assert all(r.origin for r in rows if r.published >= HORIZON)
    assert walks == [(True, None)] * len(COLUMNS)


def amounts(engine: Engine) -> tuple[int, int, int]:
    """How much a killed crawl had written: visits, posts, articles read."""
    with engine.connect() as connection:
        read = select(func.count()).select_from(PostRow).where(PostRow.article == "read")
        posts = select(func.count()).select_from(PostRow)
        looks = select(func.count()).select_from(VisitRow)
        a, b, c = (connection.execute(query).scalar_one() for query in (looks, posts, read))
        return a, b, c


def visits(engine: Engine) -> list[tuple[int, str, int]]:
    with engine.connect() as connection:
        query = select(VisitRow.id, VisitRow.outlet_id, VisitRow.page_no).order_by(VisitRow.id)
        return [tuple(row) for row in connection.execute(query)]


class Assassin(Log):
    """The portal's log, which kills the crawl when it has answered its ``at``-th request."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.victim: Crawling | None = None

    def leave(self, hit: Hit) -> None:
        super().leave(hit)
        if self.victim is not None and len(self.hits) >= self.at:
            self.victim.kill()


def crawl_killed_at(
    sample: Sample, crawls: Nursery, config: Path, moment: datetime, at: int
) -> int:
    """Start a crawl, kill it at the portal's ``at``-th answer, and say how it ended."""
    assassin = sample.portal.log = Assassin(at)
    assassin.victim = crawls.start(config, "--as-of", moment.isoformat())
    try:
        return assassin.victim.wait()
    finally:
        sample.portal.log = Log()


def crawl_to_the_end(crawls: Nursery, config: Path, moment: datetime) -> None:
    assert crawls.start(config, "--as-of", moment.isoformat()).wait() == 0


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> Path:
    """A store with the catalogue and nothing else."""
    folder = tmp_path_factory.mktemp("entered")
    with town(folder, sample, Clock()) as one:
        enter_catalogue(one.office, START)
    return folder / "store.db"


@pytest.fixture
def office(tmp_path: Path, entered: Path, sample: Sample) -> Callable[[str], tuple[Path, Engine]]:
    """Makes a config file and its store, as far as the catalogue."""

    def make(name: str) -> tuple[Path, Engine]:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(entered, folder / "store.db")
        return write_config(folder, sample), open_store(
            f"sqlite:///{folder}/store.db", readonly=True
        )

    return make


def test_twenty_kills_at_random_moments_are_each_completed_by_the_next_run(
    sample: Sample, crawls: Nursery, office: Callable[[str], tuple[Path, Engine]]
) -> None:
    config, engine = office("whole")
    sample.portal.log.clear()
    crawl_to_the_end(crawls, config, START)
    complete(engine, sample)
    engine.dispose()
    requests = len(sample.portal.log.hits)
    random_ = random.Random(SEED)
    written: list[tuple[int, int, int]] = []
    for number in range(KILLS):
        config, engine = office(str(number))
        # One moment in each twentieth of the crawl: spread, and still random.
        at = 1 + int(requests * (number + random_.random()) / KILLS)
        assert crawl_killed_at(sample, crawls, config, START, at) == -9
        before = visits(engine)
        written.append(amounts(engine))
        crawl_to_the_end(crawls, config, START + timedelta(hours=1))
        complete(engine, sample)
        assert visits(engine)[: len(before)] == before
        engine.dispose()
    assert len(set(written)) > 5, written


@pytest.mark.postgres
def test_kills_one_after_the_other_are_completed_on_postgresql_too(
    sample: Sample, crawls: Nursery, tmp_path: Path, postgres_database: str
) -> None:
    random_ = random.Random(SEED)
    with town(tmp_path, sample, Clock(), store=postgres_database) as one:
        enter_catalogue(one.office, START)
        for number in range(5):
            at = random_.randrange(1, 40)
            assert (
                crawl_killed_at(sample, crawls, one.config, START + timedelta(hours=number), at)
                == -9
            )
        crawl_to_the_end(crawls, one.config, START + timedelta(hours=9))
        complete(one.office.engine, sample)
        with one.office.engine.connect() as connection:
            ended = select(func.count()).where(RunRow.ended.is_not(None))
            assert connection.execute(ended).scalar_one() >= 1


def test_a_kill_in_the_middle_of_a_holiday_walk_loses_no_post(
    sample: Sample, crawls: Nursery, tmp_path: Path
) -> None:
    """A settled column with more new posts than its first page shows: the walk goes on past what it
    had stored."""
    clock = Clock()
    folder = tmp_path / "holiday"
    folder.mkdir()
    with served(folder, clock, small_district(posts=7, archive=24)) as own:
        config = write_config(folder, own)
        with town(folder, own, clock) as one:
            enter_catalogue(one.office, START)
            clock.now = START - timedelta(days=90)
            crawl_to_the_end(crawls, config, clock.now)
            clock.now = START
            for number, at in enumerate((6, 14, 20, 27)):
                moment = START + timedelta(hours=number)
                assert crawl_killed_at(own, crawls, config, moment, at) == -9
            crawl_to_the_end(crawls, config, START + timedelta(hours=9))
            complete(one.office.engine, own)
