"""The night's situations of evidence.md, end to end on the small district (see also
tests/monitor/night/test_night.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select, update

from crawler.model import SHANGHAI, UnknownOutlet
from crawler.store.tables import RunRow, SiteRow, VisitRow
from monitor.demo.district import District
from monitor.night import order
from monitor.night.child import Crawled
from monitor.night.clocks import WrongClock
from monitor.night.path import nightly, recheck
from monitor.night.service import Service
from monitor.night.told import night_lines
from monitor.office import enter_catalogue
from monitor.record.tables import FindingRow, LetterRow
from monitor.rectify.rechecks import RecheckRow, ask
from tests.monitor.night.test_night import do, local, row, service_of, written
from tests.support.district import Clock, Town, served, small_district, town

START = datetime(2020, 7, 20, 1, 31, tzinfo=SHANGHAI)


def reachable() -> District:
    """The small district with a mail address for each unit."""
    made = small_district()
    units = [unit.model_copy(update={"emails": (f"{unit.id}@example.org",)}) for unit in made.units]
    return made.model_copy(update={"units": type(made.units)(units)})


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock(START)
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
        enter_catalogue(made.office, clock())
        yield made


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[Town]:
    """The same with a mail address for each unit."""
    clock = Clock(START)
    with served(tmp_path, clock, reachable()) as sample, town(tmp_path, sample, clock) as made:
        enter_catalogue(made.office, clock())
        yield made


def count(place: Town, table: type) -> int:
    with place.office.reader.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_situation_19_a_night_of_503_saw_nothing_and_tells_no_unit(place: Town) -> None:
    place.sample.portal.faults.set("503")
    with place.office.engine.begin() as connection:
        connection.execute(update(SiteRow).values(home=f"{place.sample.portal_url}/"))
    only = [one for one in place.office.settings.catalogue.outlets if one.kind == "column"]
    night = nightly(place.office, place.clock, crawl=place.crawl)
    assert night.saw.seen == night.saw.asked - len(only)
    assert not [f for f in night.judgement.changes.opened if not f.ours]
    assert not written(place) - {"_office"}


def test_situation_26_a_clock_twenty_days_ahead_is_refused_under_cron_too(place: Town) -> None:
    ahead = Clock(START + timedelta(days=20))
    with pytest.raises(WrongClock, match="本机时间比网站的时间快 480 小时，请校准时间"):
        nightly(place.office, ahead, crawl=place.crawl)
    assert (count(place, RunRow), count(place, FindingRow), count(place, LetterRow)) == (0, 0, 0)


def test_situation_26_a_recheck_under_a_wrong_clock_is_refused_and_says_so(place: Town) -> None:
    """By the command and by the web's queue: 20 days ahead every column would be late."""
    ahead = Clock(START + timedelta(days=20))
    with pytest.raises(WrongClock, match="本机时间比网站的时间快 480 小时"):
        recheck(place.office, ahead, ["fgj"])
    with place.office.engine.begin() as connection:
        number, _ = ask(connection, "fgj", "经办人", ahead())
    service = Service(place.office, ahead, Event())
    service.rechecks()
    with place.office.reader.connect() as connection:
        asked = connection.execute(select(RecheckRow).where(RecheckRow.id == number)).one()
    assert asked.state == "failed"
    assert "没有复查：本机时间比网站的时间快 480 小时" in asked.note
    assert (count(place, RunRow), count(place, VisitRow), count(place, FindingRow)) == (0, 0, 0)
    visits, judgement = recheck(place.office, place.clock, ["fgj"])
    assert [one.outcome.conclusive for one in visits] == [True]
    assert not judgement.changes.opened
    with pytest.raises(UnknownOutlet):
        recheck(place.office, ahead, ["nowhere"])


def test_situation_23_a_finding_that_nobody_can_see_any_more_is_nobodys_delay(place: Town) -> None:
    nightly(place.office, place.clock, crawl=place.crawl)
    assert "mzj" in written(place)
    place.sample.portal.faults.set("403")
    for _ in range(8):
        place.clock.forward(days=1)
        night = nightly(place.office, place.clock, crawl=place.crawl)
    assert night_lines(night)
    with place.office.reader.connect() as connection:
        query = select(LetterRow.unit_id, LetterRow.text_body).where(LetterRow.day > START.date())
        rows = connection.execute(query.order_by(LetterRow.id)).all()
    later = [row.text_body for row in rows if row.unit_id == "_office"]
    assert not [row for row in rows if row.unit_id == "mzj" and "逾期" in row.text_body]
    assert "提醒、逾期和约谈一律暂缓" in later[-1]
    assert "个单位逾期" not in later[-1]


def awake(service: Service) -> list[str]:
    """What the service does now, one job after the other, until nothing is due; what waits is asked
    for all the same."""
    done: list[str] = []
    do(service, order.LETTERS)
    while missed := [name for name in service.missed() if name not in done]:
        do(service, missed[0])
        done.append(missed[0])
    return done


def texts(place: Town, unit: str, day: date) -> list[str]:
    query = select(LetterRow.text_body).where(LetterRow.unit_id == unit, LetterRow.day == day)
    with place.office.reader.connect() as connection:
        return list(connection.execute(query.order_by(LetterRow.id)).scalars())


@pytest.mark.parametrize("mended", [True, False])
def test_situation_24_a_machine_asleep_for_ten_days_makes_a_night_before_its_letters(
    reached: Town, mended: bool
) -> None:
    reached.clock.now = local(20, 1, 31)
    service = service_of(reached)
    do(service, order.NIGHT)
    reached.clock.now = local(20, 8, 31)
    do(service, order.LETTERS)
    (first,) = texts(reached, "mzj", local(20, 0).date())
    with reached.office.engine.begin() as connection:
        connection.execute(update(LetterRow).values(state="sent"))
    if mended:
        reached.sample.portal.publish("old", "【样例】帮扶工作新进展", "样例日报", local(22, 9))
    reached.clock.now = local(30, 8, 45)
    assert texts(reached, "mzj", local(30, 0).date()) == []
    done = awake(service)
    assert done.index(order.NIGHT) < done.index(order.LETTERS)
    (second,) = texts(reached, "mzj", local(30, 0).date())
    assert "脱贫攻坚" in first
    if mended:
        assert "已更新，自动销号" in second
        assert "逾期" not in second
    else:
        assert "2020年7月30日" in second
        assert "逾期" in second, "a look of now bears it out"


def test_situation_24_a_site_that_is_down_when_the_machine_wakes_makes_nobody_late(
    reached: Town,
) -> None:
    reached.clock.now = local(20, 1, 31)
    service = service_of(reached)
    do(service, order.NIGHT)
    reached.clock.now = local(20, 8, 31)
    do(service, order.LETTERS)
    with reached.office.engine.begin() as connection:
        connection.execute(update(LetterRow).values(state="sent"))
    reached.sample.portal.faults.set("503")
    reached.clock.now = local(30, 8, 45)
    awake(service)
    assert texts(reached, "mzj", local(30, 0).date()) == []
    (ours,) = texts(reached, "_office", local(30, 0).date())
    assert "提醒、逾期和约谈一律暂缓" in ours
    assert "个单位逾期" not in ours


def test_situation_28_letters_due_before_a_late_night_wait_for_it_and_tell_what_it_found(
    reached: Town,
) -> None:
    found: list[int] = []

    def late(config: Path, as_of: datetime | None, **options: Any) -> Crawled:
        reached.clock.now = local(20, 10)
        do(service, order.LETTERS)  # the hour of the letters passes while the night runs
        found.append(count(reached, LetterRow))
        return reached.crawl(config, as_of, **options)

    reached.clock.now = local(20, 8, 31)
    service = service_of(reached, late)
    do(service, order.LETTERS)
    assert row(reached, order.LETTERS, 20) is None, "not begun, so not marked done"
    assert "letters" not in service.missed()
    awake(service)
    assert found == [0]
    assert row(reached, order.LETTERS, 20) is not None
    with reached.office.reader.connect() as connection:
        opened = (
            connection.execute(select(FindingRow.name).where(FindingRow.ours.is_(False)))
            .scalars()
            .all()
        )
    told = "".join(
        text for unit in ("mzj", "fgj", "gsz") for text in texts(reached, unit, local(20, 0).date())
    )
    assert opened
    assert [name for name in opened if name not in told] == []
