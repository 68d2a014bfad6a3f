"""A calendar file: stable ids, short lines, nothing but what we say; and another program reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar as Read

from monitor.judging.ahead import Ahead, ahead
from monitor.model import Value
from monitor.sheets.calendar_file import Deadline, ics
from tests.monitor.judging.test_ahead import OFFICIAL, verdict
from tests.support.judging_facts import at


def test_a_calendar_file_has_stable_ids_short_lines_and_no_foreign_commands() -> None:
    as_of = at("2020-07-20")
    evil = replace(
        verdict(date(2020, 7, 7), date(2020, 7, 20)), name="要闻\r\nBEGIN:VALARM;,\\" + "长" * 60
    )
    text = ics(ahead([evil], as_of.date(), OFFICIAL), as_of)
    lines = text.split("\r\n")
    assert all(len(line.encode("utf-8")) <= 75 for line in lines)
    assert "BEGIN:VALARM" not in [line.strip() for line in lines]
    assert [line for line in lines if line.startswith(("UID", "DTSTAMP", "DTSTART"))] == [
        "UID:column_stale-outlet-a@gengxin",
        "DTSTAMP:20200720T010000Z",
        "DTSTART;VALUE=DATE:20200721",
    ]
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:更新到期：要闻  BEGIN:VALARM\\;\\,\\\\" + "长" * 60 in unfolded
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")


def test_an_order_stands_on_its_last_day_for_the_whole_day() -> None:
    order = Deadline("整改〔2020〕1号", "教育局", date(2020, 7, 31))
    (event,) = Read.from_ical(ics([], at("2020-07-20"), orders=[order])).events
    assert (event.start, event.end) == (date(2020, 7, 31), date(2020, 8, 1))
    assert event["SUMMARY"] == "整改〔2020〕1号：教育局"
    assert "2020年7月31日前（含当日）完成整改并反馈" in event["DESCRIPTION"]
    assert event["TRANSP"] == "TRANSPARENT"


@given(st.text(max_size=200))
def test_whatever_a_column_is_called_one_limit_is_one_entry(name: str) -> None:
    due = date(2020, 7, 19)
    one = Ahead("r", "outlet:a", name, ("u",), Value.DUE_SOON, due, due, due, due, False, 0)
    (event,) = Read.from_ical(ics([one], at("2020-07-01"))).events
    assert event.start == due
    assert event.end - event.start == timedelta(days=1)
    assert all(c.isprintable() or c == " " for c in event["SUMMARY"])
