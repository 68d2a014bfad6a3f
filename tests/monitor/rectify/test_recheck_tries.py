"""Rechecks that end the whole process: counted, tried once more alone, then given up and told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from crawler.store.tables import Base, open_store
from monitor import tables as tables
from monitor.letters.ourselves import troubles
from monitor.night.diary import Daily, begin, due, remarks
from monitor.rectify.rechecks import GIVEN_UP, RecheckRow, ask, claim, release, settle, survived
from monitor.settings.letters import LetterSettings
from tests.support.judging_store import column, enter, unit

NOW = datetime(2020, 7, 20, 2, tzinfo=UTC)


def store() -> Connection:
    engine = open_store("sqlite://")
    Base.metadata.create_all(engine)
    connection = engine.connect()
    enter(connection, NOW, (unit("a"),), *(column(id) for id in ("bad", "good", "fine")))
    for id in ("bad", "good", "fine"):
        ask(connection, id, "某人", NOW)
    return connection


def outlets(connection: Connection) -> list[str]:
    return [one.outlet for one in claim(connection, NOW)]


def test_a_recheck_that_kills_is_tried_once_more_alone_then_given_up_and_told() -> None:
    connection = store()
    assert outlets(connection) == ["bad", "good", "fine"]
    assert survived(connection, NOW) == 0
    assert outlets(connection) == ["bad"], "alone: it takes nobody with it a second time"
    assert survived(connection, NOW) == 1
    row = connection.execute(select(RecheckRow).where(RecheckRow.outlet_id == "bad")).one()
    assert (row.state, row.tries, row.note) == ("failed", 2, GIVEN_UP)
    for name in ("good", "fine"):
        mine = claim(connection, NOW)
        assert [one.outlet for one in mine] == [name]
        settle(connection, [mine[0].id], NOW, {mine[0].id: {"visit": {}}})
    assert outlets(connection) == []
    told = troubles(connection, NOW + timedelta(hours=1), LetterSettings())
    assert [line for line in told if "栏目bad" in line and "没有据此作出认定" in line]
    assert not [line for line in told if "栏目good" in line]
    assert ask(connection, "bad", "某人", NOW)[1], "a person may ask again"


def test_a_new_request_goes_before_one_that_killed() -> None:
    connection = store()
    outlets(connection)
    survived(connection, NOW)
    connection.execute(
        RecheckRow.__table__.delete().where(RecheckRow.__table__.c.outlet_id == "good")
    )
    ask(connection, "good", "某人", NOW)
    assert outlets(connection) == ["good"]


def test_what_was_released_by_a_stop_is_not_counted() -> None:
    connection = store()
    for _ in range(5):
        assert outlets(connection) == ["bad", "good", "fine"]
        release(connection)


def test_a_job_that_is_killed_again_and_again_backs_off_and_is_told() -> None:
    connection = store()
    daily = Daily("content", NOW.time().replace(hour=9), timedelta(hours=6))
    assert begin(connection, daily, NOW, 600) is not None
    assert due(connection, daily, NOW, 600), "one that was killed once goes on at once"
    assert begin(connection, daily, NOW, 600) is not None
    assert due(connection, daily, NOW, 600) is None
    assert due(connection, daily, NOW + timedelta(seconds=1200), 600)
    (line,) = [one for one in remarks(connection, NOW) if "内容检查" in one]
    assert "被中断 1 次" in line
