"""Who gets what on which day, over Spring Festival 2020 with its make-up Sunday, as a fixed
table."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import update

from crawler.model import SHANGHAI
from monitor.channels import HandingOver, Receipt
from monitor.letters.alerts import Sent, send_waiting, write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.model import Letter
from monitor.record.tables import FindingRow, SaidRow
from monitor.settings.letters import LetterSettings
from monitor.settings.sending import AlertsConfig
from tests.conftest import Store
from tests.support.outbox_store import UNITS, look, open_finding, seed

SETTINGS = LetterSettings.model_validate(
    {
        "office_emails": ["office@example.org"],
        "deadline_days": 3,
        "workdays_only": True,
        "quiet_from": "20:00",
        "quiet_until": "08:00",
        # State Council notice for 2020: off from 24 to 30 January, prolonged to 2 February; 19
        # January worked.
        "holidays": [date(2020, 1, 24) + timedelta(days=n) for n in range(10)],
        "workdays": [date(2020, 1, 19)],
    }
)
NEW = "【更新提醒】{day} 建设局：1 项问题"
LATE = "【更新提醒】{day} 建设局：1 项问题（1 项逾期）"

OFFICE = "【系统待办】{day} 1 个单位逾期"

# The first is found before the Sunday that was worked: three working days later is the 22nd. The
# second is
# found on New Year's eve, the last day before the holiday: its third working day is 5 February.
# What only repeats
# comes every third working day (22 January); new findings, passed deadlines and ends come at once.
ARRIVED = {
    "01-19": [NEW],
    "01-22": [NEW],
    "01-23": ["【更新提醒】{day} 建设局：2 项问题（1 项逾期）", OFFICE],
    "02-04": ["【更新提醒】{day} 建设局：1 项问题，1 项已销号"],
    "02-06": [LATE, OFFICE],
}


def test_each_day_of_the_festival_brings_what_the_table_says(sqlite_store: Store) -> None:
    store = sqlite_store
    seed(store)
    first, second = open_finding(store, "jsj"), open_finding(store, "jsj")
    _set(store, first, opened=datetime(2020, 1, 18, 2, tzinfo=SHANGHAI))
    _set(store, second, opened=datetime(2020, 1, 23, 1, tzinfo=SHANGHAI))
    arrived = {}
    for n in range(19):
        night = datetime(2020, 1, 19, 2, tzinfo=SHANGHAI) + timedelta(days=n)
        if night.date() == date(2020, 2, 4):
            _set(store, first, closed=night - timedelta(minutes=5))
        if subjects := _one_day(store, night):
            arrived[f"{night:%m-%d}"] = subjects
    assert arrived == {
        day: [subject.format(day=f"2020-{day}") for subject in subjects]
        for day, subjects in ARRIVED.items()
    }


def _set(store: Store, finding: int, **values: datetime) -> None:
    with store.engine.begin() as c:
        c.execute(update(FindingRow).where(FindingRow.id == finding).values(values))
        if "opened" in values:
            c.execute(
                update(SaidRow).where(SaidRow.period == str(finding)).values(since=values["opened"])
            )


def _one_day(store: Store, night: datetime) -> list[str]:
    """Write at two in the night, try at once, at half past seven, and in the morning; what
    arrived."""
    got: list[str] = []

    def channel(letter: Letter, *, moment: datetime, handing_over: HandingOver) -> Receipt:
        handing_over()
        got.append(letter.subject)
        return Receipt("250 ok")

    config = AlertsConfig(letters=SETTINGS)
    look(store, night - timedelta(minutes=20))
    with store.engine.begin() as c:
        write_letters(c, Today(night.date(), night), Mailing(UNITS, SETTINGS))
    for quiet in (night, night.replace(hour=7, minute=30)):
        held = send_waiting(store.engine, config, quiet, {"mail": channel}, lambda: 0.0)
        assert held == Sent(held=held.held)
    send_waiting(
        store.engine, config, night.replace(hour=8, minute=30), {"mail": channel}, lambda: 0.0
    )
    return got
