"""The night's situations of evidence.md, end to end on the small district (see also tests/test_night.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select, update

from crawler.model import SHANGHAI
from crawler.recheck import UnknownOutlet
from crawler.store import RunRow, SiteRow, VisitRow
from monitor.ledger import FindingRow, LetterRow
from monitor.night.clocks import WrongClock
from monitor.night.path import nightly, recheck
from monitor.office import enter_catalogue
from monitor.rechecks import RecheckRow, ask
from monitor.screen import night_lines
from monitor.service import Service
from tests.district import Clock, Town, served, town
from tests.test_night import written

START = datetime(2020, 7, 20, 1, 31, tzinfo=SHANGHAI)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    clock = Clock(START)
    with served(tmp_path, clock) as sample, town(tmp_path, sample, clock) as made:
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
