"""Manners: who else hears and when, what is replaced, what rests, and what our own letter tells of
ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from crawler.config import BadConfig, CrawlConfig
from crawler.model import SHANGHAI, Addressee, ContactRole, Deed, Unit
from crawler.register.catalogue import read_catalogue
from crawler.register.enter import sync
from crawler.store.rows import addressees
from crawler.store.tables import RunRow, UnitRow
from monitor.channels import Receipt, RecipientRefused, Undelivered
from monitor.counting.counts import units_of
from monitor.letters.alerts import write_letters
from monitor.letters.ladder import addressed, leaders, week_begins
from monitor.letters.mailing import Mailing, Today
from monitor.letters.ourselves import troubles
from monitor.letters.text import OFFICE
from monitor.record.links import Keys, signer, unit_of
from monitor.record.tables import FindingRow, JudgementRow, LetterRow
from monitor.rectify.orders import Terms, issue
from monitor.settings.letters import LetterSettings
from monitor.settings.orders import OrderSettings
from tests.conftest import Store
from tests.support.outbox_store import (
    DAY,
    NOW,
    SETTINGS,
    UNITS,
    Fake,
    again,
    deliver,
    look,
    open_finding,
    rows,
    seed,
    states,
    write,
)

LEADER, CONTACT = ContactRole.LEADER, ContactRole.CONTACT


def days(
    store: Store, count: int, units: Sequence[Unit] = UNITS, **more: Any
) -> dict[str, list[str]]:
    """Letters of so many days, each delivered: who got one, by day."""
    got: dict[str, list[str]] = {}
    for n in range(count):
        now = NOW + timedelta(days=n)
        look(store, now - timedelta(hours=7))
        with store.engine.begin() as c:
            write_letters(c, Today(now.date(), now), Mailing(units, SETTINGS, **more))
        channel = Fake()
        deliver(store, channel, now)
        if channel.got:
            got[f"{now:%m-%d}"] = [" ".join(letter.to) for letter in channel.got]
    return got


def with_leader(store: Store) -> list[Unit]:
    head = Addressee(LEADER, "head-jsj@example.org", valid_to=date(2020, 8, 7))
    units = [replace(u, contacts=(head,)) if u.id == "jsj" else u for u in UNITS]
    stored = [
        {"role": "leader", "email": head.email, "name": "", "phone": "", "valid_to": "2020-08-07"}
    ]
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(contacts=stored))
    return units


def test_the_leader_hears_once_when_the_deadline_passed_and_then_weekly_while_he_holds_the_post(
    store: Store,
) -> None:
    seed(store, ("jsj",))
    got = days(store, 25, with_leader(store))
    both = [day for day, to in got.items() if any("head-jsj@example.org" in one for one in to)]
    # Told on Monday 20 July, five working days end on the 27th; the leader's post ends on Friday 7
    # August.
    assert both == ["07-28", "08-03"]
    office = [day for day, to in got.items() if "office@example.org" in to]
    assert office == ["07-28", "08-03"]  # overdue; five working days later on the list


def test_an_order_gives_its_number_and_its_own_deadline_to_the_letter(store: Store) -> None:
    seed(store, ("jsj",))
    with store.engine.begin() as c:
        issue(
            c,
            "2020-0001",
            deed=Deed("办公室", NOW),
            terms=Terms(SETTINGS, OrderSettings(), 2),
        )
    write(store)
    (letter,) = rows(store, LetterRow)
    for body in (letter.text_body, letter.html_body):
        assert "整改〔2020〕1号" in body
        assert "2020年7月22日（周三） 17:30" in body


def test_a_letter_that_never_left_is_replaced_by_the_next_days(store: Store) -> None:
    seed(store, ("jsj",), ("yjj",))
    write(store)
    deliver(store, Fake([again(closed=True), again(closed=True)]))
    tomorrow = NOW + timedelta(days=1)
    with store.engine.begin() as c:
        c.execute(
            update(FindingRow)
            .where(FindingRow.id == 2)
            .values(closed=tomorrow - timedelta(hours=1))
        )
    write(store, tomorrow.date(), tomorrow)
    # 应急管理局 never heard of its finding, which has ended: there is nothing to say.
    assert [(row.unit_id, row.day.day, row.state) for row in rows(store, LetterRow)] == [
        ("jsj", 20, "superseded"),
        ("yjj", 20, "superseded"),
        ("jsj", 21, "waiting"),
    ]
    channel = Fake()
    deliver(store, channel, tomorrow)
    (letter,) = channel.got
    assert "再次提醒" not in letter.text
    assert (
        "2020年7月28日（周二） 17:30" in letter.text
    )  # five working days from the letter that arrived


@pytest.mark.parametrize(
    "plan",
    [
        [again(doubtful=True)],
        [Receipt("250", {"jsj2@example.org": RecipientRefused(False, "451")})],
    ],
)
def test_a_letter_that_somebody_has_or_may_have_is_not_replaced(
    store: Store, plan: list[Any]
) -> None:
    seed(store, ("jsj",))
    write(store)
    deliver(store, Fake(list(plan)))
    later = NOW + timedelta(days=3)
    write(store, later.date(), later)
    assert [row.state for row in rows(store, LetterRow)] == ["waiting", "waiting"]


def test_our_own_letter_that_never_left_is_written_again(store: Store) -> None:
    seed(store, ("jsj",))
    days(store, 8)
    late = NOW + timedelta(days=8)  # the day after the deadline
    write(store, late.date(), late)
    assert states(store)[OFFICE] == "waiting"
    write(store, late.date() + timedelta(days=1), late + timedelta(days=1))
    assert [row.state for row in rows(store, LetterRow) if row.unit_id == OFFICE] == [
        "superseded",
        "waiting",
    ]


def of_the_site(store: Store, value: str, **numbers: int) -> None:
    """An open finding of ours about the portal."""
    row = {"number": "2020-0099", "rule": "site_unreachable", "subject": "site:s", "period": ""}
    row |= {"name": "门户", "value": value, "sentence": "打不开。", "clause": "19号", "units": []}
    with store.engine.begin() as c:
        more = {"numbers": numbers, "newest": {}, "ours": True, "opened": NOW}
        c.execute(insert(FindingRow).values(row | more))


def test_while_a_site_is_down_its_columns_are_not_reminded_of(store: Store) -> None:
    seed(store, ("jsj",))
    of_the_site(store, "stale", down=1)
    write(store)
    assert set(states(store)) == {OFFICE}
    (ours,) = rows(store, LetterRow)
    assert "质量安全（建设局，问题 2020-0001）：所在网站现在打不开" in ours.text_body


@pytest.mark.parametrize(("value", "down"), [("stale", 0), ("unknown", 0), ("unknown", 1)])
def test_a_site_that_was_down_or_of_which_nothing_is_known_keeps_no_letter_back(
    store: Store, value: str, down: int
) -> None:
    seed(store, ("jsj",))
    of_the_site(store, value, down=down)
    write(store)
    assert states(store)["jsj"] == "waiting"


def test_an_order_and_its_news_are_told_though_nobody_can_see_the_column(store: Store) -> None:
    seed(store, ("jsj",), ("yjj",))
    write(store)
    deliver(store, Fake())
    late = NOW + timedelta(days=4)
    with store.engine.begin() as c:
        issue(
            c,
            "2020-0001",
            deed=Deed("办公室", late),
            terms=Terms(SETTINGS, OrderSettings(), 2),
        )
        write_letters(
            c,
            Today(late.date() + timedelta(days=1), late + timedelta(days=1)),
            Mailing(UNITS, SETTINGS),
        )
    new = {row.unit_id: row.text_body for row in rows(store, LetterRow) if row.day > late.date()}
    assert set(new) == {"jsj", OFFICE}, "the other finding only waits"
    assert "整改通知：整改〔2020〕1号" in new["jsj"]
    assert "已超期" not in new["jsj"]
    assert "近日未能重新看清（近两日没有看清）" in new["jsj"]
    assert new[OFFICE].count("近两日没有看清") == 2


def test_a_flapping_finding_is_one_notice(store: Store) -> None:
    seed(store, ("jsj",), ())
    with store.engine.begin() as c:
        c.execute(update(FindingRow).values(flapping=True))
    assert days(store, 4) == {"07-20": ["jsj@example.org jsj2@example.org", "office@example.org"]}


def test_contacts_get_the_letters_while_they_hold(store: Store) -> None:
    people = (
        Addressee(CONTACT, "old@example.org", valid_to=DAY),
        Addressee(CONTACT, "new@example.org", valid_from=DAY + timedelta(days=1)),
        Addressee(CONTACT, phone="13800001234"),
        Addressee(LEADER, "head@example.org"),
    )
    unit = Unit("jsj", "建设局", "建设局", "区直部门", emails=("jsj@example.org",), contacts=people)
    assert addressed(unit, DAY).emails == ("jsj@example.org", "old@example.org")
    assert addressed(unit, DAY + timedelta(days=1)).emails == ("jsj@example.org", "new@example.org")
    assert leaders(unit, DAY) == ("head@example.org",)
    assert "13800001234" not in repr(unit)


def test_a_contact_whose_time_is_over_gets_no_letter_that_was_written_before(store: Store) -> None:
    seed(store, ("jsj",))
    stored = [
        {
            "role": "contact",
            "email": "old@example.org",
            "name": "",
            "phone": "",
            "valid_to": "2020-07-20",
        }
    ]
    with store.engine.begin() as c:
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(contacts=stored))
        write_letters(c, Today(DAY, NOW), Mailing(units_of(c, DAY), SETTINGS))
    assert "old@example.org" in rows(store, LetterRow)[0].recipients
    channel = Fake()
    deliver(store, channel, NOW + timedelta(days=1))
    assert channel.got[0].to == ("jsj@example.org", "jsj2@example.org")


CATALOGUE: dict[str, Any] = {
    "sites": [{"id": "s", "name": "门户", "home": "http://portal.example.org/"}]
}


def units_in(tmp_path: Any, contacts: list[dict[str, Any]]) -> Any:
    unit = {
        "id": "jsj",
        "short": "建设局",
        "full": "建设局",
        "group": "区直部门",
        "contacts": contacts,
    }
    data = {"catalogue": {**CATALOGUE, "units": [unit]}}
    return read_catalogue(data, tmp_path / "config.yaml", CrawlConfig(contact="office@example.org"))


def test_contacts_of_a_unit_are_read_from_config_and_kept_in_the_store(
    store: Store, tmp_path: Any
) -> None:
    given = [
        {"role": "负责人", "email": "head@example.org", "phone": 13800001234},
        {"email": "desk@example.org", "name": "值班岗", "valid_from": date(2020, 1, 1)},
    ]
    catalogue = units_in(tmp_path, given)
    with store.engine.begin() as c:
        sync(c, catalogue, NOW)
        assert not sync(c, catalogue, NOW).changed
        (unit,) = units_of(c, DAY)
    assert unit.contacts == catalogue.units[0].contacts
    assert [one.role for one in unit.contacts] == [LEADER, CONTACT]
    assert addressees([]) == ()


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ({"role": "主任"}, "role"),
        ({"email": "a@b\r\nBcc: x@example.org"}, "is not a mail address"),
        ({"phone": "12"}, "is no Chinese phone number"),
        ({"valid_from": date(2021, 1, 1), "valid_to": date(2020, 1, 1)}, "lies before valid_from"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_with_its_place(
    tmp_path: Any, contact: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadConfig, match=said) as told:
        units_in(tmp_path, [contact])
    assert "units.0" in str(told.value)


def test_the_weeks_first_working_day_may_be_no_monday() -> None:
    begins = {
        day: week_begins(date(2021, 2, day), LetterSettings())
        for day in (7, 8, 9, 15, 17, 18, 19, 20, 22)
    }
    # The festival ends on Wednesday the 17th; Saturday the 20th is worked, and Sunday the 7th
    # belongs to its week.
    assert [day for day, first in begins.items() if first] == [8, 18, 22]


def night(store: Store, started: datetime, *, ended: bool = True, failed: bool = False) -> None:
    with store.engine.begin() as c:
        end = started + timedelta(hours=1)
        run = {
            "kind": "nightly",
            "started": started,
            "ended": end if ended else None,
            "planned": 50,
            "looked": 20,
        }
        c.execute(insert(RunRow).values(run | {"unknown": 3, "new_posts": 0, "note": ""}))
        judged = {"as_of": end, "failed_night": failed, "counts": {}, "digest": "", "limits": {}}
        c.execute(insert(JudgementRow).values(judged))


@pytest.mark.parametrize(
    ("hours", "more", "said"),
    [
        (7, {}, ""),
        (
            7,
            {"failed": True},
            "昨夜看到的太少，未对任何单位作出新的认定（计划 50 个，看到 17 个，没有看清 3 个",
        ),
        (7, {"ended": False}, "没有跑完"),
        (50, {}, "以后没有夜间抓取"),
    ],
)
def test_our_own_letter_tells_of_a_bad_night(
    store: Store, hours: int, more: dict[str, bool], said: str
) -> None:
    seed(store)
    night(store, NOW - timedelta(hours=hours), **more)
    with store.engine.begin() as c:
        notes = troubles(c, NOW, SETTINGS)
        write_letters(c, Today(DAY, NOW, notes=notes), Mailing(UNITS, SETTINGS))
    written = rows(store, LetterRow)
    if not said:
        assert written == []
        return
    assert said in notes[0]
    assert written[0].subject == "【系统待办】2020-07-20 1 项系统异常"
    assert notes[0] in written[0].text_body
    assert notes[0] in written[0].html_body


def test_a_year_without_its_calendar_is_told_on_a_monday_in_december(store: Store) -> None:
    unknown = datetime(2034, 12, 4, 9, tzinfo=SHANGHAI)  # a Monday
    with store.engine.begin() as c:
        (line,) = troubles(c, unknown, SETTINGS)
        assert "2035年放假安排尚未登记" in line
        assert troubles(c, unknown + timedelta(days=1), SETTINGS) == ()
        known = LetterSettings(holidays=(date(2035, 1, 1),))
        assert troubles(c, unknown, known) == ()


def test_a_letters_link_opens_that_units_page_only(store: Store) -> None:
    seed(store, ("jsj", "yjj"))
    keys = Keys((b"k" * 32,))
    settings = SETTINGS.model_copy(update={"base_url": "https://watch.example.org"})
    with store.engine.begin() as c:
        write_letters(c, Today(DAY, NOW), Mailing(UNITS, settings, sign=signer(keys, NOW, 30)))
    for row in rows(store, LetterRow):
        head = f"https://watch.example.org/units/{row.unit_id}?key="
        token = row.text_body.partition(head)[2].split()[0]
        assert head in row.html_body
        assert unit_of(keys, token, NOW) == row.unit_id


HOSTILE = "a\r\nBcc: x@example.org\u202e<script>alert(1)</script>" + "长" * 3000


def test_hostile_words_of_people_do_nothing_in_a_letter(store: Store) -> None:
    seed(store, ("jsj",))
    settings = OrderSettings(prefix="<b>整改")
    with store.engine.begin() as c:
        issue(
            c,
            "2020-0001",
            deed=Deed(HOSTILE[:90], NOW, HOSTILE),
            terms=Terms(SETTINGS, settings),
        )
        c.execute(update(UnitRow).where(UnitRow.id == "jsj").values(short=HOSTILE[:60]))
        write_letters(c, Today(DAY, NOW, notes=[HOSTILE]), Mailing(UNITS, SETTINGS))
    for row in rows(store, LetterRow):
        assert "<script" not in row.html_body
        assert "<b>整改" not in row.html_body
        assert "\u202e" not in row.html_body + row.text_body + row.subject
        assert "\r" not in row.text_body
        assert len(row.subject) <= 120


def test_hostile_words_of_a_server_do_nothing_in_our_own_letter(store: Store) -> None:
    """Names of units, addresses and what a mail server says come back in the letter to the
    office."""
    evil = 'a"<b>@example.org'
    units = [replace(u, emails=(evil,), short=HOSTILE[:60]) if u.id == "jyj" else u for u in UNITS]
    seed(store, ("jyj",), units=units)
    with store.engine.begin() as c:
        write_letters(c, Today(DAY, NOW), Mailing(units, SETTINGS))
    deliver(
        store,
        Fake(
            [
                Undelivered(
                    True, f"550 {HOSTILE}", refused={evil: RecipientRefused(True, f"550 {HOSTILE}")}
                )
            ]
        ),
    )
    tomorrow = NOW + timedelta(days=1)
    with store.engine.begin() as c:
        write_letters(c, Today(tomorrow.date(), tomorrow), Mailing(units, SETTINGS))
    ours = next(row for row in rows(store, LetterRow) if row.unit_id == OFFICE)
    assert "（550 a Bcc: x@example.org" in ours.text_body
    assert "\nBcc" not in ours.text_body
    for tag in ("<script", "<b>@"):
        assert tag not in ours.html_body
    assert not set(ours.html_body + ours.text_body + ours.subject) & set("\u202e\r")
    assert len(ours.text_body) < 3000


def test_a_second_finding_is_found_while_the_first_is_acknowledged(store: Store) -> None:
    from monitor.rectify.acks import acknowledge

    seed(store, ("jsj", "yjj"))
    days(store, 1)
    with store.engine.begin() as c:
        acknowledge(
            c,
            "2020-0001",
            deed=Deed("联系人", NOW, unit="jsj"),
            until=DAY + timedelta(days=4),
            letters=SETTINGS,
        )
    open_finding(store, "jsj")
    later = NOW + timedelta(days=3)
    write(store, later.date(), later)
    found = {row.unit_id: row.subject for row in rows(store, LetterRow) if row.day == later.date()}
    assert found == {
        "jsj": "【更新提醒】2020-07-23 建设局：1 项问题",
        "yjj": "【更新提醒】2020-07-23 应急管理局：1 项问题",
    }
