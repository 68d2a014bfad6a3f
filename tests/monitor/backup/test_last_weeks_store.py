"""Last week's back-up is put back, and letters go on: none leaves twice, no number is given out
twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from crawler.model import Unit
from monitor.backup.restoring import Restored
from monitor.channels import Receipt, RecipientRefused, Undelivered
from monitor.findings.ledger import _last_number
from monitor.letters.alerts import write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.letters.outbox import RETRIES
from monitor.letters.postbook import newest, posted
from monitor.letters.readback import catch_up
from monitor.office import Settings
from monitor.record.numbers import ORDERS, reserved
from monitor.record.tables import EventRow, LetterRow
from monitor.rectify.orders import OrderRow
from tests.conftest import Store, opened
from tests.support.backups import LATER, column, made, office_of, put_back, sent, sound
from tests.support.outbox_store import (
    DAY,
    NOW,
    SETTINGS,
    UNITS,
    Fake,
    again,
    look,
    open_finding,
    seed,
    states,
)

DAYS = 4


def write(store: Store, day: int, units: tuple[Unit, ...] = UNITS) -> int:
    moment = NOW + timedelta(days=day)
    look(store, moment - timedelta(hours=7))
    with store.engine.begin() as c:
        return write_letters(
            c, Today(DAY + timedelta(days=day), moment), Mailing(units, SETTINGS)
        ).n


def week(office: Settings, channel: Fake) -> None:
    """After the back-up: the waiting letters leave, then every day a new finding and its letter."""
    with opened(office.store) as store:
        for day in range(DAYS):
            if day:
                open_finding(store, "yjj", "jsj")
                write(store, day)
            sent(office, store, channel, NOW + timedelta(days=day, minutes=1))


def backed_up(office: Settings) -> Path:
    """A back-up whose store holds letters that wait."""
    with opened(office.store) as store:
        seed(store, ("jsj",), ("yjj",))
        write(store, 0)
    return made(office).archive


def everything(store: Store, channel: Fake, office: Settings, days: range) -> None:
    for day in days:
        write(store, day)
        sent(office, store, channel, NOW + timedelta(days=day, minutes=5))
    for wait in RETRIES:
        sent(office, store, channel, NOW + timedelta(days=days[-1]) + 2 * wait)


def test_no_letter_leaves_twice_after_last_weeks_store_came_back(office: Settings) -> None:
    archive, channel = backed_up(office), Fake()
    week(office, channel)
    before = [letter.key for letter in channel.got]
    assert len(before) == len(set(before)) > 2 * DAYS - 2
    done = put_back(office, archive)
    assert done.letters == len(before)
    with opened(office.store) as store:
        assert set(states(store).values()) == {"sent"}
        assert sorted(column(store, LetterRow.key)) == sorted(before)
        open_finding(store, "jsj")
        everything(store, channel, office, range(DAYS + 1))
        assert sound(store)
    keys = [letter.key for letter in channel.got]
    assert len(keys) == len(set(keys))
    assert len(keys) > len(before)  # the days after have their letters


def test_no_number_of_a_finding_or_an_order_is_given_out_twice(office: Settings) -> None:
    archive, channel = backed_up(office), Fake()
    with opened(office.store) as store, store.engine.begin() as c:
        order = {"year": 2020, "serial": 7, "number": "督〔2020〕7号", "finding_id": 1}
        order |= {"unit_id": "jsj", "units": ["jsj"], "issued": NOW, "deadline": LATER}
        c.execute(insert(OrderRow).values(order | {"issued_by": "测试", "state": "issued"}))
    week(office, channel)
    put_back(office, archive)
    with opened(office.store) as store, store.reader.connect() as c:
        assert _last_number(c, 2020) == 2 + DAYS - 1
        assert reserved(c, ORDERS, 2020) == 7
        assert reserved(c, ORDERS, 2021) == 0


def test_a_store_that_was_put_back_by_hand_is_found_out_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    office, channel = office_of(tmp_path), Fake()
    store_file = Path(office.store.removeprefix("sqlite:///"))
    backed_up(office)
    old = store_file.read_bytes()
    week(office, channel)
    before = [letter.key for letter in channel.got]
    store_file.write_bytes(old)
    with opened(office.store) as store:
        assert sent(office, store, channel, LATER).n == 0
        assert set(states(store).values()) == {"sent"}
        assert catch_up(store.engine, office.book, LATER) == 0
    assert [letter.key for letter in channel.got] == before


def test_what_was_told_is_not_told_anew(office: Settings) -> None:
    archive, channel = backed_up(office), Fake()
    with opened(office.store) as store:
        sent(office, store, channel, NOW)
        open_finding(store, "yjj")
        write(store, 1)
        sent(office, store, channel, NOW + timedelta(days=1))
    put_back(office, archive)
    with opened(office.store) as store, store.reader.connect() as c:
        told = c.execute(select(EventRow.detail).where(EventRow.kind == "told")).scalars().all()
    assert {"unit": "yjj", "letter": "20200721-yjj"} in told


def test_a_letter_whose_answer_never_came_waits_for_a_person(office: Settings) -> None:
    archive = backed_up(office)
    lost = Fake([Undelivered(False, "no answer", doubtful=True), SystemExit()])
    with opened(office.store) as store:
        with pytest.raises(SystemExit):  # killed between the end mark and the answer
            sent(office, store, lost, NOW)
        put_aside(store)
    assert [one.ending is None for one in posted(office.book)] == [False, True]
    put_back(office, archive)
    channel = Fake()
    with opened(office.store) as store:
        assert set(states(store).values()) == {"failed"}
        sent(office, store, channel, LATER)
    assert channel.got == []


def put_aside(store: Store) -> None:
    store.engine.dispose()
    store.reader.dispose()


def test_who_refused_a_letter_for_the_moment_still_gets_it_and_nobody_else_does(
    office: Settings,
) -> None:
    archive = backed_up(office)
    later = Receipt("250 ok", {"jsj2@example.org": RecipientRefused(False, "451 later")})
    channel = Fake([later])
    with opened(office.store) as store:
        sent(office, store, channel, NOW)
    put_back(office, archive)
    with opened(office.store) as store:
        sent(office, store, channel, LATER)
        assert set(states(store).values()) == {"sent"}
    assert [letter.to for letter in channel.got if letter.unit == "jsj"][1:] == [
        ("jsj2@example.org",)
    ]


def test_a_letter_that_could_not_be_written_into_the_book_does_not_leave(
    office: Settings,
) -> None:
    backed_up(office)
    office.book.mkdir()
    channel = Fake()
    with opened(office.store) as store:
        with pytest.raises(IsADirectoryError):
            sent(office, store, channel, NOW)
        assert set(states(store).values()) == {"waiting"}
    assert channel.got == []


def test_a_torn_line_costs_no_other_line(office: Settings) -> None:
    archive, channel = backed_up(office), Fake([again()])
    with opened(office.store) as store:
        sent(office, store, channel, NOW)
        with office.book.open("ab") as file:
            file.write(b'{"leaves": {"id": "torn')
        sent(office, store, channel, NOW + timedelta(hours=1))
    assert len(posted(office.book)) == 3
    last = newest(office.book)
    assert last is not None
    assert last.message_id.endswith(".watch@example.org>")
    done: Restored = put_back(office, archive)
    assert done.letters == 2
