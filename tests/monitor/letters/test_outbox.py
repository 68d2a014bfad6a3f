"""Writing letters: one per unit and day, with its record, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, update

from crawler.model import Unit
from monitor.letters.alerts import write_letters
from monitor.letters.mailing import Mailing, Today
from monitor.letters.text import OFFICE
from monitor.model import Value, Verdict
from monitor.record.tables import EventRow, FindingRow, LetterFindingRow, LetterRow
from tests.conftest import Store
from tests.support.outbox_store import (
    DAY,
    NOW,
    SETTINGS,
    UNITS,
    Fake,
    deliver,
    look,
    open_finding,
    rows,
    seed,
    states,
    together,
    write,
)


def test_one_letter_per_unit_with_its_findings_and_an_event_each(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("jsj",), ())
    assert write(store).n == 3
    letters = {row.unit_id: row for row in rows(store, LetterRow)}
    assert set(letters) == {"jsj", "yjj", OFFICE}
    assert letters["jsj"].recipients == ["jsj@example.org", "jsj2@example.org"]
    assert letters[OFFICE].recipients == ["office@example.org"]
    assert "2 项问题" in letters["jsj"].subject
    assert (
        "2020年7月20日 02:00" in letters["jsj"].text_body
    )  # the look that proved something, not the blocked one
    assert "http://portal.example.org/zlaq/" in letters["jsj"].text_body
    told = Counter(
        (row.finding_id, row.detail["unit"]) for row in rows(store, EventRow) if row.kind == "told"
    )
    assert told == Counter({(1, "jsj"): 1, (1, "yjj"): 1, (2, "jsj"): 1, (3, OFFICE): 1})


def test_the_second_night_of_a_day_writes_nothing_and_the_next_day_does(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    write(store)
    before = [rows(store, table) for table in (LetterRow, LetterFindingRow, EventRow)]
    open_finding(store, "jsj")  # found later the same day: it waits for tomorrow's letter
    assert write(store).n == 0
    assert [rows(store, table) for table in (LetterRow, LetterFindingRow, EventRow)] == before
    deliver(store, Fake())
    assert write(store, DAY + timedelta(days=1), NOW + timedelta(days=1)).n == 1
    assert (
        rows(store, LetterRow)[2].unit_id,
        "【再次提醒】" in rows(store, LetterRow)[2].text_body,
    ) == (
        "jsj",
        True,
    )
    deliver(store, Fake(), NOW + timedelta(days=1))
    assert (
        write(store, DAY + timedelta(days=3), NOW + timedelta(days=3)).n == 1
    )  # 应急管理局 is reminded


def test_a_transaction_that_breaks_leaves_neither_letter_nor_event(store: Store) -> None:
    seed(store, ("jsj",))
    with pytest.raises(RuntimeError), store.engine.begin() as c:  # noqa: PT012
        write_letters(c, Today(DAY, NOW), Mailing(UNITS, SETTINGS))
        raise RuntimeError("killed")
    assert rows(store, LetterRow) == []
    assert rows(store, EventRow) == []


def test_a_unit_without_an_address_is_recorded_reported_and_not_counted_as_told(
    store: Store,
) -> None:
    seed(store, ("sjj",))
    written = write(store)
    assert (written.n, written.no_address) == (1, ("sjj",))
    assert states(store) == {"sjj": "refused", OFFICE: "waiting"}
    assert "审计局" in rows(store, LetterRow)[1].text_body
    assert rows(store, EventRow) == []
    reached = [replace_emails(UNITS, "sjj", "sjj@example.org")]
    with store.engine.begin() as c:
        tomorrow = DAY + timedelta(days=1)
        assert (
            write_letters(
                c, Today(tomorrow, NOW + timedelta(days=1)), Mailing(reached[0], SETTINGS)
            ).n
            == 1
        )
    assert "再次提醒" not in rows(store, LetterRow)[2].text_body


def replace_emails(units: Sequence[Unit], unit: str, *emails: str) -> list[Unit]:
    return [
        u if u.id != unit else Unit(u.id, u.short, u.full, u.group, emails=emails) for u in units
    ]


def test_a_closed_finding_is_in_no_letter(store: Store) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        c.execute(update(FindingRow).values(closed=NOW - timedelta(hours=1)))
    assert write(store).n == 0


def test_a_unit_is_told_once_that_its_finding_ended_and_how_long_it_lasted(store: Store) -> None:
    seed(store, ("jsj",), ("yjj",))
    write(store)
    deliver(store, Fake())
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    with store.engine.begin() as c:
        c.execute(update(FindingRow).values(closed=tomorrow - timedelta(hours=2)))
        c.execute(
            insert(EventRow).values(
                finding_id=1, kind="closed", moment=tomorrow, detail={"reason": "fresh"}
            )
        )
        c.execute(update(LetterRow).where(LetterRow.unit_id == "yjj").values(state="refused"))
    assert write(store, tomorrow.date(), tomorrow).n == 1
    last = rows(store, LetterRow)[-1]
    assert last.subject == "【整改确认】2020-07-21 建设局：1 项已销号"
    for words in (
        "已更新，自动销号",
        "2020年7月15日（周三）发现",
        "2020年7月21日（周二）销号",
        "历时 6 天",
    ):
        assert words in last.text_body
        assert words in last.html_body
    assert "整改期限" not in last.text_body
    deliver(store, Fake(), tomorrow)
    assert write(store, later.date(), later).n == 0


def test_a_limit_that_passes_soon_is_told_on_the_working_days_that_count(store: Store) -> None:
    seed(store)
    due = date(2020, 7, 26)  # a Sunday
    soon = Verdict(
        "column_stale",
        "outlet:zlaq",
        Value.DUE_SOON,
        "质量安全将于7月26日到期。",
        "19号",
        ("jsj", "gone"),
        due=due,
        name="质量安全",
    )
    told = {}
    for n in range(20, 28):
        now = NOW.replace(day=n)
        look(store, now - timedelta(minutes=5))  # what was refused an hour before can be read again
        told[n] = write(store, now.date(), now, verdicts=[soon]).n
    # The 20th is a Monday: the week's first letter lists whatever is due soon.
    assert told == {20: 1, 21: 0, 22: 1, 23: 0, 24: 1, 25: 0, 26: 0, 27: 0}
    monday, letter = rows(store, LetterRow)[:2]
    assert monday.subject == "【本周待办】2020-07-20 建设局：1 项即将到期"
    assert letter.subject == "【到期提醒】2020-07-22 建设局：1 项即将到期"
    assert "2020年7月26日（周日）" in letter.text_body
    assert "质量安全将于7月26日到期。" in letter.html_body
    assert rows(store, EventRow) == []


def test_the_office_learns_of_an_overdue_unit_on_the_day_after_its_deadline(store: Store) -> None:
    seed(store, ("jsj", "yjj"), ("jsj",))
    write(store)
    deliver(store, Fake())
    days = {}
    for n in range(1, 10):
        now = NOW + timedelta(days=n)
        write(store, now.date(), now)
        deliver(store, Fake(), now)
        days[now.date().day] = [
            row.subject for row in rows(store, LetterRow) if row.unit_id == OFFICE
        ]
    assert [len(subjects) for subjects in days.values()] == [0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert days[28] == ["【系统待办】2020-07-28 2 个单位逾期"]
    ours = next(row for row in rows(store, LetterRow) if row.unit_id == OFFICE)
    assert "建设局：2 项" in ours.text_body
    assert "应急管理局：1 项" in ours.html_body


def test_two_nights_at_once_write_each_letter_once(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    written: list[int] = []
    together(lambda: written.append(write(store).n), 4)
    assert sorted(written) == [0, 0, 0, 2]
    assert len(rows(store, LetterFindingRow)) == 2
