"""The State Council's days: known years by the library, own days before them, unknown years said to
be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.bulletin.lint import lint
from monitor.bulletin.model import BulletinSettings, Period
from monitor.bulletin.parts import deadlines_of
from monitor.days.official_days import official_days
from monitor.days.workdays import Calendar
from tests.monitor.bulletin.test_bulletin import seed_bulletin


def test_the_dragon_boat_festival_and_its_exchanged_sunday_are_known() -> None:
    days = official_days(Calendar(), [2020])
    assert days.unknown == ()
    assert [days.works(date(2020, 6, day)) for day in (24, 25, 26, 27, 28)] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_a_year_of_the_config_is_taken_from_the_config_alone() -> None:
    own = Calendar(frozenset({date(2020, 3, 2)}))
    days = official_days(own, [2020])
    assert not days.works(date(2020, 3, 2))
    assert days.works(date(2020, 6, 25)), "who lists a year lists it whole"


def test_an_unknown_year_is_said_to_be_unknown_and_refuses_nothing() -> None:
    days = official_days(Calendar(), [2020, 2077])
    assert days.unknown == (2077,)
    assert days.works(date(2077, 10, 1))


def test_deadlines_step_over_the_national_days() -> None:
    calendar = official_days(Calendar(), [2020]).calendar
    found = dict(
        deadlines_of(
            date(2020, 9, 30), Period.parse("2020Q3"), BulletinSettings(report_days=1), calendar
        )
    )
    assert found["整改时限"] == date(2020, 10, 9)


def test_a_deadline_in_an_unknown_year_is_told() -> None:
    faults = lint(replace(seed_bulletin(), unknown_years=(2077,)))
    assert any("2077年的节假日安排尚不知道" in fault.sentence for fault in faults)
