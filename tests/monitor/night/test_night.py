"""The order of a day: the night first, then what is written from it; however late, long, broken or
asleep we were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from crawler.model import SHANGHAI
from crawler.store.tables import RunRow
from monitor.night import diary, order
from monitor.night.child import Crawled
from monitor.night.diary import DailyRow
from monitor.night.lock import try_lock
from monitor.night.path import days_jobs, nightly
from monitor.night.service import Service
from monitor.office import enter_catalogue
from monitor.record.tables import LetterRow
from tests.support.district import Clock, Town, served, town

OURS = "_office"


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2020, 7, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock(local(20, 9))
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        enter_catalogue(made.office, clock())
        yield made


def service_of(place: Town, crawl: Callable[..., Crawled] | None = None) -> Service:
    return Service(place.office, place.clock, Event(), crawl=crawl or place.crawl)


def do(service: Service, name: str) -> None:
    service.daily(next(one for one in service.dailies if one.name == name))


def written(place: Town) -> set[str]:
    """Whom a letter was written to."""
    with place.office.reader.connect() as connection:
        return set(connection.execute(select(LetterRow.unit_id)).scalars())


def office_letter(place: Town) -> str:
    """The newest letter to ourselves."""
    query = (
        select(LetterRow.text_body).where(LetterRow.unit_id == OURS).order_by(LetterRow.id.desc())
    )
    with place.office.reader.connect() as connection:
        return str(connection.execute(query).scalars().first() or "")


def row(place: Town, name: str, day: int) -> DailyRow | None:
    with place.office.reader.connect() as connection:
        return diary.kept(connection, name, local(day, 0).date())


def nights(place: Town) -> int:
    with place.office.reader.connect() as connection:
        query = select(func.count()).select_from(DailyRow).where(DailyRow.name == order.NIGHT)
        return connection.execute(query).scalar_one()


def test_a_machine_that_starts_late_makes_its_night_first_and_the_letters_from_it(
    place: Town,
) -> None:
    service = service_of(place)
    assert "nightly" in service.missed()
    assert "letters" not in service.missed()
    do(service, order.LETTERS)
    assert row(place, order.LETTERS, 20) is None, "not begun, so not marked done"
    assert written(place) == set()
    do(service, order.NIGHT)
    assert "letters" in service.missed()
    do(service, order.LETTERS)
    assert "mzj" in written(place)


def test_letters_wait_for_a_long_night_and_are_written_from_it(place: Town) -> None:
    service: list[Service] = []

    def long(config: Path, as_of: datetime | None, **options: Any) -> Crawled:
        place.clock.now = local(20, 8, 31)
        do(service[0], order.LETTERS)
        assert row(place, order.LETTERS, 20) is None
        return place.crawl(config, as_of, **options)

    place.clock.now = local(20, 1, 31)
    service.append(service_of(place, long))
    do(service[0], order.NIGHT)
    do(service[0], order.LETTERS)
    assert "mzj" in written(place)


def test_letters_wait_for_a_night_that_another_process_runs_however_late_it_is(place: Town) -> None:
    night = order.night_of(days_jobs(place.office))
    place.clock.now = local(20, 17)
    with try_lock(place.office.engine, order.LOCK):
        with place.office.engine.begin() as connection:
            run = diary.take(connection, night, place.clock())
        place.clock.now = local(20, 20)
        do(service_of(place), order.LETTERS)
        assert row(place, order.LETTERS, 20) is None
    with place.office.engine.begin() as connection:
        diary.end(connection, run, place.clock())
    do(service_of(place), order.LETTERS)
    assert row(place, order.LETTERS, 20) is not None


def test_the_service_knows_of_crons_night_and_repeats_neither_it_nor_its_letters(
    place: Town,
) -> None:
    place.clock.now = local(20, 1, 31)
    night = nightly(place.office, place.clock, crawl=place.crawl)
    assert not night.failed
    assert night.written.n
    place.clock.now = local(20, 9)
    assert not {"nightly", "letters"} & set(service_of(place).missed())


def test_cron_goes_on_with_a_night_that_was_killed(place: Town) -> None:
    night = order.night_of(days_jobs(place.office))
    with place.office.engine.begin() as connection:
        first = diary.take(connection, night, place.clock())
    asked: list[datetime | None] = []

    def crawl(config: Path, as_of: datetime | None, *, since: datetime | None, **_: Any) -> Crawled:
        asked.append(since)
        return place.crawl(config, as_of)

    place.clock.forward(hours=1)
    nightly(place.office, place.clock, crawl=crawl)
    nightly(place.office, place.clock, crawl=crawl)
    assert asked == [first.started, None], "one that was done begins anew when somebody asks for it"


def test_a_night_that_was_killed_for_good_is_given_up_and_the_letters_say_so(place: Town) -> None:
    place.night()
    place.clock.now = local(21, 1, 31)
    night = order.night_of(days_jobs(place.office))
    for _ in range(order.GIVEN_UP):
        with place.office.engine.begin() as connection:
            diary.take(connection, night, place.clock())
        place.clock.forward(minutes=10)
    place.clock.now = local(21, 8, 31)
    service = service_of(place)
    before = written(place)
    do(service, order.LETTERS)
    assert row(place, order.LETTERS, 21) is not None
    assert "7月21日的夜间抓取没有做成" in office_letter(place)
    assert written(place) == before | {OURS}


def test_after_ten_days_asleep_first_a_night_then_letters(place: Town) -> None:
    place.clock.now = local(10, 1, 31)
    service = service_of(place)
    do(service, order.NIGHT)
    place.clock.now = local(20, 8, 45)
    assert "letters" not in service.missed()
    do(service, order.LETTERS)
    assert row(place, order.LETTERS, 20) is None
    do(service, order.NIGHT)
    do(service, order.LETTERS)
    assert row(place, order.LETTERS, 20) is not None
    assert nights(place) == 2


def test_drafts_of_the_first_wait_for_the_night_too(place: Town) -> None:
    place.clock.now = local(1, 9, 30)
    service = service_of(place)
    assert "drafts" not in service.missed()
    do(service, order.NIGHT)
    assert "drafts" in service.missed()


def test_the_night_of_the_evening_before_is_the_one_that_the_morning_waits_for(place: Town) -> None:
    evening = next(one for one in days_jobs(place.office) if one.name == order.NIGHT)
    evening = diary.Daily(order.NIGHT, local(1, 23).time(), evening.grace)
    letters = next(one for one in days_jobs(place.office) if one.name == order.LETTERS)
    with place.office.engine.begin() as connection:
        engine, now = place.office.engine, local(20, 8, 30)
        assert order.waits(connection, engine, evening, letters, now)
        run = diary.take(connection, evening, local(19, 23, 5))
        assert order.waits(connection, engine, evening, letters, now)
        diary.end(connection, run, local(20, 1))
        assert not order.waits(connection, engine, evening, letters, now)
        assert order.missed_night(connection, evening, now) == ""


def test_a_run_is_counted_by_what_was_seen(place: Town) -> None:
    place.sample.portal.faults.set("503")
    night = place.night()
    with place.office.reader.connect() as connection:
        run = connection.execute(
            select(RunRow.looked, RunRow.unknown).where(RunRow.planned > 2).order_by(RunRow.id)
        ).first()
    assert night.saw.asked == 8
    assert run is not None
    assert run.looked - run.unknown == night.saw.seen == 2
